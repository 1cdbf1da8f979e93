// SPDX-License-Identifier: Apache-2.0
// One channel with a latency and a bandwidth.
#pragma once

#include "tests/registers/dram.h"
#include "tests/registers/other_masters.h"

namespace npusim::registers {

class FlatDram : public Dram {
 public:
  FlatDram(const sc_core::sc_module_name& name, Context& context, Clock& clock);

 private:
  void serve() override;
  std::int64_t bus_cycles(std::int64_t bytes) const;

  std::int64_t bus_cycles_left_ = 0;  // of the request that is on the bus
  std::int64_t read_latency_cycles_, write_latency_cycles_;
  OtherMasters others_;
};

}  // namespace npusim::registers
