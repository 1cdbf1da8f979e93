// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/vector_folder.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "sim/base/whole_folder.h"
#include "sim/cli/interrupt.h"

namespace npusim::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int kIndexVersion = 1;

/// One word a line, in as many digits as the width takes, after a line that says what it is.
std::string hex_text(const VectorFile& file, const std::string& of) {
  const std::uint64_t mask =
      file.bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << file.bits) - 1;
  const int digits = (file.bits + 3) / 4;
  fmt::memory_buffer text;
  fmt::format_to(std::back_inserter(text), "// {}: {}, {} words of {} bits{}\n", of, file.name,
                 file.words.size(), file.bits, file.sign ? ", two's complement" : "");
  for (const std::int64_t word : file.words) {
    fmt::format_to(std::back_inserter(text), "{:0{}x}\n", static_cast<std::uint64_t>(word) & mask,
                   digits);
  }
  return fmt::to_string(text);
}

Json index_of(const isa::Program& program, const std::string& input) {
  const config::HardwareConfig& hardware = program.hardware;
  Json index;
  index["format"] = kIndexVersion;
  index["network"] = program.metadata.name;
  index["scheme"] = program.metadata.scheme;
  index["hardware"] = hardware.name;
  index["array_rows"] = hardware.mac_array.rows;
  index["array_columns"] = hardware.mac_array.columns;
  index["requantization_lanes"] = hardware.requantization.lanes;
  index["input"] = input;
  index["units"] = Json::array();
  return index;
}

/// Without a slash at the end, which would make the folder in the making lie inside.
fs::path plain(const std::string& path) {
  const fs::path whole = fs::absolute(path).lexically_normal();
  return whole.has_filename() ? whole : whole.parent_path();
}

}  // namespace

void check_output_folder(const std::string& path, const std::string& flag) {
  const auto refuse = [&](const std::string& got, const std::string& must_be) {
    throw base::InputError(base::refusal("", flag, got, must_be));
  };
  if (path.empty()) refuse("nothing", "the path of a folder to make");
  std::error_code error;
  const fs::path folder = plain(path);
  const bool exists = fs::exists(folder, error);
  if (exists && !fs::is_directory(folder, error))
    refuse(path + ", a file", "the path of a folder to make");
  if (exists && (!fs::is_empty(folder, error) || error))
    refuse(path + ", which holds something", "a new or an empty folder");
  const fs::path parent = folder.parent_path();
  if (!fs::is_directory(parent, error))
    refuse(path, "in an existing folder; " + parent.string() + " is none");
  if (::access(exists ? folder.c_str() : parent.c_str(), W_OK) != 0)
    refuse(path, exists ? "a folder that may be written to" : "in a folder that may be written to");
}

std::string layer_folder(std::uint32_t layer, const std::string& name) {
  constexpr std::size_t kLongest = 80;
  std::string safe;
  for (const char c : name.substr(0, kLongest)) {
    const bool plain_letter =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    safe += plain_letter ? c : '_';
  }
  return fmt::format("{:03}_{}", layer, safe);
}

std::int64_t write_vectors(const std::string& path, const isa::Program& program,
                           const std::vector<UnitVectors>& units, const std::string& input) {
  std::int64_t bytes = 0;
  base::WholeFolder folder(path);
  const auto write = [&](const fs::path& name, const std::string& text) {
    folder.write(name, text);
    bytes += static_cast<std::int64_t>(text.size());
  };
  Json index = index_of(program, input);
  for (const UnitVectors& unit : units) {
    const isa::LayerInfo& layer = program.layers.at(unit.layer);
    const std::string name = unit.unit + "/" + layer_folder(unit.layer, layer.name);
    Json entry;
    entry["unit"] = unit.unit;
    entry["layer"] = unit.layer;
    entry["name"] = layer.name;
    entry["kind"] = layer.kind;
    entry["folder"] = name;
    entry["instructions"] = unit.instructions;
    entry["all_instructions"] = unit.all_instructions;
    for (const auto& [key, value] : unit.constants) {
      std::visit([&, name = key](const auto& plain_value) { entry[name] = plain_value; }, value);
    }
    entry["files"] = Json::array();
    for (const VectorFile& file : unit.files) {
      entry["files"].push_back({{"file", file.name + ".hex"},
                                {"words", file.words.size()},
                                {"bits", file.bits},
                                {"signed", file.sign},
                                {"holds", file.holds}});
      write(fs::path(name) / (file.name + ".hex"), hex_text(file, name));
    }
    index["units"].push_back(std::move(entry));
  }
  // Last, so that a folder that has it has all.
  write("index.json", index.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  const DeferInterrupts together;
  folder.put();
  return bytes;
}

}  // namespace npusim::cli
