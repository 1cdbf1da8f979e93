// SPDX-License-Identifier: Apache-2.0
// The fuzzers: one program, which is the target that it is called by (fuzz_onnx).
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/fuzz/mutate.h"
#include "tests/fuzz/target.h"

extern "C" {
// What the SystemC library's main would call; it is referred to, never called.
int sc_main(int /*argc*/, char** /*argv*/) { return 1; }

std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);
// ASan asks for it by this name.
const char* __asan_default_options() {  // NOLINT(bugprone-reserved-identifier)
  // Coroutine stacks and ASan's fake stack do not mix.
  return "detect_stack_use_after_return=0:strict_string_checks=1";
}
}

namespace {

const npusim::fuzz::Target* chosen = nullptr;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** argv) {
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", /*overwrite=*/1);
  const std::string name = std::filesystem::path((*argv)[0]).filename().string();
  for (const npusim::fuzz::Target& target : npusim::fuzz::targets()) {
    if (name == std::string("fuzz_") + target.name) chosen = &target;
  }
  if (chosen == nullptr) {
    std::fprintf(stderr, "%s: no target of that name\n", name.c_str());
    std::exit(2);
  }
  npusim::fuzz::folder();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  chosen->run({reinterpret_cast<const char*>(data), size});
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned seed) {
  const std::string name = chosen->name;
  if (name == "onnx") return npusim::fuzz::mutate_onnx(data, size, most, seed);
  if (name == "program") return npusim::fuzz::mutate_program(data, size, most, seed);
  return LLVMFuzzerMutate(data, size, most);
}
