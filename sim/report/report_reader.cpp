// SPDX-License-Identifier: Apache-2.0
#include "sim/report/report_reader.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "sim/report/format.h"
#include "sim/report/report.h"

namespace npusim::report {
namespace {

using nlohmann::json;

constexpr char kWritten[] = "as npusim run --json, npusim simulate --json or a sweep wrote it";
constexpr int kMostDepth = 32;  // a report has 6; deeper ones are not walked through
constexpr std::size_t kMostErrors = 20;

/// "FILE:LINE:COLUMN" of a byte.
std::string place_of(std::string_view text, std::size_t at, const std::string& file) {
  const std::string_view before = text.substr(0, at);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t column = at - (before.rfind('\n') + 1);  // npos + 1 is 0
  return file + ':' + std::to_string(line) + ':' + std::to_string(column + 1);
}

json parse(std::string_view text, const std::string& file) {
  const auto checked = [&](int depth, json::parse_event_t, json&) {
    if (depth <= kMostDepth) return true;
    throw base::InputError(base::refusal(file, "nesting",
                                         "more than " + std::to_string(kMostDepth) + " levels",
                                         std::string("a report, ") + kWritten));
  };
  try {
    return json::parse(text, checked);
  } catch (const json::parse_error& error) {
    // `byte` counts from 1 and is that of the last character read.
    const std::size_t at = std::min(error.byte == 0 ? 0 : error.byte - 1, text.size());
    constexpr std::size_t kShown = 20;
    const std::string got = at == text.size()
                                ? "the end of the file"
                                : shortened(std::string(text.substr(at, kShown)), kShown);
    throw base::InputError(base::refusal(place_of(text, at, file), "JSON", got,
                                         std::string("well-formed JSON, ") + kWritten));
  } catch (const json::out_of_range&) {
    throw base::InputError(base::refusal(file, "JSON", "a number that is too large",
                                         std::string("well-formed JSON, ") + kWritten));
  }
}

std::string kind_text(const json* value) {
  if (value == nullptr) return "nothing";
  if (value->is_primitive()) return value->dump(-1, ' ', false, json::error_handler_t::replace);
  return value->is_object() ? "an object" : "a list";
}

const json* find(const json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

class Checker {
 public:
  explicit Checker(const std::string& file) : file_(file) {}

  void check(const json& report) {
    if (!report.is_object()) {
      add("report", &report, std::string("an object, ") + kWritten);
      return errors_.throw_if_any();
    }
    if (!version(report)) return errors_.throw_if_any();
    for (const char* key : {"hardware", "quantization", "cycles", "memory"}) {
      const json* value = find(report, key);
      if (value == nullptr || !value->is_object()) add(key, value, "an object");
    }
    const json* cycles = find(report, "cycles");
    if (cycles != nullptr && cycles->is_object()) number(*cycles, "total", "cycles.total");
    layers(find(report, "layers"));
    errors_.throw_if_any();
  }

 private:
  void add(const std::string& key, const json* got, const std::string& must_be) {
    if (errors_.messages().size() < kMostErrors) errors_.add(file_, key, kind_text(got), must_be);
  }

  bool version(const json& report) {
    const json* value = find(report, "schema_version");
    if (value == nullptr) {
      add("schema_version", value, "there: this is no report, " + std::string(kWritten));
    } else if (!value->is_number_integer() || *value < 1) {
      add("schema_version", value, "an integer from 1 to " + std::to_string(kSchemaVersion));
    } else if (*value > kSchemaVersion) {
      add("schema_version", value,
          "at most " + std::to_string(kSchemaVersion) + ": a newer npusim wrote this report");
    } else {
      return true;
    }
    return false;
  }

  void number(const json& object, const char* key, const std::string& path) {
    const json* value = find(object, key);
    if (value == nullptr || !value->is_number()) add(path, value, "a number");
  }

  void layers(const json* list) {
    if (list == nullptr || !list->is_array()) return add("layers", list, "a list of layers");
    for (std::size_t l = 0; l < list->size(); ++l) {
      const json& layer = (*list)[l];
      const std::string path = "layers[" + std::to_string(l) + ']';
      if (!layer.is_object()) {
        add(path, &layer, "an object");
        continue;
      }
      const json* name = find(layer, "name");
      if (name == nullptr || !name->is_string()) add(path + ".name", name, "a text");
      number(layer, "cycles", path + ".cycles");
    }
  }

  const std::string& file_;
  base::ErrorList errors_;
};

}  // namespace

json read_report(std::string_view text, const std::string& file) {
  json report = parse(text, file);
  Checker(file).check(report);
  return report;
}

}  // namespace npusim::report
