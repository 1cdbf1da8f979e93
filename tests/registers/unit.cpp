// SPDX-License-Identifier: Apache-2.0
#include "tests/registers/unit.h"

namespace npusim::registers {

Unit::Unit(const sc_core::sc_module_name& name, isa::Unit unit, Context& context, Clock& clock,
           Semaphores& semaphores)
    : sc_module(name), context_(context), clock_(clock), semaphores_(semaphores), unit_(unit) {}

void Unit::clocked(sc_core::sc_signal<bool>* also_requests_on) {
  SC_METHOD(request_edge);
  sensitive << clock_.request;
  if (also_requests_on != nullptr) sensitive << *also_requests_on;
  dont_initialize();
  SC_METHOD(control_edge);
  sensitive << clock_.control;
  dont_initialize();
  SC_METHOD(data_edge);
  sensitive << clock_.data;
  dont_initialize();
}

void Unit::request_edge() {
  starts_ = is_free() && !queue.empty() && semaphores_.first_missing(head_waits()) < 0;
  on_request();
}

void Unit::control_edge() {
  const bool was_free = is_free();
  if (starts_) {
    const std::size_t instruction = queue.head();
    queue.pop();
    semaphores_.take(context_.program.instructions[instruction].wait_mask);
    context_.result.start[instruction] = clock_.cycle();
    start(instruction);
  }
  std::optional<stats::Activity> activity = on_control();
  if (!activity) {
    activity = stats::Activity::idle;
    if (was_free && !starts_ && !queue.empty()) {
      const int missing = semaphores_.first_missing(head_waits());
      check(missing >= 0, "a unit waits for no semaphore");
      activity = stats::wait_for(semaphores_.poster(missing));
    }
  }
  ++context_.result.units[static_cast<std::size_t>(unit_)][*activity];
}

void Unit::finish(std::size_t instruction) {
  semaphores_.post(context_.program.instructions[instruction].post_mask);
  context_.done(instruction, clock_.cycle() + 1);
}

}  // namespace npusim::registers
