// SPDX-License-Identifier: Apache-2.0
// Several observers in the place of one; each hears of everything, in the order they were added.
#pragma once

#include <algorithm>
#include <vector>

#include "sim/model/observer.h"

namespace npusim::model {

class Observers : public Observer {
 public:
  /// nullptr is nobody. The observer outlives this.
  void add(Observer* observer) {
    if (observer != nullptr) observers_.push_back(observer);
  }
  /// What SimulationOptions::observer takes: nullptr where there is nobody, which is faster.
  Observer* get() {
    if (observers_.empty()) return nullptr;
    return observers_.size() == 1 ? observers_.front() : this;
  }

  bool wants_single_bursts() const override {
    return std::any_of(observers_.begin(), observers_.end(),
                       [](const Observer* o) { return o->wants_single_bursts(); });
  }
  void on_instruction_queued(UnitId unit, std::size_t instruction, std::int64_t cycle) override {
    for (Observer* o : observers_) o->on_instruction_queued(unit, instruction, cycle);
  }
  void on_instruction_start(UnitId unit, std::size_t instruction, std::int64_t cycle) override {
    for (Observer* o : observers_) o->on_instruction_start(unit, instruction, cycle);
  }
  void on_instruction_done(UnitId unit, std::size_t instruction, std::int64_t cycle) override {
    for (Observer* o : observers_) o->on_instruction_done(unit, instruction, cycle);
  }
  void on_activity(UnitId unit, stats::Activity activity, std::int64_t instruction,
                   std::int64_t begin, std::int64_t end) override {
    for (Observer* o : observers_) o->on_activity(unit, activity, instruction, begin, end);
  }
  void on_dram_burst(const DramBurst& burst) override {
    for (Observer* o : observers_) {
      if (o->wants_single_bursts()) o->on_dram_burst(burst);
    }
  }
  void on_dram_bursts(const DramBursts& bursts) override {
    for (Observer* o : observers_) o->on_dram_bursts(bursts);
  }
  void on_tensor(std::size_t tensor, const std::uint8_t* data, std::size_t bytes,
                 std::int64_t cycle) override {
    for (Observer* o : observers_) o->on_tensor(tensor, data, bytes, cycle);
  }

 private:
  std::vector<Observer*> observers_;
};

}  // namespace npusim::model
