# SPDX-License-Identifier: Apache-2.0
# Results on stdout alone; colour and progress on terminals alone.
. "$CASE_DIR/../common.bash"
write_run_with 'images: 40' 'images: 4'
npusim compile run.yaml -o net.npu --quiet
cat > sweep.yaml <<'YAML'
run: run.yaml
axes:
  hardware.dram.read_latency_ns: [50, 100]
set: {simulation.timing_only: true}
objectives: {minimise: [cycles.total]}
YAML
NPUSIM_CACHE=$PWD/cache python3 "$CASE_DIR/streams.py"
