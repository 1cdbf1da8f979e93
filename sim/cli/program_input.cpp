// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/program_input.h"

#include "frontend/data/dataset.h"
#include "frontend/data/splitmix64.h"
#include "frontend/execute/classify.h"
#include "sim/base/errors.h"
#include "sim/cli/npy.h"
#include "sim/config/yaml_reader.h"

namespace npusim::cli {
namespace {

constexpr std::uint64_t kRandomSeed = 1;
constexpr char kFractal[] = "fractal:";

using Codes = std::vector<std::int8_t>;

[[noreturn]] void refuse(const std::string& got, const std::string& must_be) {
  throw base::InputError(base::refusal("", "--input", got, must_be));
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t extent : shape)
    text += (text.empty() ? "" : " x ") + std::to_string(extent);
  return text.empty() ? "no dimensions" : text;
}

Codes random_codes(const isa::TensorInfo& tensor, data::SplitMix64& random) {
  Codes codes(static_cast<std::size_t>(tensor.elements()));
  for (std::int8_t& code : codes) code = static_cast<std::int8_t>(random.between(-128, 127));
  return codes;
}

Codes npy_codes(const isa::TensorInfo& tensor, const std::string& path) {
  NpyTensor file = read_npy(path);
  const std::vector<std::int64_t> wanted = {tensor.height, tensor.width, tensor.channels};
  std::vector<std::int64_t> shape = file.shape;
  while (shape.size() > wanted.size() && shape.front() == 1) shape.erase(shape.begin());
  while (shape.size() < wanted.size()) shape.insert(shape.begin(), 1);
  if (shape != wanted) {
    refuse(path + " of " + shape_text(file.shape),
           "an int8 tensor of " + shape_text(wanted) + " (height, width, channels)");
  }
  return std::move(file.values);
}

config::InputConfig input_config(const isa::Preprocessing& preprocessing) {
  config::InputConfig input;
  input.size = preprocessing.size;
  for (std::size_t c = 0; c < 3; ++c) {
    input.mean[c] = preprocessing.mean[c];
    input.scale[c] = preprocessing.scale[c];
  }
  return input;
}

Codes fractal_codes(const isa::Program& program, const isa::TensorInfo& tensor,
                    const std::string& source) {
  constexpr char kForm[] = "fractal:SEED:INDEX, two integers, at least 0 each";
  const std::string rest = source.substr(sizeof kFractal - 1);
  const std::size_t colon = rest.find(':');
  if (colon == std::string::npos) refuse(source, kForm);
  const auto seed = config::parse_integer(rest.substr(0, colon));
  const auto index = config::parse_integer(rest.substr(colon + 1));
  if (!seed || !index || *seed < 0 || *index < 0 ||
      *index >= std::numeric_limits<std::int64_t>::max()) {
    refuse(source, kForm);
  }
  const std::int64_t size = program.metadata.preprocessing.size;
  if (size == 0 || tensor.height != size || tensor.width != size || tensor.channels != 3) {
    refuse(source, "a .npy file: the Program's input is no image");
  }
  config::DatasetConfig dataset;
  dataset.seed = *seed;
  dataset.images = *index + 1;
  const auto fractals = data::open_dataset(dataset, input_config(program.metadata.preprocessing));
  const data::Sample sample = fractals->sample(*index);
  Codes codes(sample.tensor.size());
  execute::quantize_input(sample.tensor.data(), static_cast<std::int64_t>(codes.size()),
                          {tensor.scale, tensor.zero_point}, codes.data());
  return codes;
}

Codes codes_of(const isa::Program& program, const isa::TensorInfo& tensor,
               const std::string& source) {
  if (source.rfind(kFractal, 0) == 0) return fractal_codes(program, tensor, source);
  const bool is_npy = source.size() > 4 && source.compare(source.size() - 4, 4, ".npy") == 0;
  if (!is_npy) refuse(source, "a .npy file or fractal:SEED:INDEX");
  return npy_codes(tensor, source);
}

}  // namespace

std::vector<Codes> read_inputs(const isa::Program& program,
                               const std::vector<std::string>& sources) {
  if (!sources.empty() && sources.size() != program.inputs.size()) {
    refuse(
        std::to_string(sources.size()) + " inputs",
        "given once per input of the Program, which has " + std::to_string(program.inputs.size()));
  }
  data::SplitMix64 random(kRandomSeed);
  std::vector<Codes> inputs;
  for (std::size_t i = 0; i < program.inputs.size(); ++i) {
    const isa::TensorInfo& tensor = program.tensors.at(program.inputs[i]);
    if (tensor.type != isa::DataType::int8)
      refuse("a Program with an input that is not int8", "an int8 Program");
    inputs.push_back(sources.empty() ? random_codes(tensor, random)
                                     : codes_of(program, tensor, sources[i]));
  }
  return inputs;
}

}  // namespace npusim::cli
