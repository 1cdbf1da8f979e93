// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "sim/report/difference_text.h"

namespace npusim::report {
namespace {

using nlohmann::json;

json value_of(const SideValue& value) {
  return value.is_there() ? json::parse(value.json) : json(nullptr);
}

}  // namespace

std::string to_json(const Difference& difference) {
  json document = {{"compared", "reports"},
                   {"same", difference.is_same()},
                   {"changes", json::array()},
                   {"summary", json::array()}};
  for (const Change& change : difference.changes) {
    json row = {{"path", change.path},
                {"kind", change_kind_name(change.kind)},
                {"before", value_of(change.before)},
                {"after", value_of(change.after)}};
    if (!change.layer.empty()) row["layer"] = change.layer;
    if (const auto relative = change.relative()) row["relative"] = *relative;
    document["changes"].push_back(std::move(row));
  }
  for (const Quantity& quantity : difference.summary) {
    document["summary"].push_back({{"path", quantity.path},
                                   {"before", value_of(quantity.before)},
                                   {"after", value_of(quantity.after)}});
  }
  return document.dump(2, ' ', false, json::error_handler_t::replace) + '\n';
}

}  // namespace npusim::report
