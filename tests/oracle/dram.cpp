// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/dram.h"

#include "tests/oracle/banked_dram.h"
#include "tests/oracle/flat_dram.h"

namespace npusim::oracle {

void Dram::request(Requester requester, Request& request, Cycle now) {
  request.visible = now + 1;
  (request.write ? result_.write_bytes : result_.read_bytes) += request.traffic;
  if (requester == Requester::fetch) result_.instruction_bytes += request.traffic;
  accept(requester, request);
}

std::unique_ptr<Dram> make_dram(const config::HardwareConfig& hardware) {
  if (hardware.dram.model == config::DramModel::banks) {
    return std::make_unique<BankedDram>(hardware);
  }
  return std::make_unique<FlatDram>(hardware);
}

}  // namespace npusim::oracle
