// SPDX-License-Identifier: Apache-2.0
#include "tests/support/exported_networks.h"

#include <cmath>
#include <utility>

#include "tests/support/naive_graph.h"

namespace npusim::test {
namespace {

using Name = std::string;

// Layers as exporters write them; each method gives the name of its result.
class Exporter {
 public:
  explicit Exporter(const Dims& input, int opset = 13) : model_(opset) { model_.input("x", input); }

  Name node(const std::string& op, const std::vector<Name>& inputs,
            const std::vector<OnnxAttribute>& attributes = {}) {
    Name name = "t" + std::to_string(++count_);
    model_.node(op, inputs, {name}, attributes, "/net/" + op + "_" + std::to_string(count_));
    return name;
  }
  Name floats(const Dims& dims, const std::vector<float>& values) {
    Name name = "c" + std::to_string(++count_);
    model_.floats(name, dims, values);
    return name;
  }
  Name number(float value) { return floats({}, {value}); }
  Name ints(const std::vector<std::int64_t>& values) {
    Name name = "i" + std::to_string(++count_);
    model_.ints(name, {static_cast<std::int64_t>(values.size())}, values);
    return name;
  }
  Name index(std::int64_t value) {
    Name name = "i" + std::to_string(++count_);
    model_.ints(name, {}, {value});
    return name;
  }
  // Of a size that keeps the values of a layer near those of its input.
  Name drawn(const Dims& dims, double scale) {
    std::size_t count = 1;
    for (const std::int64_t dim : dims) count *= static_cast<std::size_t>(dim);
    std::vector<float> values = random_floats(count, static_cast<std::uint64_t>(++count_));
    for (float& value : values) value = static_cast<float>(value * scale);
    return floats(dims, values);
  }

  Name conv(const Name& x, std::int64_t in, std::int64_t out, std::int64_t kernel,
            std::int64_t stride = 1, std::int64_t group = 1, bool has_bias = true) {
    const double fan_in =
        static_cast<double>(in) / static_cast<double>(group) * static_cast<double>(kernel * kernel);
    std::vector<Name> inputs{x, drawn({out, in / group, kernel, kernel}, 1.7 / std::sqrt(fan_in))};
    if (has_bias) inputs.push_back(drawn({out}, 0.1));
    const std::int64_t pad = kernel / 2;
    return node("Conv", inputs,
                {{"group", static_cast<int>(group)},
                 {"kernel_shape", {kernel, kernel}},
                 {"pads", {pad, pad, pad, pad}},
                 {"strides", {stride, stride}}});
  }
  Name norm(const Name& x, std::int64_t channels) {
    std::vector<float> gamma = random_floats(static_cast<std::size_t>(channels), 91);
    std::vector<float> variance = random_floats(static_cast<std::size_t>(channels), 92);
    for (float& value : gamma) value = 1.0F + value / 4;
    for (float& value : variance) value = 1.0F + value / 2;
    return node("BatchNormalization",
                {x, floats({channels}, gamma), drawn({channels}, 0.2), drawn({channels}, 0.2),
                 floats({channels}, variance)},
                {{"epsilon", 1e-3F}, {"momentum", 0.9F}});
  }
  Name relu(const Name& x) { return node("Relu", {x}); }
  Name gemm(const Name& x, std::int64_t in, std::int64_t out) {
    const double scale = 1.7 / std::sqrt(static_cast<double>(in));
    return node("Gemm", {x, drawn({out, in}, scale), drawn({out}, 0.1)}, {{"transB", 1}});
  }
  Name head(const Name& x, std::int64_t channels, std::int64_t classes) {
    return gemm(node("Flatten", {node("GlobalAveragePool", {x})}, {{"axis", 1}}), channels,
                classes);
  }
  OnnxBuilder finish(const Name& y) {
    model_.node("Identity", {y}, {"y"});
    model_.output("y");
    return std::move(model_);
  }

