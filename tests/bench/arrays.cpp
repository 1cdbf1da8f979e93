// SPDX-License-Identifier: Apache-2.0
// array/*: MobileNetV1-224 on arrays of 8x8 to 256x256, timing only. work: micro-ops
// (stats::micro_ops): a simulation's time should follow these and not the size of the array.
#include <memory>

#include "frontend/compile/compile.h"
#include "sim/model/simulate.h"
#include "sim/stats/micro_ops.h"
#include "tests/bench/bench.h"
#include "tests/bench/networks.h"

namespace npusim::bench {
namespace {

void timing_only(benchmark::State& state, const std::string& side) {
  const Network& net = network("mobilenet_v1_224");
  const isa::Program program = compile::compile(
      net.graph, hardware({"mac_array.rows=" + side, "mac_array.columns=" + side}), net.metadata);
  model::SimulationOptions options;
  options.timing_only = true;
  options.verified = true;  // compile() verifies
  std::int64_t cycles = 0;
  for (auto _ : state) cycles = model::simulate(program, {}, options).total_cycles;
  set_work(state, stats::micro_ops(program).total());
  state.counters["cycles"] = static_cast<double>(cycles);
}

}  // namespace

void register_arrays() {
  for (const std::string side : {"8", "16", "32", "64", "128", "256"}) {
    std::string name = "array/";
    add(name.append(side).append("x").append(side), 0,
        [side](benchmark::State& state) { timing_only(state, side); });
  }
}

}  // namespace npusim::bench
