// SPDX-License-Identifier: Apache-2.0
// Another memory in place of the built-in DRAM: anything with a TLM-2.0 target socket. How to write
// one, with two examples: docs/another-memory.md.
#pragma once

#include <systemc>
#include <tlm>

namespace npusim::model {

/// A memory behind the machine. One is made for each simulation (SimulationOptions::memory), in the
/// simulation's own kernel.
///
/// What the machine does on the socket (base protocol, approximately timed: nb_transport_fw):
/// - One transaction for each burst: at most dma.burst_bytes, or one instruction fetch. Command
///   (write for activations out, else read), address and length are set; no byte enables, streaming
///   width = length, no direct memory. The data pointer is valid for the length, but the bytes mean
///   nothing: values stay in the machine.
/// - BEGIN_REQ is sent in a cycle in which a request is visible and no request is between BEGIN_REQ
///   and END_REQ, for the one of highest priority visible in that cycle. So a memory that takes
///   everything at once (END_REQ, or BEGIN_RESP, immediately) arbitrates itself, and one that holds
///   END_REQ back until its bus is free leaves that to the machine's priorities.
/// - BEGIN_RESP, in any order, says that read data is there or a write is done; the machine answers
///   END_RESP at once. TLM_COMPLETED does as well. Times annotated to calls are kept.
///
/// Time is real: a cycle is 1 / clock_hz (which must divide 10^15), the resolution is 1 fs. What
/// the memory says between two cycles counts from the next one on.
///
/// An answer other than TLM_OK_RESPONSE ends the simulation (base::SimulationError), and one that
/// never comes is a deadlock where nothing else happens any more.
class ExternalMemory {
 public:
  using TargetSocket = tlm::tlm_base_target_socket_b<32>;

  virtual ~ExternalMemory() = default;
  /// To be bound once, to the machine.
  virtual TargetSocket& socket() = 0;
};

}  // namespace npusim::model
