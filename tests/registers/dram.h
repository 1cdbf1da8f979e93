// SPDX-License-Identifier: Apache-2.0
// The DRAM with its arbiter (docs/timing-model.md, section 3): what is common to its models.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <systemc>
#include <vector>

#include "tests/registers/clock.h"
#include "tests/registers/context.h"

namespace npusim::registers {

struct DramRequest {
  bool is_write = false;
  std::uint64_t address = 0;
  std::int64_t bytes = 0;          // that are transferred
  std::int64_t granule_bytes = 0;  // of a burst or fetch, which it may fill in part
  bool charged_whole = false;      // where banks are charged by what is touched: all of the granule
  std::uint64_t tag = 0;           // the requester's
  std::vector<std::uint8_t> data;
};

/// In the order of priority. Other masters have no port.
enum class Requester : std::uint8_t { other_masters, fetch, dma_in, dma_out, dma_weights };
inline constexpr std::size_t kRequesters = 5;
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
  /// Cycles in which requests of both were visible to one arbiter.
  std::int64_t met(std::size_t a, std::size_t b) const { return met_[a * kRequesters + b]; }

 protected:
  /// The grants of this cycle.
  virtual void serve() = 0;

  /// Counts the pairs among requesters that wait at an arbiter.
  void meet(const std::array<bool, kRequesters>& waits);
  /// What becomes of a granted request, in cycles of the NPU.
  void complete(std::size_t requester, const DramRequest& request, std::int64_t cycle);
  void count(const DramRequest& request, std::int64_t bus_cycles);

  Context& context_;
  Clock& clock_;
  std::array<DramPort, kRequesters> ports_;

 private:
  struct Flight {
    std::int64_t complete_cycle;
    std::size_t requester;
    DramRequest request;
  };
  void on_request();
  void land();

  std::vector<Flight> flights_;
  std::array<std::int64_t, kRequesters * kRequesters> met_{};
};

/// The model that the hardware says.
std::unique_ptr<Dram> make_dram(Context& context, Clock& clock);

}  // namespace npusim::registers
