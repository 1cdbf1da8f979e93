// SPDX-License-Identifier: Apache-2.0
#include "sim/model/waveform.h"

#include <fnmatch.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <systemc>

#include "sim/base/errors.h"
#include "sim/base/nearest.h"
#include "sim/model/cycle.h"
#include "sim/model/kernel.h"

namespace npusim::model {
namespace {

constexpr std::uint32_t kRunning = 0;  // the first signal

/// Plays the changes back.
class Player : public sc_core::sc_module {
 public:
  Player(const sc_core::sc_module_name& name, const std::vector<Waveform::Signal>& signals,
         const std::vector<Waveform::Change>& changes, sc_core::sc_trace_file* file)
      : sc_module(name), signals_(signals), changes_(changes) {
    for (const Waveform::Signal& signal : signals) {
      values_.push_back(signal.initial);
      if (signal.bits == 1) {
        bits_.push_back(std::make_unique<sc_core::sc_signal<bool>>());
        words_.push_back(nullptr);
        bits_.back()->write(signal.initial != 0);
        sc_core::sc_trace(file, *bits_.back(), signal.name);
      } else {
        bits_.push_back(nullptr);
        words_.push_back(std::make_unique<sc_core::sc_signal<Word>>());
        words_.back()->write(signal.initial);
        sc_core::sc_trace(file, words_.back()->read(), signal.name, signal.bits);
      }
    }
    SC_HAS_PROCESS(Player);
    SC_METHOD(play);
  }

 private:
  using Word = sc_dt::int64;

  void play() {
    const std::int64_t now = kernel_cycle();
    for (; next_ < changes_.size() && changes_[next_].cycle <= now; ++next_) {
      const Waveform::Change& change = changes_[next_];
      std::int64_t& value = values_[change.signal];
      value = signals_[change.signal].is_sum ? value + change.value : change.value;
      if (words_[change.signal]) {
        words_[change.signal]->write(value);
      } else {
        bits_[change.signal]->write(value != 0);
      }
    }
    // One cycle more: changes are written when time goes on.
    if (!over_) next_trigger(cycles(next_ < changes_.size() ? changes_[next_].cycle - now : 1));
    over_ = next_ == changes_.size();
  }

  const std::vector<Waveform::Signal>& signals_;
  const std::vector<Waveform::Change>& changes_;
  std::size_t next_ = 0;
  bool over_ = false;
  std::vector<std::int64_t> values_;
  // One of the two for each signal.
  std::vector<std::unique_ptr<sc_core::sc_signal<bool>>> bits_;
  std::vector<std::unique_ptr<sc_core::sc_signal<Word>>> words_;
};

/// While it lives, the kernel does not tell which units it chose.
class QuietKernel {
 public:
  QuietKernel()
      : before_(sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING)) {
  }
  ~QuietKernel() { sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, before_); }
  QuietKernel(const QuietKernel&) = delete;
  QuietKernel& operator=(const QuietKernel&) = delete;

 private:
  sc_core::sc_actions before_;
};

/// "1 time unit is 1 cycle of 500000000 Hz, 2 ns".
std::string time_text(std::int64_t hz) {
  constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
  std::string text = "1 time unit is 1 cycle of " + std::to_string(hz) + " Hz";
  if (kNanosecondsPerSecond % hz == 0)
    text += ", " + std::to_string(kNanosecondsPerSecond / hz) + " ns";
  return text;
}

std::string activities_text() {
  std::string text = "activity:";
  for (std::size_t a = 0; a < stats::kActivities; ++a) {
    text += ' ' + std::to_string(a) + ' ' + stats::activity_name(static_cast<stats::Activity>(a));
  }
  return text;
}

/// SystemC writes the day into the file, from which equal runs would differ, and does not say
/// whether the disk took everything.
void finish_file(const std::filesystem::path& path, std::int64_t total_cycles) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  std::string line;
  while (file && line != "$date") std::getline(file, line);
  const std::streamoff begin = file.tellg();
  std::getline(file, line);
  if (!file) throw base::InputError(path.string() + ": cannot write");
  file.seekp(begin);
  file << std::string(line.size(), ' ');
  const std::string stamp = '#' + std::to_string(total_cycles) + '\n';
  file.seekg(0, std::ios::end);
  const std::streamoff tail = std::min<std::streamoff>(file.tellg(), 65536);
  file.seekg(-tail, std::ios::end);
  std::string text(static_cast<std::size_t>(tail), '\0');
  file.read(text.data(), tail);
  if (!file || text.find(stamp) == std::string::npos || text.back() != '\n')
    throw base::InputError(path.string() +
                           ": cannot write all of it; TMPDIR must have room for it");
}

}  // namespace

