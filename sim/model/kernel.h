// SPDX-License-Identifier: Apache-2.0
// A SystemC kernel of its own for one simulation.
#pragma once

#include <cstdint>
#include <memory>
#include <systemc>

namespace npusim::model {

/// While it lives, the process's SystemC kernel is a fresh one at time 0. Modules made meanwhile
/// must be gone before it. The kernel is process-wide: one thread only.
class KernelScope {
 public:
  /// Time is counted in cycles: a resolution of 1 ns, and a cycle is one.
  KernelScope();
  /// Time is real: a resolution of 1 fs, and a cycle is so many.
  explicit KernelScope(std::int64_t femtoseconds_per_cycle);
  ~KernelScope();
  KernelScope(const KernelScope&) = delete;
  KernelScope& operator=(const KernelScope&) = delete;

 private:
  void begin(sc_core::sc_time_unit resolution);

  sc_core::sc_simcontext* previous_current_;
  sc_core::sc_simcontext* previous_default_;
  std::unique_ptr<sc_core::sc_simcontext> own_;
};

}  // namespace npusim::model
