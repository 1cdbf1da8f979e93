// SPDX-License-Identifier: Apache-2.0
// An ONNX file all the way to a Program: imported, calibrated on drawn values, quantized, compiled,
// verified and executed.
#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "frontend/compile/compile.h"
#include "frontend/compile/pipeline.h"
#include "frontend/data/random_tensors.h"
#include "frontend/graph/passes.h"
#include "frontend/import/onnx_importer.h"
#include "frontend/quantize/calibration.h"
#include "frontend/quantize/quantize.h"
#include "tests/fuzz/target.h"

namespace npusim::fuzz {
namespace {

// A network may be as large as the importer's limits say; here is only time for small ones.
constexpr std::int64_t kMostMacs = 4'000'000;
constexpr std::int64_t kMostElements = 1 << 18;

bool is_small(const graph::Graph& network) {
  std::int64_t macs = 0, elements = 0;
  for (const graph::Node& node : network.nodes) {
    std::int64_t reads = 1;
    if (const auto* pool = std::get_if<graph::Pool>(&node.op)) {
      reads = pool->window.kernel_h * pool->window.kernel_w;
    }
    if (reads > kMostMacs / std::max<std::int64_t>(node.shape.elements(), 1)) return false;
    macs += graph::macs(network, node) + reads * node.shape.elements();
    elements += node.shape.elements();
    if (macs > kMostMacs || elements > kMostElements) return false;
  }
  return true;
}

config::HardwareConfig hardware_of(std::uint64_t choice) {
  config::HardwareConfig hardware;
  hardware.mac_array.rows = choice % 2 == 0 ? 8 : 5;
  hardware.mac_array.columns = choice % 4 < 2 ? 8 : 12;
  hardware.mac_array.accumulator_rows = 64;
  if (choice % 8 == 3) hardware.mac_array.dataflow = config::Dataflow::output_stationary;
  if (choice % 16 == 5) hardware.mac_array.accumulator = config::AccumulatorOverflow::wrap;
  hardware.activation_scratchpad.bytes = choice % 32 < 16 ? 64 * 1024 : 1024 * 1024;
  return hardware;
}

isa::Program compiled(const graph::Graph& network, std::uint64_t choice) {
  std::int64_t elements = 0;
  for (const graph::Node& node : network.nodes) {
    if (std::holds_alternative<graph::Input>(node.op)) elements += node.shape.elements();
  }
  const auto images = data::random_tensors(choice, 1, elements);
  const auto calibrator = quantize::make_calibrator(
      quantize::calibrator_names().at(choice % quantize::calibrator_names().size()));
  const quantize::Calibration calibration = quantize::calibrate(
      network, [&](std::int64_t image) { return images->sample(image).tensor; }, 1, *calibrator, 1);
  quantize::QuantizationOptions options;
  options.layers.scheme.scheme =
      quantize::scheme_names().at(choice / 8 % quantize::scheme_names().size());
  options.bias_correction = choice % 3 == 0;
  const config::HardwareConfig hardware = hardware_of(choice / 64);
  const quantize::Quantization quantized = quantize::quantize_graph(
      network, calibration, options, compile::quantization_limits(hardware));
  isa::Metadata metadata;
  metadata.name = network.name;
  metadata.images = choice % 5 == 0 ? 2 : 1;
  return compile::compile(quantized.graph, hardware, metadata);
}

}  // namespace

void run_onnx(std::string_view input) {
  graph::Graph network;
  if (!accepted([&] { network = graph::prepare(import::import_onnx(input, "fuzz.onnx")); })) return;
  if (!is_small(network)) return;
  isa::Program program;
  if (!accepted([&] { program = compiled(network, hash_of(input)); })) return;
  isa::verify(program);
  execute(program);
}

}  // namespace npusim::fuzz
