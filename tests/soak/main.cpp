// SPDX-License-Identifier: Apache-2.0
// Drawn networks on drawn machines, one after another in one process: docs/reliability.md.
//
//     npusim_soak [--seed S] [--draws N] [--keep FOLDER]
//
// Cases S to S + N - 1. Prints what was covered; exit 1 where anything was not as it must be, with
// the command that does the case again. --keep leaves the files of the last case there.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "tests/soak/soak_case.h"
#include "tests/soak/tally.h"
#include "tests/support/support.h"

// What the SystemC library's main would call; it is referred to, never called.
extern "C" int sc_main(int argc, char** argv);
extern "C" int sc_main(int /*argc*/, char** /*argv*/) { return 1; }

namespace npusim::soak {
namespace {

struct Arguments {
  std::uint64_t seed = 0, draws = 100;
  std::filesystem::path keep;
};

std::optional<Arguments> parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; i += 2) {
    const std::string flag = argv[i];
    if (i + 1 == argc) return std::nullopt;
    if (flag == "--seed") {
      arguments.seed = std::strtoull(argv[i + 1], nullptr, 10);
    } else if (flag == "--draws") {
      arguments.draws = std::strtoull(argv[i + 1], nullptr, 10);
    } else if (flag == "--keep") {
      arguments.keep = argv[i + 1];
    } else {
      return std::nullopt;
    }
  }
  return arguments;
}

int soak(const Arguments& arguments, const char* program) {
  const test::TempFolder temporary;
  const std::filesystem::path folder = arguments.keep.empty() ? temporary.path() : arguments.keep;
  std::filesystem::create_directories(folder);
  Tally tally(arguments.draws);
  for (std::uint64_t i = 0; i < arguments.draws; ++i) {
    const std::uint64_t seed = arguments.seed + i;
    {
      const test::DrawnRun run = test::draw_run(seed);
      const CaseResult result = run_case(run, folder);
      tally.add(run, result);
      for (const std::string& text : result.mismatches) {
        std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), text.c_str());
      }
      if (!result.mismatches.empty()) {
        std::printf(
            "  again: %s --seed %llu --draws 1 --keep FOLDER, then npusim run FOLDER/run.yaml\n",
            program, static_cast<unsigned long long>(seed));
      }
    }
    tally.add(memory_now());
    const std::uint64_t done = i + 1;
    if (done % 500 == 0) {
      std::fprintf(stderr, "%s cases, %lld mismatches\n", std::to_string(done).c_str(),
                   static_cast<long long>(tally.mismatches()));
    }
    std::fflush(stdout);
  }
  tally.print();
  bool is_good = tally.mismatches() == 0;
  if (arguments.draws >= 20) {
    for (const std::string& text : tally.shortfalls()) {
      std::printf("soak: %s\n", text.c_str());
      is_good = false;
    }
  }
  std::printf(is_good ? "soak: passed\n" : "soak: FAILED\n");
  return is_good ? 0 : 1;
}

}  // namespace
}  // namespace npusim::soak

int main(int argc, char** argv) {
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", /*overwrite=*/1);
  const auto arguments = npusim::soak::parse(argc, argv);
  if (!arguments) {
    std::fprintf(stderr, "usage: %s [--seed S] [--draws N] [--keep FOLDER]\n", argv[0]);
    return 2;
  }
  return npusim::soak::soak(*arguments, argv[0]);
}
