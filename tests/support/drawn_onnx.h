// SPDX-License-Identifier: Apache-2.0
// Small ONNX models drawn from a seed over all that docs/operators.md lists: every operator, opsets
// 7 to 21, each attribute, branches, odd shapes, either layout, float types, tensors that are
// quantized already. Link npusim_test_models.
#pragma once

#include <cstdint>
#include <set>
#include <string>

namespace npusim::test {

struct DrawnModel {
  std::string bytes;
  std::set<std::string> operators;  // ONNX operators in it
  int opset = 0;
};

/// The same bytes for the same seed. Nearly all can be imported; some hold what must be refused
/// (a dilated pool that no machine runs, a window larger than its map).
DrawnModel draw_onnx(std::uint64_t seed);

}  // namespace npusim::test
