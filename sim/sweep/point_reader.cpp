// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/point_reader.h"

#include <algorithm>
#include <memory>

#include "sim/base/files.h"
#include "sim/config/find_file.h"
#include "sim/config/hardware_fields.h"
#include "sim/config/yaml_document.h"
#include "sim/sweep/random.h"
#include "sim/sweep/sweep_paths.h"

namespace npusim::sweep {
namespace {

using config::YamlNode;

constexpr char kHardwarePrefix[] = "hardware.";
constexpr std::size_t kMostMessages = 10;
constexpr std::int64_t kMostSearchedChecks = 10'000;

/// Whether a value at one of the keys changes what stands at the other.
bool touches(const std::string& key, const std::string& other) {
  const std::string& shorter = key.size() < other.size() ? key : other;
  const std::string& longer = key.size() < other.size() ? other : key;
  return longer.compare(0, shorter.size(), shorter) == 0 &&
         (longer.size() == shorter.size() || longer[shorter.size()] == '.');
}

std::vector<std::string> run_files(const SweepConfig& config) {
  for (const Axis& axis : config.axes) {
    if (axis.key == "run") return axis.values;
  }
  return {config.run};
}

/// One run file with what the sweep sets for all points.
class FixedRun {
 public:
  FixedRun(const std::string& file, const SweepConfig& config, const config::RunNeeds& needs,
           const config::SearchFolders& folders)
      : file_(rooted("run", file, config.file), needs, folders) {
    for (const std::string& each : config.set) {
      const std::size_t equals = each.find('=');
      const std::string key = each.substr(0, equals);
      flags_.set.push_back(key + '=' + rooted(key, each.substr(equals + 1), config.file));
    }
    read_tree();
  }

  std::optional<std::string> value_of(const std::string& key) {
    if (key.rfind(kHardwarePrefix, 0) == 0) return hardware_value(key);
    const YamlNode* node = &tree_;
    for (std::size_t begin = 0; node != nullptr && begin <= key.size();) {
      const std::size_t end = std::min(key.find('.', begin), key.size());
      node = node->find(key.substr(begin, end - begin));
      begin = end + 1;
    }
    if (node == nullptr || node->kind != YamlNode::Kind::scalar) return std::nullopt;
    return node->text;
  }

 private:
  void read_tree() {
    base::ErrorList errors;
    tree_ = config::parse_yaml(base::read_file_text(file_.path()), file_.path().string(), errors);
    for (const std::string& each : flags_.set) {
      const config::Override change = config::parse_set_argument(each, errors);
      if (change.key.rfind(kHardwarePrefix, 0) != 0 && !change.key.empty())
        config::apply_override(tree_, change, errors);
    }
    errors.throw_if_any();
  }

  std::optional<std::string> hardware_value(const std::string& key) {
    if (!hardware_) hardware_ = file_.read(flags_).hardware;
    for (const config::HardwareField& field : config::hardware_fields()) {
      if (kHardwarePrefix + std::string(field.key) == key && field.applies(*hardware_))
        return config::field_text(field, *hardware_);
    }
    return std::nullopt;
  }

  config::RunFile file_;
  config::RunFlags flags_;
  YamlNode tree_;
  std::optional<config::HardwareConfig> hardware_;
};

/// Messages about points, each once.
class PointErrors {
 public:
  explicit PointErrors(const SweepConfig& config) : config_(config) {}

  void add(const Point& point, const base::InputError& error) {
    for (const std::string& message : error.messages()) {
      const auto [found, fresh] = indices_.emplace(message, counts_.size());
      if (fresh) counts_.push_back({placed(message), point.number, 0});
      ++counts_[found->second].points;
    }
  }

  void throw_if_any() const {
    base::ErrorList errors;
    for (std::size_t i = 0; i < std::min(counts_.size(), kMostMessages); ++i) {
      const Count& count = counts_[i];
      errors.add(count.message + " (point " + std::to_string(count.first) +
                 (count.points > 1 ? " and " + std::to_string(count.points - 1) + " more" : "") +
                 ')');
    }
    if (counts_.size() > kMostMessages) {
      errors.add(config_.file.string() + ": " + std::to_string(counts_.size() - kMostMessages) +
                 " more messages are not shown");
    }
    errors.throw_if_any();
  }

