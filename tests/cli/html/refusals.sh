# SPDX-License-Identifier: Apache-2.0
# A page that cannot be written is refused before work starts; a run that fails leaves the old one.
. "$CASE_DIR/../common.bash"
write_program
refused run run.yaml --html nowhere/page.html
refused run run.yaml --html .
refused run run.yaml --html ''
refused simulate net.npu --html nowhere/page.html
echo before > page.html
refused run run.yaml --html page.html --set hardware.weight_scratchpad.bytes=512
[ "$(cat page.html)" = before ] || echo 'the page was touched'
refused compare run.yaml --html nowhere/page.html --json .
refused analyze run.yaml --html nowhere/page.html --json .
