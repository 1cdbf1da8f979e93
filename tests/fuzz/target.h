// SPDX-License-Identifier: Apache-2.0
// What is fuzzed (docs/fuzzing.md): functions from bytes to nothing, each a reader of npusim and
// what stands behind it. libFuzzer feeds them drawn bytes, and a test the files of corpus/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "sim/base/errors.h"
#include "sim/isa/program.h"

namespace npusim::fuzz {

/// What must hold whatever the input does not.
class Broken : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};
void require(bool holds, const char* what);

/// Runs `read`; false where it refuses the input in the way that the libraries promise. Any other
/// exception passes, and so does a refusal without words.
template <typename Read>
bool accepted(const Read& read) {
  try {
    read();
    return true;
  } catch (const base::InputError& error) {
    for (const std::string& message : error.messages()) require(!message.empty(), "a message");
    return false;
  }
}

struct Target {
  const char* name;  // and the folder of its corpus
  void (*run)(std::string_view input);
};
const std::vector<Target>& targets();

// Where a reader takes a path: a folder of this process, made once and gone at its end.
std::filesystem::path put_file(const char* name, std::string_view content);
const std::filesystem::path& folder();
/// The root of the source tree.
std::filesystem::path source_folder();

/// Numbers that follow from the input, for what the input itself does not say.
std::uint64_t hash_of(std::string_view input);

/// Executes a Program that verify() accepts: interpreter and machine end, with the same outputs
/// where no access races; and its text is assembled to the same bytes. Programs for machines larger
/// than a fuzzer has time for are passed over.
void execute(const isa::Program& program);

// The targets.
void run_assembler(std::string_view input);
void run_golden_case(std::string_view input);
void run_hardware_yaml(std::string_view input);
void run_labels_and_images(std::string_view input);
void run_npy(std::string_view input);
void run_onnx(std::string_view input);
void run_program(std::string_view input);
void run_run_yaml(std::string_view input);
void run_sweep_yaml(std::string_view input);
void run_technology_yaml(std::string_view input);
void run_topology_csv(std::string_view input);

}  // namespace npusim::fuzz
