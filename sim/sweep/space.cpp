// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/space.h"

#include <xxhash.h>

#include <algorithm>
#include <cstdio>
#include <unordered_set>

#include "sim/base/nearest.h"
#include "sim/config/yaml_reader.h"
#include "sim/sweep/random.h"
#include "sim/sweep/sweep_paths.h"

namespace npusim::sweep {

std::string point_hash(std::uint64_t base_hash, std::vector<std::string> assignments) {
  std::sort(assignments.begin(), assignments.end());
  std::string text;
  for (const std::string& each : assignments) text += each + '\n';
  char digits[17];
  std::snprintf(
      digits, sizeof digits, "%016llx",
      static_cast<unsigned long long>(XXH3_64bits_withSeed(text.data(), text.size(), base_hash)));
  return digits;
}

Space::Space(const SweepConfig& config, const FixedValues& fixed) : config_(config) {
  count_grid();
  base::ErrorList errors;
  for (std::size_t i = 0; i < config_.derived.size(); ++i)
    derived_sources_.push_back(resolve(config_.derived[i].value, i, fixed, errors));
  for (const Expression& condition : config_.where)
    where_sources_.push_back(resolve(condition, config_.derived.size(), fixed, errors));
  errors.throw_if_any();
  if (config_.search) return;

  if (config_.sample && grid_size_ > kMostGridPoints) {
    draw_from_grid();
  } else {
    std::vector<std::int64_t> kept;
    look_through([&](std::int64_t number) { kept.push_back(number); });
    draw_from_kept(std::move(kept));
  }
  if (points_.empty()) {
    const Expression& first = config_.where.front();
    throw base::InputError(base::refusal(
        first.place(), "where",
        "conditions that drop all of " + std::to_string(looked_at_) + " points looked at",
        "conditions that keep at least one"));
  }
}

void Space::count_grid() {
  for (const Axis& axis : config_.axes) {
    std::vector<Value> values;
    for (const std::string& text : axis.values) values.push_back(Value::of_yaml(text));
    axis_values_.push_back(std::move(values));
    const auto count = static_cast<std::int64_t>(axis.values.size());
    if (!__builtin_mul_overflow(grid_size_, count, &grid_size_)) continue;
    throw base::InputError(
        base::refusal(axis.place, "axes", "a grid of 2^63 points or more", "fewer axes or values"));
  }
  const bool enumerated = !config_.sample && !config_.search;
  const std::int64_t most = config_.where.empty() ? kMostPoints : kMostGridPoints;
  if (!enumerated || grid_size_ <= most) return;
  throw base::InputError(base::refusal(
      config_.file.string(), "axes", "a grid of " + std::to_string(grid_size_) + " points",
      "at most " + std::to_string(most) +
          (config_.where.empty() ? "" : " to be looked through for 'where'") +
          "; 'sample: {points, seed}' or 'search: {points, seed}' take grids of any size"));
}

Space::Sources Space::resolve(const Expression& expression, std::size_t derived_before,
                              const FixedValues& fixed, base::ErrorList& errors) const {
  Sources sources;
  std::vector<std::string> known;
  for (const Axis& axis : config_.axes) known.push_back(axis.key);
  for (std::size_t i = 0; i < derived_before; ++i) known.push_back(config_.derived[i].key);
  for (const std::string& name : expression.names()) {
    const auto found = std::find(known.begin(), known.end(), name);
    const auto index = static_cast<std::size_t>(found - known.begin());
    Source source;
    if (found != known.end()) {
      const bool is_axis = index < config_.axes.size();
      source.kind = is_axis ? Source::Kind::axis : Source::Kind::derived;
      source.index = is_axis ? index : index - config_.axes.size();
    } else if (const auto value = fixed ? fixed(name) : std::nullopt) {
      source.kind = Source::Kind::fixed;
      source.value = Value::of_yaml(*value);
    } else {
      errors.add(expression.place(), expression.key(), name + " in '" + expression.text() + '\'',
                 "the key of an axis (" + config::list_choices(known) +
                     ") or one that the run fixes" + base::did_you_mean(name, known));
    }
    sources.push_back(std::move(source));
  }
  return sources;
}

std::vector<Value> Space::derived_values(const Digits& digits) const {
  std::vector<Value> derived;
  for (std::size_t i = 0; i < config_.derived.size(); ++i) {
    const Sources& sources = derived_sources_[i];
    derived.push_back(config_.derived[i].value.evaluate([&](std::size_t name) -> Value {
      const Source& source = sources[name];
      if (source.kind == Source::Kind::fixed) return source.value;
      if (source.kind == Source::Kind::derived) return derived[source.index];
      return axis_values_[source.index][static_cast<std::size_t>(digits[source.index])];
    }));
  }
  return derived;
}

bool Space::keeps(const Digits& digits) const {
  if (config_.where.empty()) return true;
  const std::vector<Value> derived = derived_values(digits);
  for (std::size_t i = 0; i < config_.where.size(); ++i) {
    const Sources& sources = where_sources_[i];
    const bool holds = config_.where[i].holds([&](std::size_t name) -> Value {
      const Source& source = sources[name];
      if (source.kind == Source::Kind::fixed) return source.value;
      if (source.kind == Source::Kind::derived) return derived[source.index];
      return axis_values_[source.index][static_cast<std::size_t>(digits[source.index])];
    });
    if (!holds) return false;
  }
  return true;
}

bool Space::keeps(std::int64_t number) const { return keeps(digits(number)); }

void Space::look_through(const std::function<void(std::int64_t)>& keep) {
  Digits digits(config_.axes.size(), 0);
  for (std::int64_t number = 0; number < grid_size_; ++number) {
    if (keeps(digits)) {
      keep(number);
    } else {
      ++dropped_;
    }
    std::size_t axis = digits.size();
    while (axis-- > 0 &&
           ++digits[axis] == static_cast<std::int64_t>(config_.axes[axis].values.size())) {
      digits[axis] = 0;
    }
  }
  looked_at_ = grid_size_;
}

/// The first so many of a shuffled list, by exchanging.
void Space::draw_from_kept(std::vector<std::int64_t> kept) {
  const auto count = static_cast<std::int64_t>(kept.size());
  if (config_.sample && config_.sample->points < count) {
    Random random(config_.sample->seed);
    for (std::int64_t i = 0; i < config_.sample->points; ++i) {
      const std::int64_t other = i + random.below(count - i);
      std::swap(kept[static_cast<std::size_t>(i)], kept[static_cast<std::size_t>(other)]);
    }
    kept.resize(static_cast<std::size_t>(config_.sample->points));
    std::sort(kept.begin(), kept.end());
  }
  if (static_cast<std::int64_t>(kept.size()) > kMostPoints) {
    throw base::InputError(base::refusal(config_.file.string(), "axes",
                                         std::to_string(kept.size()) + " points after 'where'",
                                         "at most " + std::to_string(kMostPoints) +
                                             "; 'sample: {points, seed}' takes some of them"));
  }
  points_ = std::move(kept);
}

/// Draws numbers until enough are kept: any of the kept ones is as likely as any other.
void Space::draw_from_grid() {
  Random random(config_.sample->seed);
  std::unordered_set<std::int64_t> seen;
  const auto wanted = static_cast<std::size_t>(config_.sample->points);
  while (points_.size() < wanted) {
    if (looked_at_ == kMostDrawn) {
      throw base::InputError(base::refusal(
          config_.where.front().place(), "where",
          "conditions that keep " + std::to_string(points_.size()) + " of " +
              std::to_string(kMostDrawn) + " points drawn",
          "conditions that keep the " + std::to_string(wanted) + " points of 'sample'"));
    }
    const std::int64_t number = random.below(grid_size_);
    if (!seen.insert(number).second) continue;
    ++looked_at_;
    if (keeps(number)) {
      points_.push_back(number);
    } else {
      ++dropped_;
    }
  }
  std::sort(points_.begin(), points_.end());
}

std::vector<std::int64_t> Space::digits(std::int64_t number) const {
  if (number < 0 || number >= grid_size_) {
    throw base::InputError(base::refusal("", "point", std::to_string(number),
                                         "from 0 to " + std::to_string(grid_size_ - 1)));
  }
  Digits digits(config_.axes.size(), 0);
  for (std::size_t axis = digits.size(); axis-- > 0;) {
    const auto count = static_cast<std::int64_t>(config_.axes[axis].values.size());
    digits[axis] = number % count;
    number /= count;
  }
  return digits;
}

std::int64_t Space::number_of(const std::vector<std::int64_t>& digits) const {
  std::int64_t number = 0;
  for (std::size_t axis = 0; axis < digits.size(); ++axis)
    number = number * static_cast<std::int64_t>(config_.axes[axis].values.size()) + digits[axis];
  return number;
}

Point Space::at(std::int64_t number) const {
  Point point;
  point.number = number;
  const Digits indices = digits(number);
  for (std::size_t axis = 0; axis < indices.size(); ++axis)
    point.values.push_back(config_.axes[axis].values[static_cast<std::size_t>(indices[axis])]);
  for (const Value& value : derived_values(indices)) point.derived.push_back(to_text(value));
  return point;
}

std::string Space::run_file(const Point& point) const {
  for (std::size_t axis = 0; axis < config_.axes.size(); ++axis) {
    if (config_.axes[axis].key == "run") return rooted("run", point.values[axis], config_.file);
  }
  return rooted("run", config_.run, config_.file);
}

std::vector<std::string> Space::assignments(const Point& point) const {
  std::vector<std::string> result;
  const auto add = [&](const std::string& key, const std::string& value) {
    if (key != "run") result.push_back(key + '=' + rooted(key, value, config_.file));
  };
  for (const std::string& fixed : config_.set) {
    const std::size_t equals = fixed.find('=');
    add(fixed.substr(0, equals), fixed.substr(equals + 1));
  }
  for (std::size_t axis = 0; axis < config_.axes.size(); ++axis)
    add(config_.axes[axis].key, point.values[axis]);
  for (std::size_t i = 0; i < config_.derived.size(); ++i)
    add(config_.derived[i].key, point.derived[i]);
  return result;
}

std::string Space::hash(std::uint64_t base_hash, const Point& point) const {
  std::vector<std::string> identity = config_.set;
  for (std::size_t axis = 0; axis < config_.axes.size(); ++axis)
    identity.push_back(config_.axes[axis].key + '=' + point.values[axis]);
  for (std::size_t i = 0; i < config_.derived.size(); ++i)
    identity.push_back(config_.derived[i].key + '=' + point.derived[i]);
  if (!config_.run.empty()) identity.push_back("run=" + config_.run);
  return point_hash(base_hash, std::move(identity));
}

}  // namespace npusim::sweep
