// SPDX-License-Identifier: Apache-2.0
// Counters with name, unit and description, in a tree that mirrors the modules of the machine.
// Counts are integers: a report never shows a rounded one.
//
//     stats::Group npu("npu");
//     npu.child("mac_array").add("busy_cycles", "cycles", "an input row enters the array", 4711);
//     for (const auto& [key, counter] : npu.flatten()) ...   // "npu.mac_array.busy_cycles"
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace npusim::stats {

struct Counter {
  std::string name;         // ends in its unit: busy_cycles, read_bytes
  std::string unit;         // "cycles", "bytes", ...
  std::string description;  // what one count of it means
  std::int64_t value = 0;
};

class Group {
 public:
  explicit Group(std::string name) : name_(std::move(name)) {}

  /// The group of that name below this one; made when it is not there. The reference stays valid as
  /// long as this group.
  Group& child(const std::string& name);
  /// A second counter of the same name is a broken invariant: InternalError.
  void add(std::string name, std::string unit, std::string description, std::int64_t value);

  const std::string& name() const { return name_; }
  const std::vector<Counter>& counters() const { return counters_; }
  const std::deque<Group>& children() const { return children_; }

  /// All counters of the tree by their dotted path, this group's name first.
  std::map<std::string, Counter> flatten() const;

 private:
  void flatten_into(const std::string& prefix, std::map<std::string, Counter>& all) const;

  std::string name_;
  std::vector<Counter> counters_;
  std::deque<Group> children_;
};

}  // namespace npusim::stats
