// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scripts/train/trainer.h"

namespace npusim::train {

/// Top-1 of one way to run the network, as a fraction.
struct Score {
  std::string name;
  double top1 = 0.0;
};

/// Runs the first `images` pictures of split 2 through the float network and through the integer
/// networks of every scheme, without and with bias correction (`_bc`), calibrated on 64 pictures of
/// split 3.
std::vector<Score> judge(const TrainedNetwork& network, std::int64_t images);

/// The widest and the median of the greatest folded weights of the out channels, as their quotient,
/// of the layer where it is largest: what one scale for a layer has to span.
struct Spread {
  std::string layer;
  double quotient = 0.0;
};
Spread widest_spread(const TrainedNetwork& network);

}  // namespace npusim::train
