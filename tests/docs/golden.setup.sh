# SPDX-License-Identifier: Apache-2.0
# The reader's own machine.
cp "$SOURCE/configs/npu_32x32.yaml" slow.yaml
