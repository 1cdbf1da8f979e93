# SPDX-License-Identifier: Apache-2.0
# The report in the README is what the program prints, and it fits 80 columns.
npusim run mobilenet.yaml > printed.txt
readme=$CASE_DIR/../../../README.md
sed -n '/^The first prints:/,/^The network and its images/p' "$readme" | sed '1,/^```text$/d; /^```$/,$d' > in_readme.txt
diff in_readme.txt printed.txt && awk 'length > 80 { print "longer than 80 columns: " $0 }' printed.txt
