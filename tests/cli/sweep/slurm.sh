# SPDX-License-Identifier: Apache-2.0
# A sweep through stand-ins for sbatch, squeue and scancel (tests/slurm has the real ones): tasks that
# are lost are submitted again; a controller that does not answer is asked again; a refused job, a job
# that comes to nothing and Ctrl-C end the command.
. "$CASE_DIR/sweep.bash"
write_net
cat > sweep.yaml <<'END'
run: net.yaml
axes:
  quantization.scheme: [per_layer, shift_scaler]
  hardware.mac_array.columns: [8, 16, 32]
END
mkdir bin
cat > bin/sbatch <<'END'
#!/bin/bash
# Runs the tasks of the array; file `refuse`: not at all; `idle`: accepts them only; `lose`: not
# task 2, once.
[ -e refuse ] && { echo "sbatch: error: invalid partition specified: night" >&2; exit 1; }
for argument; do
  case $argument in
    --array=*) array=${argument#--array=} ;;
    --partition=* | --time=* | --mem=* | --cpus-per-task=*) echo "$argument" >> arguments ;;
  esac
done
echo "array $array" >> arguments
job=$((70 + $(grep -c array arguments)))
if [ ! -e idle ]; then
  for part in ${array//,/ }; do
    for task in $(seq "${part%-*}" "${part#*-}"); do
      [ "$task" = 2 ] && [ -e lose ] && { rm lose; continue; }
      SLURM_ARRAY_TASK_ID=$task sh "$argument" || exit
    done
  done
fi
echo "$job;cluster"
END
cat > bin/squeue <<'END'
#!/bin/bash
# Over at the third time; silent the second time. File `stuck`: never over.
[ -e stuck ] && { echo "PENDING Resources"; exit; }
echo asked >> asked
case $(wc -l < asked) in
  1) printf 'RUNNING None\nPENDING Resources\n' ;;
  2) echo "slurm_load_jobs error: Unable to contact slurm controller" >&2; exit 1 ;;
  *) printf 'COMPLETED None\nNODE_FAIL None\n' ;;
esac
END
printf '#!/bin/sh\necho "cancelled $*" >> arguments\n' > bin/scancel
chmod +x bin/*
PATH=$PWD/bin:$PATH
on_slurm() { npusim sweep sweep.yaml -o "$@" --launcher slurm --points-per-task 2 > /dev/null; }

npusim sweep sweep.yaml -o whole -j 2 --quiet
touch lose
on_slurm slurm --partition night --time 10:00 --sbatch=--mem=1G
same_results whole slurm && echo "the same bytes"
cat arguments slurm/slurm/task.sh

touch idle
on_slurm nothing || echo "exit code $?"
touch stuck
npusim sweep sweep.yaml -o stopped --launcher slurm --points-per-task 3 --partition night --time 10:00 \
  --sbatch=--mem=1G --quiet &
while kill -0 $! && ! [ -e stopped/slurm/job ]; do sleep 0.02; done
kill -INT $!
wait $! || echo "exit code $?"
tail -n 1 arguments
touch refuse
on_slurm refused || echo "exit code $?"
refused sweep sweep.yaml -o swept --launcher slurm --shard 1/2
echo 'search: {points: 2, seed: 1}' >> sweep.yaml
echo 'objectives: {minimise: cycles.total}' >> sweep.yaml
refused sweep sweep.yaml -o swept --launcher slurm
