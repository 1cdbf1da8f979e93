// SPDX-License-Identifier: Apache-2.0
// The document that page/data.js reads. Columns are written by hand, as they are most of it;
// whatever holds texts goes through the JSON library.
#include "sim/sweep/page.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "sim/report/html_page.h"
#include "sim/sweep/influence.h"
#include "sim/sweep/labels.h"
#include "sim/sweep/metrics.h"

namespace npusim::sweep {

std::string_view page_html();
std::string_view page_css();
std::string_view page_js();

namespace {

/// What the influences of all metrics may take.
constexpr std::size_t kMostInfluenceBytes = 400'000;

std::string json_text(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string number_text(double value) {
  std::string text = metric_text(value);
  return text.empty() ? "null" : text;
}

std::string base64(const std::string& bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      group = group << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      text += i + j > bytes.size() ? '=' : kDigits[group >> (18 - 6 * j) & 63];
    }
  }
  return text;
}

/// {"i": base64, "b": 1 or more}, little endian; `distinct` indices are below it.
std::string indices_text(const std::vector<std::size_t>& indices, std::size_t distinct,
                         const std::string& dictionary) {
  std::size_t width = 1;
  while (width < 4 && distinct > std::size_t{1} << (8 * width)) ++width;
  std::string bytes;
  for (const std::size_t index : indices) {
    for (std::size_t i = 0; i < width; ++i) bytes += static_cast<char>(index >> (8 * i) & 0xff);
  }
  return "{" + dictionary + "\"b\":" + std::to_string(width) + ",\"i\":\"" + base64(bytes) + "\"}";
}

/// The shorter of a list and a dictionary with indices.
std::string column_text(const std::vector<double>& values) {
  std::string list;
  std::map<std::string, std::size_t> index_of;
  std::vector<std::size_t> indices;
  std::string dictionary;
  for (const double value : values) {
    const std::string text = number_text(value);
    list += (list.empty() ? "" : ",") + text;
    const auto [entry, is_new] = index_of.emplace(text, index_of.size());
    if (is_new) dictionary += (dictionary.empty() ? "" : ",") + text;
    indices.push_back(entry->second);
  }
  list = "{\"v\":[" + list + "]}";
  std::string coded = indices_text(indices, index_of.size(), "\"d\":[" + dictionary + "],");
  return coded.size() < list.size() ? coded : list;
}

/// A number, or a text where a script's numbers would round it.
std::string point_text(std::int64_t point) {
  constexpr std::int64_t kMostExact = std::int64_t{1} << 53;
  const std::string text = std::to_string(point);
  return point > kMostExact ? '"' + text + '"' : text;
}

bool is_constant(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [&](double value) {
    return value == values.front() || (std::isnan(value) && std::isnan(values.front()));
  });
}

class Document {
 public:
  explicit Document(const Results& results) : results_(results) {}

  std::string text(const std::string& version) {
    add("name", json_text(results_.name));
    add("summary", json_text(summary_of(results_) + '.'));
    add("footer", json_text("Made by npusim " + version +
                            ". Numbers are those of points.csv; charts by Chart.js 3.9.1 (MIT)."));
    const std::vector<std::size_t> order = order_of_metrics();
    add_axes();
    add_metrics(order);
    add_objectives();
    add_points();
    add_failures();
    add_influence(order);
    add("command", json_text({{"program", "npusim run"},
                              {"run", results_.command.run},
                              {"set", results_.command.set}}));
    return "{" + body_ + "}";
  }

 private:
  void add(const std::string& key, const std::string& json) {
    body_ += (body_.empty() ? "\"" : ",\"") + key + "\":" + json;
  }

  static void append(std::string& list, const std::string& item) {
    if (!list.empty()) list += ',';
    list += item;
  }

  void add_axes() {
    std::string list;
    for (const AxisColumn& column : results_.columns) {
      const Label label = label_of(column.key);
      nlohmann::json json = {{"key", column.key},       {"label", label.text},
                             {"unit", label.unit},      {"derived", column.is_derived},
                             {"values", column.values}, {"flags", column.flags}};
      json["numbers"] = column.numbers.empty() ? nlohmann::json() : nlohmann::json(column.numbers);
      const std::vector<std::size_t> finished(
          column.value_of_row.begin(),
          column.value_of_row.begin() + static_cast<std::ptrdiff_t>(results_.table.rows.size()));
      std::string text = json_text(json);
      text.pop_back();
      append(list, text + ",\"column\":" + indices_text(finished, column.values.size(), "") + '}');
    }
    add("axes", '[' + list + ']');
  }

