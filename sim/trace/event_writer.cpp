// SPDX-License-Identifier: Apache-2.0
#include "sim/trace/event_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/base/version.h"

namespace npusim::trace {
namespace {

using model::UnitId;

constexpr std::size_t kChunkBytes = std::size_t{1} << 18;
constexpr int kMachine = 1, kLayers = 2;  // processes

// From top to bottom, as data flow.
constexpr std::array<UnitId, model::kUnitIds> kOrder{
    UnitId::command_processor, UnitId::dma_in,         UnitId::dma_weights, UnitId::weight_loader,
    UnitId::mac_array,         UnitId::requantization, UnitId::vector,      UnitId::dma_out};

constexpr std::array<const char*, 3> kLayerTracks{"layers", "mac_array", "vector"};
constexpr std::size_t kLanes = 1000;  // of a track: threads' numbers

std::size_t thread_of(UnitId unit) { return static_cast<std::size_t>(unit) + 1; }

/// Within quotes; what is no UTF-8 is replaced.
std::string escaped(const std::string& text) {
  const std::string quoted =
      nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  return quoted.substr(1, quoted.size() - 2);
}

}  // namespace

EventWriter::EventWriter(const isa::Program& program, const std::filesystem::path& path)
    : program_(program), lanes_(kLayerTracks.size(), 0), file_(path) {
  text_.reserve(2 * kChunkBytes);
  for (std::size_t u = 0; u < model::kUnitIds; ++u) {
    for (const bool stall : {false, true}) {
      slice_heads_[u][stall ? 1 : 0] =
          fmt::format(R"({{"ph":"X","pid":{},"tid":{},"cat":"{}","ts":)", kMachine,
                      thread_of(static_cast<UnitId>(u)), stall ? "stall" : "busy");
    }
  }
  for (std::size_t l = 0; l < program.layers.size(); ++l) {
    layers_.push_back(escaped(program.layers[l].name));
    layer_args_.push_back(fmt::format(R"(,"layer":"{}",)", layers_.back()));
    if (program.images() > 1)
      layer_args_.back() += fmt::format(R"("image":{},)", l / program.image_layers());
    layer_args_.back() += R"("tile":)";
  }
  for (const isa::Semaphore& semaphore : program.semaphores)
    semaphores_.push_back(escaped(semaphore.name));
  metadata();
}

EventWriter& EventWriter::operator<<(std::int64_t number) {
  const fmt::format_int digits(number);
  text_.append(digits.data(), digits.size());
  return *this;
}

void EventWriter::end_event() {
  text_ += '\n';
  if (text_.size() < kChunkBytes) return;
  file_.write(text_);
  text_.reserve(2 * kChunkBytes);
}

void EventWriter::metadata() {
  const std::string name = escaped(program_.metadata.name), on = escaped(program_.hardware.name);
  text_ += "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n";
  text_ +=
      fmt::format(R"({{"ph":"M","pid":{},"name":"process_name","args":{{"name":"{} on {}"}}}})",
                  kMachine, name, on);
  end_event();
  text_ += fmt::format(R"(,{{"ph":"M","pid":{},"name":"process_name","args":{{"name":"layers"}}}})",
                       kLayers);
  end_event();
  for (const int process : {kMachine, kLayers}) {
    text_ += fmt::format(
        R"(,{{"ph":"M","pid":{0},"name":"process_sort_index","args":{{"sort_index":{0}}}}})",
        process);
    end_event();
  }
  for (std::size_t place = 0; place < kOrder.size(); ++place)
    name_thread(kMachine, thread_of(kOrder[place]), model::unit_id_name(kOrder[place]), place);
}

void EventWriter::name_thread(int process, std::size_t thread, std::string_view name,
                              std::size_t place) {
  text_ +=
      fmt::format(R"(,{{"ph":"M","pid":{},"tid":{},"name":"thread_name","args":{{"name":"{}"}}}})",
                  process, thread, name);
  end_event();
  text_ += fmt::format(
      R"(,{{"ph":"M","pid":{},"tid":{},"name":"thread_sort_index","args":{{"sort_index":{}}}}})",
      process, thread, place);
  end_event();
}

// ..., "instruction":12,"layer":"conv1","tile":3
void EventWriter::origin(std::size_t instruction) {
  const isa::InstructionOrigin& from = program_.origins[instruction];
  *this << "\"instruction\":" << static_cast<std::int64_t>(instruction);
  if (from.layer < layer_args_.size()) {
    *this << layer_args_[from.layer] << std::int64_t{from.tile};
  }
}

void EventWriter::slice(UnitId unit, stats::Activity activity, std::int64_t instruction,
                        std::int64_t begin, std::int64_t cycles) {
  const bool stall = stats::is_stall(activity);
  *this << "," << slice_heads_[static_cast<std::size_t>(unit)][stall ? 1 : 0] << begin
        << ",\"dur\":" << cycles << ",\"name\":\"";
  if (stall) *this << stats::activity_name(activity) << ": ";
  if (instruction < 0) {
    *this << "\",\"args\":{";
  } else {
    const auto i = static_cast<std::size_t>(instruction);
    const std::uint32_t layer = program_.origins[i].layer;
    *this << (unit == UnitId::command_processor ? "dispatch " : "")
          << isa::opcode_name(program_.instructions[i].opcode);
    if (layer < layers_.size()) *this << " " << layers_[layer];
    *this << "\",\"args\":{";
    origin(i);
    if (stall) *this << ",";
  }
  if (stall) *this << "\"cause\":\"" << stats::activity_name(activity) << "\"";
  *this << "}}";
  end_event();
}

void EventWriter::flow_begin(UnitId unit, std::size_t semaphore, std::int64_t id, std::int64_t at,
                             std::int64_t cycle) {
  flow('s', unit, semaphore, id, at, cycle);
}

void EventWriter::flow_end(UnitId unit, std::size_t semaphore, std::int64_t id, std::int64_t at,
                           std::int64_t cycle) {
  flow('f', unit, semaphore, id, at, cycle);
}

void EventWriter::flow(char phase, UnitId unit, std::size_t semaphore, std::int64_t id,
                       std::int64_t at, std::int64_t cycle) {
  const bool ends = phase == 'f';
  *this << (ends ? R"(,{"ph":"f","bp":"e","pid":1,"tid":)" : R"(,{"ph":"s","pid":1,"tid":)")
        << static_cast<std::int64_t>(thread_of(unit)) << ",\"ts\":" << at
        << ",\"cat\":\"semaphore\",\"id\":" << id << ",\"name\":\"" << semaphores_[semaphore]
        << (ends ? R"(","args":{"start":)" : R"(","args":{"done":)") << cycle << "}}";
  end_event();
}

void EventWriter::counter(std::string_view name, std::string_view key, std::int64_t cycle,
                          std::int64_t value) {
  *this << R"(,{"ph":"C","pid":1,"ts":)" << cycle << ",\"name\":\"" << name << "\",\"args\":{\""
        << key << "\":" << value << "}}";
  end_event();
}

void EventWriter::dram_window(std::string_view name, std::int64_t cycle, std::int64_t read_bytes,
                              std::int64_t write_bytes) {
  *this << R"(,{"ph":"C","pid":1,"ts":)" << cycle << ",\"name\":\"" << name
        << R"(","args":{"read":)" << read_bytes << ",\"write\":" << write_bytes << "}}";
  end_event();
}

void EventWriter::layer(LayerTrack track, std::size_t lane, std::size_t layer, std::int64_t begin,
                        std::int64_t end) {
  const auto t = static_cast<std::size_t>(track);
  const std::size_t thread = t * kLanes + lane + 1;
  if (lane >= lanes_[t]) {
    lanes_[t] = lane + 1;
    name_thread(kLayers, thread, kLayerTracks[t], thread);
  }
  const isa::LayerInfo& info = program_.layers[layer];
  const auto tid = static_cast<std::int64_t>(thread);
  *this << R"(,{"ph":"B","pid":2,"tid":)" << tid << ",\"ts\":" << begin
        << R"(,"cat":"layer","name":")" << layers_[layer] << R"(","args":{"layer":")"
        << layers_[layer] << "\",\"kind\":\"" << escaped(info.kind) << "\",\"macs\":" << info.macs;
  if (program_.images() > 1)
    *this << ",\"image\":" << static_cast<std::int64_t>(layer / program_.image_layers());
  *this << "}}";
  end_event();
  *this << R"(,{"ph":"E","pid":2,"tid":)" << tid << ",\"ts\":" << end << "}";
  end_event();
}

void EventWriter::end(const Totals& totals) {
  const nlohmann::ordered_json facts = {
      {"time_unit", "1 ts = 1 cycle"},
      {"clock_hz", program_.hardware.clock_hz},
      {"total_cycles", totals.total_cycles},
      {"dram_window_cycles", totals.window_cycles},
      {"npusim", base::kVersion},
      {"program", program_.metadata.name},
      {"hardware", program_.hardware.name},
      {"images", program_.metadata.images},
  };
  text_ +=
      "],\"otherData\":" + facts.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) +
      "}\n";
  file_.write(text_);
  file_.finish();
}

}  // namespace npusim::trace
