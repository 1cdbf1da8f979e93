// SPDX-License-Identifier: Apache-2.0
#include "sim/model/tlm_dram.h"

#include <algorithm>

#include "sim/base/errors.h"

namespace npusim::model {

/// A burst under way. The payload that calls carry is this object: the base protocol passes it by
/// reference.
class TlmDram::Transaction : public tlm::tlm_generic_payload {
 public:
  explicit Transaction(tlm::tlm_mm_interface* manager) : tlm::tlm_generic_payload(manager) {}

  void start(const BurstRequest& burst, std::int64_t cycle) {
    request = burst;
    begin_cycle = cycle;
    end_request_cycle = -1;
    data_.assign(static_cast<std::size_t>(burst.bytes), 0);
    acquire();
    set_command(burst.is_write() ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
    set_address(burst.address);
    set_data_ptr(data_.data());
    set_data_length(static_cast<unsigned>(burst.bytes));
    set_streaming_width(static_cast<unsigned>(burst.bytes));
    set_byte_enable_ptr(nullptr);
    set_dmi_allowed(false);
    set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  }

  BurstRequest request;
  std::int64_t begin_cycle = 0;
  std::int64_t end_request_cycle = -1;
  std::int64_t complete_cycle = 0;

 private:
  std::vector<unsigned char> data_;
};

TlmDram::TlmDram(const sc_core::sc_module_name& name, Machine& machine, ExternalMemory& memory)
    : Dram(name, machine), socket_("socket"), phases_(this, &TlmDram::phase_reached) {
  socket_.register_nb_transport_bw(this, &TlmDram::nb_transport_bw);
  socket_.bind(memory.socket());
  SC_HAS_PROCESS(TlmDram);
  SC_METHOD(send);
  sensitive << decide_;
  dont_initialize();
  SC_METHOD(deliver);
  sensitive << deliver_;
  dont_initialize();
}

TlmDram::~TlmDram() = default;

void TlmDram::request(const BurstRequest& request) {
  queues_.push(request, request.visible);
  decide_.notify(cycles(request.visible - now()));
}

void TlmDram::send() {
  guarded(machine_, [this] {
    if (requesting_ != nullptr || queues_.empty()) return;
    const std::int64_t visible = queues_.first_visible();
    if (visible > now()) {
      decide_.notify(cycles(visible - now()));
      return;
    }
    // Whoever posts in this cycle must have done so: the last to act in it decides.
    if (sc_core::sc_pending_activity_at_current_time()) {
      decide_.notify(sc_core::SC_ZERO_TIME);
      return;
    }
    begin_request(queues_.take(now()));
  });
}

void TlmDram::begin_request(const BurstRequest& request) {
  if (unused_.empty()) {
    tlm::tlm_mm_interface* manager = this;
    transactions_.push_back(std::make_unique<Transaction>(manager));
    unused_.push_back(transactions_.back().get());
  }
  Transaction& transaction = *unused_.back();
  unused_.pop_back();
  transaction.start(request, now());
  requesting_ = &transaction;
  ++unanswered_;
  tlm::tlm_phase phase = tlm::BEGIN_REQ;
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  const tlm::tlm_sync_enum answer = socket_->nb_transport_fw(transaction, phase, delay);
  if (answer == tlm::TLM_UPDATED) phases_.notify(transaction, phase, delay);
  // Nothing follows: what would be END_RESP marks that.
  if (answer == tlm::TLM_COMPLETED) phases_.notify(transaction, tlm::END_RESP, delay);
}

tlm::tlm_sync_enum TlmDram::nb_transport_bw(tlm::tlm_generic_payload& payload,
                                            tlm::tlm_phase& phase, sc_core::sc_time& delay) {
  phases_.notify(payload, phase, delay);
  return tlm::TLM_ACCEPTED;
}

void TlmDram::phase_reached(tlm::tlm_generic_payload& payload, const tlm::tlm_phase& phase) {
  guarded(machine_, [&] {
    auto& transaction = static_cast<Transaction&>(payload);
    if (phase != tlm::END_REQ && phase != tlm::BEGIN_RESP && phase != tlm::END_RESP) return;
    end_request(transaction);
    if (phase == tlm::END_REQ) return;
    if (phase == tlm::BEGIN_RESP) {
      tlm::tlm_phase end = tlm::END_RESP;
      sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
      socket_->nb_transport_fw(transaction, end, delay);
    }
    respond(transaction);
  });
}

// BEGIN_RESP without END_REQ before it is both.
void TlmDram::end_request(const Transaction& transaction) {
  if (requesting_ != &transaction) return;
  requesting_->end_request_cycle = next_cycle();
  requesting_ = nullptr;
  decide_.notify(cycles(next_cycle()) - sc_core::sc_time_stamp());
}

void TlmDram::respond(Transaction& transaction) {
  const BurstRequest& request = transaction.request;
  if (!transaction.is_response_ok()) {
    throw base::SimulationError(
        "TLM-2.0 memory: " + std::string(request.is_write() ? "write" : "read") + " of " +
        std::to_string(request.bytes) + " bytes at " + std::to_string(request.address) + " for " +
        unit_id_name(request.requester) + ": got " + transaction.get_response_string() +
        ", must be TLM_OK_RESPONSE");
  }
  --unanswered_;
  transaction.complete_cycle = next_cycle();
  responses_.push_back(&transaction);
  if (next_cycle() == now()) {
    deliver();
  } else {
    deliver_.notify(cycles(next_cycle()) - sc_core::sc_time_stamp());
  }
}

void TlmDram::deliver() {
  guarded(machine_, [this] {
    while (!responses_.empty() && responses_.front()->complete_cycle <= now()) {
      Transaction& transaction = *responses_.front();
      responses_.pop_front();
      granted(transaction.request, transaction.begin_cycle, transaction.complete_cycle,
              transaction.end_request_cycle - transaction.begin_cycle);
      transaction.release();
    }
  });
}

void TlmDram::free(tlm::tlm_generic_payload* payload) {
  unused_.push_back(static_cast<Transaction*>(payload));
}

std::string TlmDram::waits_for() const {
  if (unanswered_ == 0) return {};
  return "dram: " + std::to_string(unanswered_) +
         " bursts behind the TLM-2.0 socket have no answer";
}

}  // namespace npusim::model
