// SPDX-License-Identifier: Apache-2.0
// usage: oracle_cases images RUN.yaml OUT [--FLAG VALUE]...   flags: model, dataset, calibration,
//            images, scheme, hardware, set
//        oracle_cases drawn COUNT FOLDER
// What an exported network is run on by another runtime, and what the integer network makes of it:
// OUT_inputs.npy (float32, decoded, in the model's own order), OUT_logits.npy (int8 codes of the
// first output, in the model's order) and OUT.json (their scale and zero point, labels, names).
// `drawn` writes the models as well, FOLDER/<seed>.onnx.
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "frontend/compile/pipeline.h"
#include "frontend/execute/classify.h"
#include "frontend/execute/integer_executor.h"
#include "frontend/export/exporter.h"
#include "frontend/quantize/calibration.h"
#include "sim/base/files.h"
#include "sim/cli/data_folders.h"
#include "sim/config/run_config.h"
#include "tests/support/random_network.h"

// What the SystemC library's own main would call; it is referred to, never called.
extern "C" int sc_main(int argc, char** argv);
extern "C" int sc_main(int /*argc*/, char** /*argv*/) { return 1; }

namespace npusim {
namespace {

// A .npy file, header and values; `descr` as NumPy calls the type.
template <typename Value>
std::string npy(const char* descr, const std::vector<std::int64_t>& shape,
                const std::vector<Value>& values) {
  std::string extents;
  for (const std::int64_t extent : shape) extents += std::to_string(extent) + ", ";
  std::string header = std::string("{'descr': '") + descr +
                       "', 'fortran_order': False, 'shape': (" + extents + "), }";
  while ((10 + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  std::string bytes("\x93NUMPY\1\0", 8);
  bytes += static_cast<char>(header.size() & 255U);
  bytes += static_cast<char>(header.size() >> 8);
  bytes += header;
  return bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Value));
}

// height, width, channel to the order of the port.
template <typename Value>
void append(const Value* values, const graph::Shape& shape, const import::Port& port,
            std::vector<Value>& to) {
  const std::int64_t positions = shape.height * shape.width;
  if (port.has_channels_last || positions == 1) {
    to.insert(to.end(), values, values + shape.elements());
    return;
  }
  for (std::int64_t c = 0; c < shape.channels; ++c) {
    for (std::int64_t p = 0; p < positions; ++p) to.push_back(values[p * shape.channels + c]);
  }
}

class Case {
 public:
  Case(const graph::QuantizedGraph& quantized, const import::Interface& interface)
      : quantized_(quantized), interface_(interface), executor_(quantized) {
    if (interface.inputs.size() != 1) throw std::runtime_error("the network must have one input");
  }

  void add(const std::vector<float>& values, std::int64_t label) {
    const graph::QuantizedNode& input = quantized_.nodes.front();
    std::vector<std::int8_t> codes(values.size());
    execute::quantize_input(values.data(), static_cast<std::int64_t>(values.size()),
                            input.quantization, input.clamps, codes.data());
    append(values.data(), input.shape, interface_.inputs.front(), inputs_);
    append(executor_.run(codes.data()), output().shape, interface_.outputs.front(), logits_);
    labels_.push_back(label);
  }

  void write(const std::string& prefix) const {
    const auto images = static_cast<std::int64_t>(labels_.size());
    std::vector<std::int64_t> shape = interface_.inputs.front().dims;
    shape.front() = images;
    base::write_file_whole(prefix + "_inputs.npy", npy("<f4", shape, inputs_));
    base::write_file_whole(prefix + "_logits.npy",
                           npy("|i1", {images, output().shape.elements()}, logits_));
    const nlohmann::json description = {{"input", interface_.inputs.front().name},
                                        {"output", interface_.outputs.front().name},
                                        {"scale", output().quantization.scale},
                                        {"zero_point", output().quantization.zero_point},
                                        {"labels", labels_}};
    base::write_file_whole(prefix + ".json", description.dump());
  }

