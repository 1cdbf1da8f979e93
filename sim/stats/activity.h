// SPDX-License-Identifier: Apache-2.0
// What a unit does in a cycle: the columns of docs/timing-model.md, section 9. Every cycle of every
// unit is exactly one of these.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sim/isa/instruction.h"

namespace npusim::stats {

enum class Activity : std::uint8_t {
  busy,
  // Stall causes.
  fetch,        // command processor: the next instruction has not arrived
  queue_full,   // command processor: the next instruction's queue is full
  port,         // data or room is there, the scratchpad grants the cycle to others
  dram,         // a DMA unit has instructions in work, but data or room is not there
  feeder,       // the array waits for further words of the same row
  shadow_free,  // the weight loader waits for the array to take the loaded weights
  shadow_full,  // the array waits for the weights of its next fold
  drain,        // the array waits for the sums of an output stationary tile to leave
  decode,       // parameters are in the decoder of a SECDED scratchpad
  pipeline,     // the vector unit drains its pipeline
  wait_dma_in,  // the unit is free, its next instruction waits for a semaphore of that unit
  wait_dma_weights,
  wait_dma_out,
  wait_weight_loader,
  wait_mac_array,
  wait_requantization,
  wait_vector,
  idle,  // no instruction there
};
inline constexpr std::size_t kActivities = static_cast<std::size_t>(Activity::idle) + 1;

/// The stall `wait_<unit>`.
constexpr Activity wait_for(isa::Unit poster) {
  return static_cast<Activity>(static_cast<std::uint8_t>(Activity::wait_dma_in) +
                               static_cast<std::uint8_t>(poster));
}

constexpr bool is_stall(Activity activity) {
  return activity != Activity::busy && activity != Activity::idle;
}

/// "busy", "queue_full", "wait_mac_array", ...: the keys of the report.
const char* activity_name(Activity activity);
/// One sentence for people.
const char* activity_description(Activity activity);

/// Cycles by activity.
class ActivityCycles {
 public:
  std::int64_t& operator[](Activity a) { return cycles_[static_cast<std::size_t>(a)]; }
  std::int64_t operator[](Activity a) const { return cycles_[static_cast<std::size_t>(a)]; }

  std::int64_t busy() const { return (*this)[Activity::busy]; }
  std::int64_t idle() const { return (*this)[Activity::idle]; }
  std::int64_t stalls() const { return total() - busy() - idle(); }
  std::int64_t total() const {
    std::int64_t sum = 0;
    for (const std::int64_t c : cycles_) sum += c;
    return sum;
  }
  friend bool operator==(const ActivityCycles& a, const ActivityCycles& b) {
    return a.cycles_ == b.cycles_;
  }

 private:
  std::array<std::int64_t, kActivities> cycles_{};
};

}  // namespace npusim::stats