  /// Objectives and what constraints name first, then metrics with fewer parts.
  std::vector<std::size_t> order_of_metrics() const {
    std::map<std::string, int> rank;
    int before = -1 - static_cast<int>(results_.objectives.size());
    for (const Objective& objective : results_.objectives) rank[objective.metric] = before++;
    const std::vector<std::string>& names = results_.table.metrics;
    const auto rank_of = [&](std::size_t metric) {
      const auto found = rank.find(names[metric]);
      if (found != rank.end()) return found->second;
      for (const std::string& constraint : results_.constraints) {
        if (constraint.find(names[metric]) != std::string::npos) return -1;
      }
      return static_cast<int>(std::count(names[metric].begin(), names[metric].end(), '.'));
    };
    std::vector<std::size_t> order(names.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return rank_of(a) < rank_of(b); });
    return order;
  }

  void add_metrics(const std::vector<std::size_t>& order) {
    nlohmann::json constants = nlohmann::json::array();
    std::string list;
    std::size_t bytes = 0;
    std::map<std::string, std::size_t> same;
    for (const std::size_t metric : order) {
      const std::string& key = results_.table.metrics[metric];
      const std::vector<double> values = results_.numbers(key);
      if (values.empty()) continue;
      const bool is_objective =
          std::any_of(results_.objectives.begin(), results_.objectives.end(),
                      [&](const Objective& objective) { return objective.metric == key; });
      if (is_constant(values) && !is_objective) {
        if (!std::isnan(values.front())) constants.push_back({key, values.front()});
        continue;
      }
      std::string column = column_text(values);
      const auto [entry, is_new] = same.emplace(column, kept_.size());
      if (!is_new) column = "{\"same\":" + std::to_string(entry->second) + '}';
      if (bytes + column.size() > kMostPageBytes) {
        ++left_out_;
        continue;
      }
      bytes += column.size();
      kept_.push_back(metric);
      const Label label = label_of(key);
      std::string text = json_text({{"key", key}, {"label", label.text}, {"unit", label.unit}});
      text.pop_back();
      text.append(",\"column\":").append(column) += '}';
      append(list, text);
    }
    add("metrics", '[' + list + ']');
    add("constants", json_text(constants));
    add("leftOut", std::to_string(left_out_));
  }

  void add_objectives() {
    nlohmann::json list = nlohmann::json::array();
    for (std::size_t i = 0; i < results_.objectives.size(); ++i) {
      nlohmann::json objective = {{"key", results_.objectives[i].metric},
                                  {"maximise", results_.objectives[i].maximise}};
      objective["best"] = results_.best[i] ? nlohmann::json(*results_.best[i]) : nlohmann::json();
      list.push_back(std::move(objective));
    }
    add("objectives", json_text(list));
    add("objectivesAssumed", results_.objectives_are_assumed ? "true" : "false");
    add("constraints", json_text(results_.constraints));
  }

  void add_points() {
    std::string numbers, hashes;
    for (const Row& row : results_.table.rows) {
      append(numbers, point_text(row.point));
      hashes += row.hash;
    }
    add("finished", std::to_string(results_.table.rows.size()));
    add("points", "{\"numbers\":{\"v\":[" + numbers + "]},\"hashes\":" + json_text(hashes) +
                      ",\"front\":" + json_text(results_.front) +
                      ",\"infeasible\":" + json_text(results_.infeasible) + '}');
  }

  void add_failures() {
    nlohmann::json list = nlohmann::json::array();
    for (std::size_t i = 0; i < results_.failures.size(); ++i) {
      const FailedPoint& failure = results_.failures[i];
      nlohmann::json axes = nlohmann::json::array();
      for (const AxisColumn& column : results_.columns) {
        axes.push_back(column.value_of_row[results_.table.rows.size() + i]);
      }
      list.push_back({{"point", nlohmann::json::parse(point_text(failure.point))},
                      {"hash", failure.hash},
                      {"axes", std::move(axes)},
                      {"kind", failure.kind},
                      {"message", failure.message}});
    }
    add("failures", json_text(list));
  }

  std::string influence_text(const std::string& key) const {
    const std::vector<double> values = results_.numbers(key);
    std::string axes;
    for (const AxisColumn& column : results_.columns) {
      const AxisInfluence found = influence(column.values.size(), column.value_of_row, values);
      std::string list;
      for (const ValueSummary& value : found.values) {
        std::string numbers = std::to_string(value.points);
        for (const double number : {value.least, value.median, value.mean, value.greatest}) {
          numbers += ',' + number_text(number);
        }
        append(list, '[' + numbers + ']');
      }
      append(axes, "{\"share\":" + (found.share ? number_text(*found.share) : "null") +
                       ",\"values\":[" + list + "]}");
    }
    return "{\"key\":" + json_text(key) + ",\"axes\":[" + axes + "]}";
  }

  void add_influence(const std::vector<std::size_t>& order) {
    std::string list;
    for (const std::size_t metric : order) {
      if (results_.table.rows.empty()) break;
      if (std::find(kept_.begin(), kept_.end(), metric) == kept_.end()) continue;
      const std::string text = influence_text(results_.table.metrics[metric]);
      if (!list.empty() && list.size() + text.size() > kMostInfluenceBytes) break;
      append(list, text);
    }
    add("influence", '[' + list + ']');
  }

  const Results& results_;
  std::string body_;
  std::vector<std::size_t> kept_;
  std::size_t left_out_ = 0;
};

}  // namespace

std::string results_page(const Results& results, const std::string& version) {
  report::HtmlPage page;
  page.title = "Sweep " + results.name + " - npusim";
  page.description = summary_of(results);
  page.style = page_css();
  page.body = page_html();
  page.script = page_js();
  page.data = Document(results).text(version);
  return report::html_page(page);
}

}  // namespace npusim::sweep
