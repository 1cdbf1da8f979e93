// SPDX-License-Identifier: Apache-2.0
// A main of its own: the SystemC library exports one that would win over the benchmark library's.
#include <cstdlib>

#include "tests/bench/bench.h"

extern "C" int sc_main(int argc, char** argv);
extern "C" int sc_main(int /*argc*/, char** /*argv*/) { return 1; }

int main(int argc, char** argv) {
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", /*overwrite=*/1);
  npusim::bench::register_peak();
  npusim::bench::register_kernels();
  npusim::bench::register_units();
  npusim::bench::register_stages();
  npusim::bench::register_arrays();
  npusim::bench::register_references();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  const bool some_ran = benchmark::RunSpecifiedBenchmarks() > 0;
  benchmark::Shutdown();
  return some_ran ? 0 : 1;
}
