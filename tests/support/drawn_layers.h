// SPDX-License-Identifier: Apache-2.0
// The layers that draw_onnx puts one behind the other. Internal to drawn_onnx.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/draw.h"
#include "tests/support/onnx_draft.h"

namespace npusim::test {

class DrawnLayers {
 public:
  DrawnLayers(Draw& draw, OnnxDraft& draft, std::int64_t float_type)
      : draw_(draw), draft_(draft), float_type_(float_type) {}

  /// A tensor that layers may read from here on.
  void keep(const DraftTensor& tensor) { tensors_.push_back(tensor); }
  const std::vector<DraftTensor>& tensors() const { return tensors_; }
  /// One more layer, of whatever kind.
  void add();
  /// Ends the branch with classes, sometimes behind a Softmax that nothing may read.
  std::string add_classes();
  /// The name under which the tensor may be an output.
  std::string as_output(const DraftTensor& tensor);

 private:
  struct Window {
    std::vector<OnnxAttribute> attributes;
    std::int64_t kernel_h = 1, kernel_w = 1, out_h = 1, out_w = 1;
  };
  struct Span {
    std::int64_t kernel = 1, stride = 1, dilation = 1, before = 0, after = 0, out = 1;
  };
  enum class Use { conv, max_pool, average_pool };

  // Mostly the newest, sometimes an older one, so that tensors live long.
  DraftTensor source();
  DraftTensor map();   // a source as a map
  DraftTensor flat();  // a source as a vector
  /// Another tensor of this shape; the tensor itself where there is none.
  DraftTensor like(const DraftTensor& tensor);
  DraftTensor renamed(DraftTensor tensor, const std::string& name) const {
    tensor.name = name;
    return tensor;
  }

  Span span(std::int64_t in, Use use);
  Window window(const DraftTensor& x, Use use);
  std::string weights(const Dims& dims, std::int64_t outputs);
  std::string bias(std::int64_t outputs);
  std::string activated(const std::string& x, std::int64_t channels, bool is_flat);
  /// One value, or one per channel, in any dimensions that broadcast.
  std::string channel_constant(const DraftTensor& x, bool positive);
  std::string reduced(const DraftTensor& x, const std::string& op, const Dims& axes, bool keeps);
  DraftTensor flattened(const DraftTensor& x);

  void conv();
  void depthwise();
  void pool();
  void global_pool();
  void reduce_one_axis();
  void two_tensors();
  void with_constant();
  void limits();
  void activation();
  void self_gate();
  void gate();
  void batch_norm();
  void pad();
  void concat();
  void split();
  void slice();
  void gather();
  void shuffle();
  void channels_last();
  void renaming();
  void quantized();
  void gemm();
  void mat_mul();

  Draw& draw_;
  OnnxDraft& draft_;
  std::int64_t float_type_;        // onnx::TensorProto's
  bool has_weight_codes_ = false;  // what weights() made last
  std::vector<DraftTensor> tensors_;
};

}  // namespace npusim::test
