// SPDX-License-Identifier: Apache-2.0
// The DRAM (section 3): an arbiter over the requests that its requesters have made, and what a
// granted one costs.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>

#include "sim/config/hardware_config.h"
#include "sim/stats/simulation_result.h"
#include "tests/oracle/cycle.h"

namespace npusim::oracle {

/// In the arbiter's order of priority.
enum class Requester { fetch, activations_in, activations_out, weights };
inline constexpr std::size_t kRequesters = 4;

/// A read or a write of at most one burst. Its requester owns it and leaves it where it is until it
/// is complete.
struct Request {
  std::uint64_t address = 0;
  std::int64_t bytes = 0;    // on the bus
  std::int64_t traffic = 0;  // that count: not those behind the last instruction
  bool write = false;
  Cycle visible = 0;
  /// When the data is complete or the write done; known from the grant on.
  Cycle complete = kNever;
};

class Dram {
 public:
  Dram() = default;
  virtual ~Dram() = default;
  Dram(const Dram&) = delete;
  Dram& operator=(const Dram&) = delete;

  /// Makes the request in cycle `now`: the arbiter sees it from the next one.
  void request(Requester requester, Request& request, Cycle now);
  /// Grants what is to be granted in cycle `now`.
  virtual void tick(Cycle now) = 0;

  const stats::DramResult& result() const { return result_; }

 protected:
  virtual void accept(Requester requester, Request& request) = 0;
  stats::DramResult result_;
};

std::unique_ptr<Dram> make_dram(const config::HardwareConfig& hardware);

}  // namespace npusim::oracle
