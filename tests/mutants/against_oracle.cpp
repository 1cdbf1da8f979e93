// SPDX-License-Identifier: Apache-2.0
// The machine against figures of the tick oracle that were written down before: a mutant takes
// milliseconds, since networks are compiled and the oracle runs only once.
//   mutants_against_oracle --prepare FOLDER    draws cases, writes Programs and the oracle's
//   figures mutants_against_oracle FOLDER              fails (1) at the first case with another
//   figure
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "sim/base/errors.h"
#include "sim/isa/program_file.h"
#include "sim/model/simulate.h"
#include "tests/oracle/oracle.h"
#include "tests/support/drawn_instructions.h"
#include "tests/support/drawn_programs.h"

namespace npusim {
namespace {

constexpr std::uint64_t kDrawnPrograms = 300;  // of drawn instructions
constexpr std::uint64_t kNetworks = 30;
constexpr int kMachines = 3;
constexpr std::int64_t kMostCycles = 40'000;  // of a case; a longer one shows nothing more

using Figures = std::vector<std::int64_t>;

void append(Figures& figures, const stats::ActivityCycles& cycles) {
  for (std::size_t a = 0; a < stats::kActivities; ++a) {
    figures.push_back(cycles[static_cast<stats::Activity>(a)]);
  }
}

Figures figures_of(const stats::SimulationResult& result) {
  Figures figures{result.total_cycles,     result.dram.read_bytes,
                  result.dram.write_bytes, result.dram.instruction_bytes,
                  result.dram.bursts,      result.dram.bus_busy_cycles};
  figures.insert(figures.end(),
                 {result.dram.row_hits, result.dram.row_misses, result.dram.row_conflicts,
                  result.dram.refreshes, result.dram.read_write_turnarounds,
                  result.dram.other_masters_requests});
  for (const stats::UnitResult& unit : result.units) append(figures, unit.cycles);
  for (const stats::LayerResult& layer : result.layers) {
    figures.insert(figures.end(),
                   {layer.start_cycle, layer.end_cycle, layer.cycles, layer.span_cycles,
                    layer.dram_read_bytes, layer.dram_write_bytes});
    append(figures, layer.compute_cycles);
  }
  return figures;
}

stats::SimulationResult simulate(const isa::Program& program) {
  model::SimulationOptions options;
  options.timing_only = true;
  options.verified = true;
  return model::simulate(program, {}, options);
}

std::string program_file(const std::string& folder, std::uint64_t network) {
  return fmt::format("{}/{}.npu", folder, network);
}

// Calls body(program) for every case until it returns false.
template <typename ProgramOf, typename Body>
void for_each_case(ProgramOf&& program_of, Body&& body) {
  for (std::uint64_t seed = 0; seed < kDrawnPrograms; ++seed) {
    if (!body(test::drawn_instructions(seed))) return;
  }
  for (std::uint64_t network = 0; network < kNetworks; ++network) {
    isa::Program program = program_of(network);
    std::mt19937 random(static_cast<std::uint32_t>(network));
    for (int machine = 0; machine < kMachines; ++machine) {
      if (!body(program)) return;
      test::draw_timing(program.hardware, random);
    }
  }
}

int prepare(const std::string& folder) {
  std::filesystem::create_directories(folder);
  std::ofstream figures(folder + "/figures");
  std::int64_t cases = 0, different = 0;
  for_each_case(
      [&](std::uint64_t network) {
        isa::Program program = test::drawn_program(network);
        isa::write_program(program_file(folder, network), program);
        return program;
      },
      [&](const isa::Program& program) {
        stats::SimulationResult machine;
        try {
          machine = simulate(program);
        } catch (const base::SimulationError&) {  // other masters leave too little of the DRAM
          figures << "0\n";
          return true;
        }
        if (machine.total_cycles > kMostCycles) {
          figures << "0\n";
          return true;
        }
        const stats::SimulationResult oracle = oracle::run(program, 4 * machine.total_cycles);
        const std::vector<std::string> differences = oracle::differences(program, machine, oracle);
        if (!differences.empty() || figures_of(machine) != figures_of(oracle)) {
          std::cerr << fmt::format("case {}: without a mutant: {}\n", cases + different,
                                   fmt::join(differences, "; "));
          figures << "0\n";
          ++different;
          return true;
        }
        const Figures wanted = figures_of(oracle);
        figures << wanted.size();
        for (const std::int64_t figure : wanted) figures << ' ' << figure;
        figures << '\n';
        ++cases;
        return true;
      });
  std::cout << cases << " cases equal, " << different << " not\n";
  return cases > 0 && different == 0 && figures.flush() ? 0 : 1;
}

int compare(const std::string& folder) {
  std::ifstream figures(folder + "/figures");
  bool same = true;
  for_each_case(
      [&](std::uint64_t network) { return isa::read_program(program_file(folder, network)); },
      [&](const isa::Program& program) {
        std::size_t size = 0;
        figures >> size;
        Figures wanted(size);
        for (std::int64_t& figure : wanted) figures >> figure;
        if (!figures) throw base::InternalError(folder + ": the figures end early");
        same = size == 0 || figures_of(simulate(program)) == wanted;
        return same;
      });
  return same ? 0 : 1;
}

}  // namespace
}  // namespace npusim

// Referred to by the SystemC library's own main, which this one's replaces.
extern "C" int sc_main(int argc, char** argv);
extern "C" int sc_main(int /*argc*/, char** /*argv*/) { return 1; }

int main(int count, char** arguments) {
  try {
    if (count == 3 && std::strcmp(arguments[1], "--prepare") == 0)
      return npusim::prepare(arguments[2]);
    if (count == 2) return npusim::compare(arguments[1]);
    std::cerr << "usage: mutants_against_oracle [--prepare] FOLDER\n";
    return 2;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
