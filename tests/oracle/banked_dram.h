// SPDX-License-Identifier: Apache-2.0
// Channels, banks, open rows, in a clock of their own.
#pragma once

#include <vector>

#include "tests/oracle/channel.h"

namespace npusim::oracle {

class BankedDram : public Dram {
 public:
  explicit BankedDram(const config::HardwareConfig& hardware);
  void tick(Cycle now) override;

 protected:
  void accept(Requester requester, Request& request) override;

 private:
  BankTiming timing_;
  std::vector<Channel> channels_;
  Cycle next_ = 0;  // DRAM cycle
};

}  // namespace npusim::oracle
