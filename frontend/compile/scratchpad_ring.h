// SPDX-License-Identifier: Apache-2.0
// What a region of the weight scratchpad holds while the lowering walks through the layers: filled
// round and round, so that loads run as far ahead of their use as the region is large.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "frontend/graph/quantized_graph.h"

namespace npusim::compile {

class ScratchpadRing {
 public:
  /// Addresses [begin, begin + bytes).
  ScratchpadRing(std::int64_t begin, std::int64_t bytes);

  struct Place {
    std::int64_t address = 0;
    bool is_loaded = false;  // it still lies there
  };
  /// Where block `index` of `node` lies; a new one goes behind the one before it, or to the begin
  /// of the region, and replaces what lay there. bytes: at most the region's, the same for the same
  /// block; else base::InternalError.
  Place place(graph::NodeId node, std::size_t index, std::int64_t bytes);

  /// The next block goes to the begin of the region. What lies there is still known if the region
  /// has held everything so far; otherwise all is forgotten, so that what follows does not depend
  /// on what came before.
  void restart();

  /// The blocks that follow, `bytes` in all, shall lie side by side, if the region can hold them.
  void keep_together(std::int64_t bytes);

 private:
  struct Entry {
    graph::NodeId node;
    std::size_t index;
    std::int64_t begin, end;
  };
  std::int64_t begin_, end_, next_;
  std::vector<Entry> entries_;
  bool has_replaced_ = false;
};

}  // namespace npusim::compile
