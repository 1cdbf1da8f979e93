# SPDX-License-Identifier: Apache-2.0
# npusim cache: shows, prunes and clears; touches no other files.
. "$CASE_DIR/../common.bash"
write_run
shown() { npusim cache "$@" | sed "s/[0-9-]\{10\} [0-9:]\{5\}/DATE/g"; }
shown
unset NPUSIM_CACHE
shown | sed "s|$HOME|HOME|"
mkdir xdg
XDG_CACHE_HOME=$PWD/xdg npusim compile run.yaml -o net.npu --quiet
ls xdg
export NPUSIM_CACHE=$PWD/cache
npusim run run.yaml --quiet
mkdir -p cache/0123456789abcdef/quantize
echo mine > cache/notes.txt
cp cache/*/calibrate/* cache/0123456789abcdef/quantize/
touch -d '40 days ago' cache/0123456789abcdef/quantize/*
shown | sed 's/[0-9.,]* KiB/SIZE/g'
shown prune --older-than 30d | sed 's/[0-9.]* KiB/SIZE/'
shown prune --older-than 30d
shown prune --keep 100KiB | sed 's/removed, .*/removed/'
find cache -type f | wc -l
shown clear | sed 's/[0-9.]* KiB/SIZE/'
find cache | sort
refused cache wipe
refused cache prune
refused cache prune --older-than 3 --keep lots
refused cache clear --keep 1GiB
refused cache show --older-than 3d extra
