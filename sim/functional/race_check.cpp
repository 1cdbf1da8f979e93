// SPDX-License-Identifier: Apache-2.0
#include "sim/functional/race_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <memory>
#include <numeric>
#include <set>
#include <tuple>

#include "sim/base/errors.h"
#include "sim/functional/accesses.h"
#include "sim/functional/clocks.h"
#include "sim/functional/shadow_memory.h"
#include "sim/isa/folds.h"
#include "sim/isa/labels.h"
#include "sim/isa/replay.h"
#include "sim/isa/zeroed_array.h"

namespace npusim::functional {
namespace {

using isa::Opcode;
using isa::Space;
using isa::Unit;

Space space_of(isa::Memory memory) {
  return memory == isa::Memory::dram ? Space::dram : Space::activation_scratchpad;
}

/// The largest cell of each memory that divides all that the Program does there.
class CellSizes {
 public:
  explicit CellSizes(const isa::Program& program) {
    // The length of an average's record, in the weight scratchpad, does not matter here: records
    // have odd sizes, so its cells are bytes anyway.
    const isa::ZeroedArray<std::uint8_t> no_records(
        static_cast<std::size_t>(program.hardware.weight_scratchpad.bytes));
    std::vector<Access> accesses;
    for (const isa::Instruction& instruction : program.instructions) {
      accesses.clear();
      append_accesses(instruction, program.hardware, no_records.data(), accesses);
      for (const Access& access : accesses) add(access.space, access.region);
    }
    for (const isa::TensorInfo& tensor : program.tensors) {
      add(space_of(tensor.memory), isa::tensor_region(tensor));
    }
    add(Space::dram, {program.dram_image.size(), 0});
    sizes_[static_cast<std::size_t>(Space::weight_scratchpad)] = 1;
  }

  std::uint64_t of(Space space) const {
    return std::max<std::uint64_t>(1, sizes_[static_cast<std::size_t>(space)]);
  }

 private:
  void add(Space space, const isa::Region& region) {
    std::uint64_t& size = sizes_[static_cast<std::size_t>(space)];
    size = std::gcd(size, std::gcd(region.address, region.bytes));
    if (region.count1 > 1) size = std::gcd(size, region.stride1);
    if (region.count2 > 1) size = std::gcd(size, region.stride2);
  }

  std::array<std::uint64_t, isa::kSpaces> sizes_ = {};
};

/// The messages, each race once.
class Report {
 public:
  explicit Report(const isa::Program& program) : program_(program) {}

  bool full() const { return messages_.size() >= kMaxRaces; }
  std::vector<std::string> take() { return std::move(messages_); }

  /// A race of `subject` (an instruction, or a tensor that is read as it completes).
  void race(const std::string& subject, std::uint32_t instruction, Space space, const Race& race) {
    if (full() || !seen_.emplace(instruction, race.other, space, race.kind).second) return;
    const std::string place = bytes_text(space, race);
    if (race.kind == RaceKind::never_written) {
      messages_.push_back(
          fmt::format("never written: {} reads {}, which nothing has written", subject, place));
      return;
    }
    const bool reads = race.kind == RaceKind::read_after_write;
    const bool read_before = race.kind == RaceKind::write_after_read;
    messages_.push_back(fmt::format("{}: {} {} {}, which {} {}, and no semaphore orders the two",
                                    name(race.kind), subject, reads ? "reads" : "writes", place,
                                    isa::instruction_label(program_, instruction_of(race.other)),
                                    read_before ? "reads" : "writes"));
  }

  void deadlock(std::uint32_t instruction, int semaphore, std::uint64_t waits) {
    if (full()) return;
    messages_.push_back(fmt::format(
        "deadlock: {} waits for '{}', wait {} on it, but the initial count and the posts of the "
        "instructions before it serve only {}",
        isa::instruction_label(program_, instruction), isa::semaphore_label(program_, semaphore),
        waits, waits - 1));
  }

 private:
  static const char* name(RaceKind kind) {
    switch (kind) {
      case RaceKind::never_written:
        return "never written";
      case RaceKind::read_after_write:
        return "read after write";
      case RaceKind::write_after_read:
        return "write after read";
      case RaceKind::write_after_write:
        return "write after write";
    }
    throw base::InternalError("there is no such kind of race");
  }

