// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/banked_dram.h"

namespace npusim::oracle {

BankedDram::BankedDram(const config::HardwareConfig& hardware) : timing_(hardware) {
  const Cycle bus = ceil_div(timing_.others_bytes, timing_.burst_bytes) * timing_.ccd;
  for (std::int64_t channel = 0; channel < timing_.channels; ++channel) {
    const OtherMasters others(hardware, channel, bus, timing_.banks, timing_.rows);
    channels_.emplace_back(timing_, others, result_);
  }
}

void BankedDram::accept(Requester requester, Request& request) {
  const Place place = place_of(timing_, request.address);
  channels_[static_cast<std::size_t>(place.channel)].accept(requester, request, place);
}

void BankedDram::tick(Cycle now) {
  // A request visible in NPU cycle t is visible from DRAM cycle ceil(t * f_d / f_n): to those DRAM
  // cycles that lie in t or later.
  for (; timing_.npu_cycle_of(next_) <= now; ++next_) {
    for (Channel& channel : channels_) channel.tick(next_, now);
  }
}

}  // namespace npusim::oracle