 private:
  const graph::QuantizedNode& output() const { return quantized_.node(quantized_.outputs.front()); }

  const graph::QuantizedGraph& quantized_;
  const import::Interface& interface_;
  execute::IntegerExecutor executor_;
  std::vector<float> inputs_;
  std::vector<std::int8_t> logits_;
  std::vector<std::int64_t> labels_;
};

config::RunFlags flags_of(const std::vector<std::string>& arguments) {
  config::RunFlags flags;
  for (std::size_t i = 0; i + 1 < arguments.size(); i += 2) {
    const std::string& name = arguments[i];
    const std::string& value = arguments[i + 1];
    if (name == "--model") flags.model = value;
    if (name == "--dataset") flags.dataset = value;
    if (name == "--calibration") flags.calibration = value;
    if (name == "--images") flags.images = value;
    if (name == "--scheme") flags.scheme = value;
    if (name == "--hardware") flags.hardware = value;
    if (name == "--set") flags.set.push_back(value);
  }
  return flags;
}

void write_images(const std::string& run_file, const std::string& prefix,
                  const std::vector<std::string>& arguments) {
  const config::RunConfig run =
      config::read_run_config(run_file, flags_of(arguments), {}, cli::data_folders());
  compile::Pipeline pipeline(run, 2);
  Case result(pipeline.quantized(run.quantization.scheme).graph, pipeline.interface());
  const auto dataset = pipeline.open(run.dataset.value());
  for (std::int64_t i = 0; i < dataset->images(); ++i) {
    const data::Sample sample = dataset->sample(i);
    result.add(sample.tensor, sample.label);
  }
  result.write(prefix);
}

void write_drawn(std::uint64_t seed, const std::filesystem::path& folder) {
  const graph::Graph network = test::random_network(seed);
  const std::int64_t elements = network.nodes.front().shape.elements();
  const auto image = [&](std::int64_t index) {
    return test::random_input(seed * 10 + static_cast<std::uint64_t>(index), elements);
  };
  quantize::QuantizationOptions options;
  const std::vector<std::string>& schemes = quantize::scheme_names();
  options.layers.scheme.scheme = schemes[seed % schemes.size()];
  options.layers.weight_bits = 8 - static_cast<std::int32_t>(seed / 3 % 5);
  options.layers.activation_bits = seed % 4 == 3 ? 6 : 8;
  const quantize::Calibration calibration =
      quantize::calibrate(network, image, 2, *quantize::make_calibrator("min_max"), 1);
  const graph::QuantizedGraph quantized =
      quantize::quantize_graph(network, calibration, options, {}).graph;
  const import::Interface interface = import::default_interface(network);
  Case result(quantized, interface);
  for (std::int64_t i = 0; i < 4; ++i) result.add(image(i), 0);
  const std::string prefix = (folder / std::to_string(seed)).string();
  result.write(prefix);
  base::write_file_whole(prefix + ".onnx",
                         exporter::to_onnx(network, quantized, interface, {}).bytes);
}

int run(const std::vector<std::string>& arguments) {
  if (arguments.size() >= 3 && arguments[0] == "images") {
    write_images(arguments[1], arguments[2], {arguments.begin() + 3, arguments.end()});
    return 0;
  }
  if (arguments.size() == 3 && arguments[0] == "drawn") {
    const std::uint64_t count = std::stoull(arguments[1]);
    for (std::uint64_t seed = 0; seed < count; ++seed) write_drawn(seed, arguments[2]);
    return 0;
  }
  std::fputs("usage: oracle_cases images RUN.yaml OUT [--FLAG VALUE]... | drawn COUNT FOLDER\n",
             stderr);
  return 2;
}

}  // namespace
}  // namespace npusim

int main(int argc, char** argv) {
  try {
    return npusim::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "oracle_cases: %s\n", error.what());
    return 1;
  }
}
