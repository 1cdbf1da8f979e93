// SPDX-License-Identifier: Apache-2.0
// The points of a sweep.
//
// The number of a point is that of the mixed-radix number whose digits are the axes' value indices,
// in the order of the file, the last axis fastest: it stays the same whatever `where` and `sample`
// keep. The hash of a point stands for everything that its record depends on.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/sweep/sweep_config.h"

namespace npusim::sweep {

struct Point {
  std::int64_t number = 0;
  std::vector<std::string> values;   // of each axis
  std::vector<std::string> derived;  // of each derived key
};

/// 16 hex digits: XXH3 of the base hash (of all else that a record depends on) and the sorted
/// "key=value" of the point.
std::string point_hash(std::uint64_t base_hash, std::vector<std::string> assignments);

class Space {
 public:
  /// The value that a key has in the run of every point; empty where there is none, or where it
  /// differs. Asked for names in `where` and `derived` that are no axes.
  using FixedValues = std::function<std::optional<std::string>(const std::string& key)>;

  /// Looks through the grid, unless it is searched. Throws base::InputError: unknown names, values
  /// that an expression cannot use, too many points, none kept. The configuration must outlive the
  /// space.
  explicit Space(const SweepConfig& config, const FixedValues& fixed = {});

  std::int64_t grid_size() const { return grid_size_; }
  /// How many of the points looked at `where` drops. All are looked at, unless a sample is drawn
  /// from more than kMostGridPoints.
  std::int64_t dropped() const { return dropped_; }
  /// How many were looked at.
  std::int64_t looked_at() const { return looked_at_; }
  /// The numbers of the points to evaluate, ascending; empty where they are searched for.
  const std::vector<std::int64_t>& points() const { return points_; }

  /// Whether `where` keeps the point.
  bool keeps(std::int64_t number) const;
  Point at(std::int64_t number) const;
  /// The index of each axis' value, and the number of given ones.
  std::vector<std::int64_t> digits(std::int64_t number) const;
  std::int64_t number_of(const std::vector<std::int64_t>& digits) const;

  /// The FILE of `npusim run`, its path from the current folder.
  std::string run_file(const Point& point) const;
  /// "key=value" for --set: `set`, axes, derived keys; files with their path from the current
  /// folder.
  std::vector<std::string> assignments(const Point& point) const;
  /// The point's hash: of the values as the sweep file has them, so that it does not depend on
  /// where the file lies. What the named files hold belongs into the base hash.
  std::string hash(std::uint64_t base_hash, const Point& point) const;

  const SweepConfig& config() const { return config_; }

 private:
  struct Source {  // where the value of a name comes from
    enum class Kind { axis, derived, fixed } kind = Kind::axis;
    std::size_t index = 0;
    Value value;  // of fixed
  };
  using Sources = std::vector<Source>;  // of the names of one expression
  using Digits = std::vector<std::int64_t>;

  void count_grid();
  Sources resolve(const Expression& expression, std::size_t derived_before,
                  const FixedValues& fixed, base::ErrorList& errors) const;
  std::vector<Value> derived_values(const Digits& digits) const;
  bool keeps(const Digits& digits) const;
  void look_through(const std::function<void(std::int64_t number)>& keep);
  void draw_from_kept(std::vector<std::int64_t> kept);
  void draw_from_grid();

  const SweepConfig& config_;
  std::vector<std::vector<Value>> axis_values_;
  std::vector<Sources> derived_sources_, where_sources_;
  std::int64_t grid_size_ = 1, dropped_ = 0, looked_at_ = 0;
  std::vector<std::int64_t> points_;
};

}  // namespace npusim::sweep
