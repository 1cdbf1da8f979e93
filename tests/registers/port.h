// SPDX-License-Identifier: Apache-2.0
// The ports of a scratchpad: request and grant wires, one of each per requester, in the order of
// priority; and which pairs of requesters have met.
#pragma once

#include <cstdint>
#include <systemc>
#include <vector>

#include "tests/registers/clock.h"

namespace npusim::registers {

class Port : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(Port);

  /// `requesters`: highest priority first.
  Port(const sc_core::sc_module_name& name, Clock& clock, std::size_t requesters,
       std::int64_t ports)
      : sc_module(name),
        requests_("request", requesters),
        grants_("grant", requesters),
        met_(requesters * requesters),
        ports_(ports) {
    SC_METHOD(arbitrate);
    for (auto& request : requests_) sensitive << request;
    SC_METHOD(observe);
    sensitive << clock.control;
    dont_initialize();
  }

  void request(std::size_t requester, bool wanted) { requests_[requester].write(wanted); }
  bool granted(std::size_t requester) const { return grants_[requester].read(); }
  /// Cycles in which both requested.
  std::int64_t met(std::size_t a, std::size_t b) const { return met_[a * requests_.size() + b]; }
  std::size_t requesters() const { return requests_.size(); }

 private:
  void arbitrate() {
    std::int64_t left = ports_;
    for (std::size_t r = 0; r < requests_.size(); ++r) {
      const bool grant = requests_[r].read() && left > 0;
      grants_[r].write(grant);
      left -= grant ? 1 : 0;
    }
  }
  void observe() {
    for (std::size_t a = 0; a < requests_.size(); ++a) {
      if (!requests_[a].read()) continue;
      for (std::size_t b = a + 1; b < requests_.size(); ++b) {
        if (requests_[b].read()) ++met_[a * requests_.size() + b];
      }
    }
  }

  sc_core::sc_vector<sc_core::sc_signal<bool>> requests_, grants_;
  std::vector<std::int64_t> met_;
  std::int64_t ports_;
};

/// Places in the ports' orders.
namespace activation_port {
enum : std::size_t { dma_in, dma_out, requantization, vector, feeder, requesters };
}
namespace weight_port {
enum : std::size_t { dma_weights, requantization, vector, weight_loader, requesters };
}

}  // namespace npusim::registers
