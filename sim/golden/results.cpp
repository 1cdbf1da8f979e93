// SPDX-License-Identifier: Apache-2.0
#include "sim/golden/results.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

#include "sim/base/csv.h"
#include "sim/base/errors.h"

namespace npusim::golden {
namespace {

using nlohmann::json;
using Fields = std::vector<std::string>;

constexpr int kIndent = 2;
constexpr std::size_t kDigestDigits = 64, kHashDigits = 16;

const Fields kProgramColumns = {"section", "bytes", "sha256"};
const Fields kLayerColumns = {"layer", "kind", "network", "weights", "parameters", "values"};
// One of each for every image, with its number.
const Fields kImageColumns = {"tensor_", "sum_", "sum_of_squares_"};

Fields layer_columns(std::size_t images) {
  Fields columns = kLayerColumns;
  for (std::size_t image = 0; image < images; ++image) {
    for (const std::string& column : kImageColumns)
      columns.push_back(column + std::to_string(image));
  }
  return columns;
}

bool is_hex(const std::string& text, std::size_t digits) {
  return text.size() == digits && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// Fields of one line, each refused with its place.
class Line {
 public:
  Line(const std::string& name, std::size_t line, const Fields& columns, const Fields& fields)
      : place_(name + ':' + std::to_string(line)), columns_(columns), fields_(fields) {
    if (fields.size() == columns.size()) return;
    throw base::InputError(base::refusal(place_, "line", std::to_string(fields.size()) + " fields",
                                         std::to_string(columns.size()) + " fields"));
  }

  const std::string& text(std::size_t column) const {
    if (fields_[column].empty()) refuse(column, "a text");
    return fields_[column];
  }
  std::int64_t number(std::size_t column) const {
    const std::string& text = fields_[column];
    std::int64_t value = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
    if (end.ec != std::errc() || end.ptr != text.data() + text.size() || text.empty())
      refuse(column, "an integer");
    return value;
  }
  const std::string& digest(std::size_t column) const {
    if (!is_hex(fields_[column], kDigestDigits)) refuse(column, "64 hex digits");
    return fields_[column];
  }
  const std::string& hash(std::size_t column) const {
    if (!fields_[column].empty() && !is_hex(fields_[column], kHashDigits))
      refuse(column, "16 hex digits, or nothing");
    return fields_[column];
  }

 private:
  [[noreturn]] void refuse(std::size_t column, const std::string& must_be) const {
    throw base::InputError(base::refusal(place_, columns_[column], fields_[column], must_be));
  }

  std::string place_;
  const Fields& columns_;
  const Fields& fields_;
};

[[noreturn]] void refuse_columns(const std::string& name, const Fields& must_be) {
  std::string list;
  base::append_csv_line(must_be, list);
  list.pop_back();
  throw base::InputError(base::refusal(name + ":1", "columns", "others", list));
}

}  // namespace

std::string kept_report(std::string_view report_json) {
  json report = json::parse(report_json);
  report.erase("host");
  json layers = json::array();
  if (report.contains("layers")) layers = std::move(report["layers"]);
  report.erase("layers");

  // Rows as text would be sorted among the keys: they go to the end, where a diff of two reports is
  // read best.
  std::string text = report.dump(kIndent);
  text.erase(text.rfind("\n}"));
  text += ",\n  \"layers\": [";
  bool first = true;
  for (json& layer : layers) {
    layer.erase("energy_by_unit_picojoules");
    text += first ? "\n    " : ",\n    ";
    text += layer.dump();
    first = false;
  }
  return text + "\n  ]\n}\n";
}

std::string program_csv(const std::vector<ProgramSection>& program) {
  std::string text;
  base::append_csv_line(kProgramColumns, text);
  for (const ProgramSection& section : program)
    base::append_csv_line({section.name, std::to_string(section.bytes), section.sha256}, text);
  return text;
}

std::vector<ProgramSection> parse_program_csv(std::string_view text, const std::string& name) {
  std::vector<ProgramSection> program;
  std::size_t position = 0;
  Fields fields;
  base::read_csv_line(text, position, fields);
  if (fields != kProgramColumns) refuse_columns(name, kProgramColumns);
  while (base::read_csv_line(text, position, fields)) {
    const Line line(name, program.size() + 2, kProgramColumns, fields);
    program.push_back({line.text(0), line.number(1), line.digest(2)});
  }
  return program;
}

std::string layers_csv(const std::vector<LayerResult>& layers) {
  std::string text;
  std::size_t images = 0;
  for (const LayerResult& layer : layers) images = std::max(images, layer.tensors.size());
  base::append_csv_line(layer_columns(images), text);
  for (const LayerResult& layer : layers) {
    Fields fields = {layer.name,    layer.kind,       layer.network,
                     layer.weights, layer.parameters, std::to_string(layer.values)};
    for (const TensorResult& tensor : layer.tensors) {
      fields.push_back(tensor.sha256);
      fields.push_back(std::to_string(tensor.sum));
      fields.push_back(std::to_string(tensor.sum_of_squares));
    }
    base::append_csv_line(fields, text);
  }
  return text;
}

std::vector<LayerResult> parse_layers_csv(std::string_view text, const std::string& name) {
  std::vector<LayerResult> layers;
  std::size_t position = 0;
  Fields fields;
  base::read_csv_line(text, position, fields);
  const std::size_t of_images = fields.size() - std::min(fields.size(), kLayerColumns.size());
  const std::size_t images = of_images / kImageColumns.size();
  const Fields columns = layer_columns(images);
  if (fields != columns) refuse_columns(name, columns);
  while (base::read_csv_line(text, position, fields)) {
    const Line line(name, layers.size() + 2, columns, fields);
    LayerResult layer = {
        line.text(0), line.text(1), line.hash(2), line.hash(3), line.hash(4), line.number(5), {}};
    for (std::size_t at = kLayerColumns.size(); at < columns.size(); at += kImageColumns.size())
      layer.tensors.push_back({line.digest(at), line.number(at + 1), line.number(at + 2)});
    layers.push_back(std::move(layer));
  }
  return layers;
}

}  // namespace npusim::golden