  std::string bytes_text(Space space, const Race& race) const {
    if (space == Space::accumulators) {
      const auto columns = static_cast<std::uint64_t>(program_.hardware.mac_array.columns);
      return fmt::format("accumulator row {}, columns {} to {}", race.begin / columns,
                         race.begin % columns,
                         std::min(columns, race.begin % columns + race.end - race.begin) - 1);
    }
    return fmt::format("{} bytes 0x{:x} to 0x{:x}", isa::space_name(space), race.begin,
                       race.end - 1);
  }

  const isa::Program& program_;
  std::vector<std::string> messages_;
  std::set<std::tuple<std::uint32_t, AccessorId, Space, RaceKind>> seen_;
};

/// A PRELOAD whose folds are not all loaded.
struct PendingPreload {
  std::uint32_t instruction = 0;
  Clock waited;  // what its waits have brought
  std::int64_t folds = 0;
  std::int64_t loaded = 0;
};

/// Runs the Program in program order. Only a PRELOAD may lag behind: its folds but the first need
/// those of the MATMUL behind it, so it completes, and posts, while that one runs.
class RaceCheck {
 public:
  explicit RaceCheck(const isa::Program& program)
      : program_(program),
        report_(program),
        weights_(static_cast<std::size_t>(program.hardware.weight_scratchpad.bytes)),
        semaphores_(program.semaphores.size()) {
    const CellSizes cells(program);
    for (int s = 0; s < isa::kSpaces; ++s) {
      const auto space = static_cast<Space>(s);
      memories_.emplace_back(cells.of(space), space == Space::dram ? program.dram_image.size() : 0);
    }
    for (const std::uint32_t input : program.inputs) {
      memory(Space::dram).mark_initial(isa::tensor_region(program.tensors[input]));
    }
    for (std::size_t s = 0; s < semaphores_.size(); ++s) {
      semaphores_[s].initial = program.semaphores[s].initial;
    }
    for (const isa::Instruction& instruction : program.instructions) {
      const bool is_end = instruction.opcode == Opcode::end;
      units_.push_back(is_end ? Unit::dma_in : isa::unit_of(instruction.opcode));
    }
    for (std::uint32_t t = 0; t < program.tensors.size(); ++t) {
      if (program.tensors[t].complete_after >= 0) {
        completing_[program.tensors[t].complete_after].push_back(t);
      }
    }
  }

  std::vector<std::string> run() {
    for (std::uint32_t i = 0; i < program_.instructions.size() && !report_.full(); ++i) {
      const Clock waited = take_waits(i);
      switch (program_.instructions[i].opcode) {
        case Opcode::end:
          break;
        case Opcode::preload:
          preloads_.push_back({i, waited, folds_of(i), 0});
          load_folds();
          break;
        case Opcode::matmul:
          matmul(i, waited);
          break;
        default:
          clock(i).join(waited);
          enter_accesses(i);
          complete(i);
      }
    }
    return report_.take();
  }

 private:
  struct Tokens {
    std::uint64_t initial = 0;  // serves the first waits, knows nothing
    std::uint64_t waits = 0;
    std::deque<Clock> posts;
  };

  ShadowMemory& memory(Space space) { return memories_[static_cast<std::size_t>(space)]; }
  /// What the unit of the instruction knows of the other units, and of itself through them.
  Clock& clock(std::uint32_t i) { return clocks_[static_cast<std::size_t>(units_[i])]; }

  std::int64_t folds_of(std::uint32_t preload) const {
    return isa::fold_count(std::get<isa::Preload>(program_.instructions[preload].fields),
                           program_.hardware.mac_array.rows);
  }

  Clock take_waits(std::uint32_t i) {
    Clock waited;
    for (std::size_t s = 0; s < semaphores_.size(); ++s) {
      if ((program_.instructions[i].wait_mask >> s & 1) == 0) continue;
      Tokens& tokens = semaphores_[s];
      ++tokens.waits;
      if (tokens.waits <= tokens.initial) continue;
      if (tokens.posts.empty()) {
        report_.deadlock(i, static_cast<int>(s), tokens.waits);
        continue;
      }
      waited.join(tokens.posts.front());
      tokens.posts.pop_front();
    }
    return waited;
  }

