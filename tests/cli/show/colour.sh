# SPDX-License-Identifier: Apache-2.0
# Colour on a terminal only, and never with NO_COLOR; YAML that may be kept has none anywhere.
escapes() { grep -c "$(printf '\033')" "$1"; }
TERM=xterm script -qec 'npusim show mobilenet.yaml --layers' layers.txt < /dev/null > /dev/null
TERM=xterm NO_COLOR=1 script -qec 'npusim show mobilenet.yaml --layers' no_colour.txt < /dev/null > /dev/null
TERM=xterm script -qec 'npusim show mobilenet.yaml' yaml.txt < /dev/null > /dev/null
npusim show mobilenet.yaml --layers > file.txt
for file in layers no_colour yaml file; do echo "$file $(escapes $file.txt)"; done