 private:
  OnnxBuilder model_;
  int count_ = 0;
};

// Global mean, two 1x1 convolutions, and the gate on the channels.
Name squeeze_and_excite(Exporter& e, const Name& x, std::int64_t channels,
                        const std::function<Name(const Name&)>& inner,
                        const std::function<Name(const Name&)>& gate) {
  const Name mean = e.node("GlobalAveragePool", {x});
  const Name squeezed = inner(e.conv(mean, channels, 4, 1));
  return e.node("Mul", {gate(e.conv(squeezed, 4, channels, 1)), x});
}

OnnxBuilder mobilenet_v3(int opset, bool written_out) {
  Exporter e({1, 3, 16, 16}, opset);
  const auto hard_sigmoid = [&](const Name& x) {
    if (!written_out) return e.node("HardSigmoid", {x}, {{"alpha", 1.0F / 6}});
    const Name sum = e.node("Add", {x, e.number(3)});
    return e.node("Div", {e.node("Clip", {sum, e.number(0), e.number(6)}), e.number(6)});
  };
  const auto hard_swish = [&](const Name& x) {
    if (!written_out) return e.node("HardSwish", {x});
    const Name sum = e.node("Add", {x, e.number(3)});
    const Name limited = e.node("Clip", {sum, e.number(0), e.number(6)});
    return e.node("Div", {e.node("Mul", {x, limited}), e.number(6)});
  };
  Name x = hard_swish(e.norm(e.conv("x", 3, 8, 3, 2, 1, false), 8));
  Name y = hard_swish(e.norm(e.conv(x, 8, 16, 1, 1, 1, false), 16));
  y = e.norm(e.conv(y, 16, 16, 5, 1, 16, false), 16);
  y = squeeze_and_excite(
      e, y, 16, [&](const Name& n) { return e.relu(n); }, hard_sigmoid);
  y = e.norm(e.conv(hard_swish(y), 16, 8, 1, 1, 1, false), 8);
  return e.finish(e.head(e.node("Add", {x, y}), 8, 10));
}

OnnxBuilder efficientnet() {
  Exporter e({1, 3, 16, 16});
  const auto silu = [&](const Name& x) { return e.node("Mul", {x, e.node("Sigmoid", {x})}); };
  const auto sigmoid = [&](const Name& x) { return e.node("Sigmoid", {x}); };
  const Name x = silu(e.conv("x", 3, 8, 3, 2));
  Name y = silu(e.conv(x, 8, 8, 3, 1, 8));
  y = squeeze_and_excite(e, y, 8, silu, sigmoid);
  return e.finish(e.head(e.node("Add", {e.conv(y, 8, 8, 1), x}), 8, 10));
}

OnnxBuilder squeezenet() {
  Exporter e({1, 3, 17, 17});
  const auto fire = [&](const Name& x, std::int64_t in) {
    const Name squeezed = e.relu(e.conv(x, in, 4, 1));
    return e.node("Concat", {e.relu(e.conv(squeezed, 4, 6, 1)), e.relu(e.conv(squeezed, 4, 7, 3))},
                  {{"axis", 1}});
  };
  Name x = e.relu(e.conv("x", 3, 8, 3, 2));
  x = e.node("MaxPool", {x}, {{"kernel_shape", {3, 3}}, {"strides", {2, 2}}, {"ceil_mode", 1}});
  x = e.node("Dropout", {fire(fire(x, 8), 13)});
  x = e.node("GlobalAveragePool", {e.relu(e.conv(x, 13, 10, 1))});
  return e.finish(e.node("Softmax", {e.node("Flatten", {x})}, {{"axis", 1}}));
}

OnnxBuilder resnet() {
  Exporter e({1, 3, 16, 16});
  Name x = e.relu(e.norm(e.conv("x", 3, 8, 7, 2, 1, false), 8));
  x = e.node("MaxPool", {x},
             {{"kernel_shape", {3, 3}}, {"strides", {2, 2}}, {"pads", {1, 1, 1, 1}}});
  Name y = e.relu(e.norm(e.conv(x, 8, 8, 3, 1, 1, false), 8));
  x = e.relu(e.node("Add", {e.norm(e.conv(y, 8, 8, 3, 1, 1, false), 8), x}));
  y = e.relu(e.norm(e.conv(x, 8, 12, 3, 2, 1, false), 12));
  y = e.norm(e.conv(y, 12, 12, 3, 1, 1, false), 12);
  x = e.relu(e.node("Add", {y, e.norm(e.conv(x, 8, 12, 1, 2, 1, false), 12)}));
  return e.finish(e.head(x, 12, 10));
}

// Norm and activation before the convolution, on a concatenation that grows.
OnnxBuilder densenet() {
  Exporter e({1, 3, 12, 12});
  Name all = e.conv("x", 3, 6, 3);
  std::int64_t channels = 6;
  for (int i = 0; i < 2; ++i) {
    const Name y = e.conv(e.relu(e.norm(all, channels)), channels, 8, 1, 1, 1, false);
    all =
        e.node("Concat", {all, e.conv(e.relu(e.norm(y, 8)), 8, 5, 3, 1, 1, false)}, {{"axis", 1}});
    channels += 5;
  }
  all = e.conv(e.relu(e.norm(all, channels)), channels, 8, 1, 1, 1, false);
  all = e.node("AveragePool", {all}, {{"kernel_shape", {2, 2}}, {"strides", {2, 2}}});
  return e.finish(e.head(e.relu(e.norm(all, 8)), 8, 10));
}

OnnxBuilder inception() {
  Exporter e({1, 3, 12, 12});
  const Name x = e.relu(e.conv("x", 3, 8, 3));
  const Name pooled = e.node("AveragePool", {x},
                             {{"kernel_shape", {3, 3}},
                              {"pads", {1, 1, 1, 1}},
                              {"strides", {1, 1}},
                              {"count_include_pad", 1}});
  const Name wide =
      e.node("Conv", {e.relu(e.conv(x, 8, 5, 1)), e.drawn({6, 5, 1, 7}, 0.3), e.drawn({6}, 0.1)},
             {{"kernel_shape", {1, 7}}, {"pads", {0, 3, 0, 3}}});
  const Name tall = e.node("Conv", {e.relu(wide), e.drawn({7, 6, 7, 1}, 0.3), e.drawn({7}, 0.1)},
                           {{"kernel_shape", {7, 1}}, {"pads", {3, 0, 3, 0}}});
  const Name joined =
      e.node("Concat", {e.relu(e.conv(x, 8, 4, 1)), e.relu(tall), e.relu(e.conv(pooled, 8, 3, 1))},
             {{"axis", -3}});
  return e.finish(e.head(joined, 14, 10));
}

// The input as TensorFlow has it, pixels scaled inside the model, SAME padding of odd sums, and a
// reduction and a matrix product at the end.
OnnxBuilder keras() {
  Exporter e({-1, 15, 15, 3});
  Name x = e.node("Div", {"x", e.number(0.5F)});
  x = e.node("Sub", {x, e.floats({3}, {0.25F, 0.5F, -0.125F})});
  x = e.node("Transpose", {x}, {{"perm", {0, 3, 1, 2}}});
  x = e.node("Conv", {x, e.drawn({8, 3, 3, 3}, 0.3)},
             {{"auto_pad", "SAME_UPPER"}, {"strides", {2, 2}}, {"kernel_shape", {3, 3}}});
  x = e.node("Clip", {e.norm(x, 8), e.number(0), e.number(6)});
  x = e.node("Pad", {x, e.ints({0, 0, 0, 0, 0, 0, 1, 1})});
  x = e.node("Conv", {x, e.drawn({8, 1, 3, 3}, 0.5)},
             {{"strides", {2, 2}}, {"kernel_shape", {3, 3}}, {"group", 8}});
  x = e.node("LeakyRelu", {e.norm(x, 8)}, {{"alpha", 0.3F}});
  x = e.node("Transpose", {x}, {{"perm", {0, 2, 3, 1}}});
  x = e.node("ReduceMean", {x}, {{"axes", {1, 2}}, {"keepdims", 0}});
  x = e.node("Add", {e.node("MatMul", {x, e.drawn({8, 10}, 0.6)}), e.drawn({10}, 0.1)});
  return e.finish(e.node("Softmax", {x}, {{"axis", -1}}));
}

// A map back in TensorFlow's order is flattened: the matrix reads it height first.
OnnxBuilder keras_flatten() {
  Exporter e({1, 10, 9, 2});
  Name x = e.node("Transpose", {"x"}, {{"perm", {0, 3, 1, 2}}});
  x = e.node("Tanh", {e.conv(x, 2, 4, 3, 2)});
  x = e.node("Transpose", {x}, {{"perm", {0, 2, 3, 1}}});
  x = e.node("Reshape", {x, e.ints({-1, 100})});
  x = e.relu(e.node("Add", {e.node("MatMul", {x, e.drawn({100, 7}, 0.2)}), e.drawn({7}, 0.1)}));
  return e.finish(e.node("MatMul", {x, e.drawn({7, 5}, 0.6)}));
}

// The shape of the Reshape computed in the model, as torch.onnx writes view(x.size(0), -1).
OnnxBuilder vgg() {
  Exporter e({1, 3, 8, 8});
  Name x = e.relu(e.conv(e.relu(e.conv("x", 3, 6, 3)), 6, 6, 3));
  x = e.node("MaxPool", {x}, {{"kernel_shape", {2, 2}}, {"strides", {2, 2}}});
  const Name batch = e.node("Gather", {e.node("Shape", {x}), e.index(0)}, {{"axis", 0}});
  const Name shape =
      e.node("Concat", {e.node("Unsqueeze", {batch, e.ints({0})}), e.ints({-1})}, {{"axis", 0}});
  x = e.relu(e.gemm(e.node("Reshape", {x, shape}), 96, 12));
  return e.finish(e.gemm(e.node("Dropout", {x}), 12, 10));
}

// Pixels normalized in the model as torchvision does, before a convolution without padding.
OnnxBuilder normalized_input() {
  Exporter e({1, 3, 9, 9});
  Name x = e.node("Sub", {"x", e.floats({1, 3, 1, 1}, {0.485F, 0.456F, 0.406F})});
  x = e.node("Div", {x, e.floats({1, 3, 1, 1}, {0.229F, 0.224F, 0.225F})});
  x = e.node("Conv", {x, e.drawn({6, 3, 3, 3}, 0.2), e.drawn({6}, 0.1)},
             {{"kernel_shape", {3, 3}}, {"strides", {2, 2}}});
  x = e.node("PRelu", {x, e.drawn({6, 1, 1}, 0.5)});
  return e.finish(e.head(x, 6, 4));
}

OnnxBuilder autoencoder() {
  Exporter e({1, 40});
  Name x = e.relu(e.norm(e.gemm("x", 40, 16), 16));
  const Name code = e.relu(e.norm(e.gemm(x, 16, 4), 4));
  x = e.node("Add", {x, e.gemm(code, 4, 16)});
  x = e.node("Concat", {x, code}, {{"axis", -1}});
  return e.finish(e.gemm(x, 20, 40));
}

// Mish, and what has to be computed from two tensors: differences, products, means.
OnnxBuilder arithmetic() {
  Exporter e({1, 3, 8, 8});
  const Name x = e.conv("x", 3, 8, 3);
  const Name mish = e.node("Mul", {x, e.node("Tanh", {e.node("Softplus", {x})})});
  const Name difference = e.node("Sub", {mish, e.conv(x, 8, 8, 1)});
  const Name flipped = e.node("Sub", {e.number(1), e.node("Sigmoid", {difference})});
  const Name product = e.node("Mul", {e.node("Neg", {flipped}), difference});
  const Name square = e.node("Mul", {product, product});
  const Name limited = e.node("Min", {e.node("Max", {square, e.number(0.01F)}), e.number(0.8F)});
  return e.finish(e.head(limited, 8, 6));
}

// Halves of the channels, one as it is and one through convolutions, joined and shuffled.
OnnxBuilder shufflenet_v2() {
  Exporter e({1, 3, 12, 12});
  Name x = e.relu(e.norm(e.conv("x", 3, 8, 3, 2, 1, false), 8));
  for (int i = 0; i < 2; ++i) {
    const Name left = e.node("Slice", {x, e.ints({0}), e.ints({4}), e.ints({1})});
    const Name right = e.node("Slice", {x, e.ints({4}), e.ints({8}), e.ints({1})});
    Name y = e.relu(e.norm(e.conv(right, 4, 4, 1, 1, 1, false), 4));
    y = e.norm(e.conv(y, 4, 4, 3, 1, 4, false), 4);
    y = e.relu(e.norm(e.conv(y, 4, 4, 1, 1, 1, false), 4));
    y = e.node("Concat", {left, y}, {{"axis", 1}});
    y = e.node("Reshape", {y, e.ints({1, 2, 4, 6, 6})});
    y = e.node("Transpose", {y}, {{"perm", {0, 2, 1, 3, 4}}});
    x = e.node("Reshape", {y, e.ints({1, -1, 6, 6})});
  }
  return e.finish(e.head(e.relu(e.conv(x, 8, 12, 1)), 12, 10));
}

// torchvision's transform_input: each channel of the image by itself, scaled and joined again.
OnnxBuilder transformed_input() {
  Exporter e({1, 3, 9, 9});
  std::vector<Name> planes;
  for (int c = 0; c < 3; ++c) {
    Name x = e.node("Gather", {"x", e.index(c)}, {{"axis", 1}});
    x = e.node("Unsqueeze", {x, e.ints({1})});
    x = e.node("Mul", {x, e.number(0.4F + 0.05F * static_cast<float>(c))});
    planes.push_back(e.node("Add", {x, e.number(0.1F * static_cast<float>(c) - 0.1F)}));
  }
  const Name x = e.relu(e.conv(e.node("Concat", planes, {{"axis", 1}}), 3, 6, 3));
  return e.finish(e.head(x, 6, 4));
}

}  // namespace

const std::vector<ExportedNetwork>& exported_networks() {
  static const std::vector<ExportedNetwork> list = {
      {"mobilenet_v3",
       {1, 3, 16, 16},
       false,
       [] { return mobilenet_v3(14, false); },
       "conv lookup conv lookup depthwise_conv pool conv conv lookup mul lookup conv add pool "
       "gemm"},
      {"mobilenet_v3_written_out",
       {1, 3, 16, 16},
       false,
       [] { return mobilenet_v3(11, true); },
       "conv lookup conv lookup depthwise_conv pool conv conv lookup mul lookup conv add pool "
       "gemm"},
      {"efficientnet",
       {1, 3, 16, 16},
       false,
       efficientnet,
       "conv lookup depthwise_conv lookup pool conv lookup conv lookup mul conv add pool gemm"},
      {"squeezenet",
       {1, 3, 17, 17},
       false,
       squeezenet,
       "conv pool conv conv conv concat conv conv conv concat conv pool"},
      {"resnet",
       {1, 3, 16, 16},
       false,
       resnet,
       "conv pool conv conv add conv conv conv add pool gemm"},
      {"densenet",
       {1, 3, 12, 12},
       false,
       densenet,
       "conv depthwise_conv conv conv concat depthwise_conv conv conv concat depthwise_conv conv "
       "pool depthwise_conv pool gemm"},
      {"inception",
       {1, 3, 12, 12},
       false,
       inception,
       "conv pool conv conv conv conv conv concat pool gemm"},
      {"keras", {1, 15, 15, 3}, true, keras, "depthwise_conv conv depthwise_conv lookup pool gemm"},
      {"keras_flatten", {1, 10, 9, 2}, true, keras_flatten, "conv lookup gemm gemm"},
      {"vgg", {1, 3, 8, 8}, false, vgg, "conv conv pool gemm gemm"},
      {"normalized_input",
       {1, 3, 9, 9},
       false,
       normalized_input,
       "conv pool pool depthwise_conv add pool gemm"},
      {"autoencoder", {1, 40}, false, autoencoder, "gemm gemm gemm add concat gemm"},
      {"arithmetic",
       {1, 3, 8, 8},
       false,
       arithmetic,
       "conv lookup conv add lookup depthwise_conv mul mul pool gemm"},
      {"shufflenet_v2",
       {1, 3, 12, 12},
       false,
       shufflenet_v2,
       "conv conv conv depthwise_conv conv concat conv conv depthwise_conv conv concat conv pool "
       "gemm"},
      {"transformed_input",
       {1, 3, 9, 9},
       false,
       transformed_input,
       "conv conv conv concat conv pool gemm"},
  };
  return list;
}

}  // namespace npusim::test
