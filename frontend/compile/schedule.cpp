// SPDX-License-Identifier: Apache-2.0
#include "frontend/compile/schedule.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <string>
#include <utility>

#include "frontend/compile/dependencies.h"
#include "sim/base/errors.h"

namespace npusim::compile {
namespace {

std::size_t index_of(isa::Unit unit) { return static_cast<std::size_t>(unit); }

bool is_load(isa::Opcode opcode) {
  return opcode == isa::Opcode::load_activations || opcode == isa::Opcode::load_weights;
}

// How many loads of a unit may wait in the stream for their first use. More would fill the unit's
// queue and so hold up the dispatch of everything behind them.
constexpr std::size_t kLoadsAhead = 12;

// For every load, the first instruction that depends on it (or, for a load without, the end of the
// draft).
std::vector<DraftIndex> first_uses(const std::vector<DraftInstruction>& draft,
                                   const std::vector<UnitIndices>& dependencies) {
  std::vector<DraftIndex> first_use(draft.size(), static_cast<DraftIndex>(draft.size()));
  std::array<DraftIndex, isa::kUnits>
      settled;  // up to this index the unit's loads have their first use
  settled.fill(-1);
  for (std::size_t p = 0; p < draft.size(); ++p) {
    for (std::size_t unit = 0; unit < isa::kUnits; ++unit) {
      for (DraftIndex i = settled[unit] + 1; i <= dependencies[p][unit]; ++i) {
        const isa::Opcode opcode = draft[static_cast<std::size_t>(i)].instruction.opcode;
        if (is_load(opcode) && index_of(isa::unit_of(opcode)) == unit) {
          first_use[static_cast<std::size_t>(i)] = static_cast<DraftIndex>(p);
        }
      }
      settled[unit] = std::max(settled[unit], dependencies[p][unit]);
    }
  }
  return first_use;
}

// The draft's indices by key, which is -1 or an index no greater than the own one. An instruction
// and the loads right behind it share a key; the instruction that is not a moved load comes first.
std::vector<DraftIndex> sorted_by_key(const std::vector<DraftIndex>& key) {
  const auto place = [](DraftIndex k) { return static_cast<std::size_t>(k + 1); };
  std::vector<DraftIndex> next(key.size() + 2, 0);  // where the next one of a key goes
  for (const DraftIndex k : key) ++next[place(k) + 1];
  std::partial_sum(next.begin(), next.end(), next.begin());
  std::vector<DraftIndex> order(key.size());
  const auto put = [&](std::size_t i) {
    order[static_cast<std::size_t>(next[place(key[i])]++)] = static_cast<DraftIndex>(i);
  };
  for (const bool is_moved : {false, true}) {
    for (std::size_t i = 0; i < key.size(); ++i) {
      if ((key[i] != static_cast<DraftIndex>(i)) == is_moved) put(i);
    }
  }
  return order;
}

// Stream order: a load goes up to right behind the last instruction it depends on (and behind
// earlier loads of its unit), so that data arrives while the units still work on what came before;
// but no more than kLoadsAhead run ahead.
std::vector<DraftIndex> hoist_loads(const std::vector<DraftInstruction>& draft,
                                    const std::vector<UnitIndices>& dependencies) {
  const std::vector<DraftIndex> first_use = first_uses(draft, dependencies);
  std::vector<DraftIndex> key(draft.size());
  std::array<std::vector<DraftIndex>, isa::kUnits> loads;  // of each unit, so far
  for (std::size_t i = 0; i < draft.size(); ++i) {
    key[i] = static_cast<DraftIndex>(i);
    if (!is_load(draft[i].instruction.opcode)) continue;
    std::vector<DraftIndex>& earlier = loads[index_of(isa::unit_of(draft[i].instruction.opcode))];
    const UnitIndices& needed = dependencies[i];
    DraftIndex after = *std::max_element(needed.begin(), needed.end());
    // A PRELOAD of several folds ends only while its MATMUL, the next instruction, runs.
    if (after >= 0 &&
        draft[static_cast<std::size_t>(after)].instruction.opcode == isa::Opcode::preload)
      ++after;
    if (!earlier.empty()) after = std::max(after, key[static_cast<std::size_t>(earlier.back())]);
    if (earlier.size() >= kLoadsAhead) {
      after = std::max(after,
                       first_use[static_cast<std::size_t>(earlier[earlier.size() - kLoadsAhead])]);
    }
    key[i] = std::min(after, key[i]);
    earlier.push_back(static_cast<DraftIndex>(i));
  }
  return sorted_by_key(key);
}

class SemaphoreBuilder {
 public:
  SemaphoreBuilder() {
    ids_.fill(-1);
    semaphores_.push_back({"shadow_full", isa::Unit::weight_loader, isa::Unit::mac_array, 0});
    semaphores_.push_back({"shadow_free", isa::Unit::mac_array, isa::Unit::weight_loader, 1});
  }

