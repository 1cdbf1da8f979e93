// SPDX-License-Identifier: Apache-2.0
// An ONNX model in the making, in the forms that exporters give one and the same thing: constants
// as initializers or nodes, axes as attributes or inputs. Internal to drawn_onnx.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/support/draw.h"
#include "tests/support/onnx_builder.h"

namespace npusim::test {

/// A tensor of the model: [1, channels, height, width], or [1, channels] where flat.
struct DraftTensor {
  std::string name;
  std::int64_t channels = 1, height = 1, width = 1;
  bool is_flat = false;
  bool is_joined = false;  // holds height and width among its channels: no output may

  std::int64_t elements() const { return channels * height * width; }
  bool same_shape(const DraftTensor& other) const {
    return is_flat == other.is_flat && channels == other.channels && height == other.height &&
           width == other.width;
  }
};

class OnnxDraft {
 public:
  OnnxDraft(Draw& draw, int opset) : draw_(draw), opset_(opset), model_(opset) {}

  int opset() const { return opset_; }
  OnnxBuilder& model() { return model_; }
  const std::set<std::string>& operators() const { return operators_; }
  const std::set<std::string>& read() const { return read_; }

  /// Whether the tensor holds nothing but values of the model's input `x`: no output may.
  bool is_input_renamed(std::string name) const;

  std::string fresh(const std::string& kind) { return kind + std::to_string(next_++); }
  /// A node with one output, whose name comes back.
  std::string node(const std::string& op, const std::vector<std::string>& inputs,
                   const std::vector<OnnxAttribute>& attributes = {});
  std::vector<std::string> nodes(const std::string& op, const std::vector<std::string>& inputs,
                                 const std::vector<OnnxAttribute>& attributes, std::size_t outputs);
  /// A node whose list `key` is its input from opset `since` on, before that an attribute.
  std::string node_with_list(const std::string& op, const std::string& input,
                             const std::string& key, const Dims& list, int since,
                             std::vector<OnnxAttribute> attributes = {});

  /// A constant, in any of the forms that files have.
  std::string floats(const Dims& dims, const std::vector<float>& values);
  std::string ints(const std::vector<std::int64_t>& values);
  std::string scalar(float value) { return floats({}, {value}); }
  /// `count` values in [-range, range).
  std::vector<float> values(std::int64_t count, float range = 1);

 private:
  std::string folded(std::string name);

  Draw& draw_;
  int opset_;
  OnnxBuilder model_;
  std::set<std::string> operators_, read_;
  std::map<std::string, std::string> passed_on_;  // by a node that computes nothing: what it reads
  int next_ = 0;
};

}  // namespace npusim::test
