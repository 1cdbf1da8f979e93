// SPDX-License-Identifier: Apache-2.0
// The groups of benchmarks. Each is named group/what/which, carries as `work` what one iteration
// does (multiply-adds, simulated cycles, micro-ops: said where it is registered), and stops with an
// error where a result is not what it must be. scripts/bench runs them and makes the tables.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "sim/arith/simd.h"

namespace npusim::bench {

void register_peak();        // peak.cpp
void register_kernels();     // kernels.cpp
void register_units();       // units.cpp
void register_stages();      // stages.cpp
void register_arrays();      // arrays.cpp
void register_references();  // references.cpp

/// Registers a benchmark whose kernels use one instruction set; 0: the best.
inline benchmark::internal::Benchmark* add(const std::string& name, std::int64_t simd_target,
                                           std::function<void(benchmark::State&)> run) {
  return benchmark::RegisterBenchmark(name.c_str(),
                                      [simd_target, run = std::move(run)](benchmark::State& state) {
                                        arith::use_simd_target(simd_target);
                                        try {
                                          run(state);
                                        } catch (const std::exception& error) {
                                          state.SkipWithError(error.what());
                                        }
                                        arith::use_simd_target(0);
                                      })
      ->Unit(benchmark::kMillisecond);
}

inline void set_work(benchmark::State& state, std::int64_t per_iteration) {
  state.counters["work"] = static_cast<double>(per_iteration);
}

}  // namespace npusim::bench
