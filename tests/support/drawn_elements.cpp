// SPDX-License-Identifier: Apache-2.0
// Layers without weights or windows: values one by one, channels, dimensions.
#include <algorithm>
#include <numeric>

#include "tests/support/drawn_layers.h"

namespace npusim::test {

std::string DrawnLayers::activated(const std::string& x, std::int64_t channels, bool is_flat) {
  const int opset = draft_.opset();
  switch (draw_.integer(0, 13)) {
    case 0:
    case 1:
      return draft_.node("Relu", {x});
    case 2:
      if (opset < 11) {
        return draft_.node("Clip", {x}, {OnnxAttribute("min", 0.0F), OnnxAttribute("max", 6.0F)});
      }
      if (draw_.chance(20)) return draft_.node("Clip", {x, draft_.scalar(-0.5F)});
      return draft_.node("Clip", {x, draft_.scalar(draw_.chance(50) ? 0.0F : -1.0F),
                                  draft_.scalar(draw_.chance(50) ? 6.0F : 0.75F)});
    case 3:
      return draft_.node("LeakyRelu", {x},
                         {OnnxAttribute("alpha", draw_.chance(90) ? 0.1F : 1.5F)});
    case 4:
      return draft_.node("Elu", {x});
    case 5:
      return draft_.node("Selu", {x});
    case 6:
      return draft_.node("Sigmoid", {x});
    case 7:
      return draft_.node("HardSigmoid", {x}, {OnnxAttribute("alpha", 1.0F / 6)});
    case 8:
      return opset >= 14 ? draft_.node("HardSwish", {x}) : draft_.node("HardSigmoid", {x});
    case 9:
      return draft_.node("Tanh", {x});
    case 10:
      return draft_.node("Softplus", {x});
    case 11:
      return draft_.node("PRelu", {x, draft_.floats({1}, {0.25F})});
    case 12: {
      const Dims dims = is_flat ? Dims{channels} : Dims{channels, 1, 1};
      return draft_.node("PRelu", {x, draft_.floats(dims, draft_.values(channels))});
    }
    default:
      return draft_.node("Neg", {x});
  }
}

void DrawnLayers::activation() {
  const DraftTensor x = source();
  keep(renamed(x, activated(x.name, x.channels, x.is_flat)));
}

/// x * f(x), as Swish and Mish are written out.
void DrawnLayers::self_gate() {
  const DraftTensor x = source();
  std::string f;
  switch (draw_.integer(0, 2)) {
    case 0:
      f = draft_.node("Sigmoid", {x.name});
      break;
    case 1:
      f = draft_.node("HardSigmoid", {x.name}, {OnnxAttribute("alpha", 1.0F / 6)});
      break;
    default:
      f = draft_.node("Tanh", {draft_.node("Softplus", {x.name})});
  }
  keep(renamed(x, draft_.node("Mul", {x.name, f})));
}

/// x * f(global average of x), as squeeze-and-excite does.
void DrawnLayers::gate() {
  const DraftTensor x = map();
  std::string f = draft_.node("GlobalAveragePool", {x.name});
  if (draw_.chance(60)) {
    f = draft_.node("Conv", {f, weights({x.channels, x.channels, 1, 1}, x.channels)});
  }
  if (draw_.chance(70)) f = draft_.node(draw_.chance(50) ? "Sigmoid" : "HardSigmoid", {f});
  const bool is_first = draw_.chance(30);
  keep(renamed(x, draft_.node("Mul", {is_first ? f : x.name, is_first ? x.name : f})));
}

void DrawnLayers::two_tensors() {
  const DraftTensor x = source();
  const DraftTensor y = like(x);
  const std::int64_t choice = draw_.integer(0, 9);
  if (choice < 4) return keep(renamed(x, draft_.node("Add", {x.name, y.name})));
  if (choice < 6) return keep(renamed(x, draft_.node("Sub", {x.name, y.name})));
  if (choice < 8) return keep(renamed(x, draft_.node("Mul", {x.name, y.name})));
  std::vector<std::string> all = {x.name};
  for (std::int64_t i = draw_.integer(0, 2); i > 0; --i) all.push_back(like(x).name);
  keep(renamed(x, draft_.node("Sum", all)));
}

std::string DrawnLayers::channel_constant(const DraftTensor& x, bool positive) {
  const std::int64_t count = draw_.chance(50) ? 1 : x.channels;
  std::vector<float> values = draft_.values(count);
  for (float& value : values) {
    if (positive) value = value < 0 ? 0.25F - value : 0.25F + value;
  }
  if (count == 1 && draw_.chance(60))
    return draft_.floats(draw_.chance(50) ? Dims{} : Dims{1}, values);
  if (x.is_flat) return draft_.floats(draw_.chance(50) ? Dims{count} : Dims{1, count}, values);
  return draft_.floats(draw_.chance(50) ? Dims{count, 1, 1} : Dims{1, count, 1, 1}, values);
}

void DrawnLayers::with_constant() {
  const DraftTensor x = source();
  std::string y;
  switch (draw_.integer(0, 6)) {
    case 0:
      y = draft_.node("Add", {x.name, channel_constant(x, false)});
      break;
    case 1:
      y = draft_.node("Add", {channel_constant(x, false), x.name});
      break;
    case 2:
      y = draw_.chance(50) ? draft_.node("Sub", {x.name, channel_constant(x, false)})
                           : draft_.node("Sub", {channel_constant(x, false), x.name});
      break;
    case 3:
      y = draft_.node("Mul", {x.name, channel_constant(x, false)});
      break;
    case 4:
      y = draft_.node("Div", {x.name, channel_constant(x, true)});
      break;
    case 5:
      y = draft_.node("Div", {x.name, draft_.node("Sqrt", {channel_constant(x, true)})});
      break;
    default: {
      if (draft_.opset() < 9) {
        y = draft_.node("Neg", {x.name});
        break;
      }
      // Without a value it holds zeros.
      y = draft_.node("Add", {x.name, draft_.node("ConstantOfShape", {draft_.ints({1})})});
    }
  }
  keep(renamed(x, y));
}

void DrawnLayers::limits() {
  const DraftTensor x = source();
  if (draft_.opset() < 8) {  // Min and Max did not broadcast
    return keep(renamed(x, draft_.node("Relu", {x.name})));
  }
  std::string y = draft_.node("Max", {x.name, draft_.scalar(draw_.chance(50) ? 0.0F : -0.5F)});
  if (draw_.chance(60)) y = draft_.node("Min", {draft_.scalar(1.5F), y});
  keep(renamed(x, y));
}

void DrawnLayers::batch_norm() {
  const DraftTensor x = draw_.chance(80) ? map() : source();
  std::vector<float> variances = draft_.values(x.channels);
  for (float& value : variances) value = value * value + 0.01F;
  const Dims dims = {x.channels};
  keep(renamed(x, draft_.node("BatchNormalization",
                              {x.name, draft_.floats(dims, draft_.values(x.channels, 2)),
                               draft_.floats(dims, draft_.values(x.channels)),
                               draft_.floats(dims, draft_.values(x.channels)),
                               draft_.floats(dims, variances)},
                              {OnnxAttribute("epsilon", 1e-3F)})));
}

void DrawnLayers::pad() {
  DraftTensor x = map();
  const std::int64_t top = draw_.integer(0, 2), left = draw_.integer(0, 3);
  const std::int64_t bottom = draw_.integer(0, 3), right = draw_.integer(0, 1);
  x.name = draft_.node_with_list("Pad", x.name, "pads", {0, 0, top, left, 0, 0, bottom, right}, 11);
  x.height += top + bottom;
  x.width += left + right;
  keep(x);
}

void DrawnLayers::concat() {
  DraftTensor x = source();
  std::vector<std::string> inputs = {x.name};
  const std::int64_t most = draw_.integer(2, 4);
  for (const DraftTensor& other : tensors_) {
    const bool fits = other.is_flat == x.is_flat && other.height == x.height &&
                      other.width == x.width && x.channels + other.channels <= 60;
    if (!fits || static_cast<std::int64_t>(inputs.size()) >= most || draw_.chance(30)) continue;
    inputs.push_back(other.name);
    x.channels += other.channels;
  }
  keep(renamed(x, draft_.node("Concat", inputs,
                              {OnnxAttribute("axis", draw_.chance(80) || x.is_flat ? 1 : -3)})));
}

void DrawnLayers::split() {
  DraftTensor x = source();
  if (x.channels < 2) return activation();
  const std::int64_t first = draw_.integer(1, x.channels - 1);
  const bool is_even = x.channels % 2 == 0 && draw_.chance(50);
  const Dims sizes =
      is_even ? Dims{x.channels / 2, x.channels / 2} : Dims{first, x.channels - first};
  std::vector<std::string> inputs = {x.name};
  std::vector<OnnxAttribute> attributes = {OnnxAttribute("axis", 1)};
  if (is_even && draft_.opset() >= 18 && draw_.chance(10)) {
    attributes.emplace_back("num_outputs", 2);
  } else if (!is_even || draft_.opset() >= 18 || draw_.chance(50)) {
    if (draft_.opset() >= 13) inputs.push_back(draft_.ints(sizes));
    if (draft_.opset() < 13) attributes.emplace_back("split", sizes);
  }
  const auto names = draft_.nodes("Split", inputs, attributes, 2);
  for (std::size_t i = 0; i < 2; ++i) {
    x.channels = sizes[i];
    keep(renamed(x, names[i]));
  }
}

void DrawnLayers::slice() {
  DraftTensor x = source();
  const std::int64_t start = draw_.integer(0, x.channels - 1);
  const std::int64_t end = draw_.integer(start + 1, x.channels);
  const bool to_the_end = draw_.chance(30);
  std::int64_t step = draft_.opset() >= 10 && draw_.chance(30) ? 2 : 1;
  const std::int64_t stop = to_the_end ? x.channels : end;
  const Dims ends = {to_the_end ? std::int64_t{1} << 40 : end};
  if (draft_.opset() < 10) {
    x.name = draft_.node("Slice", {x.name},
                         {OnnxAttribute("starts", Dims{start}), OnnxAttribute("ends", ends),
                          OnnxAttribute("axes", {1})});
  } else {
    std::vector<std::string> inputs = {x.name, draft_.ints({start}), draft_.ints(ends),
                                       draft_.ints({1})};
    if (step != 1) inputs.push_back(draft_.ints({step}));
    x.name = draft_.node("Slice", inputs);
  }
  x.channels = (stop - start + step - 1) / step;
  keep(x);
}

void DrawnLayers::gather() {
  DraftTensor x = source();
  Dims indices;
  for (std::int64_t i = draw_.integer(1, x.channels + 1); i > 0; --i) {
    const bool from_end = draft_.opset() >= 11 && draw_.chance(20);
    indices.push_back(draw_.integer(0, x.channels - 1) - (from_end ? x.channels : 0));
  }
  x.name = draft_.node("Gather", {x.name, draft_.ints(indices)}, {OnnxAttribute("axis", 1)});
  x.channels = static_cast<std::int64_t>(indices.size());
  keep(x);
}

void DrawnLayers::shuffle() {
  const DraftTensor x = map();
  std::int64_t groups = 0;
  for (const std::int64_t g : {2, 3, 4, 5}) {
    if (x.channels % g == 0 && (groups == 0 || draw_.chance(50))) groups = g;
  }
  if (groups == 0) return batch_norm();
  std::string y = draft_.node(
      "Reshape", {x.name, draft_.ints({1, groups, x.channels / groups, x.height, x.width})});
  y = draft_.node("Transpose", {y}, {OnnxAttribute("perm", {0, 2, 1, 3, 4})});
  keep(renamed(x, draft_.node("Reshape", {y, draft_.ints({1, draw_.chance(50) ? -1 : x.channels,
                                                          x.height, x.width})})));
}

/// To [1, H, W, C] and back, with something in between.
void DrawnLayers::channels_last() {
  const DraftTensor x = map();
  std::string y = draft_.node("Transpose", {x.name}, {OnnxAttribute("perm", {0, 2, 3, 1})});
  if (draw_.chance(50)) y = draft_.node("Relu", {y});
  if (draw_.chance(50)) {
    y = draft_.node("Mul", {y, draft_.floats({x.channels}, draft_.values(x.channels))});
  }
  keep(renamed(x, draft_.node("Transpose", {y}, {OnnxAttribute("perm", {0, 3, 1, 2})})));
}

DraftTensor DrawnLayers::flattened(const DraftTensor& x) {
  std::string y;
  switch (draw_.integer(0, draft_.opset() >= 10 ? 4 : 2)) {
    case 0:
      y = draft_.node("Flatten", {x.name});
      break;
    case 1:
      y = draft_.node("Reshape", {x.name, draft_.ints({1, x.elements()})});
      break;
    case 2:
      y = draft_.node("Reshape", {x.name, draft_.ints({draw_.chance(50) ? 0 : 1, -1})});
      break;
    case 3: {  // x.view(x.size(0), -1)
      const std::string batch = draft_.fresh("i");
      draft_.model().ints(batch, {}, {0});
      std::string size = draft_.node("Gather", {draft_.node("Shape", {x.name}), batch},
                                     {OnnxAttribute("axis", 0)});
      size = draft_.node_with_list("Unsqueeze", size, "axes", {0}, 13);
      size = draft_.node("Concat", {size, draft_.ints({-1})}, {OnnxAttribute("axis", 0)});
      y = draft_.node("Reshape", {x.name, size});
      break;
    }
    default: {
      std::string size = draft_.node("Slice", {draft_.node("Shape", {x.name}), draft_.ints({0}),
                                               draft_.ints({1}), draft_.ints({0})});
      size = draft_.node("Concat", {size, draft_.ints({-1})}, {OnnxAttribute("axis", 0)});
      y = draft_.node("Reshape", {x.name, size});
    }
  }
  return {y, x.elements(), 1, 1, true, x.is_joined || x.height * x.width > 1};
}

/// What computes nothing.
void DrawnLayers::renaming() {
  DraftTensor x = source();
  switch (draw_.integer(0, 5)) {
    case 0:
      x.name = draft_.node("Identity", {x.name});
      break;
    case 1:
      x.name = draft_.node("Dropout", {x.name});
      break;
    case 2:
      x.name = draft_.node("Cast", {x.name}, {OnnxAttribute("to", float_type_)});
      break;
    case 3: {
      const std::int64_t axis = draw_.integer(1, 2);
      x.name = draft_.node_with_list("Unsqueeze", x.name, "axes", {axis}, 13);
      x.name = draft_.node_with_list("Squeeze", x.name, "axes", {axis}, 13);
      break;
    }
    case 4:
      if (x.is_flat || x.elements() > 2000) return keep(x);
      x = flattened(x);
      break;
    default: {
      if (x.is_flat) return keep(x);
      // Rows and columns as one dimension, and back.
      const std::string line =
          draft_.node("Reshape", {x.name, draft_.ints({1, x.channels, x.height * x.width})});
      x.name = draft_.node("Reshape", {line, draft_.ints({1, x.channels, x.height, x.width})});
    }
  }
  keep(x);
}

/// A tensor with a scale of its own.
void DrawnLayers::quantized() {
  const DraftTensor x = source();
  if (draft_.opset() < 10 || float_type_ != 1) return keep(x);
  const bool is_signed = draw_.chance(60);
  const std::string zero = draft_.fresh("z");
  draft_.model().codes(
      zero, {}, is_signed ? "INT8" : "UINT8",
      {static_cast<std::int32_t>(is_signed ? draw_.integer(-40, 40) : draw_.integer(60, 200))});
  const std::string scale = draft_.fresh("s");
  draft_.model().floats(scale, {}, {1.0F / static_cast<float>(draw_.integer(8, 200))});
  const std::string codes = draft_.node("QuantizeLinear", {x.name, scale, zero});
  keep(renamed(x, draft_.node("DequantizeLinear", {codes, scale, zero})));
}

}  // namespace npusim::test
