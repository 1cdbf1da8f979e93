// SPDX-License-Identifier: Apache-2.0
#include "sim/energy/technology.h"

#include <algorithm>
#include <cmath>

#include "sim/base/files.h"
#include "sim/config/yaml_reader.h"

namespace npusim::energy {
namespace {

constexpr std::uint64_t kMaxFileBytes = 1 << 20;
constexpr std::int64_t kMostBits = 64;
constexpr std::int64_t kMostBytes = std::int64_t{1} << 40;
const config::RealRule kPositive{0, 1e12, /*zero_allowed=*/false};

/// Linear between the points (x ascending, at least one), in proportion to x outside.
double interpolated(const std::vector<Point>& points, double x, double (*x_of)(std::int64_t)) {
  const auto above = std::find_if(points.begin(), points.end(),
                                  [&](const Point& point) { return x <= x_of(point.at); });
  if (above == points.begin() || above == points.end()) {
    const Point& nearest = above == points.end() ? points.back() : points.front();
    return nearest.picojoules * x / x_of(nearest.at);
  }
  const Point& below = *(above - 1);
  const double begin = x_of(below.at);
  const double share = (x - begin) / (x_of(above->at) - begin);
  return below.picojoules + (above->picojoules - below.picojoules) * share;
}

double itself(std::int64_t value) { return static_cast<double>(value); }
double square(std::int64_t value) { return static_cast<double>(value * value); }
double root(std::int64_t value) { return std::sqrt(static_cast<double>(value)); }

class Reader {
 public:
  Reader(const config::YamlNode& root, base::ErrorList& errors)
      : root_(root, "", errors), errors_(errors) {}

  Technology read() {
    Technology t;
    t.name = root_.text("name", "a name");
    t.multiply = points_of("multiply", {1, kMostBits});
    t.add = points_of("add", {1, kMostBits});
    if (root_.find("register") != nullptr) {
      group("register", [&](config::YamlMap& map) {
        t.register_bit_picojoules = map.real("picojoules_per_bit", kPositive);
      });
    }
    group("sram_access", [&](config::YamlMap& map) {
      t.sram_access_bytes = map.integer("access_bytes", {1, 4096});
      t.sram = points(map, "bytes", sizes());
    });
    group("dram_access", [&](config::YamlMap& map) {
      const std::int64_t bytes = map.integer("access_bytes", {1, 4096});
      t.dram_byte_picojoules = map.real("picojoules", kPositive) / static_cast<double>(bytes);
    });
    group("gate", [&](config::YamlMap& map) {
      t.gate_square_micrometres = map.real("square_micrometres", kPositive);
      t.gate_leakage_nanowatts = leakage(map);
    });
    group("sram_bit", [&](config::YamlMap& map) {
      t.sram_bit_square_micrometres = map.real("square_micrometres", kPositive);
      t.sram_bit_leakage_nanowatts = leakage(map);
    });
    root_.refuse_unknown_keys();
    return t;
  }

 private:
  static config::IntegerRule sizes() {
    config::IntegerRule rule{1, kMostBytes};
    rule.is_size_bytes = true;
    return rule;
  }

  /// A mapping with a source; `body` reads the rest.
  template <typename Body>
  void group(const std::string& key, const Body& body) {
    const config::YamlNode* node = root_.require(key, "a mapping (key: value)");
    if (node == nullptr) return;
    config::YamlMap map(*node, key, errors_);
    if (!map.is_mapping()) return;
    map.text("source", "where the numbers are published");
    body(map);
    map.refuse_unknown_keys();
  }

  std::vector<Point> points_of(const std::string& key, const config::IntegerRule& bits) {
    std::vector<Point> found;
    group(key, [&](config::YamlMap& map) { found = points(map, "bits", bits); });
    return found;
  }

  /// picojoules: [{bits: 8, value: 0.2}, ...], ascending.
  std::vector<Point> points(config::YamlMap& map, const std::string& at,
                            const config::IntegerRule& rule) {
    const std::string must_be = "a list of {" + at + ": N, value: PICOJOULES}, ascending in " + at;
    std::vector<Point> found;
    const config::YamlNode* list = map.require("picojoules", must_be);
    if (list == nullptr) return found;
    if (list->kind != config::YamlNode::Kind::list || list->items.empty()) {
      map.refuse(*list, "picojoules", must_be);
      return found;
    }
    for (std::size_t i = 0; i < list->items.size(); ++i) {
      std::string path = map.path_of("picojoules") + '[';
      path.append(std::to_string(i)).append("]");
      config::YamlMap entry(list->items[i], path, errors_);
      if (!entry.is_mapping()) continue;
      const Point point{entry.integer(at, rule), entry.real("value", kPositive)};
      entry.refuse_unknown_keys();
      const config::YamlNode* const place = list->items[i].find(at);
      if (place == nullptr) continue;  // refused above
      if (!found.empty() && point.at <= found.back().at)
        config::refuse(*place, entry.path_of(at), std::to_string(point.at),
                       "above the one before, " + std::to_string(found.back().at), errors_);
      found.push_back(point);
    }
    return found;
  }

  std::optional<double> leakage(config::YamlMap& map) const {
    if (map.find("leakage_nanowatts") == nullptr) return std::nullopt;
    return map.real("leakage_nanowatts", {0, 1e12});
  }

  config::YamlMap root_;
  base::ErrorList& errors_;
};

}  // namespace

std::vector<std::string> Technology::not_counted() const {
  std::vector<std::string> missing;
  if (!register_bit_picojoules) missing.emplace_back("flip-flops of the array");
  if (!gate_leakage_nanowatts) missing.emplace_back("leakage of gates");
  if (!sram_bit_leakage_nanowatts) missing.emplace_back("leakage of memories");
  return missing;
}

Technology technology_from_yaml(const std::string& text, const std::string& file) {
  base::ErrorList errors;
  const config::YamlNode root = config::parse_yaml(text, file, errors);
  errors.throw_if_any();
  Technology technology = Reader(root, errors).read();
  errors.throw_if_any();
  return technology;
}

Technology read_technology(const std::filesystem::path& path) {
  return technology_from_yaml(base::read_file_text(path, kMaxFileBytes), path.string());
}

double multiply_picojoules(const Technology& technology, std::int64_t a_bits, std::int64_t b_bits) {
  return interpolated(technology.multiply, static_cast<double>(a_bits * b_bits), square);
}

double add_picojoules(const Technology& technology, std::int64_t bits) {
  return interpolated(technology.add, static_cast<double>(bits), itself);
}

double sram_byte_picojoules(const Technology& technology, std::int64_t memory_bytes) {
  return interpolated(technology.sram, root(memory_bytes), root) /
         static_cast<double>(technology.sram_access_bytes);
}

}  // namespace npusim::energy
