# SPDX-License-Identifier: Apache-2.0
# Ctrl-C while a trace is open: exit code 130, no part of a trace, an old one as it was.
. "$CASE_DIR/../common.bash"
write_run
echo old > trace.json.gz
npusim run run.yaml --images 1000000 --trace trace.json.gz --quiet &
while kill -0 $! && ! ls | grep -q 'trace.json.gz.'; do sleep 0.02; done
kill -INT $!
wait $!
echo "exit code $?"
cat trace.json.gz
ls
