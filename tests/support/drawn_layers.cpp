// SPDX-License-Identifier: Apache-2.0
// Layers with weights or windows, and which layer comes next.
#include "tests/support/drawn_layers.h"

#include <algorithm>

namespace npusim::test {
namespace {

constexpr std::int64_t kMostMacs = 1'000'000;  // of a layer: cases must be small
constexpr std::int64_t kMostInputs = 3'000;    // of a fully connected layer

}  // namespace

void DrawnLayers::add() {
  using Layer = void (DrawnLayers::*)();
  static const std::vector<Layer> layers = {
      &DrawnLayers::conv,           &DrawnLayers::conv,        &DrawnLayers::conv,
      &DrawnLayers::conv,           &DrawnLayers::depthwise,   &DrawnLayers::depthwise,
      &DrawnLayers::pool,           &DrawnLayers::pool,        &DrawnLayers::global_pool,
      &DrawnLayers::two_tensors,    &DrawnLayers::two_tensors, &DrawnLayers::with_constant,
      &DrawnLayers::with_constant,  &DrawnLayers::limits,      &DrawnLayers::activation,
      &DrawnLayers::activation,     &DrawnLayers::self_gate,   &DrawnLayers::gate,
      &DrawnLayers::batch_norm,     &DrawnLayers::pad,         &DrawnLayers::concat,
      &DrawnLayers::split,          &DrawnLayers::slice,       &DrawnLayers::gather,
      &DrawnLayers::shuffle,        &DrawnLayers::renaming,    &DrawnLayers::channels_last,
      &DrawnLayers::quantized,      &DrawnLayers::gemm,        &DrawnLayers::mat_mul,
      &DrawnLayers::reduce_one_axis};
  (this->*draw_.pick(layers))();
}

DraftTensor DrawnLayers::source() {
  return draw_.chance(75) ? tensors_.back() : draw_.pick(tensors_);
}

DraftTensor DrawnLayers::map() {
  for (int tries = 0; tries < 4; ++tries) {
    DraftTensor x = source();
    if (!x.is_flat) return x;
  }
  DraftTensor x = source();
  if (!x.is_flat) return x;
  x.name = draw_.chance(50) || draft_.opset() < 8
               ? draft_.node("Reshape", {x.name, draft_.ints({1, x.channels, 1, 1})})
               : draft_.node_with_list("Unsqueeze", x.name, "axes", {2, 3}, 13);
  x.is_flat = false;
  return x;
}

DraftTensor DrawnLayers::flat() {
  DraftTensor x = source();
  if (x.is_flat) return x;
  if (x.elements() <= kMostInputs) return flattened(x);
  x.name = draft_.node("GlobalAveragePool", {x.name});
  x.height = x.width = 1;
  return flattened(x);
}

DraftTensor DrawnLayers::like(const DraftTensor& tensor) {
  std::vector<DraftTensor> found;
  for (const DraftTensor& other : tensors_) {
    if (other.same_shape(tensor) && other.name != tensor.name) found.push_back(other);
  }
  return found.empty() ? tensor : draw_.pick(found);
}

DrawnLayers::Span DrawnLayers::span(std::int64_t in, Use use) {
  Span s;
  s.kernel = draw_.one_of({1, 1, 2, 3, 3, 3, 4, 5, 7});
  s.stride = draw_.one_of({1, 1, 1, 2, 2, 3, 5});
  // No machine runs a dilated pool: it is drawn to be refused.
  if (draw_.chance(use == Use::conv ? 25 : 1) && (use != Use::average_pool)) {
    s.dilation = draw_.one_of({2, 3});
  }
  const std::int64_t most = use == Use::conv && draw_.chance(10) ? s.kernel + 2 : s.kernel - 1;
  if (draw_.chance(60)) {
    s.before = draw_.integer(0, most);
    s.after = draw_.chance(50) ? s.before : draw_.integer(0, most);
  }
  const std::int64_t room = in + s.before + s.after - (s.kernel - 1) * s.dilation - 1;
  if (room < 0) return {1, s.stride, 1, 0, 0, (in - 1) / s.stride + 1};
  s.out = room / s.stride + 1;
  return s;
}

DrawnLayers::Window DrawnLayers::window(const DraftTensor& x, Use use) {
  Span h = span(x.height, use);
  Span w = draw_.chance(50) && x.width == x.height ? h : span(x.width, use);
  Window result;
  const bool is_max_of_old = use == Use::max_pool && draft_.opset() < 10;
  if (use == Use::average_pool || is_max_of_old) h.dilation = w.dilation = 1;
  const bool with_padding = use == Use::average_pool && draw_.chance(40);
  const auto out = [](const Span& s, std::int64_t in) {
    return (in + s.before + s.after - (s.kernel - 1) * s.dilation - 1) / s.stride + 1;
  };
  auto& attributes = result.attributes;
  if (use != Use::conv || draw_.chance(70)) {
    attributes.emplace_back("kernel_shape", Dims{h.kernel, w.kernel});
  }
  if (h.stride != 1 || w.stride != 1 || draw_.chance(50)) {
    attributes.emplace_back("strides", Dims{h.stride, w.stride});
  }
  if (h.dilation != 1 || w.dilation != 1) {
    attributes.emplace_back("dilations", Dims{h.dilation, w.dilation});
  }
  result.kernel_h = h.kernel;
  result.kernel_w = w.kernel;
  const bool fits = (h.kernel - 1) * h.dilation < x.height && (w.kernel - 1) * w.dilation < x.width;
  if (draw_.chance(20)) {
    const bool is_valid = fits && draw_.chance(30);
    attributes.emplace_back("auto_pad", is_valid           ? "VALID"
                                        : draw_.chance(50) ? "SAME_UPPER"
                                                           : "SAME_LOWER");
    h.before = h.after = w.before = w.after = 0;
    result.out_h = is_valid ? out(h, x.height) : (x.height - 1) / h.stride + 1;
    result.out_w = is_valid ? out(w, x.width) : (x.width - 1) / w.stride + 1;
    if (with_padding) attributes.emplace_back("count_include_pad", 1);
    return result;
  }
  if (h.before + h.after + w.before + w.after > 0) {
    attributes.emplace_back("pads", Dims{h.before, w.before, h.after, w.after});
  }
  result.out_h = out(h, x.height);
  result.out_w = out(w, x.width);
  if (with_padding) attributes.emplace_back("count_include_pad", 1);
  if (use == Use::conv || with_padding || draft_.opset() < 10 || draw_.chance(70)) return result;
  // Rounded up only where the last window starts on the input.
  const auto up = [](const Span& s, std::int64_t in) {
    const std::int64_t room = in + s.before + s.after - (s.kernel - 1) * s.dilation - 1;
    return (room + s.stride - 1) / s.stride + 1;
  };
  const std::int64_t up_h = up(h, x.height);
  const std::int64_t up_w = up(w, x.width);
  if ((up_h - 1) * h.stride >= x.height + h.before) return result;
  if ((up_w - 1) * w.stride >= x.width + w.before) return result;
  attributes.emplace_back("ceil_mode", 1);
  result.out_h = up_h;
  result.out_w = up_w;
  return result;
}

/// Channels of very different ranges, so that shift scalers have something to do; sometimes int8
/// codes behind a DequantizeLinear.
std::string DrawnLayers::weights(const Dims& dims, std::int64_t outputs) {
  std::int64_t count = 1;
  for (const std::int64_t dim : dims) count *= dim;
  const bool per_channel = draft_.opset() >= 13 && dims.size() == 4;
  has_weight_codes_ =
      float_type_ == 1 && draft_.opset() >= (per_channel ? 13 : 10) && draw_.chance(8);
  if (has_weight_codes_) {
    std::vector<std::int32_t> codes;
    for (std::int64_t i = 0; i < count; ++i) {
      codes.push_back(static_cast<std::int32_t>(draw_.integer(-127, 127)));
    }
    std::vector<float> scales;
    for (std::int64_t i = 0; i < (per_channel ? outputs : 1); ++i) {
      scales.push_back(1.0F / static_cast<float>(64 << draw_.integer(0, 8)));
    }
    const std::string name = draft_.fresh("w");
    draft_.model().codes(name, dims, "INT8", codes);
    const Dims of_scales = per_channel ? Dims{outputs} : Dims{};
    const std::string scale = draft_.floats(of_scales, scales);
    if (per_channel)
      return draft_.node("DequantizeLinear", {name, scale}, {OnnxAttribute("axis", 0)});
    return draft_.node("DequantizeLinear", {name, scale});
  }
  std::vector<float> values;
  for (std::int64_t c = 0; c < outputs; ++c) {
    const float range =
        1.0F / static_cast<float>(1LL << draw_.integer(0, draw_.chance(5) ? 20 : 7));
    const bool is_dead = draw_.chance(3);
    for (std::int64_t k = 0; k < count / outputs; ++k) {
      values.push_back(is_dead ? 0.0F : draw_.unit() * range);
    }
  }
  return draft_.floats(dims, values);
}

std::string DrawnLayers::bias(std::int64_t outputs) {
  return draft_.floats({outputs}, draft_.values(outputs, draw_.chance(10) ? 8 : 1));
}

void DrawnLayers::conv() {
  const DraftTensor x = map();
  Window w = window(x, Use::conv);
  std::int64_t outputs = draw_.chance(6) ? draw_.integer(24, 70) : draw_.integer(1, 18);
  std::int64_t groups = 1;
  if (draw_.chance(20)) {
    for (const std::int64_t g : {4, 3, 2}) {
      if (x.channels % g == 0) {
        groups = g;
        outputs = g * draw_.integer(1, 4);
        break;
      }
    }
  }
  const std::int64_t taps = w.kernel_h * w.kernel_w * x.channels / groups;
  while (outputs > groups && taps * outputs * w.out_h * w.out_w > kMostMacs) outputs -= groups;
  if (groups != 1) w.attributes.emplace_back("group", groups);
  std::vector<std::string> inputs = {
      x.name, weights({outputs, x.channels / groups, w.kernel_h, w.kernel_w}, outputs)};
  if (draw_.chance(75)) inputs.push_back(bias(outputs));
  DraftTensor y{draft_.node("Conv", inputs, w.attributes), outputs, w.out_h, w.out_w};
  if (draw_.chance(50)) y.name = activated(y.name, outputs, false);
  keep(y);
}

void DrawnLayers::depthwise() {
  const DraftTensor x = map();
  Window w = window(x, Use::conv);
  const std::int64_t outputs = x.channels * (draw_.chance(85) ? 1 : 2);
  w.attributes.emplace_back("group", x.channels);
  std::vector<std::string> inputs = {x.name,
                                     weights({outputs, 1, w.kernel_h, w.kernel_w}, outputs)};
  if (draw_.chance(75)) inputs.push_back(bias(outputs));
  DraftTensor y{draft_.node("Conv", inputs, w.attributes), outputs, w.out_h, w.out_w};
  if (draw_.chance(50)) y.name = activated(y.name, outputs, false);
  keep(y);
}

void DrawnLayers::pool() {
  const DraftTensor x = map();
  const bool is_max = draw_.chance(50);
  const Window w = window(x, is_max ? Use::max_pool : Use::average_pool);
  keep({draft_.node(is_max ? "MaxPool" : "AveragePool", {x.name}, w.attributes), x.channels,
        w.out_h, w.out_w});
}

std::string DrawnLayers::reduced(const DraftTensor& x, const std::string& op, const Dims& axes,
                                 bool keeps) {
  std::vector<OnnxAttribute> attributes;
  if (!keeps || draw_.chance(50)) attributes.emplace_back("keepdims", keeps ? 1 : 0);
  return draft_.node_with_list(op, x.name, "axes", axes, op == "ReduceSum" ? 13 : 18, attributes);
}

void DrawnLayers::global_pool() {
  DraftTensor x = map();
  const std::int64_t choice = draw_.integer(0, 4);
  if (choice < 2) {
    x.name = draft_.node(choice == 0 ? "GlobalAveragePool" : "GlobalMaxPool", {x.name});
  } else {
    const char* op = choice == 2 ? "ReduceMean" : choice == 3 ? "ReduceMax" : "ReduceSum";
    x.is_flat = draw_.chance(40);
    const Dims axes = draw_.chance(50) || draft_.opset() < 11 ? Dims{2, 3} : Dims{-1, -2};
    x.name = reduced(x, op, axes, !x.is_flat);
  }
  x.height = x.width = 1;
  keep(x);
}

void DrawnLayers::reduce_one_axis() {
  DraftTensor x = map();
  const std::int64_t axis = draw_.integer(2, 3);
  const char* op = draw_.chance(40) ? "ReduceMean" : draw_.chance(50) ? "ReduceMax" : "ReduceSum";
  const bool keeps = draw_.chance(60);
  x.name = reduced(x, op, {axis}, keeps);
  if (!keeps) x.name = draft_.node_with_list("Unsqueeze", x.name, "axes", {axis}, 13);
  (axis == 2 ? x.height : x.width) = 1;
  keep(x);
}

void DrawnLayers::gemm() {
  const DraftTensor x = flat();
  const std::int64_t outputs = draw_.integer(1, 20);
  const bool is_turned = draw_.chance(50);
  const Dims dims = is_turned ? Dims{outputs, x.channels} : Dims{x.channels, outputs};
  std::vector<OnnxAttribute> attributes;
  if (is_turned) attributes.emplace_back("transB", 1);
  // Channels of their own ranges lie along the first dimension of turned ones only.
  std::vector<std::string> inputs = {x.name, weights(dims, is_turned ? outputs : 1)};
  if (!has_weight_codes_ && draw_.chance(20)) attributes.emplace_back("alpha", 0.5F);
  if (!has_weight_codes_ && draw_.chance(20)) attributes.emplace_back("beta", 2.0F);
  if (draft_.opset() < 11 || draw_.chance(75)) {
    inputs.push_back(draw_.chance(15) ? draft_.scalar(0.25F) : bias(outputs));
  }
  DraftTensor y{draft_.node("Gemm", inputs, attributes), outputs, 1, 1, true};
  if (draw_.chance(40)) y.name = activated(y.name, outputs, true);
  keep(y);
}

void DrawnLayers::mat_mul() {
  const std::int64_t outputs = draw_.integer(1, 16);
  if (draw_.chance(50)) {
    const DraftTensor x = flat();
    std::string b = weights({x.channels, outputs}, 1);
    if (draw_.chance(15)) {
      b = draft_.node("Transpose", {weights({outputs, x.channels}, outputs)},
                      {OnnxAttribute("perm", {1, 0})});
    }
    DraftTensor y{draft_.node("MatMul", {x.name, b}), outputs, 1, 1, true};
    if (draw_.chance(50)) y.name = draft_.node("Add", {y.name, bias(outputs)});
    return keep(y);
  }
  // Each position of a map.
  DraftTensor x = map();
  std::string y = draft_.node("Transpose", {x.name}, {OnnxAttribute("perm", {0, 2, 3, 1})});
  y = draft_.node("MatMul", {y, weights({x.channels, outputs}, 1)});
  if (draw_.chance(60)) y = draft_.node("Add", {y, bias(outputs)});
  x.name = draft_.node("Transpose", {y}, {OnnxAttribute("perm", {0, 3, 1, 2})});
  x.channels = outputs;
  keep(x);
}

std::string DrawnLayers::as_output(const DraftTensor& tensor) {
  if (tensor.is_joined) {
    const std::string line = tensor.is_flat ? tensor.name : draft_.node("Flatten", {tensor.name});
    return draft_.node("MatMul", {line, weights({tensor.channels, 3}, 1)});
  }
  return draft_.is_input_renamed(tensor.name) ? draft_.node("Relu", {tensor.name}) : tensor.name;
}

std::string DrawnLayers::add_classes() {
  gemm();
  const DraftTensor y = tensors_.back();
  if (!draw_.chance(60)) return y.name;
  tensors_.pop_back();
  if (draft_.opset() < 13 || draw_.chance(50)) {
    return draft_.node("Softmax", {y.name}, {OnnxAttribute("axis", 1)});
  }
  return draft_.node("Softmax", {y.name});
}

}  // namespace npusim::test
