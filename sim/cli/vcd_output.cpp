// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/vcd_output.h"

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/base/unfinished.h"
#include "sim/cli/output.h"

namespace npusim::cli {
namespace {

namespace fs = std::filesystem;

constexpr char kSignalsFlag[] = "--vcd-signals";

/// What SystemC writes, until it is whole.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::error_code missing;
    const fs::path place = fs::temp_directory_path(missing);
    if (missing || !folder_.make_folder((place / "npusim-vcd").native())) {
      const int error = missing ? missing.value() : errno;
      throw base::InputError("TMPDIR: cannot make a folder there for the waveforms: " +
                             std::generic_category().message(error));
    }
  }
  fs::path path() const { return folder_.path(); }

 private:
  base::Unfinished folder_;
};

std::vector<std::string> patterns_of(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

}  // namespace

void add_vcd_arguments(CLI::App& command, VcdArguments& arguments) {
  command
      .add_option("--vcd", arguments.path,
                  "write waveforms of the (first) simulated image, for GTKWave")
      ->option_text("F.vcd");
  command
      .add_option(kSignalsFlag, arguments.signals,
                  "its signals, such as npu.mac_array.*,npu.dram.* (default: all)")
      ->option_text("PATTERN[,..]");
}

VcdOutput::VcdOutput(const VcdArguments& arguments) : path_(arguments.path) {
  if (arguments.signals && !path_) {
    throw base::InputError(
        base::refusal("", kSignalsFlag, *arguments.signals, "given together with --vcd"));
  }
  check_output_path(path_, "--vcd");
  if (arguments.signals) patterns_ = patterns_of(*arguments.signals);
}

void VcdOutput::begin(const isa::Program& program) {
  if (path_) waveform_.emplace(program, patterns_, kSignalsFlag);
}

void VcdOutput::on_compiled(compile::Pipeline& /*pipeline*/, const isa::Program& program) {
  begin(program);
}

model::Observer* VcdOutput::observer(std::size_t index) {
  return waveform_ && index == 0 ? &*waveform_ : nullptr;
}

void VcdOutput::on_simulated(const stats::SimulationResult& result) {
  total_cycles_ = result.total_cycles;
}

void VcdOutput::write() {
  if (!waveform_) return;
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "waves.vcd";
  waveform_->write(file, total_cycles_);
  const base::FileBytes bytes = base::map_file(file, std::numeric_limits<std::int64_t>::max());
  base::write_file_whole(*path_, bytes.data.get(), bytes.size);
}

}  // namespace npusim::cli
