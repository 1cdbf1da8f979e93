// SPDX-License-Identifier: Apache-2.0
#include "sim/model/unit.h"

#include "sim/base/errors.h"
#include "sim/isa/loaded_records.h"

namespace npusim::model {

void Machine::fail() {
  if (!failure) failure = std::current_exception();
  sc_core::sc_pause();
}

Unit::Unit(const sc_core::sc_module_name& name, isa::Unit unit, std::int64_t queue_depth,
           Machine& machine)
    : sc_module(name),
      machine_(machine),
      unit_(unit),
      id_(unit_id(unit)),
      queue_depth_(queue_depth) {
  SC_HAS_PROCESS(Unit);
  SC_METHOD(run_completions);
  sensitive << completion_event_;
  dont_initialize();
}

bool Unit::has_room() {
  const std::int64_t cycle = now();
  const auto occupancy = static_cast<std::int64_t>(queue_.size()) + (last_pop_ == cycle ? 1 : 0) -
                         (last_push_ == cycle ? 1 : 0);
  if (occupancy < queue_depth_) return true;
  room_wanted_ = true;
  if (last_pop_ == cycle) room_event_.notify(cycles(1));
  return false;
}

void Unit::push(std::size_t instruction) {
  queue_.push_back(instruction);
  last_push_ = now();
  if (starved_) queue_event_.notify(cycles(1));
}

std::optional<std::size_t> Unit::try_start() {
  const std::int64_t cycle = now();
  const bool visible = queue_.size() > (last_push_ == cycle ? 1U : 0U);
  machine_.semaphores.want(unit_, 0);
  starved_ = !visible;
  if (starved_) {
    if (!queue_.empty()) queue_event_.notify(cycles(1));
    blocked_ = {};
    return std::nullopt;
  }
  const std::size_t head = queue_.front();
  const std::uint32_t wait_mask = instruction(head).wait_mask;
  const int missing = machine_.semaphores.lowest_missing(wait_mask);
  if (missing >= 0) {
    machine_.semaphores.want(unit_, wait_mask);
    blocked_ = {stats::wait_for(machine_.semaphores.poster(missing)),
                static_cast<std::int64_t>(head)};
    return std::nullopt;
  }
  machine_.semaphores.take(wait_mask);
  queue_.pop_front();
  last_pop_ = cycle;
  if (room_wanted_) room_event_.notify(cycles(1));
  room_wanted_ = false;
  machine_.recorder.started(id_, head, cycle);
  return head;
}

void Unit::complete(std::size_t instruction, std::int64_t cycle) {
  enqueue(
      {cycle, static_cast<std::int64_t>(instruction), this->instruction(instruction).post_mask});
}

void Unit::post_later(std::uint32_t mask, std::int64_t cycle) { enqueue({cycle, -1, mask}); }

void Unit::enqueue(const Completion& completion) {
  completions_.push_back(completion);
  if (completions_.size() > 1) return;
  if (completion.cycle == now()) {
    run_completions();
  } else {
    completion_event_.notify(cycles(completion.cycle - now()));
  }
}

void Unit::run_completions() {
  guarded(machine_, [this] {
    while (!completions_.empty() && completions_.front().cycle <= now()) {
      const Completion done = completions_.front();
      completions_.pop_front();
      if (done.instruction >= 0) {
        const auto i = static_cast<std::size_t>(done.instruction);
        apply_effects(i);
        if (machine_.on_done) machine_.on_done(i);
        machine_.recorder.done(id_, i, done.cycle);
      }
      machine_.semaphores.post(done.mask);
    }
    if (!completions_.empty()) completion_event_.notify(cycles(completions_.front().cycle - now()));
    after_completion();
  });
}

void Unit::account_stream(std::size_t instruction, std::int64_t accesses, std::int64_t end) {
  const auto i = static_cast<std::int64_t>(instruction);
  account(stats::Activity::busy, i, machine_.recorder.accounted(id_) + accesses);
  account(stats::Activity::port, i, end);
}

void Unit::check_records(std::size_t instruction, const std::uint8_t* weight_scratchpad) const {
  const std::string wrong = isa::wrong_records(machine_.program, instruction, weight_scratchpad);
  if (wrong.empty()) return;
  throw base::SimulationError("cycle " + std::to_string(now()) + ": " + wrong +
                              " (nothing orders their load before this instruction)");
}

std::string Unit::describe(std::size_t i) const {
  const isa::Program& program = machine_.program;
  std::string text =
      "instruction " + std::to_string(i) + " (" + isa::opcode_name(program.instructions[i].opcode);
  const isa::InstructionOrigin& origin = program.origins[i];
  if (origin.layer < program.layers.size()) {
    text +=
        ", layer " + program.layers[origin.layer].name + ", tile " + std::to_string(origin.tile);
  }
  return text + ')';
}

std::string Unit::waits_for() const {
  if (queue_.empty()) return {};
  const std::size_t head = queue_.front();
  const int missing = machine_.semaphores.lowest_missing(instruction(head).wait_mask);
  if (missing < 0) return {};
  return std::string(unit_id_name(id_)) + ": " + describe(head) + " waits for semaphore " +
         std::to_string(missing) + " (" + machine_.semaphores.name(missing) + ") of " +
         isa::unit_name(machine_.semaphores.poster(missing));
}

SequentialUnit::SequentialUnit(const sc_core::sc_module_name& name, isa::Unit unit,
                               std::int64_t queue_depth, Machine& machine)
    : Unit(name, unit, queue_depth, machine) {
  SC_HAS_PROCESS(SequentialUnit);
  SC_METHOD(run);
  sensitive << timer_ << queue_event() << posted_event();
  dont_initialize();
}

void SequentialUnit::run() {
  guarded(machine_, [this] { step(); });
}

void SequentialUnit::step() {
  for (;;) {
    if (!running_) {
      account(blocked().activity, blocked().instruction, now());
      const std::optional<std::size_t> next = try_start();
      if (!next) return;
      running_ = true;
      current_ = *next;
      asked_ = Asked::nothing;
      begin(current_);
    }
    if (!is_over()) return;
    asked_ = Asked::nothing;
    if (!advance()) {
      running_ = false;
      machine_.recorder.freed(id_, current_, now());
    }
  }
}

// Whether what was asked for is over in this cycle; otherwise what it takes to be called again is
// set.
bool SequentialUnit::is_over() {
  switch (asked_) {
    case Asked::nothing:
      return true;
    case Asked::semaphore: {
      account(cause_, static_cast<std::int64_t>(current_), now());
      const std::uint32_t mask = std::uint32_t{1} << semaphore_;
      if (machine_.semaphores.lowest_missing(mask) >= 0) {
        machine_.semaphores.want(unit_, mask);
        return false;
      }
      machine_.semaphores.want(unit_, 0);
      machine_.semaphores.take(mask);
      return true;
    }
    case Asked::stream:
      until_ = port_->earliest_end(level_, now());
      break;
    case Asked::time:
      break;
  }
  if (until_ == now()) return true;
  timer_.notify(cycles(until_ - now()));
  return false;
}

void SequentialUnit::ask_semaphore(int semaphore, stats::Activity cause) {
  asked_ = Asked::semaphore;
  semaphore_ = semaphore;
  cause_ = cause;
}

void SequentialUnit::ask_stream(PortSchedule& port, int level, std::int64_t accesses) {
  if (accesses == 0) return;
  asked_ = Asked::stream;
  port_ = &port;
  level_ = level;
  port.begin(level, now(), accesses);
}

void SequentialUnit::ask_cycles(std::int64_t count) {
  asked_ = Asked::time;
  until_ = now() + count;
}

std::string SequentialUnit::waits_for() const {
  if (!running_ || asked_ != Asked::semaphore) return Unit::waits_for();
  return std::string(unit_id_name(id_)) + ": " + describe(current_) + " waits for semaphore " +
         std::to_string(semaphore_) + " (" + machine_.semaphores.name(semaphore_) + ") of " +
         isa::unit_name(machine_.semaphores.poster(semaphore_));
}

}  // namespace npusim::model
