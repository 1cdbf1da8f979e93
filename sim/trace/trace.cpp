// SPDX-License-Identifier: Apache-2.0
#include "sim/trace/trace.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "sim/stats/bounds.h"
#include "sim/trace/event_writer.h"
#include "sim/trace/live_bytes.h"
#include "sim/trace/unit_track.h"
#include "sim/trace/window_bytes.h"

namespace npusim::trace {
namespace {

using model::UnitId;
using stats::Activity;

bool moves_bursts(UnitId unit) {
  return unit == UnitId::dma_in || unit == UnitId::dma_weights || unit == UnitId::dma_out;
}

/// A value that changes: of each cycle the last one is written, where it is another.
class Counter {
 public:
  Counter(EventWriter& writer, std::string name, std::string key)
      : writer_(writer), name_(std::move(name)), key_(std::move(key)) {}

  void add(std::int64_t cycle, std::int64_t change) {
    if (cycle != cycle_) flush();
    cycle_ = cycle;
    value_ += change;
  }
  void flush() {
    if (written_ == value_) return;
    writer_.counter(name_, key_, cycle_, value_);
    written_ = value_;
  }

 private:
  EventWriter& writer_;
  std::string name_, key_;
  std::int64_t cycle_ = 0;
  std::int64_t value_ = 0;
  std::optional<std::int64_t> written_;
};

/// The posts and waits of a semaphore: the n-th wait takes what is there from the start, or the
/// post that many behind, for units start and complete in order.
struct SemaphoreUse {
  std::int64_t initial = 0;
  std::int64_t all_waits = 0;  // of the Program
  std::int64_t posts = 0, waits = 0;
};

struct LayerTimes {
  std::int64_t end = 0;                         // the largest done
  std::int64_t span_begin = -1, span_end = -1;  // of its compute unit
};

template <typename Visit>
void for_each_bit(std::uint32_t mask, Visit&& visit) {
  for (; mask != 0; mask &= mask - 1) visit(static_cast<std::size_t>(__builtin_ctz(mask)));
}

std::int64_t flow_id(std::size_t semaphore, std::int64_t wait) {
  return wait * isa::kSemaphores + static_cast<std::int64_t>(semaphore) + 1;
}

}  // namespace

struct Trace::State {
  State(const isa::Program& p, const std::filesystem::path& path);

  void started(UnitId unit, std::size_t instruction, std::int64_t at, std::int64_t start);
  void done(UnitId unit, std::size_t instruction, std::int64_t cycle);
  void occupy(std::int64_t cycle, const LocalCounts& counts, int sign);
  void write_windows();
  void write_layers();
  void write_spans(LayerTrack track, bool on_array);

  std::size_t layer_of(std::size_t instruction) const { return program.origins[instruction].layer; }

  const isa::Program& program;
  EventWriter writer;
  std::vector<UnitTrack> tracks;  // by UnitId
  std::vector<Counter> queues;    // by isa::Unit
  std::vector<Counter> memories;  // by LocalSpace
  LiveBytes live;
  std::array<SemaphoreUse, isa::kSemaphores> semaphores{};
  std::vector<UnitId> compute_units;  // by layer
  std::vector<LayerTimes> layers;
  WindowBytes windows;
  std::int64_t total_cycles = 0;
};

Trace::State::State(const isa::Program& p, const std::filesystem::path& path)
    : program(p), writer(p, path), live(live_bytes(p)), layers(p.layers.size()) {
  for (std::size_t u = 0; u < model::kUnitIds; ++u) {
    const auto unit = static_cast<UnitId>(u);
    tracks.emplace_back(unit, moves_bursts(unit), writer,
                        [this, unit](std::size_t i, std::int64_t at, std::int64_t start) {
                          started(unit, i, at, start);
                        });
    if (unit == UnitId::command_processor) continue;
    queues.emplace_back(writer, std::string("queue of ") + model::unit_id_name(unit),
                        "instructions");
    queues.back().add(0, 0);
  }
  memories.emplace_back(writer, "activation scratchpad", "live_bytes");
  memories.emplace_back(writer, "weight scratchpad", "live_bytes");
  memories.emplace_back(writer, "accumulators", "live_accumulators");
  occupy(0, live.initial, 1);
  for (std::size_t s = 0; s < p.semaphores.size(); ++s) {
    semaphores[s].initial = p.semaphores[s].initial;
  }
  for (const isa::Instruction& instruction : p.instructions) {
    for_each_bit(instruction.wait_mask, [this](std::size_t s) { ++semaphores[s].all_waits; });
  }
  for (const isa::LayerInfo& layer : p.layers)
    compute_units.push_back(stats::runs_on_array(layer) ? UnitId::mac_array : UnitId::vector);
}

void Trace::State::occupy(std::int64_t cycle, const LocalCounts& counts, int sign) {
  for (std::size_t space = 0; space < kLocalSpaces; ++space)
    memories[space].add(cycle, sign * counts[space]);
}

void Trace::State::started(UnitId unit, std::size_t instruction, std::int64_t at,
                           std::int64_t start) {
  for_each_bit(program.instructions[instruction].wait_mask, [&](std::size_t s) {
    SemaphoreUse& use = semaphores[s];
    const std::int64_t wait = use.waits++;
    if (wait >= use.initial) writer.flow_end(unit, s, flow_id(s, wait), at, start);
  });
}

void Trace::State::done(UnitId unit, std::size_t instruction, std::int64_t cycle) {
  const std::int64_t at = tracks[static_cast<std::size_t>(unit)].done(instruction);
  for_each_bit(program.instructions[instruction].post_mask, [&](std::size_t s) {
    SemaphoreUse& use = semaphores[s];
    const std::int64_t wait = use.initial + use.posts++;
    if (wait < use.all_waits) writer.flow_begin(unit, s, flow_id(s, wait), at, cycle);
  });
}

void Trace::State::write_windows() {
  const std::int64_t cycles = windows.window_cycles();
  const std::string name = "DRAM bytes per " + std::to_string(cycles) + " cycles";
  bool was_empty = false;
  std::int64_t begin = 0;
  for (const WindowBytes::Window& window : windows.windows()) {
    const bool is_empty = window.read_bytes == 0 && window.write_bytes == 0;
    if (!is_empty || !was_empty)
      writer.dram_window(name, begin, window.read_bytes, window.write_bytes);
    was_empty = is_empty;
    begin += cycles;
  }
  writer.dram_window(name, begin, 0, 0);
}

void Trace::State::write_layers() {
  std::int64_t end = 0;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    if (layers[l].end <= end) continue;
    writer.layer(LayerTrack::layers, 0, l, end, layers[l].end);
    end = layers[l].end;
  }
  write_spans(LayerTrack::mac_array, true);
  write_spans(LayerTrack::vector, false);
}

