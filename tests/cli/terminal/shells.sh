# SPDX-License-Identifier: Apache-2.0
# The completions are read without an error by the shells themselves, where these are installed, and have every flag of
# every help; fish says what it would offer.
. "$CASE_DIR/../common.bash"
for shell in bash zsh fish; do
  npusim completion $shell > $shell.txt
  [ -s $shell.txt ] || echo "$shell: empty"
  command -v $shell > /dev/null && { $shell -n $shell.txt || echo "$shell refuses its completion"; }
done
command -v shellcheck > /dev/null && shellcheck --shell=bash --severity=warning bash.txt
for command in run "sweep report" cache; do
  for flag in $(npusim $command --help | grep -oE '^ +-[a-zA-Z,-]+' | tr , ' '); do
    grep -qe " $flag[ ']\|'$flag[ ']" bash.txt || echo "bash: no $flag of $command"
    grep -qe "[)*]$flag=\?\[" zsh.txt || echo "zsh: no $flag of $command"
    case $flag in
      --*) grep -qe "__npusim_at '$command'\".* -l ${flag#--} " fish.txt ;;
      *) grep -qe "__npusim_at '$command'\".* -s ${flag#-} " fish.txt ;;
    esac || echo "fish: no $flag of $command"
  done
done
offered() { # by fish, at the end of the line
  echo "$1 -> $(fish --no-config -c "source fish.txt; complete -C '$1'" 2>&1 | cut -f1 | sort | tr '\n' ' ')"
}
if command -v fish > /dev/null; then
  touch net.npu
  offered 'npusim sweep re' > fish_offers.txt
  offered 'npusim sweep report swept --h' >> fish_offers.txt
  offered 'npusim run mobilenet.yaml --scheme p' >> fish_offers.txt
  offered 'npusim run mobilenet_v3_l' >> fish_offers.txt
  offered 'npusim run --json run --qui' >> fish_offers.txt
  offered 'npusim simulate n' >> fish_offers.txt
  diff fish_offers.txt - <<'OFFERS'
npusim sweep re -> report 
npusim sweep report swept --h -> --help --html 
npusim run mobilenet.yaml --scheme p -> per_channel per_layer 
npusim run mobilenet_v3_l -> mobilenet_v3_large_224.yaml 
npusim run --json run --qui -> --quiet 
npusim simulate n -> net.npu 
OFFERS
fi
refused completion bsh
refused completion
refused completion bash more
