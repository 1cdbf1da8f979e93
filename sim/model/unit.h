// SPDX-License-Identifier: Apache-2.0
// What all units have in common: a queue of instructions, the wait for semaphores, completion, and
// the account of every cycle.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <systemc>

#include "sim/faults/passing_flips.h"
#include "sim/isa/program.h"
#include "sim/model/cycle.h"
#include "sim/model/fifo.h"
#include "sim/model/port_schedule.h"
#include "sim/model/recorder.h"
#include "sim/model/semaphores.h"

namespace npusim::model {

/// What every unit of one simulation shares. Outlives the units.
struct Machine {
  Machine(const isa::Program& p, bool values, Observer* observer)
      : program(p), with_values(values), semaphores(p.semaphores), recorder(p, observer) {}

  const config::HardwareConfig& hardware() const { return program.hardware; }

  /// Ends the run with the exception in flight; the first one counts.
  void fail();

  const isa::Program& program;
  const bool with_values;  // false: cycles only
  Semaphores semaphores;
  Recorder recorder;
  std::exception_ptr failure;
  const faults::PassingFlips* flips = nullptr;  // where values are computed
  /// Called when an instruction is done: tensors that are complete with it can be read now.
  std::function<void(std::size_t instruction)> on_done;
};

/// Runs a process body, in which now() is right, so that its exception ends the run instead of the
/// program.
template <typename Body>
void guarded(Machine& machine, Body&& body) {
  enter_cycle();
  try {
    body();
  } catch (const sc_core::sc_unwind_exception&) {
    throw;  // the kernel takes the thread down
  } catch (...) {
    machine.fail();
  }
}

/// The end of a queue that the command processor writes.
class InstructionSink : public virtual sc_core::sc_interface {
 public:
  /// Whether the occupancy at the end of the previous cycle was below the depth. If not, the
  /// default event is notified in the cycle in which room made by a start becomes visible.
  virtual bool has_room() = 0;
  /// Posts an instruction (index in the Program) in this cycle; visible from the next one.
  virtual void push(std::size_t instruction) = 0;
};

/// Timing: an instruction starts in the first cycle in which the unit is free, it is the visible
/// head of the queue, and its semaphores are there. Completion is in order, possibly long after the
/// unit is free.
class Unit : public sc_core::sc_module, public InstructionSink {
 public:
  Unit(const sc_core::sc_module_name& name, isa::Unit unit, std::int64_t queue_depth,
       Machine& machine);

  bool has_room() override;
  void push(std::size_t instruction) override;
  const sc_core::sc_event& default_event() const override { return room_event_; }

  /// Why the unit does not go on, for the report of a deadlock; empty when it has nothing to do.
  virtual std::string waits_for() const;

 protected:
  /// Starts the head of the queue if it can start in this cycle. Otherwise says in blocked() why
  /// not.
  std::optional<std::size_t> try_start();

  struct Blocked {
    stats::Activity activity = stats::Activity::idle;
    std::int64_t instruction = -1;
  };
  const Blocked& blocked() const { return blocked_; }

  /// The instruction is done in `cycle` >= now (and not before those completed earlier).
  void complete(std::size_t instruction, std::int64_t cycle);
  /// Posts the set so that it is visible from `cycle` on, in line with the completions.
  void post_later(std::uint32_t mask, std::int64_t cycle);
  /// The instruction's effect on memory, at its done; before its semaphores are posted.
  virtual void apply_effects(std::size_t /*instruction*/) {}
  /// After a completion.
  virtual void after_completion() {}
  /// Ends the run where the weight scratchpad does not hold the parameter records that
  /// isa::verify() has seen, which semaphores that leave their load unordered can bring about.
  void check_records(std::size_t instruction, const std::uint8_t* weight_scratchpad) const;

  void account(stats::Activity activity, std::int64_t instruction, std::int64_t until) {
    machine_.recorder.account(id_, activity, instruction, until);
  }
  /// A stream of `accesses` accesses that began at the last account and ended in `end`.
  void account_stream(std::size_t instruction, std::int64_t accesses, std::int64_t end);

  const isa::Instruction& instruction(std::size_t i) const {
    return machine_.program.instructions[i];
  }
  std::string describe(std::size_t i) const;
  const sc_core::sc_event& queue_event() const { return queue_event_; }
  sc_core::sc_event& posted_event() const { return machine_.semaphores.posted(unit_); }

  Machine& machine_;
  const isa::Unit unit_;
  const UnitId id_;

 private:
  struct Completion {
    std::int64_t cycle;
    std::int64_t instruction;  // -1: only the semaphores
    std::uint32_t mask;
  };
  void enqueue(const Completion& completion);
  void run_completions();

  const std::int64_t queue_depth_;
  Fifo<std::size_t> queue_;
  std::int64_t last_push_ = -1;
  std::int64_t last_pop_ = -1;
  bool starved_ = true;       // the unit waits for an instruction
  bool room_wanted_ = false;  // somebody waits for room
  Blocked blocked_;
  Fifo<Completion> completions_;
  sc_core::sc_event queue_event_;  // an instruction becomes visible
  sc_core::sc_event room_event_;
  sc_core::sc_event completion_event_;
};

/// A unit that does one thing after another, and asks for each when the one before is over. A
/// method process that wakes a few times per stream, whatever its length. (Not a thread: the
/// kernel's coroutines cost twice as much, and sanitizers lose the stack when an exception passes
/// one.)
class SequentialUnit : public Unit {
 public:
  SequentialUnit(const sc_core::sc_module_name& name, isa::Unit unit, std::int64_t queue_depth,
                 Machine& machine);
  std::string waits_for() const override;

 protected:
  /// An instruction starts in this cycle.
  virtual void begin(std::size_t instruction) = 0;
  /// Called in the start cycle, and in the cycle in which what was asked for is over: asks for the
  /// next thing with one of the functions below and returns true, or returns false: the unit is
  /// free.
  virtual bool advance() = 0;

  /// A semaphore, which is then taken; the wait is accounted as `cause`.
  void ask_semaphore(int semaphore, stats::Activity cause);
  /// A stream of accesses (0: over at once) that begins now. Its cycles are not accounted.
  void ask_stream(PortSchedule& port, int level, std::int64_t accesses);
  /// Time. Not accounted.
  void ask_cycles(std::int64_t count);

  std::size_t current() const { return current_; }

 private:
  enum class Asked { nothing, semaphore, stream, time };
  void run();
  void step();
  bool is_over();

  bool running_ = false;
  std::size_t current_ = 0;
  Asked asked_ = Asked::nothing;
  int semaphore_ = 0;
  stats::Activity cause_ = stats::Activity::idle;
  PortSchedule* port_ = nullptr;
  int level_ = 0;
  std::int64_t until_ = 0;
  sc_core::sc_event timer_;
};

}  // namespace npusim::model
