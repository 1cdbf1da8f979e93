// SPDX-License-Identifier: Apache-2.0
// Waveforms of a simulation as a VCD file, written by SystemC's own tracing. The machine computes
// cycles in arrears, so what the observer hears is kept, and played back in the order of time by a
// small SystemC simulation of its own, whose signals are traced. docs/waveforms.md names the
// signals.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "sim/isa/program.h"
#include "sim/model/observer.h"

namespace npusim::model {

class Waveform : public Observer {
 public:
  /// The signals that match any of the patterns (`*` any characters, `?` one, as fnmatch(3)), all
  /// without patterns; npu.running is always there. The Program outlives this. Throws
  /// base::InputError where a pattern matches none, in the name of `flag`.
  Waveform(const isa::Program& program, const std::vector<std::string>& patterns,
           const std::string& flag);

  /// All there are, in the order of the file.
  static std::vector<std::string> signal_names(const isa::Program& program);
  /// The chosen ones.
  std::vector<std::string> chosen() const;

  /// Once the simulation is over: the file, which must not be there and whose name must end in
  /// ".vcd". One time unit is a cycle; value changes lie at their cycles, the last one at
  /// total_cycles, and the file ends a cycle later. Once only. As simulate(): one thread only.
  /// Throws base::InputError where the file cannot be written.
  void write(const std::filesystem::path& file, std::int64_t total_cycles);

  bool wants_single_bursts() const override {
    return places_.read_bytes != kNone || places_.write_bytes != kNone ||
           places_.in_flight != kNone;
  }
  void on_instruction_start(UnitId unit, std::size_t started, std::int64_t cycle) override;
  void on_instruction_done(UnitId unit, std::size_t done, std::int64_t cycle) override;
  void on_activity(UnitId unit, stats::Activity now, std::int64_t of, std::int64_t begin,
                   std::int64_t end) override;
  void on_dram_burst(const DramBurst& burst) override;

  struct Signal {
    std::string name;
    int bits = 1;
    std::int64_t initial = 0, idle = 0;  // idle: from the end of the run on, of no sum
    bool is_sum = false;                 // its changes are added
    std::int64_t last = 0;               // told so far, of no sum
  };
  struct Change {
    std::int64_t cycle = 0;
    std::uint32_t signal = 0;
    std::int64_t value = 0;
  };

 private:
  static constexpr int kNone = -1;  // a signal that is not chosen
  /// Of a unit, by place in the list of their names.
  enum UnitSignal : std::uint8_t { busy, stall, activity, instruction, layer, tile, queue };
  static constexpr std::size_t kUnitSignals = queue + 1;
  struct Places {
    std::array<std::array<int, kUnitSignals>, kUnitIds> units{};
    std::array<int, isa::kSemaphores> semaphores{};
    int read_bytes = kNone, write_bytes = kNone, in_flight = kNone;
  };
  static std::vector<Signal> all_signals(const isa::Program& program, Places& places);

  void set(int signal, std::int64_t cycle, std::int64_t value);
  void add(int signal, std::int64_t cycle, std::int64_t difference);
  void add_to_semaphores(std::uint32_t mask, std::int64_t cycle, std::int64_t difference);
  int place(UnitId unit, UnitSignal signal) const {
    return places_.units[static_cast<std::size_t>(unit)][signal];
  }

  const isa::Program& program_;
  std::vector<Signal> signals_;
  Places places_;
  std::vector<Change> changes_;
  std::size_t dispatched_ = 0;  // instructions so far
};

}  // namespace npusim::model
