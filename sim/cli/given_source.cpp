// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/given_source.h"

namespace npusim::cli {

void describe_source(const compile::GivenQuantization& given, report::Quantization& quantization,
                     std::vector<std::string>& notes) {
  const bool any = given.given_tensors + given.given_layers > 0;
  const bool all = given.given_tensors == given.tensors && given.given_layers == given.layers;
  if (!any) return;
  quantization.source = all ? "model" : "model and calibration";
  const auto share = [](std::int64_t part, std::int64_t whole) {
    return std::to_string(part) + " of " + std::to_string(whole);
  };
  notes.push_back("the model is quantized already: its own scales for " +
                  share(given.given_tensors, given.tensors) + " tensors, its own codes for " +
                  share(given.given_layers, given.layers) +
                  " layers with weights; the float network has the weights that these codes stand "
                  "for and rounds no tensor");
}

}  // namespace npusim::cli
