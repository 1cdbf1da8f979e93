// SPDX-License-Identifier: Apache-2.0
// An example of a memory with a behaviour of its own (docs/another-memory.md): two banks that work
// side by side, chosen by a bit of the address, and answers out of order.
#pragma once

#include <tlm_utils/peq_with_cb_and_phase.h>
#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <cstdint>
#include <systemc>
#include <tlm>

#include "sim/model/external_memory.h"

namespace npusim::test {

/// Takes every request at once. A bank works on one request at a time, in order of arrival, and
/// needs so long for it.
class TwoBanksMemory : public sc_core::sc_module, public model::ExternalMemory {
 public:
  /// bank = (address / interleave_bytes) mod 2
  TwoBanksMemory(const sc_core::sc_module_name& name, std::uint64_t interleave_bytes,
                 const std::array<sc_core::sc_time, 2>& service);

  TargetSocket& socket() override { return socket_; }
  /// Answers to requests that arrived behind one that had none yet.
  std::int64_t overtaken() const { return overtaken_; }

 private:
  tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay);
  void respond(tlm::tlm_generic_payload& payload, const tlm::tlm_phase& phase);

  const std::uint64_t interleave_bytes_;
  const std::array<sc_core::sc_time, 2> service_;
  tlm_utils::simple_target_socket<TwoBanksMemory> socket_;
  tlm_utils::peq_with_cb_and_phase<TwoBanksMemory> due_;
  std::array<sc_core::sc_time, 2> free_;
  std::int64_t overtaken_ = 0;
};

}  // namespace npusim::test
