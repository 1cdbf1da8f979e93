// SPDX-License-Identifier: Apache-2.0
#include "tests/tlm/two_banks_memory.h"

#include <algorithm>

namespace npusim::test {

TwoBanksMemory::TwoBanksMemory(const sc_core::sc_module_name& name, std::uint64_t interleave_bytes,
                               const std::array<sc_core::sc_time, 2>& service)
    : sc_module(name),
      interleave_bytes_(interleave_bytes),
      service_(service),
      socket_("socket"),
      due_(this, &TwoBanksMemory::respond) {
  socket_.register_nb_transport_fw(this, &TwoBanksMemory::nb_transport_fw);
}

tlm::tlm_sync_enum TwoBanksMemory::nb_transport_fw(tlm::tlm_generic_payload& payload,
                                                   tlm::tlm_phase& phase, sc_core::sc_time& delay) {
  if (phase != tlm::BEGIN_REQ) return tlm::TLM_ACCEPTED;
  const auto bank = static_cast<std::size_t>(payload.get_address() / interleave_bytes_ % 2);
  const sc_core::sc_time arrival = sc_core::sc_time_stamp() + delay;
  free_[bank] = std::max(free_[bank], arrival) + service_[bank];
  if (free_[bank] < free_[1 - bank]) ++overtaken_;
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
  due_.notify(payload, tlm::BEGIN_RESP, free_[bank] - sc_core::sc_time_stamp());
  phase = tlm::END_REQ;
  return tlm::TLM_UPDATED;
}

void TwoBanksMemory::respond(tlm::tlm_generic_payload& payload, const tlm::tlm_phase& phase) {
  tlm::tlm_phase now = phase;
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  socket_->nb_transport_bw(payload, now, delay);
}

}  // namespace npusim::test
