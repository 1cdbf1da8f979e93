// SPDX-License-Identifier: Apache-2.0
// What a soak was: counts of cases, refusals by reason, what was covered, and memory over time.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/soak/soak_case.h"

namespace npusim::soak {

/// Bytes of this process after a case, when nothing of it is left.
struct Memory {
  std::int64_t heap_bytes = 0;      // in use, as malloc counts; 0 where another allocator serves
  std::int64_t resident_bytes = 0;  // of the process, after free pages have gone back
};
Memory memory_now();

class Tally {
 public:
  /// Room for so many cases is taken at once: the tally must not be the growth that it measures.
  explicit Tally(std::uint64_t cases) { memory_.reserve(cases); }

  void add(const test::DrawnRun& run, const CaseResult& result);
  void add(const Memory& memory) { memory_.push_back(memory); }

  /// All of it as text, on stdout.
  void print() const;
  /// What a soak of so many cases must reach and has not: the share of cases that ran, and, from
  /// kThorough cases on, every operator, kind and end of a key, and memory that does not grow.
  std::vector<std::string> shortfalls() const;
  std::int64_t mismatches() const { return mismatches_; }

 private:
  static constexpr std::int64_t kThorough = 5'000;
  std::vector<std::string> never_reached() const;
  std::vector<std::string> growth() const;
  double mean(std::int64_t Memory::*bytes, bool is_last) const;

  std::int64_t cases_ = 0, ran_ = 0, ticked_ = 0, retimed_ = 0, in_float_ = 0, too_long_ = 0,
               refused_ = 0, mismatches_ = 0;
  std::int64_t cycles_ = 0, overflows_ = 0, several_images_ = 0;
  std::map<std::string, std::int64_t> refusals_;  // by reason, of cases refused for good and others
  std::map<std::string, std::int64_t> operators_, choices_, kinds_, ends_;  // of cases that ran
  std::vector<Memory> memory_;
};

}  // namespace npusim::soak
