// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <string>
#include <vector>

#include "frontend/export/exporter.h"
#include "frontend/graph/passes.h"
#include "frontend/import/onnx_importer.h"
#include "frontend/quantize/calibration.h"
#include "frontend/quantize/quantize.h"
#include "tests/support/naive_graph.h"
#include "tests/support/onnx_builder.h"

namespace npusim::test {

struct Network {
  graph::Graph graph;
  import::Interface interface;
  std::vector<std::string> notes;
};

inline Network read_network(const std::string& bytes) {
  Network network;
  network.graph = graph::prepare(import::import_onnx(import::OnnxModel(bytes, "model.onnx"),
                                                     &network.notes, &network.interface));
  return network;
}

/// Calibrated with two drawn images.
inline graph::QuantizedGraph quantized(const graph::Graph& network,
                                       const quantize::QuantizationOptions& options) {
  std::int64_t elements = 0;
  for (const graph::Node& node : network.nodes) {
    if (std::holds_alternative<graph::Input>(node.op)) elements += node.shape.elements();
  }
  const auto image = [&](std::int64_t index) {
    return random_floats(static_cast<std::size_t>(elements), 7 + static_cast<std::uint64_t>(index));
  };
  const auto calibration =
      quantize::calibrate(network, image, 2, *quantize::make_calibrator("min_max"), 1);
  return quantize::quantize_graph(network, calibration, options, {}).graph;
}

inline graph::QuantizedGraph quantized(const graph::Graph& network,
                                       const std::string& scheme = "shift_scaler") {
  quantize::QuantizationOptions options;
  options.layers.scheme.scheme = scheme;
  return quantized(network, options);
}

inline onnx::ModelProto parsed(const std::string& bytes) {
  onnx::ModelProto model;
  model.ParseFromString(bytes);
  return model;
}

inline std::string dims_text(const onnx::ValueInfoProto& info) {
  std::string text;
  for (const auto& dim : info.type().tensor_type().shape().dim()) {
    text += (text.empty() ? "" : "x") +
            (dim.has_dim_value() ? std::to_string(dim.dim_value()) : dim.dim_param());
  }
  return text;
}

/// "name 1x3x8x8" of each.
template <typename Infos>
std::vector<std::string> ports_text(const Infos& infos) {
  std::vector<std::string> lines;
  for (const onnx::ValueInfoProto& info : infos) {
    lines.push_back(info.name() + " " + dims_text(info));
  }
  return lines;
}

inline std::vector<std::string> operators(const onnx::ModelProto& model) {
  std::vector<std::string> names;
  for (const onnx::NodeProto& node : model.graph().node()) names.push_back(node.op_type());
  return names;
}

}  // namespace npusim::test