std::vector<Waveform::Signal> Waveform::all_signals(const isa::Program& program, Places& places) {
  constexpr int kActivityBits = 6;  // SystemC takes values as signed
  constexpr auto kIdle = static_cast<std::int64_t>(stats::Activity::idle);
  static constexpr std::array<const char*, kUnitSignals> kNames = {
      "busy", "stall", "activity", "instruction", "layer", "tile", "queue"};
  static_assert(stats::kActivities <= 1U << (kActivityBits - 1));
  std::vector<Signal> signals;
  const auto make = [&](const std::string& name, int bits, std::int64_t initial, bool is_sum) {
    signals.push_back({"npu." + name, bits, initial, initial, is_sum, initial});
    return static_cast<int>(signals.size()) - 1;
  };
  make("running", 1, 0, false);
  for (std::size_t u = 0; u < kUnitIds; ++u) {
    const auto unit = static_cast<UnitId>(u);
    const std::string prefix = std::string(unit_id_name(unit)) + '.';
    places.units[u].fill(kNone);
    for (std::uint8_t s = busy; s < kUnitSignals; ++s) {
      if (unit == UnitId::command_processor && s > activity) continue;
      const bool number = s == instruction || s == layer || s == tile;
      places.units[u][s] = make(prefix + kNames[s],
                                s <= stall      ? 1
                                : s == activity ? kActivityBits
                                                : 32,
                                s == activity ? kIdle
                                : number      ? -1
                                              : 0,
                                s == queue);
    }
  }
  places.semaphores.fill(kNone);
  for (std::size_t s = isa::kShadowFree + 1; s < program.semaphores.size(); ++s) {
    const isa::Semaphore& semaphore = program.semaphores[s];
    places.semaphores.at(s) = make("semaphores." + semaphore.name, 32, semaphore.initial, true);
  }
  places.read_bytes = make("dram.read_bytes", 64, 0, true);
  places.write_bytes = make("dram.write_bytes", 64, 0, true);
  places.in_flight = make("dram.in_flight", 32, 0, true);
  return signals;
}

std::vector<std::string> Waveform::signal_names(const isa::Program& program) {
  Places places;
  std::vector<std::string> names;
  for (const Signal& signal : all_signals(program, places)) names.push_back(signal.name);
  return names;
}

Waveform::Waveform(const isa::Program& program, const std::vector<std::string>& patterns,
                   const std::string& flag)
    : program_(program) {
  const std::vector<Signal> all = all_signals(program, places_);
  const std::vector<std::string> names = signal_names(program);
  const auto matches = [](const std::string& pattern, const std::string& name) {
    return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
  };
  base::ErrorList errors;
  for (const std::string& pattern : patterns) {
    const auto is_of_it = [&](const std::string& name) { return matches(pattern, name); };
    if (std::any_of(names.begin(), names.end(), is_of_it)) continue;
    errors.add("", flag, pattern,
               "a pattern of signals such as npu.mac_array.busy, npu.*.instruction or npu.dram.*" +
                   base::did_you_mean(pattern, names));
  }
  errors.throw_if_any();
  std::vector<int> place(all.size(), kNone);
  for (std::size_t s = 0; s < all.size(); ++s) {
    const auto has_it = [&](const std::string& pattern) { return matches(pattern, names[s]); };
    if (s != kRunning && !patterns.empty() &&
        std::none_of(patterns.begin(), patterns.end(), has_it)) {
      continue;
    }
    place[s] = static_cast<int>(signals_.size());
    signals_.push_back(all[s]);
  }
  const auto move = [&](int& signal) {
    if (signal != kNone) signal = place[static_cast<std::size_t>(signal)];
  };
  for (auto& unit : places_.units) std::for_each(unit.begin(), unit.end(), move);
  std::for_each(places_.semaphores.begin(), places_.semaphores.end(), move);
  for (int* signal : {&places_.read_bytes, &places_.write_bytes, &places_.in_flight}) move(*signal);
}

