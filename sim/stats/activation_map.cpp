// SPDX-License-Identifier: Apache-2.0
#include "sim/stats/activation_map.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "sim/base/errors.h"
#include "sim/base/math.h"
#include "sim/isa/regions.h"

namespace npusim::stats {
namespace {

struct Range {
  std::int64_t begin = 0, end = 0;
};

std::int64_t union_bytes(std::vector<Range> ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const Range& a, const Range& b) { return a.begin < b.begin; });
  std::int64_t bytes = 0;
  std::int64_t covered = 0;
  for (const Range& range : ranges) {
    bytes += std::max<std::int64_t>(0, range.end - std::max(covered, range.begin));
    covered = std::max(covered, range.end);
  }
  return bytes;
}

/// An instruction's reads and writes of the activation scratchpad.
struct Accesses {
  std::vector<isa::Region> reads;
  isa::Region write;
};

Accesses accesses_of(const isa::Instruction& instruction) {
  Accesses accesses;
  if (const auto* dma = std::get_if<isa::Dma>(&instruction.fields)) {
    if (instruction.opcode == isa::Opcode::load_activations)
      accesses.write = isa::local_region(*dma);
    if (instruction.opcode == isa::Opcode::store_activations)
      accesses.reads = {isa::local_region(*dma)};
  } else if (const auto* matmul = std::get_if<isa::Matmul>(&instruction.fields)) {
    accesses.reads = {isa::input_region(*matmul)};
  } else if (const auto* requantize = std::get_if<isa::Requantize>(&instruction.fields)) {
    accesses.write = isa::output_region(*requantize);
  } else if (const auto* pool = std::get_if<isa::Pool>(&instruction.fields)) {
    accesses = {{isa::input_region(*pool)}, isa::output_region(*pool)};
  } else if (const auto* elementwise = std::get_if<isa::Elementwise>(&instruction.fields)) {
    accesses = {{isa::a_region(*elementwise), isa::b_region(*elementwise)},
                isa::output_region(*elementwise)};
  }
  return accesses;
}

/// The tensors that lie in DRAM, by place. Images may share one: the first image's is found, and
/// the same of a later image is as many tensors further on.
class DramTensors {
 public:
  explicit DramTensors(const isa::Program& program) : program_(program) {
    for (std::size_t t = 0; t < program.tensors.size(); ++t) {
      const isa::TensorInfo& tensor = program.tensors[t];
      if (tensor.memory == isa::Memory::dram) by_address_.emplace(tensor.address, t);
    }
  }

  std::int64_t at(std::uint64_t address, std::size_t image) const {
    const auto behind = by_address_.upper_bound(address);
    if (behind == by_address_.begin()) return -1;
    const auto& [begin, index] = *std::prev(behind);
    const isa::Region region = isa::tensor_region(program_.tensors[index]);
    if (address >= region.end()) return -1;
    const bool is_own = index >= program_.image_tensors();
    const std::size_t same = index + (is_own ? 0 : image * program_.image_tensors());
    return static_cast<std::int64_t>(program_.tensors[same].address == begin ? same : index);
  }

 private:
  const isa::Program& program_;
  std::map<std::uint64_t, std::size_t> by_address_;
};

/// Follows the stream in Program order, in which every read finds what it is meant to find.
class Walk {
 public:
  Walk(const isa::Program& program, const std::vector<InstructionCycles>& cycles)
      : program_(program), cycles_(cycles), dram_(program) {}

  std::vector<Allocation> run() {
    for (std::size_t i = 0; i < program_.instructions.size(); ++i) {
      if (program_.origins[i].layer >= program_.layers.size()) continue;
      const Accesses accesses = accesses_of(program_.instructions[i]);
      for (const isa::Region& region : accesses.reads) {
        if (!region.empty()) read(i, region);
      }
      if (!accesses.write.empty()) write(i, accesses.write);
    }
    return allocations();
  }

 private:
  using Key = std::tuple<std::int64_t, std::int64_t, std::int64_t, bool>;
  struct Held {
    Allocation what;
    std::int64_t written_bytes = 0;
    bool is_read = false;
  };
  struct Piece {
    std::int64_t end = 0;
    std::size_t held = 0;
  };

  std::int64_t tensor_of(std::size_t i) const {
    const std::size_t layer = program_.origins[i].layer;
    if (program_.instructions[i].opcode != isa::Opcode::load_activations)
      return program_.layers[layer].output_tensor;
    return dram_.at(std::get<isa::Dma>(program_.instructions[i].fields).dram_address,
                    layer / program_.image_layers());
  }

