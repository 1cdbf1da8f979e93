// SPDX-License-Identifier: Apache-2.0
// The DRAM with its arbiter (docs/timing-model.md, section 3): what is common to its models, and
// the flat one.
#pragma once

#include <array>
#include <cstdint>
#include <systemc>
#include <vector>

#include "tests/registers/clock.h"
#include "tests/registers/context.h"

namespace npusim::registers {

struct DramRequest {
  bool is_write = false;
  std::uint64_t address = 0;
  std::int64_t bytes = 0;          // that are transferred
  std::int64_t granule_bytes = 0;  // that the bus is charged for
  std::uint64_t tag = 0;           // the requester's
  std::vector<std::uint8_t> data;
};

/// In the order of priority.
enum class Requester : std::uint8_t { fetch, dma_in, dma_out, dma_weights };
inline constexpr std::size_t kRequesters = 4;
const char* requester_name(std::size_t requester);

/// One requester's wires.
struct DramPort {
  RegisteredQueue<DramRequest> requests;
  /// At `control` of a cycle: the tags of the requests whose data is usable from the next cycle on
  /// (reads), or that are done in the next cycle (writes).
  std::vector<std::uint64_t> completing;
};

class Dram : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(Dram);

  Dram(const sc_core::sc_module_name& name, Context& context, Clock& clock);

  DramPort& port(Requester requester) { return ports_[static_cast<std::size_t>(requester)]; }
  /// Cycles in which requests of both were visible.
  std::int64_t met(std::size_t a, std::size_t b) const { return met_[a * kRequesters + b]; }

 protected:
  struct Flight {
    std::int64_t complete_cycle;
    std::size_t port;
    std::uint64_t tag;
    DramRequest write;  // what a write stores when it is done
  };
  /// Takes a request of the port's head off the queue.
  void launch(std::size_t port, std::int64_t complete_cycle, std::int64_t bus_cycles);

  Context& context_;
  Clock& clock_;
  std::array<DramPort, kRequesters> ports_;

 private:
  void on_request();
  void arbitrate();
  void land();
  void observe();

  std::vector<Flight> flights_;
  std::int64_t bus_cycles_left_ = 0;
  std::int64_t read_latency_cycles_, write_latency_cycles_;
  std::array<std::int64_t, kRequesters * kRequesters> met_{};
};

}  // namespace npusim::registers
