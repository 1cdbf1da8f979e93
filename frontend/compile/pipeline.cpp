// SPDX-License-Identifier: Apache-2.0
#include "frontend/compile/pipeline.h"

#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "frontend/compile/capacity.h"
#include "frontend/compile/compile.h"
#include "frontend/compile/stored_quantization.h"
#include "frontend/data/identity.h"
#include "frontend/data/random_tensors.h"
#include "frontend/graph/equalize.h"
#include "frontend/graph/passes.h"
#include "frontend/import/onnx_importer.h"
#include "frontend/quantize/calibrator.h"
#include "frontend/quantize/content_hash.h"
#include "frontend/quantize/layer_options.h"
#include "frontend/topology/build.h"
#include "sim/base/errors.h"

namespace npusim::compile {
namespace {

using quantize::ContentHasher;

std::vector<graph::Shape> input_shapes(const graph::Graph& network) {
  std::vector<graph::Shape> shapes;
  for (const graph::Node& node : network.nodes) {
    if (std::holds_alternative<graph::Input>(node.op)) shapes.push_back(node.shape);
  }
  return shapes;
}

// Pictures enter the network as squares of three channels: the network must read just that.
void check_input(const graph::Graph& network, const config::RunConfig& run) {
  if (run.input.size == 0) return;
  const std::string place =
      run.file.string() + ": input.size: got " + std::to_string(run.input.size) +
      ", must be the network's input size: " + (run.model.empty() ? run.name : run.model.string());
  const std::vector<graph::Shape> shapes = input_shapes(network);
  if (shapes.size() != 1)
    throw base::InputError(place + " has " + std::to_string(shapes.size()) + " inputs");
  const graph::Shape& shape = shapes.front();
  if (shape == graph::Shape{run.input.size, run.input.size, 3}) return;
  throw base::InputError(place + " reads height " + std::to_string(shape.height) + ", width " +
                         std::to_string(shape.width) + ", channels " +
                         std::to_string(shape.channels));
}

// Everything that decides the graph: all but the places for messages.
std::uint64_t topology_hash(const config::TopologyConfig& topology) {
  ContentHasher hasher;
  hasher.add(topology.seed).add(topology.layers.size());
  for (const config::TopologyLayer& layer : topology.layers) {
    hasher.add(layer.kind).add(std::string_view(layer.name)).add(layer.inputs).add(layer.channels);
    for (const config::TopologyExtent& extent :
         {layer.input, layer.window.kernel, layer.window.stride, layer.window.dilation})
      hasher.add(extent.height).add(extent.width);
    hasher.add(layer.window.same);
    for (const std::int64_t pad : layer.window.pads) hasher.add(pad);
    hasher.add(layer.groups).add(layer.has_bias).add(layer.is_max).add(layer.is_global);
    hasher.add(layer.counts_padding).add(layer.activation);
  }
  return hasher.digest();
}

void add_input(ContentHasher& hasher, const config::InputConfig& input) {
  hasher.add(input.size).add(input.resize_shorter_side).add(input.center_crop);
  for (std::size_t c = 0; c < 3; ++c) hasher.add(input.mean[c]).add(input.scale[c]);
}

// Where the network comes from: an ONNX file counts as the same while it has its size and time.
std::uint64_t network_source(const config::RunConfig& run) {
  ContentHasher hasher;
  if (run.topology) {
    hasher.add(topology_hash(*run.topology)).add(std::string_view(run.network_name()));
    return hasher.digest();
  }
  hasher.add(std::string_view(run.model.native()));
  std::error_code unreadable;
  hasher.add(std::filesystem::file_size(run.model, unreadable));
  hasher.add(std::filesystem::last_write_time(run.model, unreadable).time_since_epoch().count());
  return hasher.digest();
}

// What the run file says of calibration.
std::uint64_t calibration_source(const config::RunConfig& run) {
  const config::DatasetConfig& data = run.calibration.data;
  ContentHasher hasher;
  hasher.add(data.kind)
      .add(data.seed)
      .add(std::string_view(data.path.native()))
      .add(data.images.value_or(-1));
  hasher.add(std::string_view(run.calibration.method)).add(run.calibration.percentile);
  hasher.add(run.calibration.output_headroom);
  hasher.add(run.skip_bad_images);
  add_input(hasher, run.input);
  return hasher.digest();
}

quantize::LayerOverride layer_override(const config::LayerQuantizationConfig& entry) {
  const auto narrow = [](const std::optional<std::int64_t>& value) {
    return value ? std::optional(static_cast<std::int32_t>(*value)) : std::nullopt;
  };
  quantize::LayerOverride result;
  result.match = entry.match;
  result.scheme = entry.scheme;
  result.field_bits = narrow(entry.field_bits);
  if (entry.rule) result.rule = quantize::parse_shift_rule(*entry.rule);
  result.symmetric = entry.symmetric;
  result.weight_bits = narrow(entry.weight_bits);
  result.activation_bits = narrow(entry.activation_bits);
  return result;
}

quantize::QuantizationOptions options_of(const config::QuantizationConfig& choice) {
  quantize::QuantizationOptions options;
  options.layers.scheme.scheme = choice.scheme;
  options.layers.scheme.field_bits = static_cast<std::int32_t>(choice.field_bits);
  options.layers.scheme.rule = quantize::parse_shift_rule(choice.rule);
  options.layers.scheme.symmetric = choice.symmetric;
  options.layers.weight_bits = static_cast<std::int32_t>(choice.weight_bits);
  options.layers.activation_bits = static_cast<std::int32_t>(choice.activation_bits);
  options.bias_correction = choice.bias_correction;
  for (const config::LayerQuantizationConfig& entry : choice.layers) {
    options.overrides.push_back(layer_override(entry));
  }
  return options;
}

std::int32_t field_bits_of(const std::string& scheme, std::int64_t field_bits) {
  return scheme == "shift_scaler" ? static_cast<std::int32_t>(field_bits) : 0;
}

// Says of an image's layers that are quantized in their own way how.
void describe_layers(const graph::Graph& network,
                     const std::vector<quantize::LayerOptions>& options, std::size_t image,
                     isa::Program& program) {
  const isa::Metadata& usual = program.metadata;
  std::size_t layer = image * program.image_layers();
  for (std::size_t i = 0; i < network.nodes.size(); ++i) {
    const graph::Node& node = network.nodes[i];
    if (std::holds_alternative<graph::Input>(node.op)) continue;
    isa::LayerInfo& info = program.layers.at(layer++);
    if (!std::holds_alternative<graph::Conv>(node.op)) continue;
    const quantize::SchemeOptions& scheme = options[i].scheme;
    const isa::LayerQuantization own{scheme.scheme, field_bits_of(scheme.scheme, scheme.field_bits),
                                     quantize::shift_rule_name(scheme.rule), scheme.symmetric,
                                     options[i].weight_bits};
    const bool differs = own.scheme != usual.scheme || own.field_bits != usual.field_bits ||
                         own.rule != usual.rule || own.symmetric != usual.symmetric ||
                         own.weight_bits != usual.weight_bits;
    if (differs) info.quantization = own;
  }
}

}  // namespace

quantize::HardwareLimits quantization_limits(const config::HardwareConfig& hardware) {
  quantize::HardwareLimits limits;
  limits.accumulator_bits = static_cast<std::int32_t>(hardware.mac_array.accumulator_bits);
  limits.multiplier_bits = static_cast<std::int32_t>(hardware.requantization.multiplier_bits);
  limits.field_bits = static_cast<std::int32_t>(hardware.requantization.field_bits);
  limits.shift_before_multiply =
      hardware.requantization.placement == config::ShifterPlacement::pre_multiply;
  limits.overflow = overflow_of(hardware.mac_array.accumulator);
  return limits;
}

Pipeline::Pipeline(config::RunConfig run, int threads,
                   std::function<void(const std::string&)> started, const cache::Store* cache)
    : run_(std::move(run)), threads_(threads), started_(std::move(started)), cache_(cache) {}

void Pipeline::set_hardware(config::HardwareConfig hardware) {
  const auto limits_hash = [](const config::HardwareConfig& of) {
    return quantize::content_hash(quantization_limits(of));
  };
  if (limits_hash(hardware) != limits_hash(run_.hardware)) quantized_.clear();
  run_.hardware = std::move(hardware);
}

bool Pipeline::same_widths(const config::QuantizationConfig& choice) const {
  if (!network_) return true;
  try {
    return quantize::activation_widths(*network_, options_of(choice)) ==
           quantize::activation_widths(*network_, options_of(run_.quantization));
  } catch (const base::InputError&) {  // told by the stage
    return false;
  }
}

void Pipeline::set_run(config::RunConfig run) {
  const auto hash_of = [](const config::QuantizationConfig& choice) {
    return ContentHasher()
        .add(quantize::content_hash(options_of(choice)))
        .add(choice.equalization)
        .digest();
  };
  const bool same_network = network_source(run) == network_source(run_);
  const bool same_calibration = same_network && calibration_source(run) == calibration_source(run_);
  const bool same_choice = hash_of(run.quantization) == hash_of(run_.quantization);
  if (!same_network) {
    program_.reset();
    network_.reset();
    equalized_.reset();
    import_notes_.clear();
  }
  if (!same_calibration || (!same_choice && !same_widths(run.quantization))) {
    calibration_.reset();
    equalized_calibration_.reset();
  }
  if (!same_calibration || !same_choice) quantized_.clear();
  notes_ = import_notes_;
  equalization_noted_ = false;
  config::HardwareConfig hardware = std::move(run.hardware);
  run.hardware = run_.hardware;
  run_ = std::move(run);
  set_hardware(std::move(hardware));
  if (network_) check_input(*network_, run_);
}

void Pipeline::record(const char* stage, std::uint64_t inputs_hash) {
  stages_.push_back({stage, inputs_hash, /*from_cache=*/false});
  if (started_) started_(stage);
}

template <typename Result, typename Parse, typename Compute>
Result Pipeline::cached(const char* stage, std::uint64_t inputs_hash, const Parse& parse,
                        const Compute& compute) {
  const auto find = [&]() -> std::optional<Result> {
    const auto found = cache_ == nullptr ? std::nullopt : cache_->find(stage, inputs_hash);
    auto result = found ? parse(found->bytes()) : std::nullopt;
    if (result) stages_.push_back({stage, inputs_hash, /*from_cache=*/true});
    return result;
  };
  if (auto result = find()) return std::move(*result);
  std::optional<cache::Lock> lock;
  if (cache_ != nullptr) {
    lock.emplace(cache_->lock(stage, inputs_hash));
    if (auto result = find()) return std::move(*result);  // another process has made it meanwhile
  }
  record(stage, inputs_hash);
  Result result = compute();
  if (cache_ != nullptr) cache_->put(stage, inputs_hash, to_bytes(result));
  return result;
}

const graph::Graph& Pipeline::imported() {
  if (network_) return *network_;
  if (run_.topology) {
    model_hash_ = topology_hash(*run_.topology);
    record("import", model_hash_);
    network_ = graph::prepare(topology::build_graph(*run_.topology, run_.network_name(), threads_));
    interface_ = import::default_interface(*network_);
  } else {
    import::OnnxModel model(run_.model);
    model_hash_ = model.content_hash();
    record("import", model_hash_);
    import_notes_.clear();  // of an import that was refused
    network_ = graph::prepare(import::import_onnx(std::move(model), &import_notes_, &interface_));
    notes_ = import_notes_;
  }
  check_input(*network_, run_);
  return *network_;
}

std::uint64_t Pipeline::model_hash() {
  imported();
  return model_hash_;
}

const import::Interface& Pipeline::interface() {
  imported();
  return interface_;
}

const graph::Graph& Pipeline::network() { return network(run_.quantization); }

const graph::Graph& Pipeline::network(const config::QuantizationConfig& choice) {
  const graph::Graph& network = imported();
  if (!choice.equalization) return network;
  if (!equalized_) {
    record("equalize", quantize::content_hash(network));
    graph::Equalization result = graph::equalize(network);
    nothing_to_equalize_ = result.tensors == 0;
    equalized_ = std::move(result.graph);
  }
  if (nothing_to_equalize_ && !equalization_noted_) {
    notes_.emplace_back(
        "equalization: nothing to scale, no convolution is read by just another one");
  }
  equalization_noted_ = true;
  return *equalized_;
}

const quantize::Calibration& Pipeline::calibration() { return calibration(run_.quantization); }

const quantize::Calibration& Pipeline::calibration(const config::QuantizationConfig& choice) {
  auto& kept = choice.equalization ? equalized_calibration_ : calibration_;
  if (!kept) kept = calibrate(network(choice));
  return kept->result;
}

const data::SkippedImages& Pipeline::skipped_calibration_images() const {
  static const data::SkippedImages none;
  if (calibration_) return calibration_->skipped;
  return equalized_calibration_ ? equalized_calibration_->skipped : none;
}

Calibrated Pipeline::calibrate(const graph::Graph& folded) {
  const std::vector<std::int32_t> widths =
      quantize::activation_widths(folded, options_of(run_.quantization));
  const std::uint64_t inputs_hash =
      ContentHasher()
          .add(quantize::content_hash(folded))
          .add(calibration_source(run_))
          .add(std::string_view(data::identity(run_.calibration.data)))
          .add(widths)
          .digest();
  return cached<Calibrated>("calibrate", inputs_hash, calibrated_from_bytes,
                            [&] { return observe_images(folded, widths); });
}

Calibrated Pipeline::observe_images(const graph::Graph& folded,
                                    const std::vector<std::int32_t>& widths) {
  check_capacity(folded, run_.hardware);
  const auto dataset = open(run_.calibration.data);
  data::ImageReader reader(*dataset, run_.skip_bad_images);
  const auto source = [&](std::int64_t index) -> std::optional<std::vector<float>> {
    std::optional<data::Sample> sample = reader.read(index);
    if (!sample) return std::nullopt;
    return std::move(sample->tensor);
  };
  const auto calibrator =
      quantize::make_calibrator(run_.calibration.method, run_.calibration.percentile);
  auto result =
      quantize::calibrate(folded, source, dataset->images(), *calibrator, threads_, widths);
  quantize::widen_outputs(folded, run_.calibration.output_headroom, result);
  return {std::move(result), reader.skipped()};
}

std::unique_ptr<data::Dataset> Pipeline::open(const config::DatasetConfig& dataset) {
  if (dataset.kind != config::DatasetKind::random)
    return data::open_dataset(dataset, run_.input, run_.skip_bad_images);
  std::int64_t elements = 0;
  for (const graph::Shape& shape : input_shapes(network())) elements += shape.elements();
  return data::random_tensors(static_cast<std::uint64_t>(dataset.seed), dataset.images.value_or(1),
                              elements);
}

std::uint64_t Pipeline::images_hash(const config::DatasetConfig& dataset) {
  ContentHasher hasher;
  hasher.add(std::string_view(data::identity(dataset))).add(run_.skip_bad_images);
  add_input(hasher, run_.input);
  for (const graph::Shape& shape : input_shapes(network())) hasher.add(shape.elements());
  return hasher.digest();
}

config::QuantizationConfig Pipeline::choice(const std::string& scheme) const {
  config::QuantizationConfig choice = run_.quantization;
  choice.scheme = scheme;
  choice.symmetric = choice.symmetric || scheme != "per_layer";
  return choice;
}

quantize::Quantization Pipeline::quantization(const config::QuantizationConfig& choice) {
  const quantize::Calibration& statistics = calibration(choice);
  const graph::Graph& folded = network(choice);
  const quantize::QuantizationOptions options = options_of(choice);
  const quantize::HardwareLimits limits = quantization_limits(run_.hardware);
  const std::uint64_t inputs_hash = ContentHasher()
                                        .add(quantize::content_hash(folded))
                                        .add(quantize::content_hash(statistics))
                                        .add(quantize::content_hash(options))
                                        .add(quantize::content_hash(limits))
                                        .digest();
  return cached<quantize::Quantization>("quantize", inputs_hash, quantization_from_bytes, [&] {
    return quantize::quantize_graph(folded, statistics, options, limits, threads_);
  });
}

Pipeline::Quantized& Pipeline::kept(const std::string& scheme) {
  const auto found = quantized_.find(scheme);
  if (found != quantized_.end()) return found->second;
  return quantized_.emplace(scheme, Quantized{quantization(choice(scheme)), {}, {}}).first->second;
}

std::uint64_t Pipeline::graph_hash(Quantized& network) {
  if (!network.graph_hash) network.graph_hash = quantize::content_hash(network.result.graph);
  return *network.graph_hash;
}

const quantize::Quantization& Pipeline::quantized(const std::string& scheme) {
  return kept(scheme).result;
}

std::uint64_t Pipeline::quantized_hash(const std::string& scheme) {
  return graph_hash(kept(scheme));
}

GivenQuantization Pipeline::given() {
  GivenQuantization result;
  for (const graph::Node& node : network().nodes) {
    const auto* pool = std::get_if<graph::Pool>(&node.op);
    const bool keeps_scale = pool != nullptr && pool->kind == graph::PoolKind::max;
    result.tensors += keeps_scale ? 0 : 1;
    result.given_tensors += !keeps_scale && node.given ? 1 : 0;
    if (const auto* conv = std::get_if<graph::Conv>(&node.op)) {
      ++result.layers;
      result.given_layers += conv->given ? 1 : 0;
    }
  }
  return result;
}

isa::Metadata Pipeline::metadata(const config::QuantizationConfig& choice) {
  isa::Metadata metadata;
  metadata.name = run_.network_name();
  metadata.scheme = choice.scheme;
  metadata.field_bits = field_bits_of(choice.scheme, choice.field_bits);
  metadata.rule = choice.rule;
  // Weights that the model brings as codes have nothing to be corrected.
  const GivenQuantization from_model = given();
  metadata.bias_correction = choice.bias_correction && from_model.given_layers < from_model.layers;
  metadata.symmetric = choice.symmetric;
  metadata.equalization = choice.equalization;
  metadata.weight_bits = static_cast<std::int32_t>(choice.weight_bits);
  metadata.activation_bits = static_cast<std::int32_t>(choice.activation_bits);
  metadata.preprocessing.size = run_.input.size;
  metadata.preprocessing.resize_shorter_side = run_.input.resize_shorter_side;
  metadata.preprocessing.center_crop = run_.input.center_crop;
  for (std::size_t c = 0; c < 3; ++c) {
    metadata.preprocessing.mean[c] = run_.input.mean[c];
    metadata.preprocessing.scale[c] = run_.input.scale[c];
  }
  return metadata;
}

std::uint64_t Pipeline::program_hash(std::uint64_t graph_hash,
                                     const config::QuantizationConfig& choice,
                                     std::int32_t images) const {
  ContentHasher hasher;
  hasher.add(graph_hash).add(std::string_view(config::program_dependent_text(run_.hardware)));
  hasher.add(std::string_view(run_.network_name())).add(quantize::content_hash(options_of(choice)));
  hasher.add(choice.equalization);
  add_input(hasher, run_.input);
  return hasher.add(images).digest();
}

isa::Program Pipeline::compile_program(const graph::QuantizedGraph& graph, std::uint64_t graph_hash,
                                       KeptWeightLayout& weights,
                                       const config::QuantizationConfig& choice,
                                       std::int32_t images) {
  record("compile", program_hash(graph_hash, choice, images));
  isa::Metadata metadata = this->metadata(choice);
  metadata.images = images;
  isa::Program program = compile(graph, run_.hardware, metadata, weights);
  const auto options = quantize::layer_options(network(choice), options_of(choice));
  for (std::size_t image = 0; image < program.images(); ++image) {
    describe_layers(network(choice), options, image, program);
  }
  return program;
}

isa::Program Pipeline::program(const graph::QuantizedGraph& graph,
                               const config::QuantizationConfig& choice, std::int32_t images) {
  KeptWeightLayout weights;
  return compile_program(graph, quantize::content_hash(graph), weights, choice, images);
}

isa::Program Pipeline::program(const std::string& scheme, std::int32_t images) {
  Quantized& network = kept(scheme);
  return compile_program(network.result.graph, graph_hash(network), network.weights, choice(scheme),
                         images);
}

const isa::Program& Pipeline::kept_program(const std::string& scheme) {
  Quantized& network = kept(scheme);
  const std::uint64_t inputs_hash = program_hash(graph_hash(network), choice(scheme), 1);
  if (program_ && program_->inputs_hash == inputs_hash) {
    program_->program.hardware = run_.hardware;
  } else {
    program_.reset();  // two would not be needed at a time
    program_ = KeptProgram{inputs_hash, program(scheme)};
  }
  return program_->program;
}

}  // namespace npusim::compile