 private:
  struct Count {
    std::string message;
    std::int64_t first = 0, points = 0;
  };

  /// `--set KEY: ...` at the place of KEY in the sweep file.
  std::string placed(const std::string& message) const {
    const std::string set = "--set ";
    if (message.rfind(set, 0) != 0) return message;
    const std::string rest = message.substr(set.size());
    const auto is_of = [&](const std::string& key) {
      return rest.compare(0, key.size(), key) == 0 && rest.size() > key.size() &&
             std::string(":[.").find(rest[key.size()]) != std::string::npos;
    };
    for (const Axis& axis : config_.axes) {
      if (is_of(axis.key)) return axis.place + ": axes." + rest;
    }
    for (const Derived& derived : config_.derived) {
      if (is_of(derived.key)) return derived.value.place() + ": derived." + rest;
    }
    return config_.file.string() + ": set." + rest;
  }

  const SweepConfig& config_;
  std::map<std::string, std::size_t> indices_;
  std::vector<Count> counts_;  // in the order found
};

/// The points of a search that are checked beforehand.
std::vector<std::int64_t> searched_points(const Space& space) {
  std::vector<std::int64_t> points;
  Random random(0);
  const bool all = space.grid_size() <= kMostSearchedChecks;
  for (std::int64_t i = 0; i < std::min(space.grid_size(), kMostSearchedChecks); ++i) {
    const std::int64_t number = all ? i : random.below(space.grid_size());
    if (space.keeps(number)) points.push_back(number);
  }
  return points;
}

}  // namespace

Space::FixedValues fixed_values(const SweepConfig& config, const config::RunNeeds& needs,
                                const config::SearchFolders& folders) {
  auto runs = std::make_shared<std::vector<FixedRun>>();
  return [&config, needs, folders, runs](const std::string& key) -> std::optional<std::string> {
    const bool varies =
        std::any_of(config.axes.begin(), config.axes.end(),
                    [&](const Axis& axis) { return touches(axis.key, key); }) ||
        std::any_of(config.derived.begin(), config.derived.end(),
                    [&](const Derived& derived) { return touches(derived.key, key); });
    if (varies) return std::nullopt;
    if (runs->empty()) {
      for (const std::string& file : run_files(config))
        runs->emplace_back(file, config, needs, folders);
    }
    auto value = runs->front().value_of(key);
    for (FixedRun& run : *runs) {
      if (run.value_of(key) != value) return std::nullopt;
    }
    return value;
  };
}

config::RunConfig PointReader::read(const Point& point) {
  const std::string name = space_.run_file(point);
  auto found = files_.find(name);
  if (found == files_.end()) {
    try {
      found = files_.try_emplace(name, name, needs_, folders_).first;
    } catch (const base::InputError& error) {
      const SweepConfig& config = space_.config();
      std::string place = config.run_place;
      for (const Axis& axis : config.axes) {
        if (axis.key == "run") place = axis.place;
      }
      std::vector<std::string> messages;
      for (const std::string& message : error.messages()) {
        const bool placed = message.rfind("run file: ", 0) != 0;
        messages.push_back(placed ? message : place + ": run" + message.substr(8));
      }
      throw base::InputError(messages);
    }
  }
  config::RunFlags flags;
  flags.set = space_.assignments(point);
  return found->second.read(flags);
}

std::int64_t check_points(
    const Space& space, PointReader& reader,
    const std::function<void(const Point&, const config::RunConfig&)>& on_point) {
  PointErrors errors(space.config());
  const std::vector<std::int64_t> points =
      space.config().search ? searched_points(space) : space.points();
  for (const std::int64_t number : points) {
    const Point point = space.at(number);
    try {
      const config::RunConfig run = reader.read(point);
      if (on_point) on_point(point, run);
    } catch (const base::InputError& error) {
      errors.add(point, error);
    }
  }
  errors.throw_if_any();
  return static_cast<std::int64_t>(points.size());
}

}  // namespace npusim::sweep
