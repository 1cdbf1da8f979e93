// SPDX-License-Identifier: Apache-2.0
// Events of the Trace Event Format as text, one a line. Everything that repeats is text already,
// for a simulation takes as long as a trace must not.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "sim/isa/program.h"
#include "sim/model/observer.h"
#include "sim/trace/background_file.h"

namespace npusim::trace {

/// The tracks of the second process.
enum class LayerTrack : std::uint8_t { layers, mac_array, vector };

/// What stands at the end of the file.
struct Totals {
  std::int64_t total_cycles = 0;
  std::int64_t window_cycles = 0;  // of the DRAM's counter
};

class EventWriter {
 public:
  /// The Program outlives all but wait().
  EventWriter(const isa::Program& program, const std::filesystem::path& path);

  /// A complete event of a unit; `instruction` -1: none.
  void slice(model::UnitId unit, stats::Activity activity, std::int64_t instruction,
             std::int64_t begin, std::int64_t cycles);
  /// An arrow from within a slice of one unit to one of another's. `cycle`: that of the post or the
  /// start, which may lie outside of the slice.
  void flow_begin(model::UnitId unit, std::size_t semaphore, std::int64_t id, std::int64_t at,
                  std::int64_t cycle);
  void flow_end(model::UnitId unit, std::size_t semaphore, std::int64_t id, std::int64_t at,
                std::int64_t cycle);
  void counter(std::string_view name, std::string_view key, std::int64_t cycle, std::int64_t value);
  /// Of a window that begins in `cycle`.
  void dram_window(std::string_view name, std::int64_t cycle, std::int64_t read_bytes,
                   std::int64_t write_bytes);
  /// A layer from begin to end > begin, on a lane of the track on which nothing overlaps it.
  void layer(LayerTrack track, std::size_t lane, std::size_t layer, std::int64_t begin,
             std::int64_t end);

  /// Ends the events and the file, as BackgroundFile::finish(). Nothing is written after that.
  void end(const Totals& totals);
  void wait() { file_.wait(); }

 private:
  EventWriter& operator<<(std::string_view text) {
    text_.append(text);
    return *this;
  }
  EventWriter& operator<<(std::int64_t number);
  void metadata();
  void name_thread(int process, std::size_t thread, std::string_view name, std::size_t place);
  void flow(char phase, model::UnitId unit, std::size_t semaphore, std::int64_t id, std::int64_t at,
            std::int64_t cycle);
  void origin(std::size_t instruction);
  void end_event();

  const isa::Program& program_;
  // {"ph":"X",... up to the ts, of each unit: busy and stall.
  std::array<std::array<std::string, 2>, model::kUnitIds> slice_heads_;
  std::vector<std::string> layers_;      // escaped names
  std::vector<std::string> layer_args_;  // up to the tile
  std::vector<std::string> semaphores_;  // escaped names
  std::vector<std::size_t> lanes_;       // named so far, by LayerTrack
  std::string text_;
  BackgroundFile file_;
};

}  // namespace npusim::trace
