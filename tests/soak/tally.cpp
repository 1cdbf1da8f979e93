// SPDX-License-Identifier: Apache-2.0
#include "tests/soak/tally.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <fstream>

#include "frontend/import/onnx_importer.h"
#include "sim/config/hardware_fields.h"

namespace npusim::soak {
namespace {

constexpr double kMostRefused = 0.08;   // of all cases, for good
constexpr double kLeastTicked = 0.75;   // of those that ran
constexpr double kMostTooLong = 0.05;   // of all cases
constexpr double kMostGrowth = 0.05;    // of memory
constexpr std::size_t kWindow = 1'000;  // cases, first and last

/// A refusal without what it is about: names and numbers.
std::string reason_of(const std::string& refusal) {
  std::string reason;
  bool is_quoted = false, was_number = false;
  for (const char c : refusal) {
    if (c == '\'') {
      is_quoted = !is_quoted;
      if (is_quoted) reason += "'...'";
      continue;
    }
    if (is_quoted) continue;
    const bool is_number = std::isdigit(static_cast<unsigned char>(c)) != 0;
    if (is_number && !was_number) reason += 'N';
    if (!is_number) reason += c;
    was_number = is_number;
  }
  constexpr std::size_t kLongest = 220;
  return reason.substr(0, kLongest);
}

void print_counts(const char* title, const std::map<std::string, std::int64_t>& counts) {
  std::printf("%s:", title);
  std::size_t column = 1000;
  for (const auto& [name, count] : counts) {
    const std::string text = name + " " + std::to_string(count);
    if (column + text.size() + 2 > 100) {
      std::printf("\n ");
      column = 1;
    }
    std::printf(" %s;", text.c_str());
    column += text.size() + 2;
  }
  std::printf("\n");
}

/// Ends that no machine may have, or that no case can afford.
bool is_out_of_reach(const std::string& end) {
  static const std::set<std::string> kEnds = {
      // A multiple of command_processor.fetch_bytes, at least 64.
      "dram.timing.interleave_bytes least",
  };
  return kEnds.count(end) != 0;
}

double share(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

Memory memory_now() {
  Memory memory;
  malloc_trim(0);
  const struct mallinfo2 info = mallinfo2();
  memory.heap_bytes = static_cast<std::int64_t>(info.uordblks + info.hblkhd);
  std::ifstream statm("/proc/self/statm");
  std::int64_t pages = 0, resident = 0;
  statm >> pages >> resident;
  memory.resident_bytes = resident * sysconf(_SC_PAGESIZE);
  return memory;
}

void Tally::add(const test::DrawnRun& run, const CaseResult& result) {
  ++cases_;
  mismatches_ += static_cast<std::int64_t>(result.mismatches.size());
  for (const std::string& refusal : result.refusals) ++refusals_[reason_of(refusal)];
  if (result.is_too_long) ++too_long_;
  if (result.was_compared_in_float) ++in_float_;
  if (!result.has_run) {
    if (!result.is_too_long && result.mismatches.empty()) ++refused_;
    return;
  }
  ++ran_;
  cycles_ += result.cycles;
  overflows_ += result.overflows > 0 ? 1 : 0;
  several_images_ += run.images > 1 ? 1 : 0;
  if (result.was_ticked) ++ticked_;
  if (result.was_retimed) ++retimed_;
  for (const std::string& name : run.operators) ++operators_[name];
  for (const std::string& name : run.choices) ++choices_[name];
  for (const std::string& name : result.layer_kinds) ++kinds_[name];
  for (const std::string& name : result.array_modes) ++kinds_["array " + name];
  for (const std::string& name : result.ends) ++ends_[name];
  if (run.model_file == "layers.csv") ++kinds_["SCALE-Sim file"];
}

void Tally::print() const {
  const auto count = [](std::int64_t value) { return static_cast<long long>(value); };
  std::printf(
      "%lld cases: %lld ran (%lld of them in the tick oracle too, %lld with several images, "
      "%lld with sums that overflowed), %lld cycles\n",
      count(cases_), count(ran_), count(ticked_), count(several_images_), count(overflows_),
      count(cycles_));
  std::printf(
      "%lld Programs on a second machine too; %lld float networks compared with their file\n",
      count(retimed_), count(in_float_));
  std::printf("%lld refused for good (%.1f %%), %lld cut off after %lld cycles, %lld mismatches\n",
              count(refused_), 100 * share(refused_, cases_), count(too_long_), count(kMostCycles),
              count(mismatches_));
  std::printf("refusals by reason (with those of memories that were then made larger):\n");
  for (const auto& [reason, times] : refusals_)
    std::printf("  %6lld  %s\n", count(times), reason.c_str());
  print_counts("ONNX operators in cases that ran", operators_);
  print_counts("choices", choices_);
  print_counts("layers and modes", kinds_);
  std::printf("ends of hardware keys reached: %zu of %zu\n", ends_.size(),
              2 * config::hardware_fields().size());
  for (const std::string& end : never_reached()) std::printf("  never: %s\n", end.c_str());
  if (memory_.empty()) return;
  constexpr double kMiB = 1 << 20;
  std::printf(
      "memory between cases, mean of the first %zu and the last %zu: heap %.3f and %.3f MiB, "
      "resident %.1f and %.1f MiB\n",
      std::min(kWindow, memory_.size()), std::min(kWindow, memory_.size()),
      mean(&Memory::heap_bytes, false) / kMiB, mean(&Memory::heap_bytes, true) / kMiB,
      mean(&Memory::resident_bytes, false) / kMiB, mean(&Memory::resident_bytes, true) / kMiB);
}

double Tally::mean(std::int64_t Memory::*bytes, bool is_last) const {
  const std::size_t cases = std::min(kWindow, memory_.size());
  const std::size_t begin = is_last ? memory_.size() - cases : 0;
  double sum = 0;
  for (std::size_t i = begin; i < begin + cases; ++i) sum += static_cast<double>(memory_[i].*bytes);
  return sum / static_cast<double>(cases);
}

std::vector<std::string> Tally::never_reached() const {
  std::vector<std::string> missing;
  for (const import::SupportedOperator& known : import::supported_operators()) {
    if (operators_.count(known.op_type) == 0) missing.push_back("operator " + known.op_type);
  }
  for (const config::HardwareField& field : config::hardware_fields()) {
    for (const char* end : {" least", " greatest"}) {
      const std::string name = field.key + std::string(end);
      if (ends_.count(name) == 0 && !is_out_of_reach(name)) missing.push_back(name);
    }
  }
  return missing;
}

std::vector<std::string> Tally::growth() const {
  std::vector<std::string> found;
  const auto compare = [&](const char* what, std::int64_t Memory::*bytes) {
    const double first = mean(bytes, false), last = mean(bytes, true);
    if (last <= first * (1 + kMostGrowth)) return;
    found.push_back(std::string(what) + " grew from " + std::to_string(first) + " to " +
                    std::to_string(last) + " bytes, more than 5 %");
  };
  compare("the heap", &Memory::heap_bytes);
  compare("the resident memory", &Memory::resident_bytes);
  return found;
}

std::vector<std::string> Tally::shortfalls() const {
  std::vector<std::string> found;
  const auto at_most = [&](const char* what, double got, double most) {
    if (got <= most) return;
    found.push_back(std::string(what) + ": got " + std::to_string(got) + ", must be at most " +
                    std::to_string(most));
  };
  at_most("share of cases refused for good", share(refused_, cases_), kMostRefused);
  at_most("share of cases cut off", share(too_long_, cases_), kMostTooLong);
  at_most("share of runs without the tick oracle", 1 - share(ticked_, ran_), 1 - kLeastTicked);
  if (cases_ < kThorough) return found;
  for (const std::string& name : never_reached()) found.push_back("never reached: " + name);
  for (const std::string& text : growth()) found.push_back(text);
  return found;
}

}  // namespace npusim::soak
