// SPDX-License-Identifier: Apache-2.0
// The clock of the register-level machine and the registered channels between its modules.
//
// A cycle has three edges. At `request` every unit derives from its registers and from what the
// others handed over in earlier cycles whether it wants a port in this cycle; ports and the DRAM
// arbiter grant. At `control` the units take the grants and move their state; what they post is
// seen from the next cycle on. At `data` the registers of the array and of the pipelines step, with
// what entered them in this cycle.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <systemc>
#include <utility>

namespace npusim::registers {

class Clock : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(Clock);

  /// `over`: asked in front of each cycle; the clock stops where it holds.
  Clock(const sc_core::sc_module_name& name, std::function<bool()> over)
      : sc_module(name), over_(std::move(over)) {
    SC_METHOD(tick);
  }

  std::int64_t cycle() const { return cycle_; }

  sc_core::sc_event request, control, data;

 private:
  void tick() {
    if (phase_ == 0 && over_()) return;
    (phase_ == 0 ? request : phase_ == 1 ? control : data).notify();
    next_trigger(sc_core::sc_time(1, sc_core::SC_NS));
    phase_ = (phase_ + 1) % 3;
    // The edges of a cycle are over before tick() runs again.
    if (phase_ == 1) ++cycle_;
  }

  std::int64_t cycle_ = -1;
  int phase_ = 0;
  std::function<bool()> over_;
};

/// A queue whose entries and room others see from the cycle after.
template <typename T>
class RegisteredQueue : public sc_core::sc_prim_channel {
 public:
  RegisteredQueue() : sc_prim_channel(sc_core::sc_gen_unique_name("queue")) {}

  bool empty() const { return entries_.empty(); }
  std::int64_t occupancy() const { return static_cast<std::int64_t>(entries_.size()); }
  const T& head() const { return entries_.front(); }

  void push(T entry) {
    pushed_.push_back(std::move(entry));
    request_update();
  }
  void pop() {
    popped_ = true;
    request_update();
  }

 private:
  void update() override {
    if (popped_) entries_.pop_front();
    popped_ = false;
    for (T& entry : pushed_) entries_.push_back(std::move(entry));
    pushed_.clear();
  }

  std::deque<T> entries_;
  std::deque<T> pushed_;
  bool popped_ = false;
};

}  // namespace npusim::registers
