// SPDX-License-Identifier: Apache-2.0
// The slices of one unit: the machine's intervals, with those that belong together told as one, and
// the places where arrows begin and end.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

#include "sim/trace/event_writer.h"

namespace npusim::trace {

class UnitTrack {
 public:
  /// Told of the first slice of an instruction that is no wait for its start, with the cycle of its
  /// start; called when the slice is written.
  using Started = std::function<void(std::size_t instruction, std::int64_t at, std::int64_t start)>;

  /// by_instruction: of one instruction's intervals without a gap each activity is one slice, in
  /// the order in which they first appear (a DMA unit has two for each burst). Otherwise equal
  /// neighbours are.
  UnitTrack(model::UnitId unit, bool by_instruction, EventWriter& writer, Started started);

  void start(std::size_t instruction, std::int64_t cycle) {
    starts_.push_back({instruction, cycle});
  }
  void interval(stats::Activity activity, std::int64_t instruction, std::int64_t begin,
                std::int64_t end);
  /// Where an arrow from the end of the instruction begins: within its last slice. An instruction
  /// without cycles gets a slice of none.
  std::int64_t done(std::size_t instruction);
  /// Writes what is held back.
  void flush();

 private:
  struct Part {
    stats::Activity activity;
    std::int64_t cycles;
  };
  struct Start {
    std::size_t instruction;
    std::int64_t cycle;
  };
  struct Last {
    std::size_t instruction;
    std::int64_t at;  // the last cycle of its last slice
  };
  bool extend(stats::Activity activity, std::int64_t instruction, std::int64_t begin,
              std::int64_t cycles);
  void write(stats::Activity activity, std::int64_t begin, std::int64_t cycles);

  const model::UnitId unit_;
  const bool by_instruction_;
  EventWriter& writer_;
  Started started_;
  // What is held back: it may become longer.
  std::vector<Part> parts_;
  std::int64_t instruction_ = -1;
  std::int64_t begin_ = 0;
  std::int64_t end_ = 0;
  std::int64_t dispatched_ = 0;  // by the command processor, up to the end of what is written
  std::deque<Start> starts_;     // whose first slice is not written
  std::deque<Last> lasts_;       // not done
};

}  // namespace npusim::trace