  std::size_t held_for(std::size_t i, const isa::Region& region) {
    const isa::InstructionOrigin origin = program_.origins[i];
    const bool is_loaded = program_.instructions[i].opcode == isa::Opcode::load_activations;
    const Key key{origin.layer, tensor_of(i), origin.tile, is_loaded};
    const auto [found, is_new] = open_.emplace(key, held_.size());
    if (is_new) {
      Allocation what;
      what.layer = what.last_layer = origin.layer;
      what.tensor = std::get<1>(key);
      what.tile = origin.tile;
      what.is_loaded = is_loaded;
      what.address = static_cast<std::int64_t>(region.address);
      what.begin_cycle = cycles_[i].start_cycle;
      held_.push_back({what, 0, false});
    }
    return found->second;
  }

  void write(std::size_t i, const isa::Region& region) {
    const std::size_t index = held_for(i, region);
    Held& held = held_[index];
    Allocation& what = held.what;
    const auto begin = static_cast<std::int64_t>(region.address);
    const auto end = static_cast<std::int64_t>(region.end());
    const std::int64_t end_before = what.address + what.bytes;
    what.address = std::min(what.address, begin);
    what.bytes = std::max(end_before, end) - what.address;
    what.begin_cycle = std::min(what.begin_cycle, cycles_[i].start_cycle);
    if (!held.is_read) what.end_cycle = std::max(what.end_cycle, cycles_[i].done_cycle);
    held.written_bytes += static_cast<std::int64_t>(region.bytes * region.count1 * region.count2);
    take(begin, end, index);
  }

  /// From here on the bytes are this allocation's.
  void take(std::int64_t begin, std::int64_t end, std::size_t index) {
    auto piece = pieces_.upper_bound(begin);
    if (piece != pieces_.begin()) --piece;
    while (piece != pieces_.end() && piece->first < end) {
      const auto [old_begin, old] = std::pair(piece->first, piece->second);
      if (old.end <= begin) {
        ++piece;
        continue;
      }
      piece = pieces_.erase(piece);
      if (old_begin < begin) pieces_[old_begin] = {begin, old.held};
      if (old.end > end) pieces_[end] = old;
    }
    pieces_[begin] = {end, index};
  }

  void read(std::size_t i, const isa::Region& region) {
    const auto begin = static_cast<std::int64_t>(region.address);
    const auto end = static_cast<std::int64_t>(region.end());
    auto piece = pieces_.upper_bound(begin);
    if (piece != pieces_.begin()) --piece;
    for (; piece != pieces_.end() && piece->first < end; ++piece) {
      if (piece->second.end <= begin) continue;
      Held& held = held_[piece->second.held];
      held.is_read = true;
      held.what.end_cycle = std::max(held.what.end_cycle, cycles_[i].done_cycle);
      held.what.last_layer =
          std::max(held.what.last_layer, std::int64_t{program_.origins[i].layer});
    }
  }

  /// Tiles that are a whole tensor, side by side, become one.
  std::vector<Allocation> allocations() const {
    std::map<std::tuple<std::int64_t, std::int64_t, bool>, std::vector<const Held*>> groups;
    for (const Held& held : held_)
      groups[{held.what.layer, held.what.tensor, held.what.is_loaded}].push_back(&held);
    std::vector<Allocation> allocations;
    for (const auto& [key, group] : groups) {
      Allocation whole = group.front()->what;
      std::vector<Range> ranges;
      std::int64_t written = 0;
      std::int64_t end = 0;
      for (const Held* held : group) {
        const Allocation& what = held->what;
        ranges.push_back({what.address, what.address + what.bytes});
        written += held->written_bytes;
        end = std::max(end, what.address + what.bytes);
        whole.address = std::min(whole.address, what.address);
        whole.begin_cycle = std::min(whole.begin_cycle, what.begin_cycle);
        whole.end_cycle = std::max(whole.end_cycle, what.end_cycle);
        whole.last_layer = std::max(whole.last_layer, what.last_layer);
      }
      whole.bytes = end - whole.address;
      whole.tiles = static_cast<std::int64_t>(group.size());
      const bool is_whole = whole.bytes == tensor_bytes(whole) && whole.bytes == written &&
                            whole.bytes == union_bytes(std::move(ranges));
      if (is_whole) {
        allocations.push_back(whole);
      } else {
        for (const Held* held : group) allocations.push_back(held->what);
      }
    }
    return allocations;
  }

  std::int64_t tensor_bytes(const Allocation& what) const {
    if (what.tensor < 0) return -1;
    return static_cast<std::int64_t>(
        isa::tensor_region(program_.tensors[static_cast<std::size_t>(what.tensor)]).bytes);
  }

