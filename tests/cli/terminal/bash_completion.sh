# SPDX-License-Identifier: Apache-2.0
# The completion for bash, sourced and asked as bash asks it: complete_line 'npusim run mobi' prints
# what is offered for its last word, in order of the alphabet.
. "$CASE_DIR/../common.bash"
set -u
source <(npusim completion bash)
complete -p npusim

# Parts the line as readline does: at blanks, and at = and :, which are words of their own.
complete_line() {
  local text=$1 piece
  COMP_WORDS=()
  for piece in $text; do
    while [[ $piece =~ ^([^=:]*)([=:]+)(.*)$ ]]; do
      [ -z "${BASH_REMATCH[1]}" ] || COMP_WORDS+=("${BASH_REMATCH[1]}")
      COMP_WORDS+=("${BASH_REMATCH[2]}")
      piece=${BASH_REMATCH[3]}
    done
    [ -z "$piece" ] || COMP_WORDS+=("$piece")
  done
  [[ $text != *[\ =:] ]] || COMP_WORDS+=("")
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
  COMPREPLY=()
  compopt() { :; }  # bash has it only while it completes
  _npusim npusim "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
  printf '%s ->' "$text"
  printf '%s\n' "${COMPREPLY[@]-}" | LC_ALL=C sort -u | sed 's/^/ /' | tr -d '\n'
  echo
}

mkdir folder
touch net.npu mine.yaml net.onnx notes.txt "two words.npu"
echo "commands:"
complete_line 'npusim co'
complete_line 'npusim sweep re'
complete_line 'npusim --ver'
complete_line 'npusim manual swe'
complete_line 'npusim completion t'
echo "flags:"
complete_line 'npusim run x.yaml --sk'
complete_line 'npusim sweep report swept --h'
complete_line 'npusim sweep report swept --dry'
echo "files and names:"
complete_line 'npusim run mobilenet_v3'
complete_line 'npusim run mi'
complete_line 'npusim run n'
complete_line 'npusim simulate '
complete_line 'npusim show net'
complete_line 'npusim run mine.yaml --model n'
complete_line 'npusim run mine.yaml --dataset f'
complete_line 'npusim run mine.yaml --hardware npu_1'
complete_line 'npusim run mine.yaml --hardware=npu_1'
complete_line 'npusim run mine.yaml --technology generic_7'
complete_line 'npusim sweep which'
complete_line 'npusim sweep mine.yaml '
echo "words:"
complete_line 'npusim run mine.yaml --scheme p'
complete_line 'npusim run mine.yaml --scheme=s'
complete_line 'npusim list c'
complete_line 'npusim cache '
complete_line 'npusim sweep mine.yaml --launcher '
echo "keys:"
complete_line 'npusim run mine.yaml --set hardware.mac_array.r'
complete_line 'npusim run mine.yaml --set quantization.rule='
complete_line 'npusim run mine.yaml --set quantization.rule=o'
complete_line 'npusim run mine.yaml --set calibration.me'
echo "nothing is offered for a number, and behind a value the command goes on:"
complete_line 'npusim run mine.yaml --images '
complete_line 'npusim run --json run --qui'
complete_line 'npusim run --json=r --qui'
