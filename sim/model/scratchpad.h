// SPDX-License-Identifier: Apache-2.0
// The two scratchpads: bytes behind a port that several units share. Section 4 of
// docs/timing-model.md.
#pragma once

#include <cstdint>
#include <systemc>

#include "sim/isa/zeroed_array.h"
#include "sim/model/port_schedule.h"

namespace npusim::model {

/// Who accesses the activation scratchpad, highest priority first.
enum class ActivationAccess { dma_in, dma_out, requantization, vector, feeder };
inline constexpr int kActivationAccesses = 5;

/// Who accesses the weight scratchpad, highest priority first.
enum class WeightAccess { dma_weights, requantization, vector, weight_loader };
inline constexpr int kWeightAccesses = 4;

/// Timing: `ports` accesses per cycle, granted in the cycle in which they are asked for, by
/// priority. Values are moved at points between which semaphores order everything that could see a
/// difference, so the bytes here are right whenever a unit may look at them.
class Scratchpad : public sc_core::sc_module {
 public:
  /// bytes: 0 where values are not simulated.
  Scratchpad(const sc_core::sc_module_name& name, std::int64_t bytes, int levels,
             std::int64_t ports)
      : sc_module(name), port(levels, ports), bytes(static_cast<std::size_t>(bytes)) {}

  template <typename Access>
  static constexpr int level(Access access) {
    return static_cast<int>(access);
  }
  const std::int8_t* codes(std::int64_t address) const {
    return reinterpret_cast<const std::int8_t*>(bytes.data()) + address;
  }
  std::int8_t* codes(std::int64_t address) {
    return reinterpret_cast<std::int8_t*>(bytes.data()) + address;
  }

  PortSchedule port;
  isa::ZeroedArray<std::uint8_t> bytes;
};

}  // namespace npusim::model
