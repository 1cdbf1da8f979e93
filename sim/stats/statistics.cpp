// SPDX-License-Identifier: Apache-2.0
#include "sim/stats/statistics.h"

#include <algorithm>

#include "sim/base/errors.h"

namespace npusim::stats {

Group& Group::child(const std::string& name) {
  const auto found = std::find_if(children_.begin(), children_.end(),
                                  [&](const Group& group) { return group.name() == name; });
  return found != children_.end() ? *found : children_.emplace_back(name);
}

void Group::add(std::string name, std::string unit, std::string description, std::int64_t value) {
  for (const Counter& counter : counters_) {
    if (counter.name == name) {
      throw base::InternalError("statistics: " + name_ + '.' + name + " is counted twice");
    }
  }
  counters_.push_back({std::move(name), std::move(unit), std::move(description), value});
}

std::map<std::string, Counter> Group::flatten() const {
  std::map<std::string, Counter> all;
  flatten_into(name_ + '.', all);
  return all;
}

void Group::flatten_into(const std::string& prefix, std::map<std::string, Counter>& all) const {
  for (const Counter& counter : counters_) all.emplace(prefix + counter.name, counter);
  for (const Group& group : children_) group.flatten_into(prefix + group.name_ + '.', all);
}

}  // namespace npusim::stats
