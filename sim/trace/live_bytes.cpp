// SPDX-License-Identifier: Apache-2.0
#include "sim/trace/live_bytes.h"

#include <algorithm>
#include <map>
#include <utility>

#include "sim/functional/accesses.h"
#include "sim/isa/regions.h"

namespace npusim::trace {
namespace {

using functional::Access;

// Most words are all of one kind, and counting bits is a call where the processor may be an old
// one.
int ones(std::uint64_t word) {
  if (word == 0) return 0;
  return word == ~std::uint64_t{0} ? 64 : __builtin_popcountll(word);
}

/// Which bytes of one memory are live, seen from behind: what is read is live before, what is
/// written is not.
class LiveSet {
 public:
  explicit LiveSet(std::int64_t bytes) : words_(static_cast<std::size_t>(bytes) / kBits + 1) {}

  void write(const isa::Region& region) {
    for_each_word(region, [this](std::size_t w, std::uint64_t mask) {
      const std::uint64_t born = words_[w] & mask;
      if (born == 0) return;
      words_[w] &= ~mask;
      cleared_ += ones(born);
      written_.emplace_back(w, born);
    });
  }
  void read(const isa::Region& region) {
    for_each_word(region, [this](std::size_t w, std::uint64_t mask) {
      const std::uint64_t dead = mask & ~words_[w];
      if (dead == 0) return;
      words_[w] |= dead;
      set_ += ones(dead);
    });
  }
  /// Of the writes and then the reads since the last call: (born, dead). A byte that is read and
  /// written again holds its place.
  std::pair<std::int64_t, std::int64_t> take() {
    std::int64_t both = 0;
    for (const auto& [w, born] : written_) both += ones(words_[w] & born);
    written_.clear();
    return {std::exchange(cleared_, 0) - both, std::exchange(set_, 0) - both};
  }

  std::int64_t count() const {
    std::int64_t sum = 0;
    for (const std::uint64_t word : words_) sum += ones(word);
    return sum;
  }

 private:
  static constexpr std::uint64_t kBits = 64;

  template <typename Visit>
  static void for_each_word(const isa::Region& region, Visit&& visit) {
    isa::Region r = region;
    if (r.count1 > 1 && r.stride1 == r.bytes) {
      r.bytes *= r.count1;
      r.count1 = 1;
    }
    for (std::uint64_t i2 = 0; i2 < r.count2; ++i2) {
      for (std::uint64_t i1 = 0; i1 < r.count1; ++i1) {
        const std::uint64_t begin = r.address + i1 * r.stride1 + i2 * r.stride2;
        visit_run(begin, begin + r.bytes, visit);
      }
    }
  }

  template <typename Visit>
  static void visit_run(std::uint64_t begin, std::uint64_t end, Visit&& visit) {
    while (begin < end) {
      const std::uint64_t first = begin % kBits;
      const std::uint64_t bits = std::min(kBits - first, end - begin);
      const std::uint64_t mask =
          bits == kBits ? ~std::uint64_t{0} : ((std::uint64_t{1} << bits) - 1) << first;
      visit(static_cast<std::size_t>(begin / kBits), mask);
      begin += bits;
    }
  }

