# SPDX-License-Identifier: Apache-2.0
# The manual page: every command and every flag, in 80 columns, and no warning of what renders it.
. "$CASE_DIR/../common.bash"
npusim manual > npusim.1
npusim manual | cmp - npusim.1 && echo "the same again"
[ "$(grep -c '^\.SS npusim' npusim.1)" -ge 17 ] || echo "only $(grep -c '^\.SS npusim' npusim.1) commands"
for command in run simulate "sweep report" cache completion; do
  grep -q "^\.SS npusim $command$" npusim.1 || echo "no section of $command"
  npusim manual $command > one.1
  for flag in $(npusim $command --help | grep -oE '^ +-[a-zA-Z,-]+' | tr , ' '); do
    [ "$flag" = -h ] || [ "$flag" = --help ] || grep -qF "\\fB${flag//-/\\-}\\fR" one.1 || echo "no $flag of $command"
  done
done
for page in "" run "sweep report"; do
  npusim manual $page > page.1
  # A date would differ from build to build.
  command -v mandoc > /dev/null && mandoc -Tlint -W warning page.1 | grep -v 'missing date, using ""'
  if command -v groff > /dev/null; then
    groff -man -Tutf8 -ww -P-cbou page.1 2>&1 > page.txt
    grep -q "npusim run mobilenet.yaml" page.txt || [ "$page" = "sweep report" ] || echo "no example: $page"
    awk 'length > 80 {print "longer than 80 columns: " $0}' page.txt
  fi
done
refused manual rnu
refused manual sweep gathr
refused manual run more
