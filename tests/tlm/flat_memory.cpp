// SPDX-License-Identifier: Apache-2.0
#include "tests/tlm/flat_memory.h"

namespace npusim::test {

FlatMemory::FlatMemory(const sc_core::sc_module_name& name, const config::HardwareConfig& hardware,
                       std::uint64_t first_instruction)
    : sc_module(name),
      hardware_(hardware),
      first_instruction_(first_instruction),
      socket_("socket"),
      due_(this, &FlatMemory::phase_due) {
  socket_.register_nb_transport_fw(this, &FlatMemory::nb_transport_fw);
}

sc_core::sc_time FlatMemory::whole_cycles(std::int64_t amount, std::int64_t per_second) const {
  constexpr std::int64_t kFemtosecondsPerSecond = 1'000'000'000'000'000;
  const std::int64_t cycles = (amount * hardware_.clock_hz + per_second - 1) / per_second;
  const std::int64_t femtoseconds = cycles * (kFemtosecondsPerSecond / hardware_.clock_hz);
  return {static_cast<double>(femtoseconds), sc_core::SC_FS};
}

tlm::tlm_sync_enum FlatMemory::nb_transport_fw(tlm::tlm_generic_payload& payload,
                                               tlm::tlm_phase& phase, sc_core::sc_time& delay) {
  if (phase != tlm::BEGIN_REQ) return tlm::TLM_ACCEPTED;
  constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
  const config::DramConfig& dram = hardware_.dram;
  // A partial burst costs a whole one; instructions lie behind everything else, in larger pieces.
  const auto bytes = static_cast<std::int64_t>(payload.get_data_length());
  const bool fetch = payload.get_address() >= first_instruction_;
  const std::int64_t granule =
      fetch ? hardware_.command_processor.fetch_bytes : hardware_.dma.burst_bytes;
  if (bytes > granule) {
    payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    return tlm::TLM_COMPLETED;
  }
  const sc_core::sc_time bus = whole_cycles(granule, dram.bandwidth_bytes_per_second);
  const std::int64_t latency = payload.is_write() ? dram.write_latency_ns : dram.read_latency_ns;
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
  due_.notify(payload, tlm::END_REQ, delay + bus);
  due_.notify(payload, tlm::BEGIN_RESP, delay + bus + whole_cycles(latency, kNanosecondsPerSecond));
  ++requests_;
  return tlm::TLM_ACCEPTED;
}

void FlatMemory::phase_due(tlm::tlm_generic_payload& payload, const tlm::tlm_phase& phase) {
  tlm::tlm_phase now = phase;
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  socket_->nb_transport_bw(payload, now, delay);
}

}  // namespace npusim::test