  std::vector<std::uint64_t> words_;
  std::vector<std::pair<std::size_t, std::uint64_t>> written_;
  std::int64_t cleared_ = 0, set_ = 0;
};

/// The first byte of each average pool's record, which says how long it is, by instruction.
std::map<std::size_t, std::uint8_t> pool_entries(const isa::Program& program) {
  std::map<std::size_t, std::uint8_t> entries;
  for (std::size_t i = 0; i < program.instructions.size(); ++i) {
    const auto* pool = std::get_if<isa::Pool>(&program.instructions[i].fields);
    if (pool != nullptr && pool->operation == isa::PoolOperation::average) entries[i] = 0;
  }
  if (entries.empty()) return entries;

  const isa::DramImage& image = program.dram_image;
  std::vector<std::uint8_t> memory(
      static_cast<std::size_t>(program.hardware.weight_scratchpad.bytes));
  for (std::size_t i = 0; i < program.instructions.size(); ++i) {
    const isa::Instruction& instruction = program.instructions[i];
    if (const auto found = entries.find(i); found != entries.end()) {
      found->second = memory[std::get<isa::Pool>(instruction.fields).record_address];
    }
    if (instruction.opcode != isa::Opcode::load_weights) continue;
    const auto& dma = std::get<isa::Dma>(instruction.fields);
    for (std::uint32_t i2 = 0; i2 < dma.count2; ++i2) {
      for (std::uint32_t i1 = 0; i1 < dma.count1; ++i1) {
        const std::uint64_t from = dma.dram_address + std::uint64_t{i1} * dma.dram_stride1 +
                                   std::uint64_t{i2} * dma.dram_stride2;
        const std::uint64_t to = dma.local_address + std::uint64_t{i1} * dma.local_stride1 +
                                 std::uint64_t{i2} * dma.local_stride2;
        if (from >= image.size()) continue;
        std::copy_n(image.data() + from, std::min<std::uint64_t>(dma.bytes, image.size() - from),
                    memory.data() + to);
      }
    }
  }
  return entries;
}

// The place of the memory among LocalSpace; DRAM has none.
std::size_t local_index(isa::Space space) {
  return static_cast<std::size_t>(space) -
         static_cast<std::size_t>(isa::Space::activation_scratchpad);
}
static_assert(static_cast<std::size_t>(isa::Space::accumulators) -
                  static_cast<std::size_t>(isa::Space::activation_scratchpad) + 1 ==
              kLocalSpaces);

}  // namespace

LiveBytes live_bytes(const isa::Program& program) {
  const config::HardwareConfig& hardware = program.hardware;
  std::array<LiveSet, kLocalSpaces> live{
      LiveSet(hardware.activation_scratchpad.bytes), LiveSet(hardware.weight_scratchpad.bytes),
      LiveSet(hardware.mac_array.accumulator_rows * hardware.mac_array.columns)};
  for (const std::uint32_t output : program.outputs) {
    const isa::TensorInfo& tensor = program.tensors[output];
    if (tensor.memory == isa::Memory::activation_scratchpad)
      live[0].read(isa::tensor_region(tensor));
  }
  for (LiveSet& set : live) set.take();

  const std::size_t count = program.instructions.size();
  LiveBytes result{{}, std::vector<LocalCounts>(count), std::vector<LocalCounts>(count)};
  const std::map<std::size_t, std::uint8_t> entries = pool_entries(program);
  std::vector<std::uint8_t> weights(
      entries.empty() ? 0 : static_cast<std::size_t>(hardware.weight_scratchpad.bytes));
  std::vector<Access> accesses;
  for (std::size_t i = count; i-- > 0;) {
    const isa::Instruction& instruction = program.instructions[i];
    if (const auto found = entries.find(i); found != entries.end())
      weights[std::get<isa::Pool>(instruction.fields).record_address] = found->second;
    accesses.clear();
    functional::append_accesses(instruction, hardware, weights.data(), accesses);
    for (const bool writes : {true, false}) {
      for (const Access& access : accesses) {
        if (access.write != writes || access.space == isa::Space::dram) continue;
        LiveSet& set = live[local_index(access.space)];
        writes ? set.write(access.region) : set.read(access.region);
      }
    }
    for (std::size_t space = 0; space < kLocalSpaces; ++space) {
      const auto [born, dead] = live[space].take();
      result.births[i][space] = born;
      result.deaths[i][space] = dead;
    }
  }
  for (std::size_t space = 0; space < kLocalSpaces; ++space)
    result.initial[space] = live[space].count();
  return result;
}

}  // namespace npusim::trace