  void complete(std::uint32_t i) {
    Clock done = clock(i);
    done.set_done(units_[i], i);
    for (std::size_t s = 0; s < semaphores_.size(); ++s) {
      if ((program_.instructions[i].post_mask >> s & 1) != 0) semaphores_[s].posts.push_back(done);
    }
    const auto tensors = completing_.find(i);
    if (tensors == completing_.end()) return;
    for (const std::uint32_t t : tensors->second) {
      const isa::TensorInfo& tensor = program_.tensors[t];
      const std::string subject =
          fmt::format("tensor '{}', complete after {},", tensor.name, label(i));
      enter(subject, {space_of(tensor.memory), false, isa::tensor_region(tensor)}, i, done);
    }
  }

  void enter_accesses(std::uint32_t i) {
    const isa::Instruction& instruction = program_.instructions[i];
    accesses_.clear();
    append_accesses(instruction, program_.hardware, weights_.data(), accesses_);
    for (const Access& access : accesses_) enter({}, access, i, clock(i));
    if (instruction.opcode == Opcode::load_weights) {
      isa::replay_load_weights(program_, std::get<isa::Dma>(instruction.fields), weights_.data());
    }
  }

  /// subject: empty for the instruction itself.
  void enter(const std::string& subject, const Access& access, std::uint32_t i,
             const Clock& knowledge) {
    const bool in_image = access.space == Space::dram && !access.write &&
                          access.region.end() <= program_.dram_image.size();
    if (in_image) return;  // nothing ever writes it
    const Moment moment = {i, units_[i], &knowledge, &units_};
    races_.clear();
    if (access.write) {
      memory(access.space).write(access.region, moment, races_);
    } else {
      memory(access.space).read(access.region, moment, races_);
    }
    for (const Race& race : races_) {
      report_.race(subject.empty() ? label(i) : subject, i, access.space, race);
    }
  }

  std::string label(std::uint32_t i) const { return isa::instruction_label(program_, i); }

  /// Loads folds as long as the shadow registers are free for them.
  void load_folds() {
    while (!preloads_.empty() && !shadow_free_.empty()) {
      PendingPreload& preload = preloads_.front();
      Clock& known = clock(preload.instruction);
      known.join(shadow_free_.front());
      shadow_free_.pop_front();
      if (preload.loaded == 0) {
        known.join(preload.waited);
        enter_accesses(preload.instruction);
      }
      ++preload.loaded;
      const bool is_last = preload.loaded == preload.folds;
      if (is_last) last_loaded_.set_done(Unit::weight_loader, preload.instruction);
      Clock full = known;
      full.join(last_loaded_);
      shadow_full_.push_back(full);
      if (!is_last) continue;
      complete(preload.instruction);
      preloads_.pop_front();
    }
  }

  void matmul(std::uint32_t i, const Clock& waited) {
    const auto& f = std::get<isa::Matmul>(program_.instructions[i].fields);
    const std::int64_t folds = isa::fold_count(f, program_.hardware.mac_array.rows);
    Clock& known = clock(i);
    known.join(waited);
    for (std::int64_t fold = 0; fold < folds; ++fold) {
      if (shadow_full_.empty()) {
        throw base::InternalError("find_races: " + label(i) + " has no PRELOAD: not verified");
      }
      known.join(shadow_full_.front());
      shadow_full_.pop_front();
      if (fold == 0) enter_accesses(i);
      // The swap: earlier MATMULs have read their inputs, but their last sums may be on their way.
      shadow_free_.push_back(known);
      load_folds();
    }
    complete(i);
  }

  const isa::Program& program_;
  Report report_;
  isa::ZeroedArray<std::uint8_t> weights_;  // contents of the weight scratchpad
  std::vector<Tokens> semaphores_;
  std::vector<ShadowMemory> memories_;                             // by Space
  std::vector<Unit> units_;                                        // of every instruction
  std::map<std::int64_t, std::vector<std::uint32_t>> completing_;  // tensors by complete_after
  std::array<Clock, isa::kUnits> clocks_;
  std::deque<PendingPreload> preloads_;
  std::deque<Clock> shadow_full_;
  std::deque<Clock> shadow_free_ = {Clock()};
  Clock last_loaded_;  // the last PRELOAD that is done
  std::vector<Access> accesses_;
  std::vector<Race> races_;
};

}  // namespace

std::vector<std::string> find_races(const isa::Program& program) {
  return RaceCheck(program).run();
}

}  // namespace npusim::functional
