// SPDX-License-Identifier: Apache-2.0
#include "sim/isa/memory_map.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "sim/base/errors.h"

namespace npusim::isa {
namespace {

using Kind = DramRange::Kind;

/// Sorts the ranges and adds what none of them covers below `end`, as `kind`.
void fill_gaps(std::vector<DramRange>& ranges, std::uint64_t end, Kind kind) {
  std::sort(ranges.begin(), ranges.end(), [](const DramRange& a, const DramRange& b) {
    return std::tie(a.begin, a.end, a.tensor) < std::tie(b.begin, b.end, b.tensor);
  });
  std::vector<DramRange> filled;
  std::uint64_t covered = 0;
  const auto gap_to = [&](std::uint64_t next) {
    if (next > covered) filled.push_back({kind, covered, next, {}, 0});
  };
  for (const DramRange& range : ranges) {
    gap_to(range.begin);
    filled.push_back(range);
    covered = std::max(covered, range.end);
  }
  gap_to(end);
  ranges = std::move(filled);
}

}  // namespace

const char* dram_range_name(Kind kind) {
  switch (kind) {
    case Kind::parameters:
      return "parameters";
    case Kind::unread:
      return "unread";
    case Kind::tensor:
      return "tensor";
    case Kind::instructions:
      return "instructions";
    case Kind::free:
      return "free";
  }
  throw base::InternalError("dram_range_name: there is no kind " +
                            std::to_string(static_cast<int>(kind)));
}

std::vector<DramRange> dram_map(const Program& program) {
  std::vector<DramRange> ranges;
  const ImageParts parts = image_parts(program);
  for (const auto& [begin, interval] : parts.intervals()) {
    const bool goes_on =
        !ranges.empty() && ranges.back().end == begin && ranges.back().part == interval.value;
    if (goes_on) {
      ranges.back().end = interval.end;
    } else {
      ranges.push_back({Kind::parameters, begin, interval.end, interval.value, 0});
    }
  }
  fill_gaps(ranges, program.dram_image.size(), Kind::unread);
  for (std::size_t t = 0; t < program.tensors.size(); ++t) {
    const TensorInfo& tensor = program.tensors[t];
    if (tensor.memory != Memory::dram) continue;
    const Region region = tensor_region(tensor);
    ranges.push_back(
        {Kind::tensor, region.address, region.end(), {}, static_cast<std::uint32_t>(t)});
  }
  ranges.push_back({Kind::instructions,
                    program.dram_bytes,
                    program.dram_bytes + static_cast<std::uint64_t>(program.instructions_bytes()),
                    {},
                    0});
  fill_gaps(ranges, static_cast<std::uint64_t>(program.hardware.dram.bytes), Kind::free);
  return ranges;
}

std::vector<ActivationRange> activation_map(const Program& program) {
  std::vector<ActivationRange> ranges;
  std::map<std::uint32_t, std::size_t> places;  // of tensors, in `ranges`
  const auto touch = [&](std::uint32_t tensor, const Region& region, std::size_t instruction) {
    const auto [place, is_new] = places.insert({tensor, ranges.size()});
    if (is_new) ranges.push_back({tensor, region.address, region.end(), instruction, 0});
    ActivationRange& range = ranges[place->second];
    range.begin = std::min(range.begin, region.address);
    range.end = std::max(range.end, region.end());
    range.last_instruction = instruction;
  };
  Contents contents(program);
  for (std::size_t i = 0; i < program.instructions.size(); ++i) {
    for (const ActivationAccess& access : activation_accesses(program, contents, i)) {
      if (!access.tensor || access.region.empty()) continue;
      if (access.is_write) {
        touch(*access.tensor, access.region, i);
      } else if (const auto place = places.find(*access.tensor); place != places.end()) {
        ranges[place->second].last_instruction = i;
      }
    }
    contents.take(i);
  }
  return ranges;
}

std::vector<std::pair<std::uint64_t, std::uint64_t>> unused_bytes(
    const std::vector<ActivationRange>& ranges, std::uint64_t bytes) {
  IntervalMap<bool> free;
  free.assign(0, bytes, true);
  for (const ActivationRange& range : ranges) free.erase(range.begin, range.end);
  std::vector<std::pair<std::uint64_t, std::uint64_t>> unused;
  for (const auto& [begin, interval] : free.intervals()) {
    if (!unused.empty() && unused.back().second == begin) {
      unused.back().second = interval.end;
    } else {
      unused.emplace_back(begin, interval.end);
    }
  }
  return unused;
}

}  // namespace npusim::isa
