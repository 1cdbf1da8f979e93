// SPDX-License-Identifier: Apache-2.0
// What the compared cases have reached: every stall cause of every unit, every pair of contenders
// at every arbiter, and every mode and event of the machine.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/registers/context.h"

namespace npusim::registers {

class Coverage {
 public:
  /// With everything that can happen, never yet.
  Coverage();

  void add(const isa::Program& program, const Result& result);
  std::int64_t cases() const { return cases_; }
  /// One line for people: what is covered, and what least.
  std::string summary() const;
  /// What has not occurred.
  std::vector<std::string> missing() const;
  /// Occurred, though by docs/timing-model.md it cannot.
  const std::vector<std::string>& impossible() const { return impossible_; }

 private:
  struct Counted {
    std::int64_t cases = 0, cycles = 0;
  };
  void add_features(const isa::Program& program);
  void add_events(const Result& result);
  void count(std::map<std::string, Counted>& counts, const std::string& what, std::int64_t cycles);

  std::int64_t cases_ = 0, cycles_ = 0;
  std::map<std::string, Counted> stalls_, meetings_, features_;
  std::vector<std::string> impossible_;
};

}  // namespace npusim::registers
