// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/program_input.h"

#include "frontend/data/dataset.h"
#include "frontend/data/picture.h"
#include "frontend/data/resize.h"
#include "frontend/data/splitmix64.h"
#include "frontend/execute/classify.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/cli/npy.h"
#include "sim/config/yaml_reader.h"

namespace npusim::cli {
namespace {

constexpr std::uint64_t kRandomSeed = 1;
constexpr std::uint64_t kMaxInputFileBytes = std::uint64_t{1} << 30;
constexpr char kFractal[] = "fractal:";

using Codes = std::vector<std::int8_t>;

[[noreturn]] void refuse(const std::string& got, const std::string& must_be) {
  throw base::InputError(base::refusal("", "--input", got, must_be));
}

std::string extents_text(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t extent : shape)
    text += (text.empty() ? "" : " x ") + std::to_string(extent);
  return text.empty() ? "no dimensions" : text;
}

/// The codes that the tensor may hold; the accumulators are proved to hold sums of these.
graph::Clamps range_of(const isa::TensorInfo& tensor) {
  const std::int32_t half = 1 << (tensor.code_bits - 1);
  return {-half, half - 1};
}

Codes random_codes(const isa::TensorInfo& tensor, data::SplitMix64& random) {
  Codes codes(static_cast<std::size_t>(tensor.elements()));
  const graph::Clamps range = range_of(tensor);
  for (std::int8_t& code : codes) {
    code = static_cast<std::int8_t>(random.between(range.low, range.high));
  }
  return codes;
}

Codes npy_codes(const isa::TensorInfo& tensor, const std::string& path, const std::string& bytes) {
  NpyTensor file = parse_npy(bytes, path);
  const std::vector<std::int64_t> wanted = {tensor.height, tensor.width, tensor.channels};
  std::vector<std::int64_t> shape = file.shape;
  while (shape.size() > wanted.size() && shape.front() == 1) shape.erase(shape.begin());
  while (shape.size() < wanted.size()) shape.insert(shape.begin(), 1);
  if (shape != wanted) {
    refuse(path + " of " + extents_text(file.shape),
           "an int8 tensor of " + extents_text(wanted) + " (height, width, channels)");
  }
  const graph::Clamps range = range_of(tensor);
  for (const std::int8_t code : file.values) {
    if (code >= range.low && code <= range.high) continue;
    refuse(path + " with the code " + std::to_string(code),
           "codes from " + std::to_string(range.low) + " to " + std::to_string(range.high) + " (" +
               std::to_string(tensor.code_bits) + " bits)");
  }
  return std::move(file.values);
}

config::InputConfig input_config(const isa::Preprocessing& preprocessing) {
  config::InputConfig input;
  input.size = preprocessing.size;
  input.resize_shorter_side = preprocessing.resize_shorter_side;
  input.center_crop = preprocessing.center_crop;
  for (std::size_t c = 0; c < 3; ++c) {
    input.mean[c] = preprocessing.mean[c];
    input.scale[c] = preprocessing.scale[c];
  }
  return input;
}

void check_takes_pictures(const isa::Program& program, const isa::TensorInfo& tensor,
                          const std::string& source) {
  const std::int64_t size = program.metadata.preprocessing.size;
  if (size == 0 || tensor.height != size || tensor.width != size || tensor.channels != 3)
    refuse(source, "a .npy file: the Program's input is no image");
}

Codes quantized(const std::vector<float>& values, const isa::TensorInfo& tensor) {
  Codes codes(values.size());
  execute::quantize_input(values.data(), static_cast<std::int64_t>(codes.size()),
                          {tensor.scale, tensor.zero_point}, range_of(tensor), codes.data());
  return codes;
}

Codes picture_codes(const isa::Program& program, const isa::TensorInfo& tensor,
                    const std::string& path, const std::vector<std::uint8_t>& bytes) {
  check_takes_pictures(program, tensor, path);
  const config::InputConfig input = input_config(program.metadata.preprocessing);
  const data::Picture picture = data::preprocess(data::decode_picture(bytes, path), input, path);
  return quantized(data::to_tensor(picture.rgb.data(), input.size * input.size, input), tensor);
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
  check_takes_pictures(program, tensor, source);
  config::DatasetConfig dataset;
  dataset.seed = *seed;
  dataset.images = *index + 1;
  const auto fractals = data::open_dataset(dataset, input_config(program.metadata.preprocessing));
  return quantized(fractals->sample(*index).tensor, tensor);
}

Codes codes_of(const isa::Program& program, const isa::TensorInfo& tensor,
               const std::string& source) {
  if (source.rfind(kFractal, 0) == 0) return fractal_codes(program, tensor, source);
  const std::string text = base::read_file_text(source, kMaxInputFileBytes);
  if (is_npy(text)) return npy_codes(tensor, source, text);
  const std::vector<std::uint8_t> bytes(text.begin(), text.end());
  if (data::is_picture(bytes)) return picture_codes(program, tensor, source, bytes);
  refuse(source + ", something else", "a .npy file, a JPEG or PNG picture, or fractal:SEED:INDEX");
}

std::string tensors_text(const isa::Program& program) {
  std::string number = std::to_string(program.inputs.size());
  if (program.images() == 1) return number;
  return number + ": all of one image, then those of the next of its " +
         std::to_string(program.images());
}

}  // namespace

std::vector<Codes> read_inputs(const isa::Program& program,
                               const std::vector<std::string>& sources) {
  if (!sources.empty() && sources.size() != program.inputs.size()) {
    refuse(std::to_string(sources.size()) + " inputs",
           "given once per input of the Program, which has " + tensors_text(program));
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
