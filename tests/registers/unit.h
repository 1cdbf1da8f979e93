// SPDX-License-Identifier: Apache-2.0
// What all units of isa::Unit have: an instruction queue, the start of its head, the post at the
// end of an instruction, and one activity for each cycle.
#pragma once

#include <cstdint>
#include <optional>
#include <systemc>

#include "tests/registers/clock.h"
#include "tests/registers/context.h"
#include "tests/registers/semaphores.h"

namespace npusim::registers {

class Unit : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(Unit);

  Unit(const sc_core::sc_module_name& name, isa::Unit unit, Context& context, Clock& clock,
       Semaphores& semaphores);

  RegisteredQueue<std::size_t> queue;  // of instructions

 protected:
  /// Registers the edges; called by the constructor of the unit. `also_requests_on`: a wire of the
  /// same cycle that on_request() reads.
  void clocked(sc_core::sc_signal<bool>* also_requests_on = nullptr);

  /// At `request`: the ports that the unit wants.
  virtual void on_request() = 0;
  /// At `control`, behind the start of an instruction where there is one: the cycle's work; returns
  /// what the cycle was, nothing where the unit has nothing to do for any instruction.
  virtual std::optional<stats::Activity> on_control() = 0;
  virtual void on_data() {}
  /// Whether the next instruction may start.
  virtual bool is_free() const = 0;
  /// An instruction starts in this cycle; on_control() follows.
  virtual void start(std::size_t instruction) = 0;

  /// An instruction starts in this cycle (valid at `request`).
  bool starts() const { return starts_; }
  template <typename Fields>
  const Fields& head_fields() const {
    return std::get<Fields>(context_.program.instructions[queue.head()].fields);
  }
  /// The instruction's effects are complete at the end of this cycle.
  void finish(std::size_t instruction);

  Context& context_;
  Clock& clock_;
  Semaphores& semaphores_;

 private:
  void request_edge();
  void control_edge();
  void data_edge() { on_data(); }
  std::uint32_t head_waits() const { return context_.program.instructions[queue.head()].wait_mask; }

  isa::Unit unit_;
  bool starts_ = false;
};

}  // namespace npusim::registers
