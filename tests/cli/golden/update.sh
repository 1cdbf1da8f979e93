# SPDX-License-Identifier: Apache-2.0
# Updating keeps the reason, and everything that is not the case's.
. "$CASE_DIR/golden.bash"
write_net
npusim golden record net.yaml -o cases/a --quiet
npusim golden record net.yaml -o cases/b --quiet --set simulation.timing_only=true
npusim golden record net.yaml -o cases/c --quiet --hardware npu_32x32.yaml
echo "# mine" >> cases/a/case.yaml
echo "mine" > cases/a/notes.txt
ln -s notes.txt cases/a/link
cp -r cases before
for reason in "" "  "; do
  refused golden update cases --reason "$reason"
done
refused golden update cases
refused golden update cases --reason "nothing has changed"

set_hardware npu.yaml read_latency_ns 200
npusim golden update cases --reason " a slower DRAM: \"DDR3\", 100 % # now " || echo "exit code $?"
cat cases/a/case.yaml cases/a/notes.txt cases/a/link
diff -rq before cases
ls -A cases
check cases

echo "=== one that cannot be run keeps all from being updated"
set_hardware npu.yaml read_latency_ns 300
sed -i 's/^run_file/run_fil/' cases/c/case.yaml
cp -r cases now
npusim golden update cases --reason "slower still" > table.txt
echo "exit code $?"
diff -r now cases && echo "as before"

echo "=== recorded anew"
refused golden record net.yaml -o cases/b
npusim golden record net.yaml -o cases/b --force
cat cases/b/case.yaml
