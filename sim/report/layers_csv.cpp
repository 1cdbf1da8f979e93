// SPDX-License-Identifier: Apache-2.0
#include "sim/report/layers_csv.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "sim/base/csv.h"
#include "sim/report/json_sections.h"

namespace npusim::report {
namespace {

using nlohmann::json;
using Row = std::map<std::string, std::string>;

constexpr char kStallsOfACause[] = "stall_cycles.";

/// What stands first, in this order; every table has these.
const std::vector<std::string> kFirst = {"image",
                                         "layer",
                                         "kind",
                                         "macs",
                                         "cycles",
                                         "span_cycles",
                                         "utilization_fraction",
                                         "compute_bound_cycles",
                                         "memory_bound_cycles",
                                         "bound_by",
                                         "stall_cycles",
                                         "dram_read_bytes",
                                         "dram_write_bytes",
                                         "weights_bytes"};

/// The columns whose names are not the keys of the JSON: units, and `name` beside other names.
std::string column_of(const std::string& key) {
  constexpr char kStalls[] = "stalls.";
  if (key == "name") return "layer";
  if (key == "utilization") return "utilization_fraction";
  if (key.compare(0, sizeof kStalls - 1, kStalls) == 0)
    return kStallsOfACause + key.substr(sizeof kStalls - 1);
  return key;
}

/// Numbers as the JSON has them.
void put(const std::string& key, const json& value, Row& row) {
  if (value.is_structured()) {
    for (const auto& [name, child] : value.items()) {
      std::string below = key + '.';
      put(below.append(name), child, row);
    }
  } else if (!value.is_null()) {
    row[column_of(key)] = value.is_string() ? value.get<std::string>() : value.dump();
  }
}

Row row_of(const json& layer) {
  Row row = {{"image", "0"}};
  for (const auto& [key, value] : layer.items()) put(key, value, row);
  return row;
}

/// The first ones, then what any row has.
std::vector<std::string> columns_of(const std::vector<Row>& rows) {
  std::vector<std::string> columns = kFirst;
  std::set<std::string> others;
  for (const Row& row : rows) {
    for (const auto& cell : row) {
      if (std::find(kFirst.begin(), kFirst.end(), cell.first) == kFirst.end())
        others.insert(cell.first);
    }
  }
  columns.insert(columns.end(), others.begin(), others.end());
  return columns;
}

}  // namespace

std::string layers_csv(const Report& report) {
  std::vector<Row> rows;
  for (const json& layer : layers_json(report)) rows.push_back(row_of(layer));
  const std::vector<std::string> columns = columns_of(rows);
  std::string text;
  base::append_csv_line(columns, text);
  for (const Row& row : rows) {
    std::vector<std::string> fields;
    for (const std::string& column : columns) {
      const auto found = row.find(column);
      const bool is_stall = column.compare(0, sizeof kStallsOfACause - 1, kStallsOfACause) == 0;
      fields.push_back(found != row.end() ? found->second : is_stall ? "0" : "");
    }
    base::append_csv_line(fields, text);
  }
  return text;
}

}  // namespace npusim::report
