// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "tests/oracle/oracle.h"

namespace npusim::oracle {
namespace {

class Findings {
 public:
  explicit Findings(std::size_t most) : most_(most) {}

  void compare(const std::string& what, std::int64_t machine, std::int64_t oracle) {
    if (machine == oracle || lines_.size() >= most_) return;
    lines_.push_back(fmt::format("{}: machine {}, oracle {}", what, machine, oracle));
  }
  void compare(const std::string& what, const stats::ActivityCycles& machine,
               const stats::ActivityCycles& oracle) {
    if (machine == oracle) return;
    for (std::size_t a = 0; a < stats::kActivities; ++a) {
      const auto activity = static_cast<stats::Activity>(a);
      compare(what + " " + stats::activity_name(activity), machine[activity], oracle[activity]);
    }
  }
  std::vector<std::string> lines() const { return lines_; }

 private:
  std::size_t most_;
  std::vector<std::string> lines_;
};

void compare_layer(Findings& findings, const std::string& name, const stats::LayerResult& machine,
                   const stats::LayerResult& oracle) {
  findings.compare(name + " start", machine.start_cycle, oracle.start_cycle);
  findings.compare(name + " end", machine.end_cycle, oracle.end_cycle);
  findings.compare(name + " cycles", machine.cycles, oracle.cycles);
  findings.compare(name + " span", machine.span_cycles, oracle.span_cycles);
  findings.compare(name, machine.compute_cycles, oracle.compute_cycles);
  findings.compare(name + " read bytes", machine.dram_read_bytes, oracle.dram_read_bytes);
  findings.compare(name + " written bytes", machine.dram_write_bytes, oracle.dram_write_bytes);
}

}  // namespace

std::vector<std::string> differences(const isa::Program& program,
                                     const stats::SimulationResult& machine,
                                     const stats::SimulationResult& oracle, std::size_t most) {
  Findings findings(most);
  findings.compare("total", machine.total_cycles, oracle.total_cycles);
  for (std::size_t l = 0; l < program.layers.size(); ++l) {
    const std::string name = fmt::format("layer {} '{}'", l, program.layers[l].name);
    compare_layer(findings, name, machine.layers.at(l), oracle.layers.at(l));
  }
  for (std::size_t u = 0; u < oracle.units.size(); ++u) {
    findings.compare(oracle.units[u].name, machine.units.at(u).cycles, oracle.units[u].cycles);
  }
  findings.compare("DRAM read bytes", machine.dram.read_bytes, oracle.dram.read_bytes);
  findings.compare("DRAM written bytes", machine.dram.write_bytes, oracle.dram.write_bytes);
  findings.compare("instruction bytes", machine.dram.instruction_bytes,
                   oracle.dram.instruction_bytes);
  findings.compare("bursts", machine.dram.bursts, oracle.dram.bursts);
  findings.compare("bus busy cycles", machine.dram.bus_busy_cycles, oracle.dram.bus_busy_cycles);
  findings.compare("row hits", machine.dram.row_hits, oracle.dram.row_hits);
  findings.compare("row misses", machine.dram.row_misses, oracle.dram.row_misses);
  findings.compare("row conflicts", machine.dram.row_conflicts, oracle.dram.row_conflicts);
  findings.compare("refreshes", machine.dram.refreshes, oracle.dram.refreshes);
  findings.compare("turnarounds", machine.dram.read_write_turnarounds,
                   oracle.dram.read_write_turnarounds);
  findings.compare("other masters' requests", machine.dram.other_masters_requests,
                   oracle.dram.other_masters_requests);
  return findings.lines();
}

}  // namespace npusim::oracle
