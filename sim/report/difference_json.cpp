// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "sim/report/difference_text.h"

namespace npusim::report {
namespace {

using nlohmann::json;

json side_json(const SideValue& value) {
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
                {"before", side_json(change.before)},
                {"after", side_json(change.after)}};
    if (!change.layer.empty()) row["layer"] = change.layer;
    if (const auto relative = change.relative()) row["relative"] = *relative;
    document["changes"].push_back(std::move(row));
  }
  for (const Quantity& quantity : difference.summary) {
    document["summary"].push_back({{"path", quantity.path},
                                   {"before", side_json(quantity.before)},
                                   {"after", side_json(quantity.after)}});
  }
  return document.dump(2, ' ', false, json::error_handler_t::replace) + '\n';
}

}  // namespace npusim::report
