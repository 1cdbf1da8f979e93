# SPDX-License-Identifier: Apache-2.0
# A run file that is nowhere: the message names it, and nothing is written.
npusim run no_such_file.yaml
code=$?
ls -A
exit $code
