// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/store.h"

#include <cerrno>
#include <charconv>
#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "sim/base/csv.h"
#include "sim/base/descriptor.h"
#include "sim/base/files.h"
#include "sim/sweep/points_csv.h"

namespace npusim::sweep {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr char kSweepFile[] = "sweep.yaml";
constexpr char kOriginFile[] = "origin.json";
constexpr char kIndexFile[] = "index.csv";
constexpr char kRecords[] = "points";
constexpr char kFailures[] = "failures";
constexpr std::chrono::minutes kAbandoned{1};
constexpr std::size_t kTemporarySuffix = 7;  // ".XXXXXX" of base::write_file_whole

bool is_there(const fs::path& path) {
  std::error_code unreadable;
  return fs::exists(path, unreadable);
}

/// "4f.json.a8Xk2Q": a file of ours that its writer has not renamed.
bool is_temporary(const fs::path& path) {
  const std::string name = path.filename().string();
  if (name.size() <= kTemporarySuffix || name[name.size() - kTemporarySuffix] != '.') return false;
  const fs::path whole = name.substr(0, name.size() - kTemporarySuffix);
  return whole.extension() == ".json" || whole.extension() == ".csv" ||
         whole.filename() == kSweepFile;
}

void remove_abandoned(const fs::path& folder) {
  const auto now = fs::file_time_type::clock::now();
  std::error_code gone;
  for (fs::directory_iterator at(folder, gone), end; !gone && at != end; at.increment(gone)) {
    if (!is_temporary(at->path())) continue;
    std::error_code taken;  // another process may be quicker
    const auto written = fs::last_write_time(at->path(), taken);
    if (!taken && now - written > kAbandoned) fs::remove(at->path(), taken);
  }
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!fs::is_directory(folder)) {
    throw base::InputError(base::refusal(
        "", "-o", folder.string() + (error ? " (" + error.message() + ')' : ", a file"),
        "a folder that can be made and written to"));
  }
  const fs::path whole = folder.has_filename() ? folder : folder.parent_path();
  if (!base::sync_folder(whole.parent_path())) base::throw_cannot("make", folder, errno);
}

json parse_object(const fs::path& file) {
  json object = json::parse(base::read_file_text(file), nullptr, /*allow_exceptions=*/false);
  if (object.is_object()) return object;
  throw base::InputError(base::refusal(file.string(), "text", "no JSON object",
                                       "as npusim sweep wrote it; remove the damaged file"));
}

[[noreturn]] void refuse_index(const fs::path& file, std::size_t line, const std::string& got,
                               const std::string& must_be) {
  throw base::InputError(
      base::refusal(file.string() + ':' + std::to_string(line), "index", got, must_be));
}

std::vector<std::string> index_columns(const SweepConfig& config) {
  std::vector<std::string> columns = {"point", "hash"};
  for (std::string& key : axis_columns(config)) columns.push_back(std::move(key));
  return columns;
}

}  // namespace

Store::Store(fs::path folder) : folder_(std::move(folder)) {}

void Store::create() const {
  for (const fs::path& folder : {folder_, folder_ / kRecords, folder_ / kFailures}) {
    make_folder(folder);
    remove_abandoned(folder);
  }
}

void Store::require_sweep() const {
  if (is_there(folder_ / kSweepFile) && is_there(folder_ / kIndexFile)) return;
  throw base::InputError(base::refusal("", "DIR", folder_.string(),
                                       "a folder that npusim sweep SWEEP.yaml -o DIR has written"));
}

void Store::write_config(const SweepConfig& config) const {
  json origin;
  origin["sweep_file"] = fs::absolute(config.file).lexically_normal().string();
  base::write_file_whole(folder_ / kOriginFile, origin.dump(2) + '\n');
  base::write_file_whole(folder_ / kSweepFile, config.text);
}

SweepConfig Store::config() const {
  const json origin = parse_object(folder_ / kOriginFile);
  const auto file = origin.find("sweep_file");
  if (file == origin.end() || !file->is_string()) {
    throw base::InputError(base::refusal((folder_ / kOriginFile).string(), "sweep_file", "nothing",
                                         "the path of the sweep file"));
  }
  return parse_sweep_config(base::read_file_text(folder_ / kSweepFile), file->get<std::string>());
}

