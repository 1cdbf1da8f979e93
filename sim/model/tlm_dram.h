// SPDX-License-Identifier: Apache-2.0
// The initiator side of the TLM-2.0 socket: the machine's bursts as transactions of the base
// protocol.
#pragma once

#include <tlm_utils/peq_with_cb_and_phase.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <systemc>
#include <tlm>
#include <vector>

#include "sim/model/dram.h"
#include "sim/model/external_memory.h"
#include "sim/model/request_queues.h"

namespace npusim::model {

/// Timing: whatever the memory behind the socket says; see external_memory.h.
class TlmDram : public Dram, private tlm::tlm_mm_interface {
 public:
  TlmDram(const sc_core::sc_module_name& name, Machine& machine, ExternalMemory& memory);
  ~TlmDram() override;

  void request(const BurstRequest& request) override;
  void finish(std::int64_t, stats::DramResult&) override {}
  std::string waits_for() const override;

 private:
  class Transaction;

  void send();
  void begin_request(const BurstRequest& request);
  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay);
  void phase_reached(tlm::tlm_generic_payload& payload, const tlm::tlm_phase& phase);
  void end_request(const Transaction& transaction);
  void respond(Transaction& transaction);
  // Tells the requesters of all responses up to this cycle.
  void deliver();
  void free(tlm::tlm_generic_payload* payload) override;

  tlm_utils::simple_initiator_socket<TlmDram> socket_;
  tlm_utils::peq_with_cb_and_phase<TlmDram> phases_;
  RequestQueues queues_;
  std::vector<std::unique_ptr<Transaction>> transactions_;  // all that were ever made
  std::vector<Transaction*> unused_;
  Transaction* requesting_ = nullptr;   // between BEGIN_REQ and END_REQ
  std::deque<Transaction*> responses_;  // that have come between two cycles
  std::int64_t unanswered_ = 0;
  sc_core::sc_event decide_;
  sc_core::sc_event deliver_;
};

}  // namespace npusim::model
