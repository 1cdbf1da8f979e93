// SPDX-License-Identifier: Apache-2.0
// dram.model: banks. Channels with an arbiter each, open rows, refresh, a clock of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <systemc>
#include <vector>

#include "sim/model/arbiter.h"
#include "sim/model/dram.h"
#include "sim/model/dram_address.h"
#include "sim/model/dram_banks.h"
#include "sim/model/dram_clock.h"

namespace npusim::model {

/// Timing: section 3 of docs/timing-model.md. A channel grants one request per DRAM cycle while
/// fewer than dram.timing.lookahead granted ones have a data end to come; everything else about a
/// request follows from its grant, so the wake that decides it is the only one.
class BankedDram : public Dram {
 public:
  BankedDram(const sc_core::sc_module_name& name, Machine& machine);
  ~BankedDram() override;

  void request(const BurstRequest& request) override;
  void finish(std::int64_t total_cycles, stats::DramResult& result) override;
  void add_statistics(stats::Group& group) const override;

 private:
  class OneChannel;

  void arbitrate();
  void schedule(const OneChannel& channel);

  const BankTimings timings_;
  const DramClock clock_;
  const DramAddressMap map_;
  std::vector<std::unique_ptr<OneChannel>> channels_;
  sc_core::sc_event decide_;
};

}  // namespace npusim::model