// Layers of a unit follow one another, unless a Program mixes their instructions.
void Trace::State::write_spans(LayerTrack track, bool on_array) {
  std::vector<std::int64_t> lanes;  // where each is free
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const LayerTimes& times = layers[l];
    const bool is_on_array = compute_units[l] == UnitId::mac_array;
    if (is_on_array != on_array || times.span_end <= times.span_begin) continue;
    const auto free = std::find_if(lanes.begin(), lanes.end(),
                                   [&](std::int64_t until) { return until <= times.span_begin; });
    const auto lane = static_cast<std::size_t>(free - lanes.begin());
    if (free == lanes.end()) lanes.push_back(0);
    lanes[lane] = times.span_end;
    writer.layer(track, lane, l, times.span_begin, times.span_end);
  }
}

Trace::Trace(const isa::Program& program, const std::filesystem::path& path)
    : state_(std::make_unique<State>(program, path)) {}
Trace::~Trace() = default;

void Trace::end() {
  for (UnitTrack& track : state_->tracks) track.flush();
  for (Counter& queue : state_->queues) queue.flush();
  for (Counter& memory : state_->memories) memory.flush();
  state_->write_windows();
  state_->write_layers();
  state_->writer.end({state_->total_cycles, state_->windows.window_cycles()});
}

void Trace::wait() { state_->writer.wait(); }

void Trace::on_instruction_queued(UnitId unit, std::size_t /*instruction*/, std::int64_t cycle) {
  state_->queues[static_cast<std::size_t>(unit)].add(cycle, 1);
}

void Trace::on_instruction_start(UnitId unit, std::size_t instruction, std::int64_t cycle) {
  State& s = *state_;
  s.queues[static_cast<std::size_t>(unit)].add(cycle, -1);
  s.tracks[static_cast<std::size_t>(unit)].start(instruction, cycle);
  s.occupy(cycle, s.live.births[instruction], 1);
  const std::size_t layer = s.layer_of(instruction);
  if (layer < s.layers.size() && s.compute_units[layer] == unit && s.layers[layer].span_begin < 0)
    s.layers[layer].span_begin = cycle;
}

void Trace::on_instruction_done(UnitId unit, std::size_t instruction, std::int64_t cycle) {
  State& s = *state_;
  s.total_cycles = std::max(s.total_cycles, cycle);
  const std::size_t layer = s.layer_of(instruction);
  if (layer < s.layers.size()) s.layers[layer].end = std::max(s.layers[layer].end, cycle);
  if (unit == UnitId::command_processor) return;  // END
  s.occupy(cycle, s.live.deaths[instruction], -1);
  s.done(unit, instruction, cycle);
}

void Trace::on_activity(UnitId unit, Activity activity, std::int64_t instruction,
                        std::int64_t begin, std::int64_t end) {
  State& s = *state_;
  s.tracks[static_cast<std::size_t>(unit)].interval(activity, instruction, begin, end);
  if (instruction < 0 || activity == Activity::idle) return;
  const std::size_t layer = s.layer_of(static_cast<std::size_t>(instruction));
  if (layer < s.layers.size() && s.compute_units[layer] == unit && s.layers[layer].span_begin >= 0)
    s.layers[layer].span_end = end;
}

void Trace::on_dram_bursts(const model::DramBursts& bursts) { state_->windows.add(bursts); }

}  // namespace npusim::trace
