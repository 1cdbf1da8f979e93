// SPDX-License-Identifier: Apache-2.0
#include "sim/model/dram.h"

#include "sim/model/banked_dram.h"
#include "sim/model/flat_dram.h"
#include "sim/model/request_queues.h"
#include "sim/model/tlm_dram.h"

namespace npusim::model {

Dram::Dram(const sc_core::sc_module_name& name, Machine& machine)
    : sc_module(name), machine_(machine) {}

void Dram::granted(const BurstRequest& request, std::int64_t cycle, std::int64_t complete,
                   std::int64_t bus_cycles) {
  bytes_[static_cast<std::size_t>(request.requester)] += request.bytes;
  machine_.recorder.burst({request.requester, request.address, request.bytes, cycle, complete},
                          bus_cycles);
  request.listener->burst_scheduled(request.sequence, complete);
}

void Dram::granted(UnitId requester, std::int64_t count, std::int64_t bytes,
                   std::int64_t bus_cycles) {
  bytes_[static_cast<std::size_t>(requester)] += bytes;
  machine_.recorder.bursts(requester, count, bytes, bus_cycles);
}

void Dram::add_statistics(stats::Group& group) const {
  for (const UnitId requester : kDramPriority) {
    const std::string who = unit_id_name(requester);
    group.add(who + "_bytes", "bytes", "granted to " + who,
              bytes_[static_cast<std::size_t>(requester)]);
  }
}

std::unique_ptr<Dram> make_dram(const char* name, Machine& machine, ExternalMemory* external) {
  if (external != nullptr) return std::make_unique<TlmDram>(name, machine, *external);
  if (machine.hardware().dram.model == config::DramModel::banks) {
    return std::make_unique<BankedDram>(name, machine);
  }
  return std::make_unique<FlatDram>(name, machine);
}

}  // namespace npusim::model
