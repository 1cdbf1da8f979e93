// SPDX-License-Identifier: Apache-2.0
// A SystemC kernel of its own for one simulation.
#pragma once

#include <memory>
#include <systemc>

namespace npusim::model {

/// While it lives, the process's SystemC kernel is a fresh one at time 0, with a resolution of 1
/// ns. Modules made meanwhile must be gone before it. The kernel is process-wide: one thread only.
class KernelScope {
 public:
  KernelScope();
  ~KernelScope();
  KernelScope(const KernelScope&) = delete;
  KernelScope& operator=(const KernelScope&) = delete;

 private:
  sc_core::sc_simcontext* previous_current_;
  sc_core::sc_simcontext* previous_default_;
  std::unique_ptr<sc_core::sc_simcontext> own_;
};

}  // namespace npusim::model
