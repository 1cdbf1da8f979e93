// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "frontend/compile/compile.h"
#include "frontend/graph/verify.h"
#include "frontend/quantize/calibration.h"
#include "frontend/quantize/quantize.h"
#include "sim/base/errors.h"
#include "tests/registers/drawn_case.h"
#include "tests/registers/drawn_hardware.h"
#include "tests/support/random_network.h"

namespace npusim::registers {
namespace {

std::optional<graph::QuantizedGraph> quantize_drawn(std::uint64_t seed,
                                                    const config::HardwareConfig& hardware) try {
  const graph::Graph network = test::random_network(seed);
  graph::verify(network);
  const std::int64_t elements = network.nodes[0].shape.elements();
  const auto calibrator = quantize::make_calibrator("min_max");
  const quantize::Calibration calibration = quantize::calibrate(
      network, [&](std::int64_t) { return test::random_input(seed, elements); }, 1, *calibrator, 1);
  quantize::QuantizationOptions options;
  const std::vector<std::string>& schemes = quantize::scheme_names();
  options.layers.scheme.scheme = schemes[seed % schemes.size()];
  options.bias_correction = false;
  quantize::HardwareLimits limits;
  limits.multiplier_bits = static_cast<std::int32_t>(hardware.requantization.multiplier_bits);
  limits.shift_before_multiply =
      hardware.requantization.placement == config::ShifterPlacement::pre_multiply;
  limits.overflow = hardware.mac_array.accumulator == config::AccumulatorOverflow::saturate
                        ? graph::Overflow::saturate
                    : hardware.mac_array.accumulator == config::AccumulatorOverflow::wrap
                        ? graph::Overflow::wrap
                        : graph::Overflow::guaranteed;
  limits.accumulator_bits = static_cast<std::int32_t>(hardware.mac_array.accumulator_bits);
  return quantize::quantize_graph(network, calibration, options, limits).graph;
} catch (const base::InputError&) {
  return std::nullopt;
}

}  // namespace

std::optional<DrawnCase> draw_network_case(std::uint64_t seed) {
  const auto graph = quantize_drawn(seed, draw_hardware(seed, 1));
  if (!graph) return std::nullopt;
  DrawnCase drawn;
  for (std::int64_t scale = 1;; scale *= 2) {
    try {
      drawn.program = compile::compile(*graph, draw_hardware(seed, scale), {});
      break;
    } catch (const base::InputError&) {
      if (scale > 4096) throw;
    }
  }
  Draw draw(seed + 1'000'000);
  for (const std::uint32_t input : drawn.program.inputs) {
    std::vector<std::int8_t>& codes = drawn.inputs.emplace_back();
    for (std::int64_t i = drawn.program.tensors[input].elements(); i > 0; --i) {
      codes.push_back(static_cast<std::int8_t>(draw.integer(-128, 127)));
    }
  }
  return drawn;
}

}  // namespace npusim::registers