std::vector<std::string> Waveform::chosen() const {
  std::vector<std::string> names;
  for (const Signal& signal : signals_) names.push_back(signal.name);
  return names;
}

void Waveform::set(int signal, std::int64_t cycle, std::int64_t value) {
  if (signal == kNone) return;
  Signal& of = signals_[static_cast<std::size_t>(signal)];
  if (of.last == value) return;
  of.last = value;
  changes_.push_back({cycle, static_cast<std::uint32_t>(signal), value});
}

void Waveform::add(int signal, std::int64_t cycle, std::int64_t difference) {
  if (signal == kNone) return;
  changes_.push_back({cycle, static_cast<std::uint32_t>(signal), difference});
}

void Waveform::add_to_semaphores(std::uint32_t mask, std::int64_t cycle, std::int64_t difference) {
  for (std::size_t s = 0; mask >> s != 0 && s < places_.semaphores.size(); ++s) {
    if ((mask >> s & 1) != 0) add(places_.semaphores[s], cycle, difference);
    if (s + 1 == places_.semaphores.size()) break;
  }
}

void Waveform::on_instruction_start(UnitId unit, std::size_t started, std::int64_t cycle) {
  add(place(unit, queue), cycle + 1, -1);
  add_to_semaphores(program_.instructions[started].wait_mask, cycle, -1);
}

void Waveform::on_instruction_done(UnitId /*unit*/, std::size_t done, std::int64_t cycle) {
  add_to_semaphores(program_.instructions[done].post_mask, cycle, 1);
}

void Waveform::on_activity(UnitId unit, stats::Activity now, std::int64_t of, std::int64_t begin,
                           std::int64_t end) {
  set(place(unit, busy), begin, now == stats::Activity::busy ? 1 : 0);
  set(place(unit, stall), begin, stats::is_stall(now) ? 1 : 0);
  set(place(unit, activity), begin, static_cast<std::int64_t>(now));
  set(place(unit, instruction), begin, of);
  const isa::InstructionOrigin* origin =
      of < 0 ? nullptr : &program_.origins[static_cast<std::size_t>(of)];
  set(place(unit, layer), begin, origin == nullptr ? -1 : std::int64_t{origin->layer});
  set(place(unit, tile), begin, origin == nullptr ? -1 : std::int64_t{origin->tile});
  if (unit != UnitId::command_processor || now != stats::Activity::busy) return;
  // Each of its busy cycles dispatches the next instruction, which is in the queue from the next
  // cycle on.
  for (std::int64_t cycle = begin; cycle < end; ++cycle) {
    const isa::Opcode opcode = program_.instructions[dispatched_++].opcode;
    if (opcode != isa::Opcode::end) add(place(unit_id(isa::unit_of(opcode)), queue), cycle + 1, 1);
  }
}

void Waveform::on_dram_burst(const DramBurst& burst) {
  const bool writes = burst.requester == UnitId::dma_out;
  add(writes ? places_.write_bytes : places_.read_bytes, burst.grant_cycle, burst.bytes);
  add(places_.in_flight, burst.grant_cycle, 1);
  add(places_.in_flight, burst.complete_cycle, -1);
}

void Waveform::write(const std::filesystem::path& file, std::int64_t total_cycles) {
  std::vector<Change> changes = std::move(changes_);
  changes.push_back({0, kRunning, 1});
  for (std::size_t s = 0; s < signals_.size(); ++s) {
    if (!signals_[s].is_sum)
      changes.push_back({total_cycles, static_cast<std::uint32_t>(s), signals_[s].idle});
  }
  std::stable_sort(changes.begin(), changes.end(),
                   [](const Change& a, const Change& b) { return a.cycle < b.cycle; });
  {
    const KernelScope kernel;
    sc_core::sc_trace_file* trace =
        sc_core::sc_create_vcd_trace_file((file.parent_path() / file.stem()).c_str());
    const QuietKernel quiet;
    trace->set_time_unit(1, sc_core::SC_NS);
    sc_core::sc_write_comment(trace, time_text(program_.hardware.clock_hz));
    sc_core::sc_write_comment(trace, activities_text());
    const Player player("player", signals_, changes, trace);
    sc_core::sc_start();
    sc_core::sc_close_vcd_trace_file(trace);
  }
  finish_file(file, total_cycles);
}

}  // namespace npusim::model
