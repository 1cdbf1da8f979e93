// SPDX-License-Identifier: Apache-2.0
// reference/*: the slow machines that the fast one is checked against, and the fast one on the same
// Program. work: simulated cycles.
#include <stdexcept>

#include "sim/model/simulate.h"
#include "tests/bench/bench.h"
#include "tests/bench/networks.h"
#include "tests/oracle/oracle.h"
#include "tests/registers/machine.h"

namespace npusim::bench {
namespace {

const char* const kWhole = "mobilenet_v1_224";
const char* const kSmall = "separable";

stats::SimulationResult fast(const Network& net, bool timing_only) {
  model::SimulationOptions options;
  options.timing_only = timing_only;
  options.verified = true;
  return model::simulate(net.program, {net.input}, options);
}

void check(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);
}

void tick_oracle(benchmark::State& state) {
  const Network& net = network(kWhole);
  const stats::SimulationResult wanted = fast(net, true);
  for (auto _ : state) {
    const stats::SimulationResult result = oracle::run(net.program);
    check(oracle::differences(net.program, wanted, result, 1).empty(), "oracle and machine differ");
  }
  set_work(state, wanted.total_cycles);
}

void registers_machine(benchmark::State& state, const std::string& name) {
  const Network& net = network(name);
  const stats::SimulationResult wanted = fast(net, false);
  for (auto _ : state) {
    const registers::Result result =
        registers::run(net.program, {net.input}, 2 * wanted.total_cycles);
    check(result.total_cycles == wanted.total_cycles && result.outputs == wanted.outputs,
          "register-level and fast machine differ");
  }
  set_work(state, wanted.total_cycles);
}

void fast_machine(benchmark::State& state, bool timing_only) {
  const Network& net = network(kSmall);
  std::int64_t cycles = 0;
  for (auto _ : state) cycles = fast(net, timing_only).total_cycles;
  set_work(state, cycles);
}

}  // namespace

void register_references() {
  add("reference/tick_oracle/mobilenet_v1_224", 0, tick_oracle)->Iterations(1);
  for (const std::string name : {kSmall, kWhole}) {
    add("reference/registers/" + name, 0, [name](auto& state) {
      registers_machine(state, name);
    })->Iterations(1);
  }
  add("reference/fast_values/separable", 0, [](auto& state) { fast_machine(state, false); });
  add("reference/fast_timing_only/separable", 0, [](auto& state) { fast_machine(state, true); });
}

}  // namespace npusim::bench
