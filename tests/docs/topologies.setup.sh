# SPDX-License-Identifier: Apache-2.0
# A SCALE-Sim file of the reader's.
cat > my_layers.csv <<'END'
Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,
Conv1, 32, 32, 3, 3, 3, 16, 2,
Conv2, 15, 15, 1, 1, 16, 32, 1,
END
