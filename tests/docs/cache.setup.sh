# SPDX-License-Identifier: Apache-2.0
# The page removes what is kept: a cache of its own.
export NPUSIM_CACHE=$PWD/cache
