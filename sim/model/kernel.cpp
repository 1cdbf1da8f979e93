// SPDX-License-Identifier: Apache-2.0
#include "sim/model/kernel.h"

#include <cstdlib>

#include "sim/model/cycle.h"

namespace npusim::model {
namespace {

// The library prints its banner to the terminal when the first kernel is made, unless told before.
void silence_banner() { setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", /*overwrite=*/0); }

}  // namespace

KernelScope::KernelScope()
    : previous_current_(sc_core::sc_curr_simcontext),
      previous_default_(sc_core::sc_default_global_context) {
  begin(sc_core::SC_NS);
}

KernelScope::KernelScope(std::int64_t femtoseconds_per_cycle)
    : previous_current_(sc_core::sc_curr_simcontext),
      previous_default_(sc_core::sc_default_global_context) {
  begin(sc_core::SC_FS);
  detail::units_per_cycle = femtoseconds_per_cycle;
}

void KernelScope::begin(sc_core::sc_time_unit resolution) {
  silence_banner();
  detail::current_cycle = 0;
  own_ = std::make_unique<sc_core::sc_simcontext>();
  sc_core::sc_curr_simcontext = own_.get();
  sc_core::sc_default_global_context = own_.get();
  sc_core::sc_set_time_resolution(1, resolution);
}

KernelScope::~KernelScope() {
  own_.reset();
  detail::units_per_cycle = 1;
  sc_core::sc_curr_simcontext = previous_current_;
  sc_core::sc_default_global_context = previous_default_;
}

}  // namespace npusim::model
