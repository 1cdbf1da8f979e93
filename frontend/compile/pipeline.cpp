// SPDX-License-Identifier: Apache-2.0
#include "frontend/compile/pipeline.h"

#include <string_view>
#include <utility>

#include "frontend/compile/compile.h"
#include "frontend/data/dataset.h"
#include "frontend/graph/passes.h"
#include "frontend/import/onnx_importer.h"
#include "frontend/quantize/calibrator.h"
#include "frontend/quantize/content_hash.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"

namespace npusim::compile {
namespace {

using quantize::ContentHasher;

// Images enter the network as squares of three channels: the network must read just that.
void check_input(const graph::Graph& network, const config::RunConfig& run) {
  const graph::Shape wanted{run.input.size, run.input.size, 3};
  const graph::Shape& shape = network.nodes.at(0).shape;
  if (shape == wanted) return;
  throw base::InputError(run.file.string() + ": input.size: got " + std::to_string(run.input.size) +
                         ", must be the network's input size: " + run.model.string() +
                         " reads height " + std::to_string(shape.height) + ", width " +
                         std::to_string(shape.width) + ", channels " +
                         std::to_string(shape.channels));
}

std::uint64_t calibration_inputs_hash(const graph::Graph& network, const config::RunConfig& run) {
  const config::DatasetConfig& data = run.calibration.data;
  ContentHasher hasher;
  hasher.add(quantize::content_hash(network));
  hasher.add(data.kind)
      .add(data.seed)
      .add(std::string_view(data.path.native()))
      .add(data.images.value_or(-1));
  hasher.add(std::string_view(run.calibration.method));
  hasher.add(run.input.size).add(run.input.resize_shorter_side).add(run.input.center_crop);
  for (std::size_t c = 0; c < 3; ++c) hasher.add(run.input.mean[c]).add(run.input.scale[c]);
  return hasher.digest();
}

}  // namespace

Pipeline::Pipeline(config::RunConfig run, int threads,
                   std::function<void(const std::string&)> started)
    : run_(std::move(run)), threads_(threads), started_(std::move(started)) {}

void Pipeline::record(const char* stage, std::uint64_t inputs_hash) {
  stages_.push_back({stage, inputs_hash});
  if (started_) started_(stage);
}

const graph::Graph& Pipeline::network() {
  if (network_) return *network_;
  const std::string model = base::read_file_text(run_.model, import::kMaxModelBytes);
  record("import", ContentHasher().add(std::string_view(model)).digest());
  network_ = graph::prepare(import::import_onnx(model, run_.model.string()));
  check_input(*network_, run_);
  return *network_;
}

const quantize::Calibration& Pipeline::calibration() {
  if (calibration_) return *calibration_;
  const graph::Graph& folded = network();
  record("calibrate", calibration_inputs_hash(folded, run_));
  const auto dataset = data::open_dataset(run_.calibration.data, run_.input);
  const auto calibrator = quantize::make_calibrator(run_.calibration.method);
  calibration_ = quantize::calibrate(
      folded, [&](std::int64_t index) { return dataset->sample(index).tensor; }, dataset->images(),
      *calibrator, threads_);
  return *calibration_;
}

quantize::QuantizationOptions Pipeline::options(const std::string& scheme) const {
  quantize::QuantizationOptions options;
  options.layers.scheme.scheme = scheme;
  options.layers.scheme.field_bits = static_cast<std::int32_t>(run_.quantization.field_bits);
  options.layers.scheme.rule = quantize::parse_shift_rule(run_.quantization.rule);
  options.bias_correction = run_.quantization.bias_correction;
  return options;
}

quantize::HardwareLimits Pipeline::limits() const {
  quantize::HardwareLimits limits;
  limits.accumulator_bits = static_cast<std::int32_t>(run_.hardware.mac_array.accumulator_bits);
  limits.multiplier_bits = static_cast<std::int32_t>(run_.hardware.requantization.multiplier_bits);
  limits.field_bits = static_cast<std::int32_t>(run_.hardware.requantization.field_bits);
  limits.shift_before_multiply =
      run_.hardware.requantization.placement == config::ShifterPlacement::pre_multiply;
  return limits;
}

const quantize::Quantization& Pipeline::quantized(const std::string& scheme) {
  const auto found = quantized_.find(scheme);
  if (found != quantized_.end()) return found->second;
  const quantize::Calibration& statistics = calibration();
  const quantize::QuantizationOptions chosen = options(scheme);
  record("quantize", ContentHasher()
                         .add(quantize::content_hash(network()))
                         .add(quantize::content_hash(statistics))
                         .add(quantize::content_hash(chosen))
                         .add(quantize::content_hash(limits()))
                         .digest());
  return quantized_
      .emplace(scheme, quantize::quantize_graph(network(), statistics, chosen, limits()))
      .first->second;
}

isa::Metadata Pipeline::metadata(const std::string& scheme) const {
  isa::Metadata metadata;
  metadata.name = run_.model.stem().string();
  metadata.scheme = scheme;
  metadata.field_bits =
      scheme == "shift_scaler" ? static_cast<std::int32_t>(run_.quantization.field_bits) : 0;
  metadata.rule = run_.quantization.rule;
  metadata.bias_correction = run_.quantization.bias_correction;
  metadata.preprocessing.size = run_.input.size;
  metadata.preprocessing.resize_shorter_side = run_.input.resize_shorter_side;
  metadata.preprocessing.center_crop = run_.input.center_crop;
  for (std::size_t c = 0; c < 3; ++c) {
    metadata.preprocessing.mean[c] = run_.input.mean[c];
    metadata.preprocessing.scale[c] = run_.input.scale[c];
  }
  return metadata;
}

isa::Program Pipeline::program(const std::string& scheme) {
  const graph::QuantizedGraph& graph = quantized(scheme).graph;
  record("compile", ContentHasher()
                        .add(quantize::content_hash(graph))
                        .add(std::string_view(config::program_dependent_text(run_.hardware)))
                        .add(std::string_view(run_.model.stem().native()))
                        .add(std::string_view(scheme))
                        .digest());
  return compile(graph, run_.hardware, metadata(scheme));
}

}  // namespace npusim::compile