void Store::write_index(const SweepConfig& config, const std::vector<IndexEntry>& entries) const {
  std::string text;
  base::append_csv_line(index_columns(config), text);
  std::vector<std::string> fields;
  for (const IndexEntry& entry : entries) {
    fields = {std::to_string(entry.point), entry.hash};
    fields.insert(fields.end(), entry.values.begin(), entry.values.end());
    base::append_csv_line(fields, text);
  }
  base::write_file_whole(folder_ / kIndexFile, text);
}

std::vector<IndexEntry> Store::index(const SweepConfig& config) const {
  const fs::path file = folder_ / kIndexFile;
  const std::string text = base::read_file_text(file);
  const std::vector<std::string> columns = index_columns(config);
  std::size_t position = 0;
  std::vector<std::string> fields;
  base::read_csv_line(text, position, fields);
  if (fields != columns) refuse_index(file, 1, "other columns", "the axes of sweep.yaml");
  std::vector<IndexEntry> entries;
  while (base::read_csv_line(text, position, fields)) {
    IndexEntry entry;
    const std::string number = fields.front();
    const auto read = std::from_chars(number.data(), number.data() + number.size(), entry.point);
    if (fields.size() != columns.size() || read.ec != std::errc() ||
        read.ptr != number.data() + number.size())
      refuse_index(file, entries.size() + 2, number, "a point's number, hash and values");
    entry.hash = std::move(fields[1]);
    entry.values.assign(std::make_move_iterator(fields.begin() + 2),
                        std::make_move_iterator(fields.end()));
    entries.push_back(std::move(entry));
  }
  return entries;
}

bool Store::has_record(const std::string& hash) const { return is_there(record_file(hash)); }
bool Store::has_failure(const std::string& hash) const { return is_there(failure_file(hash)); }

void Store::drop_failure(const std::string& hash) const {
  std::error_code ignored;
  fs::remove(failure_file(hash), ignored);
}

fs::path Store::record_file(const std::string& hash) const {
  return folder_ / kRecords / (hash + ".json");
}

fs::path Store::failure_file(const std::string& hash) const {
  return folder_ / kFailures / (hash + ".json");
}

void Store::put_record(const std::string& hash, std::string_view json_text) const {
  base::write_file_whole(record_file(hash), json_text);
  std::error_code not_there;
  fs::remove(failure_file(hash), not_there);
}

void Store::put_failure(const Failure& failure) const {
  const json object = {{"point", failure.point},
                       {"hash", failure.hash},
                       {"assignments", failure.assignments},
                       {"kind", failure.kind},
                       {"exit_code", failure.exit_code},
                       {"messages", failure.messages}};
  base::write_file_whole(
      failure_file(failure.hash),
      object.dump(2, ' ', /*ensure_ascii=*/false, json::error_handler_t::replace) + '\n');
}

std::string Store::record(const std::string& hash) const {
  return base::read_file_text(record_file(hash));
}

Failure Store::failure(const std::string& hash) const {
  const fs::path file = failure_file(hash);
  const json object = parse_object(file);
  try {
    Failure failure;
    failure.point = object.at("point").get<std::int64_t>();
    failure.hash = object.at("hash").get<std::string>();
    failure.assignments = object.at("assignments").get<std::vector<std::string>>();
    failure.kind = object.at("kind").get<std::string>();
    failure.exit_code = object.at("exit_code").get<int>();
    failure.messages = object.at("messages").get<std::vector<std::string>>();
    if (failure.messages.empty()) failure.messages.emplace_back("no reason given");
    return failure;
  } catch (const json::exception& error) {
    throw base::InputError(base::refusal(file.string(), "text", error.what(),
                                         "as npusim sweep wrote it; remove the damaged file"));
  }
}

std::vector<IndexEntry> unfinished(const Store& store, const std::vector<IndexEntry>& index) {
  std::vector<IndexEntry> left;
  for (const IndexEntry& entry : index) {
    if (!store.has_record(entry.hash) && !store.has_failure(entry.hash)) left.push_back(entry);
  }
  return left;
}

std::vector<IndexEntry> shard_of(const std::vector<IndexEntry>& index, std::int64_t shard,
                                 std::int64_t shards) {
  const auto points = static_cast<std::int64_t>(index.size());
  const auto begin = index.begin() + (shard - 1) * points / shards;
  const auto end = index.begin() + shard * points / shards;
  return {begin, end};
}

}  // namespace npusim::sweep
