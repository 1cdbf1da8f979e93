// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/catalogue.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <sstream>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/config/hardware_fields.h"
#include "sim/config/yaml_document.h"
#include "sim/isa/program_file.h"

namespace npusim::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxYamlBytes = 1 << 20;

const std::set<std::string>& run_keys() {
  static const std::set<std::string> keys = {"model",      "dataset",      "calibration",
                                             "input",      "quantization", "hardware",
                                             "simulation", "technology"};
  return keys;
}

const std::set<std::string>& hardware_keys() {
  static const std::set<std::string> keys = [] {
    std::set<std::string> units = {"name"};
    for (const config::HardwareField& field : config::hardware_fields()) {
      const std::string key = field.key;
      units.insert(key.substr(0, key.find('.')));
    }
    return units;
  }();
  return keys;
}

/// The keys of the outermost mapping; of a text that is no YAML, what stands before a colon at the
/// beginning of a line.
std::vector<std::string> top_keys(const std::string& text) {
  std::vector<std::string> keys;
  base::ErrorList errors;
  const config::YamlNode root = config::parse_yaml(text, "", errors);
  for (const config::YamlEntry& entry : root.entries) keys.push_back(entry.key);
  if (errors.empty() || !keys.empty()) return keys;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(':');
    if (colon != std::string::npos) keys.push_back(line.substr(0, colon));
  }
  return keys;
}

/// The first bytes of a file, at most `bytes`.
std::string head_of(const fs::path& path, std::size_t bytes) {
  std::string head(bytes, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(head.data(), static_cast<std::streamsize>(bytes));
  head.resize(static_cast<std::size_t>(file.gcount()));
  return head;
}

std::vector<fs::path> yaml_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code unreadable;
  for (fs::directory_iterator at(folder, unreadable), end; !unreadable && at != end;
       at.increment(unreadable)) {
    const fs::path& path = at->path();
    std::error_code dangling;
    if ((path.extension() == ".yaml" || path.extension() == ".yml") &&
        !fs::is_directory(path, dangling)) {
      files.push_back(path);
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool is_of_kind(const fs::path& path, FileKind kind) {
  try {
    return fs::is_regular_file(path) && kind_of_file(path) == kind;
  } catch (const base::InputError&) {
    return false;  // not ours to judge: nothing says that it was meant for npusim
  } catch (const fs::filesystem_error&) {
    return false;
  }
}

}  // namespace

FileKind kind_of_yaml(const std::string& text) {
  std::ptrdiff_t run = 0;
  std::ptrdiff_t hardware = 0;
  for (const std::string& key : top_keys(text)) {
    run += static_cast<std::ptrdiff_t>(run_keys().count(key));
    hardware += static_cast<std::ptrdiff_t>(hardware_keys().count(key));
  }
  if (run == hardware) return FileKind::unknown;
  return run > hardware ? FileKind::run_file : FileKind::hardware_file;
}

FileKind kind_of_file(const fs::path& path) {
  // Field 1 of an ONNX model, its IR version, as a variable-length integer; no text begins so.
  constexpr char kOnnxHead = '\x08';
  if (!fs::is_regular_file(path)) {  // its bytes could not be read a second time
    throw base::InputError(base::refusal("", path.string(), "a pipe or a device", "a file"));
  }
  const std::string head = head_of(path, isa::kProgramMagic.size());
  const std::string magic(isa::kProgramMagic.begin(), isa::kProgramMagic.end());
  if (head == magic || path.extension() == ".npu") return FileKind::program;
  if (path.extension() == ".onnx" || (!head.empty() && head.front() == kOnnxHead))
    return FileKind::onnx;
  if (path.extension() == ".csv") return FileKind::scale_sim;
  return kind_of_yaml(base::read_file_text(path, kMaxYamlBytes));
}

std::vector<CatalogueEntry> catalogue(FileKind kind, const config::SearchFolders& folders) {
  std::vector<CatalogueEntry> entries;
  std::set<std::string> names;
  const auto take = [&](const fs::path& path) {
    std::string name = path.filename().string();
    if (names.insert(name).second) entries.push_back({std::move(name), path});
  };
  for (const fs::path& path : yaml_files(".")) {
    if (is_of_kind(path, kind)) take(path.lexically_normal());
  }
  for (const fs::path& folder : kind == FileKind::run_file ? folders.workloads : folders.configs) {
    for (const fs::path& path : yaml_files(folder)) take(path);
  }
  return entries;
}

}  // namespace npusim::cli
