# SPDX-License-Identifier: Apache-2.0
# The whole report of the shipped network, and it fits 80 columns.
npusim run mobilenet.yaml | tee printed.txt
awk 'length > 80 { print "longer than 80 columns: " $0 }' printed.txt