  std::uint32_t bit(isa::Unit poster, isa::Unit waiter) {
    std::int32_t& id = ids_[index_of(poster) * isa::kUnits + index_of(waiter)];
    if (id < 0) {
      if (semaphores_.size() >= isa::kSemaphores) {
        throw base::InternalError("more than " + std::to_string(isa::kSemaphores) +
                                  " semaphores needed");
      }
      id = static_cast<std::int32_t>(semaphores_.size());
      semaphores_.push_back({std::string(isa::unit_name(poster)) + "_to_" + isa::unit_name(waiter),
                             poster, waiter, 0});
    }
    return std::uint32_t{1} << id;
  }

  std::vector<isa::Semaphore> take() { return std::move(semaphores_); }

 private:
  std::array<std::int32_t, isa::kUnits * isa::kUnits> ids_{};
  std::vector<isa::Semaphore> semaphores_;
};

// What a unit knows at some instruction: for every unit, the last instruction (stream position)
// known to be done.
using Clock = std::array<DraftIndex, isa::kUnits>;

void join(Clock& into, const Clock& from) {
  for (std::size_t u = 0; u < into.size(); ++u) into[u] = std::max(into[u], from[u]);
}

// Stream positions of an instruction of every other unit to wait for, with the unit. Latest first:
// what that one has waited for needs no token of its own.
class Waits {
 public:
  Waits(const UnitIndices& needed, const std::vector<DraftIndex>& position, isa::Unit unit) {
    for (std::size_t s = 0; s < isa::kUnits; ++s) {
      if (needed[s] < 0 || s == index_of(unit)) continue;
      const DraftIndex at = position[static_cast<std::size_t>(needed[s])];
      std::size_t place = size_++;
      for (; place > 0 && list_[place - 1].first < at; --place) list_[place] = list_[place - 1];
      list_[place] = {at, s};
    }
  }

  using Wait = std::pair<DraftIndex, std::size_t>;
  Wait* begin() { return list_.data(); }
  Wait* end() { return list_.data() + size_; }

 private:
  std::array<Wait, isa::kUnits> list_;
  std::size_t size_ = 0;
};

}  // namespace

Schedule schedule(const Draft& draft) {
  const auto& drafts = draft.instructions();
  DependencyTracker tracker;
  std::vector<UnitIndices> dependencies;
  dependencies.reserve(drafts.size());
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    const isa::Unit unit = isa::unit_of(drafts[i].instruction.opcode);
    dependencies.push_back(tracker.add(static_cast<DraftIndex>(i), unit, drafts[i].accesses));
  }
  const std::vector<DraftIndex> order = hoist_loads(drafts, dependencies);

  Schedule result;
  result.position.assign(drafts.size(), -1);
  for (std::size_t p = 0; p < order.size(); ++p) {
    result.position[static_cast<std::size_t>(order[p])] = static_cast<DraftIndex>(p);
  }

  result.instructions.reserve(order.size() + 1);
  result.origins.reserve(order.size() + 1);
  SemaphoreBuilder semaphores;
  std::array<Clock, isa::kUnits> unit_clock;
  for (Clock& clock : unit_clock) clock.fill(-1);
  std::vector<Clock> done_clock(drafts.size());
  for (std::size_t p = 0; p < order.size(); ++p) {
    const DraftInstruction& entry = drafts[static_cast<std::size_t>(order[p])];
    const isa::Unit unit = isa::unit_of(entry.instruction.opcode);
    Clock& clock = unit_clock[index_of(unit)];
    result.instructions.push_back(entry.instruction);
    result.origins.push_back(entry.origin);
    for (const auto& [at, s] :
         Waits(dependencies[static_cast<std::size_t>(order[p])], result.position, unit)) {
      if (clock[s] >= at) continue;
      const std::uint32_t bit = semaphores.bit(static_cast<isa::Unit>(s), unit);
      result.instructions[static_cast<std::size_t>(at)].post_mask |= bit;
      result.instructions[p].wait_mask |= bit;
      join(clock, done_clock[static_cast<std::size_t>(at)]);
    }
    Clock done = clock;
    done[index_of(unit)] = static_cast<DraftIndex>(p);
    clock = done;
    done_clock[p] = done;
  }
  result.instructions.push_back({isa::Opcode::end, 0, 0, isa::End{}});
  result.origins.push_back(result.origins.empty() ? isa::InstructionOrigin{}
                                                  : result.origins.back());
  result.semaphores = semaphores.take();
  return result;
}

}  // namespace npusim::compile
