// SPDX-License-Identifier: Apache-2.0
#include "frontend/export/functions.h"

#include <vector>

#include "sim/base/errors.h"

namespace npusim::exporter {
namespace {

using graph::Function;

// x times a function of x; the operator of its own, where there is one, is younger than opset 13.
void write_gate(ModelWriter& model, const std::string& name, const std::string& input,
                const std::string& gate, const std::string& output) {
  model.layer(name, "Mul", {input, gate}, output);
}

// y = beta * x where x >= 0, else alpha * (e^x - 1).
void write_elu(ModelWriter& model, const graph::Lookup& lookup, const std::string& name,
               const std::string& input, const std::string& output) {
  const auto alpha = static_cast<float>(lookup.alpha);
  if (lookup.beta == 1.0) {
    model.layer(name, "Elu", {input}, output, {{"alpha", alpha}});
    return;
  }
  // Selu is gamma * x, else gamma * alpha * (e^x - 1).
  const auto ratio = static_cast<float>(lookup.alpha / lookup.beta);
  model.layer(name, "Selu", {input}, output,
              {{"alpha", ratio}, {"gamma", static_cast<float>(lookup.beta)}});
}

}  // namespace

void write_function(ModelWriter& model, const graph::Lookup& lookup, const std::string& name,
                    const std::string& input, const std::string& output) {
  const auto gate = [&](const char* op, const std::string& from,
                        const std::vector<Attribute>& attributes = {}) {
    std::string result = model.tensor(name + "_gate");
    model.node(op, {from}, result, attributes);
    return result;
  };
  const auto alpha = static_cast<float>(lookup.alpha);
  const auto beta = static_cast<float>(lookup.beta);
  switch (lookup.function) {
    case Function::hard_sigmoid:
      return model.layer(name, "HardSigmoid", {input}, output, {{"alpha", alpha}, {"beta", beta}});
    case Function::hard_swish:
      return write_gate(model, name, input,
                        gate("HardSigmoid", input, {{"alpha", 1.0F / 6.0F}, {"beta", 0.5F}}),
                        output);
    case Function::sigmoid:
      return model.layer(name, "Sigmoid", {input}, output);
    case Function::silu:
      return write_gate(model, name, input, gate("Sigmoid", input), output);
    case Function::leaky_relu:
      return model.layer(name, "LeakyRelu", {input}, output, {{"alpha", alpha}});
    case Function::elu:
      return write_elu(model, lookup, name, input, output);
    case Function::tanh:
      return model.layer(name, "Tanh", {input}, output);
    case Function::softplus:
      return model.layer(name, "Softplus", {input}, output);
    case Function::mish:
      return write_gate(model, name, input, gate("Tanh", gate("Softplus", input)), output);
    case Function::identity:
      break;
  }
  throw base::InternalError("to_onnx: layer '" + name + "': a function without an operator");
}

}  // namespace npusim::exporter
