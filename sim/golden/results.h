// SPDX-License-Identifier: Apache-2.0
// What a run came to, as far as a golden case keeps it: its report, and hashes of what the report
// does not show, so that a difference can be put down to a layer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace npusim::golden {

inline constexpr char kReportFile[] = "report.json";
inline constexpr char kProgramFile[] = "program.csv";
inline constexpr char kLayersFile[] = "layers.csv";

// Names of what is no section of its own: all bytes, and the two parts of the hardware that a
// Program carries, one that it was compiled for and one that decides nothing but times.
inline constexpr char kWholeProgram[] = "file";
inline constexpr char kHardwareOfProgram[] = "hardware.program";
inline constexpr char kHardwareTimings[] = "hardware.timings";

/// A section of the Program file (docs/program-file.md), or one of the above.
struct ProgramSection {
  std::string name;
  std::int64_t bytes = 0;
  std::string sha256;  // 64 hex digits
};

/// The codes of one layer for one simulated image. The sums say by how much a tensor that differs
/// differs at least.
struct TensorResult {
  std::string sha256;
  std::int64_t sum = 0, sum_of_squares = 0;
};

/// A layer, or an input of the network (kind "input"). The hashes are 16 hex digits, empty where
/// there is nothing to hash.
struct LayerResult {
  std::string name, kind;
  std::string network;                // its weights and biases in the network, before quantization
  std::string weights;                // its codes
  std::string parameters;             // biases, scales, shifts, zero points, clamps, tables
  std::int64_t values = 0;            // of one tensor
  std::vector<TensorResult> tensors;  // by simulated image; none with timing only
};

struct Results {
  std::string report;  // JSON, as kept_report() writes it
  std::vector<ProgramSection> program;
  std::vector<LayerResult> layers;  // inputs too, in the order of the network
};

/// What a case keeps of a report (`run --json`): all but `host` and, of layers, the energy of each
/// unit, whose sums stay. One line for each layer.
std::string kept_report(std::string_view report_json);

std::string program_csv(const std::vector<ProgramSection>& program);
std::string layers_csv(const std::vector<LayerResult>& layers);

// Back again; `name` names the file in messages. Each throws base::InputError where the text is not
// as the functions above write it.

std::vector<ProgramSection> parse_program_csv(std::string_view text, const std::string& name);
std::vector<LayerResult> parse_layers_csv(std::string_view text, const std::string& name);

}  // namespace npusim::golden
