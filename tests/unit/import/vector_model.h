// SPDX-License-Identifier: Apache-2.0
// The ONNX project's test vectors as models that the importer takes: one input [1, C, H, W], one
// output of that form. What the vector's operator sees is its own tensors under their own
// dimensions; in front of it and behind it the dimensions are renamed.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/onnx_builder.h"

namespace npusim::test {

struct VectorTensor {
  Dims dims;
  std::vector<double> values;  // row-major
};

/// The recorded tensor; floats and integers.
VectorTensor read_vector_tensor(const std::filesystem::path& path);

/// The first element of the batch.
VectorTensor first_of_batch(const VectorTensor& tensor);

/// Three or fewer dimensions, one of them the channels; the others height and width in their order.
struct View {
  Dims dims;
  std::size_t channel = 0;
  bool cuts_batch = false;  // only the first element of the batch is taken

  std::int64_t channels() const { return dims.empty() ? 1 : dims[channel]; }
  std::int64_t height() const;
  std::int64_t width() const;
  /// The values, row-major in `dims`, in height, width, channel order.
  std::vector<double> to_hwc(const std::vector<double>& values) const;
};

/// All views of a tensor: without its ones, or without a batch in front.
std::vector<View> views_of(const Dims& dims);

/// How a vector is turned into a model.
struct Plan {
  View input;
  View output;
  /// All float inputs are computed tensors, rather than the first and constants.
  bool all_computed = false;
};

struct VectorModel {
  onnx::ModelProto model;
  std::vector<double> input_hwc;
  std::vector<double> output_hwc;
  double tolerance = 1e-4;  // absolute and relative: what the recorded output's type can hold
};

/// A vector's own files. `inputs` are those of the graph that are no initializers.
struct Vector {
  onnx::ModelProto model;
  std::vector<std::string> names;
  std::vector<VectorTensor> inputs;
  std::vector<onnx::TensorProto> protos;
  VectorTensor output;
  std::int32_t output_type = 0;
};

/// Nothing where the plan does not fit the vector's tensors.
std::optional<VectorModel> realize(const Vector& vector, const Plan& plan);

}  // namespace npusim::test
