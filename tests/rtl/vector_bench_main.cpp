// SPDX-License-Identifier: Apache-2.0
// The clock of vector_bench.sv; its plus arguments are this program's. Exit code 1 where a word is
// wrong or none was checked.
#include <vector_bench_model.h>

#include <cstdio>
#include <memory>

extern "C" int sc_main(int argc, char** argv);
extern "C" int sc_main(int /*argc*/, char** /*argv*/) { return 1; }

int main(int argc, char** argv) {
  VerilatedContext context;
  context.commandArgs(argc, argv);
  const auto bench = std::make_unique<vector_bench_model>(&context);
  bench->clock = 0;
  bench->eval();
  while (bench->done == 0 && !context.gotFinish()) {
    bench->clock = bench->clock == 0 ? 1 : 0;
    bench->eval();
  }
  bench->final();
  std::printf("%u words checked, %u wrong\n", bench->checked, bench->wrong);
  return bench->wrong == 0 && bench->checked > 0 ? 0 : 1;
}
