// SPDX-License-Identifier: Apache-2.0
// ONNX models as graphs.
//
// Accepted: opset 1 to 21 of the default domain, weights of FLOAT, FLOAT16, BFLOAT16 or DOUBLE in
// the file or beside it, one input of these types ([N,C,H,W], or [N,F] as a 1 x 1 map of F
// channels) whose batch, symbolic or a number, is taken as 1, and the operators of
// docs/operators.md. Everything is computed in float, whatever the types. Nodes, tensors and inputs
// that no output depends on are ignored.
//
// - Layers are named as the model's nodes; a node without a name is OPTYPE_INDEX; names are made
//   unique by a suffix, and bytes that are not printable ASCII become '_'.
// - A Softmax at the end is dropped: it does not change the order of the classes. The outputs of
//   such a graph are therefore logits.
// - The parameters of a Gemm behind a Flatten are reordered from channel, height, width to height,
//   width, channel order (see graph::Conv).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "frontend/graph/graph.h"
#include "frontend/import/interface.h"

namespace onnx {
class ModelProto;
}

namespace npusim::import {

/// The largest model that the file format's own encoding allows.
inline constexpr std::uint64_t kMaxModelBytes = (std::uint64_t{1} << 31) - 1;

/// A model read from its file and the files beside it, sound as a whole; its operators have not
/// been looked at.
class OnnxModel {
 public:
  /// Reads the file, and external data relative to its folder. Throws base::InputError.
  explicit OnnxModel(const std::filesystem::path& path);
  /// From memory; `file` is the name for messages. External data is refused: there is no folder.
  OnnxModel(std::string_view bytes, const std::string& file);
  ~OnnxModel();
  OnnxModel(OnnxModel&&) noexcept;
  OnnxModel& operator=(OnnxModel&&) noexcept;

  const std::string& file() const { return file_; }
  /// XXH3 of the file's bytes and of all external data that was read.
  std::uint64_t content_hash() const { return content_hash_; }
  /// Only for import_onnx, which takes it apart.
  onnx::ModelProto& proto() { return *proto_; }

 private:
  std::string file_;
  std::unique_ptr<onnx::ModelProto> proto_;
  std::uint64_t content_hash_ = 0;
};

/// A graph that graph::verify accepts, before any pass: BatchNorm, Clamp and Pad nodes stand as in
/// the model. Named as the model, or the file where that has no name. Throws base::InputError with
/// all refusals at once, `FILE: node 'NAME' (OPTYPE): KEY: got X, must be Y`; damaged files come to
/// the same. Weights are given free as they are imported. `notes`, if given, gets a sentence for
/// everything that was taken otherwise than the model says: its batch, its types. `interface`, if
/// given, becomes the model's; passes keep the order of inputs and outputs.
graph::Graph import_onnx(OnnxModel model, std::vector<std::string>* notes = nullptr,
                         Interface* interface = nullptr);
graph::Graph import_onnx(const std::filesystem::path& path);
graph::Graph import_onnx(std::string_view bytes, const std::string& file);

/// One row of docs/operators.md.
struct SupportedOperator {
  std::string op_type;
  std::string becomes;  // the graph's operator
  std::string limits;   // what is refused, "" where nothing is
};
/// All of them, by name.
std::vector<SupportedOperator> supported_operators();

}  // namespace npusim::import
