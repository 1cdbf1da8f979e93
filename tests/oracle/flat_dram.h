// SPDX-License-Identifier: Apache-2.0
// A latency and a bandwidth: one data bus.
#pragma once

#include "tests/oracle/dram.h"
#include "tests/oracle/other_masters.h"

namespace npusim::oracle {

class FlatDram : public Dram {
 public:
  explicit FlatDram(const config::HardwareConfig& hardware);
  void tick(Cycle now) override;

 protected:
  void accept(Requester requester, Request& request) override;

 private:
  Cycle fetch_bus_cycles_, burst_bus_cycles_;
  Cycle read_latency_, write_latency_;
  Cycle bus_free_ = 0;
  OtherMasters others_;
  std::array<std::deque<Request*>, kRequesters> waiting_;
};

}  // namespace npusim::oracle
