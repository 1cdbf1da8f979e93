# SPDX-License-Identifier: Apache-2.0
# Colour on a terminal only, and never with NO_COLOR or a dumb one.
escapes() { grep -c "$(printf '\033')" "$1"; }
TERM=xterm script -qec 'npusim list schemes' terminal.txt < /dev/null > /dev/null
TERM=xterm NO_COLOR=1 script -qec 'npusim list schemes' no_colour.txt < /dev/null > /dev/null
TERM=dumb script -qec 'npusim list schemes' dumb.txt < /dev/null > /dev/null
npusim list schemes > file.txt
for file in terminal no_colour dumb file; do echo "$file $(escapes $file.txt)"; done
