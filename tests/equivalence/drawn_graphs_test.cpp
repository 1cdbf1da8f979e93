// SPDX-License-Identifier: Apache-2.0
// Drawn integer networks of hundreds of channels on drawn machines and on those that ship: tensors
// that spill, weights that pass once per tile, maps larger than the scratchpad.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "frontend/compile/compile.h"
#include "sim/base/errors.h"
#include "sim/functional/race_check.h"
#include "tests/support/quantized_graphs.h"
#include "tests/support/random_network.h"
#include "tests/support/readings.h"

namespace npusim {
namespace {

#ifdef NPUSIM_SANITIZED_TESTS
constexpr std::uint64_t kCases = 40;  // every size and scheme; seed 47 alone would take a minute
#else
constexpr std::uint64_t kCases = 60;
#endif

test::QuantizedGraphOptions options_for(std::uint64_t seed,
                                        const config::HardwareConfig& hardware) {
  const std::vector<std::string> schemes = {"shift_scaler", "per_layer", "per_channel"};
  test::QuantizedGraphOptions options;
  options.scheme = schemes[seed % schemes.size()];
  options.field_bits = static_cast<std::int32_t>(seed / 3 % 4 + 1);
  options.multiplier_bits = static_cast<std::int32_t>(hardware.requantization.multiplier_bits);
  options.shift_before_multiply =
      hardware.requantization.placement == config::ShifterPlacement::pre_multiply;
  options.draws_widths = seed % 2 == 1;
  options.gate_may_be_first = false;
  options.map_factor = static_cast<std::int64_t>(seed % 4) + 1;
  options.channel_factor = static_cast<std::int64_t>(seed / 2 % 12) + 1;
  return options;
}

/// The machine of the seed, its scratchpads doubled until the network fits.
isa::Program compile_drawn(std::uint64_t seed, const graph::QuantizedGraph& graph) {
  for (std::int64_t scale = 1;; scale *= 2) {
    try {
      return compile::compile(graph, test::random_hardware(seed, scale), {});
    } catch (const base::InputError&) {
      if (scale > 4096) throw;
    }
  }
}

class DrawnGraphs : public testing::TestWithParam<std::uint64_t> {};

TEST_P(DrawnGraphs, ExecutorAndMachineAgree) {
  const std::uint64_t seed = GetParam();
  const graph::QuantizedGraph graph =
      test::random_quantized_graph(seed, options_for(seed, test::random_hardware(seed, 1)));
  const isa::Program program = compile_drawn(seed, graph);
  EXPECT_EQ(functional::find_races(program), std::vector<std::string>{});
  std::int64_t input_bytes = 0;
  for (const std::uint32_t tensor : program.inputs) {
    input_bytes += program.tensors[tensor].elements();
  }
  const std::vector<std::int8_t> input = test::random_codes(seed, input_bytes);
  EXPECT_EQ(test::tensors_that_differ(graph, program, input), std::vector<std::string>{});
}

INSTANTIATE_TEST_SUITE_P(Seeds, DrawnGraphs, testing::Range<std::uint64_t>(0, test::draws(kCases)));

}  // namespace
}  // namespace npusim