  const isa::Program& program_;
  const std::vector<InstructionCycles>& cycles_;
  const DramTensors dram_;
  std::vector<Held> held_;
  std::map<Key, std::size_t> open_;
  std::map<std::int64_t, Piece> pieces_;  // by first byte: who wrote it last
};

/// The bytes held between any two events, begins and ends of allocations.
class Occupancy {
 public:
  void add(std::int64_t begin, std::int64_t end, const Allocation& what) {
    if (begin >= end) return;
    events_[begin].second.push_back(&what);
    events_[end].first.push_back(&what);
  }

  std::vector<OccupancyStep> steps() const {
    std::vector<OccupancyStep> steps;
    std::set<const Allocation*> held;
    for (const auto& [at, event] : events_) {
      for (const Allocation* what : event.first) held.erase(what);
      for (const Allocation* what : event.second) held.insert(what);
      std::vector<Range> ranges;
      ranges.reserve(held.size());
      for (const Allocation* what : held) {
        ranges.push_back({what->address, what->address + what->bytes});
      }
      const std::int64_t bytes = union_bytes(std::move(ranges));
      if (steps.empty() || steps.back().bytes != bytes) steps.push_back({at, bytes});
    }
    return steps;
  }

 private:
  std::map<std::int64_t, std::pair<std::vector<const Allocation*>, std::vector<const Allocation*>>>
      events_;  // who ends, who begins
};

OccupancyStep highest(const std::vector<OccupancyStep>& steps) {
  OccupancyStep most;
  for (const OccupancyStep& step : steps) {
    if (step.bytes > most.bytes) most = step;
  }
  return most;
}

void sort_by_time(std::vector<Allocation>& allocations) {
  std::sort(allocations.begin(), allocations.end(), [](const Allocation& a, const Allocation& b) {
    return std::tie(a.begin_cycle, a.address, a.layer, a.tile, a.tensor) <
           std::tie(b.begin_cycle, b.address, b.layer, b.tile, b.tensor);
  });
}

}  // namespace

ActivationMap activation_map(const isa::Program& program,
                             const std::vector<InstructionCycles>& cycles) {
  if (cycles.size() != program.instructions.size()) {
    throw base::InternalError("activation_map: got cycles of " + std::to_string(cycles.size()) +
                              " instructions, must be of " +
                              std::to_string(program.instructions.size()));
  }
  ActivationMap map;
  map.capacity_bytes = program.hardware.activation_scratchpad.bytes;
  map.allocations = Walk(program, cycles).run();
  const std::int64_t word_bytes = program.hardware.activation_scratchpad.bank_word_bytes;
  Occupancy by_cycle, by_layer;
  for (Allocation& what : map.allocations) {
    const std::int64_t end = base::round_up(what.address + what.bytes, word_bytes);
    what.address = what.address / word_bytes * word_bytes;
    what.bytes = end - what.address;
  }
  sort_by_time(map.allocations);
  for (const Allocation& what : map.allocations) {
    by_cycle.add(what.begin_cycle, what.end_cycle, what);
    by_layer.add(what.layer, what.last_layer + 1, what);
  }
  map.occupancy = by_cycle.steps();
  const OccupancyStep peak = highest(map.occupancy);
  const OccupancyStep layer_peak = highest(by_layer.steps());
  map.peak_bytes = peak.bytes;
  map.peak_cycle = peak.cycle;
  map.layer_peak_bytes = layer_peak.bytes;
  map.peak_layer = layer_peak.cycle;
  return map;
}

void join_tiles(ActivationMap& map, std::size_t most) {
  if (map.allocations.size() <= most) return;
  std::map<std::tuple<std::int64_t, std::int64_t, bool, std::int64_t>, Allocation> places;
  for (const Allocation& what : map.allocations) {
    const auto [place, is_new] =
        places.emplace(std::tuple(what.layer, what.tensor, what.is_loaded, what.address), what);
    if (is_new) continue;
    Allocation& joined = place->second;
    joined.tile = std::min(joined.tile, what.tile);
    joined.tiles += what.tiles;
    joined.bytes = std::max(joined.bytes, what.bytes);
    joined.end_cycle = std::max(joined.end_cycle, what.end_cycle);
    joined.last_layer = std::max(joined.last_layer, what.last_layer);
  }
  map.allocations.clear();
  for (const auto& [key, what] : places) map.allocations.push_back(what);
  sort_by_time(map.allocations);
}

}  // namespace npusim::stats
