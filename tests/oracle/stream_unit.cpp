// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/stream_unit.h"

namespace npusim::oracle {

StreamUnit::StreamUnit(Machine& machine, isa::Unit name)
    : Unit(machine, name),
      pipeline_depth_(name == isa::Unit::vector
                          ? machine.program.hardware.vector_unit.pipeline_depth_cycles
                          : machine.program.hardware.requantization.pipeline_depth_cycles) {}

void StreamUnit::tick() {
  if (left_.main == 0) {
    if (machine_.now < pipeline_end_) return spend(stats::Activity::pipeline);
    if (!start_next()) return wait_or_idle();
    left_ = streams_of(hardware(), machine_.program.instructions[current_]);
    decoded_ = machine_.now;
  }
  if (machine_.now < decoded_ && left_.parameters == 0) return spend(stats::Activity::decode);
  const bool parameters = left_.parameters > 0;
  if (!(parameters ? machine_.weights : machine_.activations).access()) {
    return spend(stats::Activity::port);
  }
  spend(stats::Activity::busy);
  const Cycle end = machine_.now + 1;
  if (parameters) {
    if (--left_.parameters == 0) decoded_ = end + weight_decode(hardware());
    return;
  }
  if (--left_.main > 0) return;
  Cycle all_done = end + pipeline_depth_;
  if (name_ == isa::Unit::vector) all_done += activation_decode(hardware());
  if (name_ == isa::Unit::vector) pipeline_end_ = all_done;
  freed(name_ == isa::Unit::vector ? all_done : end);
  done(current_, all_done);
}

}  // namespace npusim::oracle
