// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/target.h"

#include <unistd.h>
#include <xxhash.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <system_error>

namespace npusim::fuzz {
namespace {

class ProcessFolder {
 public:
  ProcessFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "npusim_fuzz_XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  ~ProcessFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ProcessFolder(const ProcessFolder&) = delete;
  ProcessFolder& operator=(const ProcessFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace

void require(bool holds, const char* what) {
  if (!holds) throw Broken(std::string("does not hold: ") + what);
}

const std::vector<Target>& targets() {
  static const std::vector<Target> all = {{"assembler", run_assembler},
                                          {"golden_case", run_golden_case},
                                          {"hardware_yaml", run_hardware_yaml},
                                          {"labels_and_images", run_labels_and_images},
                                          {"npy", run_npy},
                                          {"onnx", run_onnx},
                                          {"program", run_program},
                                          {"run_yaml", run_run_yaml},
                                          {"sweep_yaml", run_sweep_yaml},
                                          {"technology_yaml", run_technology_yaml},
                                          {"topology_csv", run_topology_csv}};
  return all;
}

const std::filesystem::path& folder() {
  static const ProcessFolder own;
  return own.path();
}

std::filesystem::path source_folder() { return NPUSIM_SOURCE_DIR; }

std::filesystem::path put_file(const char* name, std::string_view content) {
  std::filesystem::path path = folder() / name;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path.string());
  return path;
}

std::uint64_t hash_of(std::string_view input) { return XXH3_64bits(input.data(), input.size()); }

}  // namespace npusim::fuzz
