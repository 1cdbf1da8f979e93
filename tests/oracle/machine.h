// SPDX-License-Identifier: Apache-2.0
// What the units share.
#pragma once

#include <memory>

#include "sim/isa/program.h"
#include "tests/oracle/cycle.h"
#include "tests/oracle/dram.h"
#include "tests/oracle/ledger.h"
#include "tests/oracle/scratchpad.h"
#include "tests/oracle/semaphores.h"

namespace npusim::oracle {

struct Machine {
  explicit Machine(const isa::Program& p)
      : program(p),
        semaphores(p),
        ledger(p),
        activations(p.hardware.activation_scratchpad.ports),
        weights(p.hardware.weight_scratchpad.ports),
        dram(make_dram(p.hardware)) {}

  void begin_cycle() {
    semaphores.begin_cycle(now);
    activations.begin_cycle();
    weights.begin_cycle();
  }

  const isa::Program& program;
  Cycle now = 0;
  Semaphores semaphores;
  Ledger ledger;
  Scratchpad activations, weights;
  std::unique_ptr<Dram> dram;
};

}  // namespace npusim::oracle
