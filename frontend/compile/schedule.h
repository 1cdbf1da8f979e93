// SPDX-License-Identifier: Apache-2.0
// From a draft in sequential order to the instruction stream: loads move up to where nothing stands
// in their way any more, and semaphores order what would otherwise race.
#pragma once

#include <vector>

#include "frontend/compile/draft.h"

namespace npusim::compile {

struct Schedule {
  std::vector<isa::Instruction> instructions;  // ends with `end`
  std::vector<isa::InstructionOrigin> origins;
  std::vector<isa::Semaphore> semaphores;
  std::vector<DraftIndex> position;  // of each draft instruction in `instructions`
};

// Dependencies are read-after-write, write-after-read and write-after-write on every memory. Each
// unit works in program order, so "unit u must be behind instruction i of unit s" is one token of
// the semaphore s_to_u; a token is spent only where u does not already know, through earlier waits,
// that s is that far. Every wait has its post earlier in the stream, so in-order dispatch cannot
// deadlock, whatever the queue depths.
Schedule schedule(const Draft& draft);

}  // namespace npusim::compile
