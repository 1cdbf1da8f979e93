// SPDX-License-Identifier: Apache-2.0
#include "tests/soak/report_sums.h"

#include <sstream>

#include "sim/energy/estimate.h"
#include "sim/energy/technology.h"
#include "sim/report/json.h"
#include "sim/report/report.h"
#include "sim/report/text.h"

namespace npusim::soak {
namespace {

class Sums {
 public:
  void equal(const std::string& what, std::int64_t parts, std::int64_t whole) {
    if (parts == whole) return;
    wrong_.push_back("report: " + what + ": the parts are " + std::to_string(parts) +
                     ", the whole is " + std::to_string(whole));
  }
  void no_more(const std::string& what, std::int64_t part, std::int64_t whole) {
    if (part >= 0 && part <= whole) return;
    wrong_.push_back("report: " + what + ": " + std::to_string(part) + " of " +
                     std::to_string(whole));
  }
  void wrong(const std::string& text) { wrong_.push_back("report: " + text); }
  std::vector<std::string> take() { return std::move(wrong_); }

 private:
  std::vector<std::string> wrong_;
};

void add_cycles(const report::Report& report, Sums& sums) {
  for (const report::UnitCycles& unit : report.cycles.units) {
    std::int64_t all = unit.busy_cycles + unit.idle_cycles;
    for (const auto& [cause, cycles] : unit.stall_cycles) all += cycles;
    sums.equal("cycles of " + unit.name, all, report.cycles.total);
  }
  std::int64_t layers = 0, images = 0;
  for (const report::Layer& layer : report.layers) {
    layers += layer.cycles;
    std::int64_t stalls = 0;
    for (const auto& [cause, cycles] : layer.stalls) stalls += cycles;
    sums.equal("stalls of layer " + layer.name, stalls, layer.stall_cycles);
    sums.no_more("busy and stalled of layer " + layer.name, layer.busy_cycles + layer.stall_cycles,
                 layer.span_cycles);
  }
  for (const report::ImageCycles& image : report.cycles.images) images += image.cycles;
  // What the command processor does behind the last layer is no layer's.
  sums.no_more("cycles of the layers", layers, report.cycles.total);
  if (!report.cycles.images.empty())
    sums.no_more("cycles of the images", images, report.cycles.total);
}

void add_memory(const isa::Program& program, const stats::SimulationResult& result,
                const report::Report& report, Sums& sums) {
  std::int64_t reads = result.dram.instruction_bytes, writes = 0;
  for (const report::Layer& layer : report.layers) {
    reads += layer.dram_read_bytes;
    writes += layer.dram_write_bytes;
  }
  sums.equal("bytes read", reads, report.memory.dram_read_bytes);
  sums.equal("bytes written", writes, report.memory.dram_write_bytes);
  std::int64_t weights = 0;
  for (std::size_t i = 0; i < program.image_layers(); ++i)
    weights += program.layers[i].weights_bytes;
  sums.equal("bytes of weights", weights, report.memory.weights_bytes);
  sums.no_more("peak of the activation scratchpad", report.memory.activation_peak_bytes,
               program.hardware.activation_scratchpad.bytes);
}

void add_energy(const energy::Estimate& estimate, Sums& sums) {
  for (std::size_t u = 0; u < energy::kUnits; ++u) {
    energy::Picojoules layers;
    for (const energy::ByUnit& layer : estimate.layers) {
      layers.dynamic_picojoules += layer[u].dynamic_picojoules;
      layers.static_picojoules += layer[u].static_picojoules;
    }
    const std::string unit = energy::unit_name(static_cast<energy::Unit>(u));
    sums.equal("dynamic energy of " + unit, layers.dynamic_picojoules,
               estimate.units[u].dynamic_picojoules);
    sums.equal("static energy of " + unit, layers.static_picojoules,
               estimate.units[u].static_picojoules);
    if (layers.dynamic_picojoules < 0 || layers.static_picojoules < 0) {
      sums.wrong("energy of " + unit + " below 0");
    }
  }
}

void check_text(const report::Report& report, Sums& sums) {
  std::istringstream lines(report::to_text(report));
  for (std::string line; std::getline(lines, line);) {
    std::size_t columns = 0;  // bytes that begin a character
    for (const char c : line) columns += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
    if (columns > report::kTextColumns)
      sums.wrong("a line of " + std::to_string(columns) + " columns: " + line);
  }
}

}  // namespace

std::vector<std::string> wrong_sums(const isa::Program& program,
                                    const stats::SimulationResult& result,
                                    const std::filesystem::path& technology) {
  report::Report report = report::report_of(program, result);
  report.energy = energy::estimate(program, result, energy::read_technology(technology));
  Sums sums;
  add_cycles(report, sums);
  add_memory(program, result, report, sums);
  add_energy(*report.energy, sums);
  check_text(report, sums);
  if (report::to_json(report).empty()) sums.wrong("empty JSON");
  return sums.take();
}

}  // namespace npusim::soak
