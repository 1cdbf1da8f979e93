// SPDX-License-Identifier: Apache-2.0
#include "sim/functional/shadow_memory.h"

#include <algorithm>

namespace npusim::functional {
namespace {

/// The region with as few and as long runs as possible.
isa::Region merged(isa::Region region) {
  if (region.count1 == 1 || region.stride1 == region.bytes) {
    region.bytes *= region.count1;
    region.count1 = region.count2;
    region.stride1 = region.stride2;
    region.count2 = 1;
  }
  if (region.count2 == 1 && (region.count1 == 1 || region.stride1 == region.bytes)) {
    region.bytes *= region.count1;
    region.count1 = 1;
  }
  return region;
}

/// Where the stretch of cells equal to cells[begin] ends. Blocks without a branch inside: the
/// compiler makes vector code of them, and nearly all time is spent here.
std::size_t stretch_end(const AccessorId* cells, std::size_t begin, std::size_t count) {
  constexpr std::size_t kBlock = 32;
  const AccessorId first = cells[begin];
  std::size_t end = begin + 1;
  for (; end + kBlock <= count; end += kBlock) {
    AccessorId differences = 0;
    for (std::size_t i = 0; i < kBlock; ++i) differences |= cells[end + i] ^ first;
    if (differences != 0) break;
  }
  while (end < count && cells[end] == first) ++end;
  return end;
}

/// Appends a race for every stretch of equal accessors that the moment does not come after.
/// kNobody counts as a race where `nobody_races`.
void find_unordered(const AccessorId* cells, std::size_t count, const Moment& moment, RaceKind kind,
                    bool nobody_races, std::uint64_t address, std::uint64_t cell_bytes,
                    std::vector<Race>& races) {
  for (std::size_t begin = 0; begin < count;) {
    const AccessorId other = cells[begin];
    const std::size_t end = stretch_end(cells, begin, count);
    const bool never_written = other == kNobody && nobody_races;
    if (never_written || !moment.is_after(other)) {
      races.push_back({never_written ? RaceKind::never_written : kind, other,
                       address + begin * cell_bytes, address + end * cell_bytes});
    }
    begin = end;
  }
}

}  // namespace

ShadowMemory::ShadowMemory(std::uint64_t cell_bytes, std::uint64_t initial_bytes)
    : cell_bytes_(cell_bytes), initial_cells_(initial_bytes / cell_bytes) {}

ShadowMemory::Page& ShadowMemory::page(std::uint64_t number) {
  if (last_page_ != nullptr && last_number_ == number) return *last_page_;
  std::unique_ptr<Page>& page = pages_[number];
  if (!page) {
    page = std::make_unique<Page>();
    for (std::size_t i = 0; i < kPageCells; ++i) {
      page->writers[i] = number * kPageCells + i < initial_cells_ ? kInitial : kNobody;
    }
  }
  last_number_ = number;
  last_page_ = page.get();
  return *page;
}

template <typename Visit>
void ShadowMemory::for_each_part(const isa::Region& unmerged, Visit&& visit) {
  const isa::Region region = merged(unmerged);
  for (std::uint64_t j = 0; j < region.count2; ++j) {
    for (std::uint64_t i = 0; i < region.count1; ++i) {
      const std::uint64_t address = region.address + i * region.stride1 + j * region.stride2;
      std::uint64_t cell = address / cell_bytes_;
      const std::uint64_t end = cell + region.bytes / cell_bytes_;
      while (cell < end) {
        const std::uint64_t first = cell % kPageCells;
        const std::uint64_t count = std::min(end - cell, kPageCells - first);
        visit(page(cell / kPageCells), first, count, cell * cell_bytes_);
        cell += count;
      }
    }
  }
}

void ShadowMemory::mark_initial(const isa::Region& region) {
  for_each_part(region, [](Page& page, std::uint64_t first, std::uint64_t count, std::uint64_t) {
    std::fill_n(page.writers.begin() + static_cast<std::ptrdiff_t>(first), count, kInitial);
  });
}

void ShadowMemory::read(const isa::Region& region, const Moment& moment, std::vector<Race>& races) {
  const AccessorId id = accessor_id(moment.instruction);
  const auto unit = static_cast<std::size_t>(moment.unit);
  for_each_part(
      region, [&](Page& page, std::uint64_t first, std::uint64_t count, std::uint64_t address) {
        find_unordered(page.writers.data() + first, count, moment, RaceKind::read_after_write,
                       /*nobody_races=*/true, address, cell_bytes_, races);
        std::unique_ptr<Cells>& readers = page.readers[unit];
        if (!readers) readers = std::make_unique<Cells>();
        std::fill_n(readers->begin() + static_cast<std::ptrdiff_t>(first), count, id);
      });
}

void ShadowMemory::write(const isa::Region& region, const Moment& moment,
                         std::vector<Race>& races) {
  const AccessorId id = accessor_id(moment.instruction);
  for_each_part(
      region, [&](Page& page, std::uint64_t first, std::uint64_t count, std::uint64_t address) {
        find_unordered(page.writers.data() + first, count, moment, RaceKind::write_after_write,
                       /*nobody_races=*/false, address, cell_bytes_, races);
        for (const std::unique_ptr<Cells>& readers : page.readers) {
          if (!readers) continue;
          find_unordered(readers->data() + first, count, moment, RaceKind::write_after_read,
                         /*nobody_races=*/false, address, cell_bytes_, races);
          std::fill_n(readers->begin() + static_cast<std::ptrdiff_t>(first), count, kNobody);
        }
        std::fill_n(page.writers.begin() + static_cast<std::ptrdiff_t>(first), count, id);
      });
}

}  // namespace npusim::functional
