// SPDX-License-Identifier: Apache-2.0
// An example of a memory behind the machine's TLM-2.0 socket (docs/another-memory.md): the flat
// model of docs/timing-model.md once more, a latency and a bandwidth. It must give the same cycles
// as dram.model: flat.
#pragma once

#include <tlm_utils/peq_with_cb_and_phase.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <systemc>
#include <tlm>

#include "sim/config/hardware_config.h"
#include "sim/model/external_memory.h"

namespace npusim::test {

/// Holds END_REQ back until the bus is free, so that the machine's priorities decide who is next.
class FlatMemory : public sc_core::sc_module, public model::ExternalMemory {
 public:
  /// `first_instruction`: the address from which on requests are instruction fetches.
  FlatMemory(const sc_core::sc_module_name& name, const config::HardwareConfig& hardware,
             std::uint64_t first_instruction);

  TargetSocket& socket() override { return socket_; }
  std::int64_t requests() const { return requests_; }

 private:
  tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay);
  void phase_due(tlm::tlm_generic_payload& payload, const tlm::tlm_phase& phase);
  // The time of whole cycles: ceil(amount * clock_hz / per_second) of them.
  sc_core::sc_time whole_cycles(std::int64_t amount, std::int64_t per_second) const;

  const config::HardwareConfig hardware_;
  const std::uint64_t first_instruction_;
  tlm_utils::simple_target_socket<FlatMemory> socket_;
  tlm_utils::peq_with_cb_and_phase<FlatMemory> due_;
  std::int64_t requests_ = 0;
};

}  // namespace npusim::test
