// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/unit.h"

namespace npusim::oracle {

bool Unit::start_next() {
  if (queue_.empty() || queue_.front().visible > machine_.now) return false;
  const std::size_t head = queue_.front().instruction;
  if (!machine_.semaphores.take(machine_.program.instructions[head].wait_mask)) return false;
  queue_.pop_front();
  current_ = head;
  machine_.ledger.started(name_, head, machine_.now);
  return true;
}

void Unit::wait_or_idle() {
  if (queue_.empty() || queue_.front().visible > machine_.now) {
    machine_.ledger.idle(name_);
    return;
  }
  const std::size_t head = queue_.front().instruction;
  const std::uint32_t mask = machine_.program.instructions[head].wait_mask;
  machine_.ledger.spend(name_, head, stats::wait_for(machine_.semaphores.missing_poster(mask)));
}

void Unit::done(std::size_t instruction, Cycle done) {
  machine_.semaphores.post(machine_.program.instructions[instruction].post_mask, done);
  machine_.ledger.done(instruction, done);
}

}  // namespace npusim::oracle
