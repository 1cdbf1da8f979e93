// SPDX-License-Identifier: Apache-2.0
// For every cell of a memory, who wrote it last and who has read it since, and which accesses that
// makes unordered.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "sim/functional/clocks.h"
#include "sim/isa/regions.h"

namespace npusim::functional {

enum class RaceKind : std::uint8_t {
  never_written,
  read_after_write,
  write_after_read,
  write_after_write,
};

/// An access to bytes [begin, end) that is not ordered behind that of `other`.
struct Race {
  RaceKind kind = RaceKind::never_written;
  AccessorId other = kNobody;
  std::uint64_t begin = 0, end = 0;
};

/// One memory in cells of `cell_bytes`, a divisor of every address, run and stride that is used.
/// Cells are kept in pages, made when they are touched first.
class ShadowMemory {
 public:
  /// Cells below `initial_bytes` (a multiple of cell_bytes) are written from the start.
  ShadowMemory(std::uint64_t cell_bytes, std::uint64_t initial_bytes);

  /// Makes the region written from the start.
  void mark_initial(const isa::Region& region);
  /// Enters an access, and appends one race for each stretch of cells with the same other accessor.
  /// A read keeps the reader for later writes.
  void read(const isa::Region& region, const Moment& moment, std::vector<Race>& races);
  void write(const isa::Region& region, const Moment& moment, std::vector<Race>& races);

 private:
  static constexpr std::size_t kPageCells = 4096;
  using Cells = std::array<AccessorId, kPageCells>;
  struct Page {
    Cells writers;
    /// The last reader of each unit since the last write; made when the unit reads first.
    std::array<std::unique_ptr<Cells>, isa::kUnits> readers;
  };

  Page& page(std::uint64_t number);
  /// Calls visit(page, first cell in it, cells, address of the first) for all parts of a region.
  template <typename Visit>
  void for_each_part(const isa::Region& unmerged, Visit&& visit);

  std::uint64_t cell_bytes_;
  std::uint64_t initial_cells_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Page>> pages_;
  std::uint64_t last_number_ = 0;
  Page* last_page_ = nullptr;
};

}  // namespace npusim::functional
