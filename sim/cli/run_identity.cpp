// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/run_identity.h"

#include <xxhash.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "frontend/import/onnx_importer.h"
#include "frontend/quantize/content_hash.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/cache/program_identity.h"
#include "sim/config/hardware_config.h"

namespace npusim::cli {
namespace {

namespace fs = std::filesystem;

std::uint64_t hash_of(const fs::path& file) {
  const base::FileBytes bytes = base::map_file(file);
  return XXH3_64bits(bytes.data.get(), bytes.size);
}

}  // namespace

RunIdentity::RunIdentity() : program_(cache::executable_hash()) {}

std::uint64_t RunIdentity::of(const config::RunConfig& run) {
  quantize::ContentHasher fields;
  fields.add(program_);
  fields.add(std::string_view(run.name));
  fields.add(file_hash(run.file));
  fields.add(run.model.empty() ? 0 : model_hash(run.model));
  fields.add(std::string_view(run.hardware.name));
  fields.add(std::string_view(config::program_dependent_text(run.hardware)));
  fields.add(std::string_view(config::timing_only_text(run.hardware)));
  fields.add(run.technology.empty() ? 0 : file_hash(run.technology));
  if (run.dataset && !run.dataset->path.empty()) fields.add(folder_hash(run.dataset->path));
  const config::DatasetConfig& calibration = run.calibration.data;
  if (!calibration.path.empty()) fields.add(folder_hash(calibration.path));
  return fields.digest();
}

std::uint64_t RunIdentity::file_hash(const fs::path& file) {
  const auto [known, fresh] = known_.emplace(file, 0);
  if (fresh) known->second = hash_of(file);
  return known->second;
}

std::uint64_t RunIdentity::model_hash(const fs::path& file) {
  if (file.extension() != ".onnx") return file_hash(file);
  const auto [known, fresh] = known_.emplace(file, 0);
  if (fresh) known->second = import::OnnxModel(file).content_hash();
  return known->second;
}

std::uint64_t RunIdentity::folder_hash(const fs::path& folder) {
  const auto [known, fresh] = known_.emplace(folder, 0);
  if (!fresh) return known->second;
  std::vector<fs::directory_entry> files;
  try {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(
             folder, fs::directory_options::follow_directory_symlink)) {
      if (entry.is_regular_file()) files.push_back(entry);
    }
    std::sort(files.begin(), files.end());
    quantize::ContentHasher fields;
    for (const fs::directory_entry& entry : files) {
      fields.add(std::string_view(entry.path().lexically_relative(folder).native()));
      fields.add(entry.file_size());
      fields.add(static_cast<std::int64_t>(entry.last_write_time().time_since_epoch().count()));
    }
    known->second = fields.digest();
  } catch (const fs::filesystem_error& error) {
    throw base::InputError(
        base::refusal("", folder.string(), error.code().message(), "a folder that can be read"));
  }
  return known->second;
}

}  // namespace npusim::cli
