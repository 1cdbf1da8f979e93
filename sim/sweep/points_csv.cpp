// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/points_csv.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "sim/base/csv.h"
#include "sim/base/files.h"
#include "sim/sweep/metrics.h"

namespace npusim::sweep {
namespace {

/// The columns in the order in which records name them; sorted once all are known. A record repeats
/// some of what it was made with: what is an axis is no column again.
class Columns {
 public:
  explicit Columns(const std::vector<std::string>& axes) : axes_(axes.begin(), axes.end()) {}

  void put(const std::vector<std::pair<std::string, double>>& metrics, Row& row) {
    for (const auto& [name, value] : metrics) {
      if (axes_.count(name) != 0) continue;
      const std::size_t column = columns_.emplace(name, columns_.size()).first->second;
      if (row.metrics.size() <= column) row.metrics.resize(column + 1, kNoMetric);
      row.metrics[column] = value;
    }
    row.metrics.shrink_to_fit();
  }

  void sort(Table& table) const {
    for (const auto& [name, column] : columns_) table.metrics.push_back(name);
    for (Row& row : table.rows) {
      std::vector<double> sorted;
      sorted.reserve(columns_.size());
      for (const auto& [name, column] : columns_)
        sorted.push_back(column < row.metrics.size() ? row.metrics[column] : kNoMetric);
      row.metrics = std::move(sorted);
    }
  }

 private:
  const std::set<std::string> axes_;
  std::map<std::string, std::size_t> columns_;
};

std::vector<std::string> header(const std::vector<std::string>& axes,
                                const std::vector<std::string>& others) {
  std::vector<std::string> fields = {"point", "hash"};
  fields.insert(fields.end(), axes.begin(), axes.end());
  fields.insert(fields.end(), others.begin(), others.end());
  return fields;
}

std::vector<std::string> first_fields(std::int64_t point, const std::string& hash,
                                      const std::vector<std::string>& values) {
  std::vector<std::string> fields = {std::to_string(point), hash};
  fields.insert(fields.end(), values.begin(), values.end());
  return fields;
}

}  // namespace

std::vector<std::string> axis_columns(const SweepConfig& config) {
  std::vector<std::string> keys;
  for (const Axis& axis : config.axes) keys.push_back(axis.key);
  for (const Derived& derived : config.derived) keys.push_back(derived.key);
  return keys;
}

Gathered gather(const Store& store, const SweepConfig& config,
                const std::vector<IndexEntry>& index) {
  Gathered gathered;
  gathered.table.axes = axis_columns(config);
  gathered.table.derived = config.derived.size();
  Columns columns(gathered.table.axes);
  for (const IndexEntry& entry : index) {
    if (store.has_record(entry.hash)) {
      Row row = {entry.point, entry.hash, entry.values, {}};
      columns.put(metrics_of(store.record(entry.hash), store.record_file(entry.hash).string()),
                  row);
      gathered.table.rows.push_back(std::move(row));
    } else if (store.has_failure(entry.hash)) {
      gathered.failures.push_back(store.failure(entry.hash));
      gathered.failures.back().point = entry.point;  // other axes number it anew
    } else {
      gathered.missing.push_back(entry);
    }
  }
  columns.sort(gathered.table);
  return gathered;
}

std::string points_csv(const Table& table) {
  std::string text;
  base::append_csv_line(header(table.axes, table.metrics), text);
  for (const Row& row : table.rows) {
    std::vector<std::string> fields = first_fields(row.point, row.hash, row.axis_values);
    for (const double value : row.metrics) fields.push_back(metric_text(value));
    base::append_csv_line(fields, text);
  }
  return text;
}

std::string failures_csv(const SweepConfig& config, const std::vector<IndexEntry>& index,
                         const std::vector<Failure>& failures) {
  std::string text;
  base::append_csv_line(header(axis_columns(config), {"kind", "message"}), text);
  auto entry = index.begin();
  for (const Failure& failure : failures) {
    entry = std::find_if(entry, index.end(),
                         [&](const IndexEntry& each) { return each.hash == failure.hash; });
    if (entry == index.end()) throw base::InternalError("a failure of no point of the index");
    std::vector<std::string> fields = first_fields(entry->point, entry->hash, entry->values);
    fields.push_back(failure.kind);
    fields.push_back(failure_text(failure));
    base::append_csv_line(fields, text);
  }
  return text;
}

void write_tables(const Store& store, const SweepConfig& config,
                  const std::vector<IndexEntry>& index, const Gathered& gathered) {
  base::write_file_whole(store.folder() / "points.csv", points_csv(gathered.table));
  base::write_file_whole(store.folder() / "failures.csv",
                         failures_csv(config, index, gathered.failures));
}

std::string failure_text(const Failure& failure) {
  std::string text;
  for (const std::string& message : failure.messages) {
    if (!text.empty()) text += "; ";
    text += message;
  }
  return text;
}

}  // namespace npusim::sweep
