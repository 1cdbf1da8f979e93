// SPDX-License-Identifier: Apache-2.0
// The folder of a sweep: what is done, on disk at once.
//
//     sweep.yaml            the sweep file, byte for byte
//     origin.json           where that lay: the place that its relative paths start from
//     index.csv             the points of the sweep: number, hash, value of every axis
//     points/HASH.json      the record of a finished point, as `npusim run --json` writes it
//     failures/HASH.json    why a point has none
//     points.csv, failures.csv    the tables (points_csv.h)
//
// Every file is written whole and renamed, and what a file of points/ holds follows from its name.
// So several processes, on several machines, may work in one folder: at worst a point is computed
// twice, with the same bytes. Points of another sweep file, of other inputs or of another npusim
// have other hashes and are not looked at.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "sim/sweep/sweep_config.h"

namespace npusim::sweep {

/// A point of the sweep in index.csv.
struct IndexEntry {
  std::int64_t point = 0;
  std::string hash;
  std::vector<std::string> values;  // of each axis, then of each derived key
};

/// A point without a record.
struct Failure {
  std::int64_t point = 0;
  std::string hash;
  std::vector<std::string> assignments;  // "key=value"
  std::string kind;                      // "bad_input", "simulation_failed", ...
  int exit_code = 0;                     // of `npusim run`, or 128 + the signal
  std::vector<std::string> messages;     // at least one
};

class Store {
 public:
  explicit Store(std::filesystem::path folder);
  const std::filesystem::path& folder() const { return folder_; }

  /// Makes the folders where they are missing and takes away what a killed writer left more than a
  /// minute ago. Throws base::InputError where they cannot be made.
  void create() const;
  /// Refuses, as a base::InputError, a folder that no sweep was begun in.
  void require_sweep() const;

  void write_config(const SweepConfig& config) const;
  /// The sweep file as it was, naming its old place in messages. Throws base::InputError.
  SweepConfig config() const;

  void write_index(const SweepConfig& config, const std::vector<IndexEntry>& entries) const;
  /// Throws base::InputError where the file is damaged.
  std::vector<IndexEntry> index(const SweepConfig& config) const;

  bool has_record(const std::string& hash) const;
  bool has_failure(const std::string& hash) const;
  std::filesystem::path record_file(const std::string& hash) const;
  std::filesystem::path failure_file(const std::string& hash) const;

  /// Takes the place of a failure of the same point.
  void put_record(const std::string& hash, std::string_view json) const;
  void put_failure(const Failure& failure) const;
  /// So that the point counts as unfinished; nothing where there is none.
  void drop_failure(const std::string& hash) const;

  std::string record(const std::string& hash) const;
  Failure failure(const std::string& hash) const;

 private:
  std::filesystem::path folder_;
};

/// Those of the points that are neither finished nor failed.
std::vector<IndexEntry> unfinished(const Store& store, const std::vector<IndexEntry>& index);

/// The entries of shard `shard` of `shards`, counted from 1: contiguous blocks, together all.
std::vector<IndexEntry> shard_of(const std::vector<IndexEntry>& index, std::int64_t shard,
                                 std::int64_t shards);

}  // namespace npusim::sweep
