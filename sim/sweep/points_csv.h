// SPDX-License-Identifier: Apache-2.0
// The tables of a sweep, made of the records in its folder alone: the same bytes however often the
// sweep was interrupted and however many processes worked on it.
#pragma once

#include <string>
#include <vector>

#include "sim/sweep/store.h"
#include "sim/sweep/table.h"

namespace npusim::sweep {

/// The keys of the axes, then the derived ones.
std::vector<std::string> axis_columns(const SweepConfig& config);

/// What the folder has of the points of an index.
struct Gathered {
  Table table;
  std::vector<Failure> failures;    // by point
  std::vector<IndexEntry> missing;  // neither finished nor failed
};

/// Reads the records; entries ascend by point. Beside the table one record is in memory at a time.
/// Throws base::InputError where a file is damaged.
Gathered gather(const Store& store, const SweepConfig& config,
                const std::vector<IndexEntry>& index);

/// points.csv: point, hash, axes, derived keys, every metric by name but those that an axis has;
/// empty where a record has none.
std::string points_csv(const Table& table);

/// failures.csv: point, hash, axes, derived keys, kind, message (several joined by "; ").
std::string failures_csv(const SweepConfig& config, const std::vector<IndexEntry>& index,
                         const std::vector<Failure>& failures);

/// Writes both into the folder.
void write_tables(const Store& store, const SweepConfig& config,
                  const std::vector<IndexEntry>& index, const Gathered& gathered);

/// The messages of a failure in one line.
std::string failure_text(const Failure& failure);

}  // namespace npusim::sweep
