// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/base/nearest.h"
#include "sim/config/data_keys.h"
#include "sim/config/faults_reader.h"
#include "sim/config/find_file.h"
#include "sim/config/hardware_fields.h"
#include "sim/config/hardware_reader.h"
#include "sim/config/quantization_reader.h"
#include "sim/config/run_config.h"
#include "sim/config/run_keys.h"
#include "sim/config/scale_sim_reader.h"
#include "sim/config/simulation_reader.h"
#include "sim/config/technology_file.h"
#include "sim/config/topology_reader.h"
#include "sim/config/yaml_reader.h"
#include "sim/config/yaml_writer.h"

namespace npusim::config {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxRunFileBytes = 1 << 20;
constexpr std::size_t kMaxPathBytes = 4096;   // Linux takes no longer one
constexpr std::size_t kTopologyColumns = 80;  // as wide as everything that is printed
constexpr char kHardwarePrefix[] = "hardware.";

bool is_bare(const fs::path& name) { return !name.has_parent_path(); }

void append_in_folders(std::vector<fs::path>& candidates, const std::vector<fs::path>& folders,
                       const fs::path& name) {
  for (const fs::path& folder : folders) candidates.push_back(folder / name);
}

YamlNode flag_scalar(const std::string& text, const std::string& flag) {
  YamlNode node;
  node.kind = YamlNode::Kind::scalar;
  node.text = text;
  node.place = flag;
  node.from_flag = true;
  return node;
}

void put(YamlNode& mapping, const std::string& key, YamlNode value) {
  mapping.kind = YamlNode::Kind::mapping;
  if (YamlNode* old = mapping.find(key)) {
    *old = std::move(value);
  } else {
    const std::string place = value.place;
    mapping.entries.push_back({key, place, std::move(value)});
  }
}

/// The section replaced by an image_folder of the flag, keeping what `kept` names.
void put_image_folder(YamlNode& root, const std::string& section, const std::string& folder,
                      const std::vector<std::string>& kept) {
  const std::string flag = "--" + section;
  YamlNode fresh;
  fresh.kind = YamlNode::Kind::mapping;
  fresh.place = flag;
  fresh.from_flag = true;
  put(fresh, "kind", flag_scalar("image_folder", flag));
  put(fresh, "path", flag_scalar(folder, flag));
  if (const YamlNode* old = root.find(section)) {
    for (const std::string& key : kept) {
      if (const YamlNode* value = old->find(key)) put(fresh, key, *value);
    }
  }
  put(root, section, std::move(fresh));
}

bool is_topology_file(const fs::path& path) {
  std::string suffix = path.extension().string();
  for (char& c : suffix) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return suffix == ".csv";
}

/// What a run file says of another network's data; a topology given by --model has none of it.
void drop_data_sections(YamlNode& root) {
  const auto is_data = [](const YamlEntry& entry) {
    return entry.key == "dataset" || entry.key == "calibration" || entry.key == "input";
  };
  root.entries.erase(std::remove_if(root.entries.begin(), root.entries.end(), is_data),
                     root.entries.end());
}

void apply_images(YamlNode& root, const std::string& images, base::ErrorList& errors) {
  const YamlNode* dataset = root.find("dataset");
  if (dataset == nullptr || dataset->kind == YamlNode::Kind::null) {
    errors.add("", "--images", images, "left out: the run has no dataset");
  } else {
    apply_override(root, {"--images", "dataset.images", images}, errors);
  }
}

/// The first components of what --set takes: of the run file, or behind "hardware.".
std::vector<std::string> first_components(bool of_hardware) {
  std::vector<std::string> names;
  if (!of_hardware) {
    for (const RunKey& key : run_file_keys()) names.emplace_back(key.key);
    return names;
  }
  names = {"name"};
  for (const HardwareField& field : hardware_fields()) {
    const std::string key = field.key;
    const std::string first = key.substr(0, key.find('.'));
    if (std::find(names.begin(), names.end(), first) == names.end()) names.push_back(first);
  }
  return names;
}

/// A key given without its section, or with a wrong one, is in no section's list of what it may be:
/// true, with an error that names the whole key.
bool refuse_misplaced(const Override& change, bool of_hardware, base::ErrorList& errors) {
  const std::vector<std::string> known = first_components(of_hardware);
  const std::string first = change.key.substr(0, change.key.find('.'));
  if (std::find(known.begin(), known.end(), first) != known.end()) return false;
  if (!base::nearest_choice(first, known).empty()) return false;  // refused with that one
  const std::string nearest = nearest_settable_key(change.key);
  if (nearest.empty()) return false;
  errors.add("", change.flag, "an unknown key",
             "one of " + list_choices(known) + "; did you mean " + nearest + '?');
  return true;
}

/// Puts the flags over the tree; returns those for the hardware file, their keys relative to it.
std::vector<Override> apply_flags(YamlNode& root, const RunFlags& flags, base::ErrorList& errors) {
  if (flags.model) put(root, "model", flag_scalar(*flags.model, "--model"));
  if (flags.model && is_topology_file(*flags.model)) drop_data_sections(root);
  if (flags.hardware) put(root, "hardware", flag_scalar(*flags.hardware, "--hardware"));
  if (flags.technology) put(root, "technology", flag_scalar(*flags.technology, "--technology"));
  if (flags.dataset) put_image_folder(root, "dataset", *flags.dataset, {});
  if (flags.calibration)
    put_image_folder(root, "calibration", *flags.calibration,
                     {"images", "method", "percentile", "output_headroom"});
  if (flags.images) apply_images(root, *flags.images, errors);
  if (flags.scheme)
    apply_override(root, {"--scheme", "quantization.scheme", *flags.scheme}, errors);

  std::vector<Override> hardware;
  for (const std::string& argument : flags.set) {
    Override change = parse_set_argument(argument, errors);
    if (change.key.rfind(kHardwarePrefix, 0) == 0) {
      change.key = change.key.substr(sizeof kHardwarePrefix - 1);
      if (!refuse_misplaced(change, true, errors)) hardware.push_back(std::move(change));
    } else if (!change.key.empty() && !refuse_misplaced(change, false, errors)) {
      apply_override(root, change, errors);
    }
  }
  return hardware;
}

class RunReader {
 public:
  RunReader(const fs::path& file, const YamlNode& root, const RunNeeds& needs,
            const SearchFolders& folders, base::ErrorList& errors)
      : file_(file),
        tree_(root),
        root_(root, "", errors),
        needs_(needs),
        folders_(folders),
        errors_(errors) {}

  RunConfig read() {
    RunConfig run;
    run.name = file_.stem().string();
    run.file = file_;
    read_model(run);
    base::ErrorList late;  // sections are told of in their order
    run.simulation = read_simulation(late);
    const bool is_measured = needs_.dataset && !run.simulation.timing_only;
    run.dataset = read_dataset(is_measured, run.accuracy_not_measured);
    if (needs_.dataset && !is_measured && run.accuracy_not_measured.empty())
      run.accuracy_not_measured = "simulation.timing_only is true";
    run.calibration = read_calibration(run.dataset);
    const bool shows_pictures = run.dataset || run.calibration.data.kind != DatasetKind::random;
    if (shows_pictures || root_.find("input") != nullptr) run.input = read_input();
    run.quantization = read_quantization();
    root_.find("simulation");  // known from here on
    for (const std::string& message : late.messages()) errors_.add(message);
    run.faults = read_faults(run);
    hardware_file_ = read_hardware_file();
    run.technology = read_technology_file();
    root_.refuse_unknown_keys();
    return run;
  }

  /// Empty where the run file's key is wrong or the hardware stands in the run file itself.
  const fs::path& hardware_file() const { return hardware_file_; }
  /// The description that stands in the run file itself; nullptr where there is none.
  const YamlNode* inline_hardware() const { return inline_hardware_; }

 private:
  static constexpr char kMapping[] = "a mapping (key: value)";

  /// The path that a scalar names: of a flag as it is, of the file relative to its folder.
  fs::path rooted(const YamlNode& node) const {
    return node.from_flag ? fs::path(node.text) : file_.parent_path() / node.text;
  }

  /// False, with an error, where the node is no path. `flag` is what sets a path that the file
  /// leaves null; that is no error where the files are not needed.
  bool is_path(YamlMap& map, const YamlNode& node, const std::string& key, const std::string& what,
               const std::string& flag) {
    if (node.kind == YamlNode::Kind::scalar && !node.text.empty() &&
        node.text.size() <= kMaxPathBytes && node.text.find('\0') == std::string::npos) {
      return true;
    }
    if (node.kind == YamlNode::Kind::null && !needs_.files) return false;
    map.refuse(node, key,
               what + (node.kind == YamlNode::Kind::null ? "; set it with " + flag : ""));
    return false;
  }

  void read_model(RunConfig& run) {
    const std::string what =
        "the path of an ONNX file or of a topology (.csv), or a mapping with layers";
    const YamlNode* node = root_.require("model", what);
    if (node == nullptr) return;
    if (node->kind == YamlNode::Kind::mapping) {
      is_topology_ = true;
      run.topology = read_topology(*node, errors_);
      run.topology_yaml = yaml_text(*node, 2, kTopologyColumns);
    } else if (is_path(root_, *node, "model", what, "--model F")) {
      is_topology_ = is_topology_file(node->text);
      run.model = find_model(*node);
      if (is_topology_ && is_file(run.model)) run.topology = read_scale_sim(run.model, errors_);
    }
    if (run.topology) run.notes = run.topology->notes;
  }

  fs::path find_model(const YamlNode& node) {
    std::vector<fs::path> candidates = {rooted(node)};
    if (!node.from_flag && is_bare(node.text))
      append_in_folders(candidates, folders_.workloads, node.text);
    const auto found = first_file(candidates);
    if (!found && needs_.files) root_.refuse(node, "model", existing_file(candidates));
    return found.value_or(needs_.files ? fs::path() : candidates.front());
  }

  fs::path read_hardware_file() {
    const std::string what = "the path of a hardware file";
    const YamlNode* node = root_.require("hardware", what);
    if (node != nullptr && node->kind == YamlNode::Kind::mapping) {
      inline_hardware_ = node;
      return {};
    }
    if (node == nullptr || !is_path(root_, *node, "hardware", what, "--hardware F")) return {};
    std::vector<fs::path> candidates;
    if (is_bare(node->text)) candidates.push_back(node->text);
    if (!is_bare(node->text) || !node->from_flag) candidates.push_back(rooted(*node));
    if (is_bare(node->text)) append_in_folders(candidates, folders_.configs, node->text);
    const auto found = first_file(candidates);
    if (!found) root_.refuse(*node, "hardware", existing_file(candidates));
    return found.value_or(fs::path());
  }

  fs::path read_technology_file() {
    const YamlNode* node = root_.find("technology");
    const std::string what = "the name of a technology, such as generic_45nm";
    if (node != nullptr && !is_path(root_, *node, "technology", what, "--technology F")) return {};
    const std::string name = node == nullptr ? kUsualTechnology : node->text;
    std::vector<fs::path> folders = {fs::path(), file_.parent_path()};
    if (node != nullptr && !is_bare(name)) folders = {node->from_flag ? "" : file_.parent_path()};
    const std::vector<fs::path> candidates = technology_candidates(name, folders, folders_.configs);
    const auto found = first_file(candidates);
    if (!found && node != nullptr) root_.refuse(*node, "technology", existing_file(candidates));
    return found.value_or(fs::path());
  }

  /// The keys that both kinds of section share; `flag` sets the path.
  DatasetConfig read_images(YamlMap& section, const std::string& flag, bool path_needed,
                            const std::vector<std::string>& kinds) {
    DatasetConfig data;
    const std::size_t errors_before = errors_.messages().size();
    const std::size_t kind = section.choice("kind", kinds);
    if (errors_.messages().size() != errors_before) {  // the other keys depend on it
      for (const char* key : {"seed", "path", "images"}) section.find(key);
      return data;
    }
    data.kind = static_cast<DatasetKind>(kind);
    if (data.kind != DatasetKind::image_folder) {
      data.seed = section.integer("seed", kSeed);
      data.images = section.integer("images", kImageCount);
      return data;
    }
    const YamlNode* path = section.require("path", "the path of a folder of images");
    if (path != nullptr && (path_needed || path->kind != YamlNode::Kind::null)) {
      read_folder(section, *path, flag, data);
    }
    if (section.find("images") != nullptr) data.images = section.integer("images", kImageCount);
    return data;
  }

  void read_folder(YamlMap& section, const YamlNode& path, const std::string& flag,
                   DatasetConfig& data) {
    if (!is_path(section, path, "path", "the path of a folder of images", flag)) return;
    data.path = rooted(path);
    std::error_code unreadable;
    if (needs_.files && !fs::is_directory(data.path, unreadable))
      section.refuse(path, "path", "an existing folder");
  }

  std::optional<DatasetConfig> read_dataset(bool is_needed, std::string& accuracy_not_measured) {
    if (is_topology_) return refuse_dataset(accuracy_not_measured);
    const YamlNode* node = is_needed ? root_.require("dataset", "a mapping (key: value), or null")
                                     : root_.find("dataset");
    if (node == nullptr) return std::nullopt;
    if (node->kind == YamlNode::Kind::null) {
      accuracy_not_measured = "the run file has no dataset (dataset: null)";
      return std::nullopt;
    }
    YamlMap section(*node, "dataset", errors_);
    if (!section.is_mapping()) return std::nullopt;
    DatasetConfig data = read_images(section, "--dataset DIR", is_needed, labelled_kinds());
    section.refuse_unknown_keys();
    return data;
  }

  /// A topology has no data set.
  std::optional<DatasetConfig> refuse_dataset(std::string& accuracy_not_measured) {
    accuracy_not_measured = "the network is a topology, its weights are synthetic";
    const YamlNode* node = root_.find("dataset");
    if (node == nullptr || node->kind == YamlNode::Kind::null) return std::nullopt;
    const YamlNode* path = node->from_flag ? node->find("path") : nullptr;
    config::refuse(*node, "dataset", describe(path != nullptr ? *path : *node),
                   "left out: a topology's weights are synthetic and have no accuracy", errors_);
    return std::nullopt;
  }

  CalibrationConfig read_calibration(const std::optional<DatasetConfig>& dataset) {
    CalibrationConfig calibration;
    if (is_topology_ && root_.find("calibration") == nullptr) {
      calibration.data.kind = DatasetKind::random;
      calibration.data.seed = 1;
      calibration.data.images = 1;
      return calibration;
    }
    const YamlNode* node = root_.require("calibration", kMapping);
    if (node == nullptr) return calibration;
    YamlMap section(*node, "calibration", errors_);
    if (!section.is_mapping()) return calibration;
    calibration.data = read_images(section, "--calibration DIR", needs_.files, data_kinds());
    calibration.method = calibration_methods()[section.choice("method", calibration_methods(), 0)];
    read_percentile(section, calibration);
    calibration.output_headroom = section.real("output_headroom", kOutputHeadroom,
                                               usual_output_headroom(calibration.data, dataset));
    section.refuse_unknown_keys();
    return calibration;
  }

  /// Only the method of that name has one.
  void read_percentile(YamlMap& section, CalibrationConfig& calibration) {
    const YamlNode* node = section.find("percentile");
    if (node == nullptr) return;
    if (calibration.method == "percentile") {
      calibration.percentile = section.real("percentile", kPercentile);
      if (calibration.percentile != 50) return;
    }
    section.refuse(*node, "percentile",
                   calibration.method == "percentile"
                       ? "above 50"
                       : "left out: calibration.method is " + calibration.method);
  }

  InputConfig read_input() {
    InputConfig input;
    const YamlNode* node = root_.require("input", kMapping);
    if (node == nullptr) return input;
    YamlMap section(*node, "input", errors_);
    input.size = section.integer("size", kSide);
    const std::vector<double> mean = section.reals("mean", 3, kMean);
    const std::vector<double> scale = section.reals("scale", 3, kScale);
    std::copy(mean.begin(), mean.end(), input.mean.begin());
    std::copy(scale.begin(), scale.end(), input.scale.begin());
    const auto optional_side = [&](const char* key) {
      return section.find(key) == nullptr ? 0 : section.integer(key, kSide);
    };
    input.resize_shorter_side = optional_side("resize_shorter_side");
    input.center_crop = optional_side("center_crop");
    section.refuse_unknown_keys();
    return input;
  }

  QuantizationConfig read_quantization() {
    const YamlNode* node = root_.require("quantization", kMapping);
    return node == nullptr ? QuantizationConfig() : read_quantization_section(*node, errors_);
  }

  SimulationConfig read_simulation(base::ErrorList& errors) {
    const YamlNode* node = tree_.find("simulation");
    if (node == nullptr) return {};
    const SimulationConfig simulation = read_simulation_section(*node, errors);
    if (simulation.timing_only && needs_.values) {
      const YamlNode* flag = node->find("timing_only");
      config::refuse(*flag, "simulation.timing_only", "true", "false: this command compares values",
                     errors);
    }
    return simulation;
  }

  /// They are about values, and accuracy is what they cost.
  std::optional<FaultsConfig> read_faults(const RunConfig& run) {
    const YamlNode* node = root_.find("faults");
    if (node == nullptr) return std::nullopt;
    FaultsConfig faults = read_faults_section(*node, errors_);
    if (needs_.dataset && !run.accuracy_not_measured.empty()) {
      config::refuse(*node, "faults", describe(*node),
                     "left out: accuracy is not measured, " + run.accuracy_not_measured, errors_);
    }
    return faults;
  }

  const fs::path& file_;
  const YamlNode& tree_;
  YamlMap root_;
  const RunNeeds& needs_;
  const SearchFolders& folders_;
  base::ErrorList& errors_;
  fs::path hardware_file_;
  bool is_topology_ = false;
  const YamlNode* inline_hardware_ = nullptr;
};

}  // namespace

const std::vector<std::string>& scheme_choices() {
  static const std::vector<std::string> names = {"per_layer", "shift_scaler", "per_channel"};
  return names;
}

double usual_output_headroom(const DatasetConfig& calibration,
                             const std::optional<DatasetConfig>& dataset) {
  if (calibration.kind != DatasetKind::fractal) return 1;
  return dataset && dataset->kind == DatasetKind::fractal ? 1 : 2;
}

RunFile::RunFile(const std::string& file, RunNeeds needs, SearchFolders folders)
    : needs_(needs),
      folders_(std::move(folders)),
      path_(find_file(file, "run file", folders_.workloads)) {
  base::ErrorList errors;
  root_ = std::make_unique<const YamlNode>(
      parse_yaml(base::read_file_text(path_, kMaxRunFileBytes), path_.string(), errors));
  errors.throw_if_any();
}

const YamlNode& RunFile::hardware_tree(const fs::path& file) {
  std::unique_ptr<const YamlNode>& tree = hardware_trees_[file];
  if (tree == nullptr) tree = std::make_unique<const YamlNode>(read_hardware_tree(file));
  return *tree;
}

RunConfig RunFile::read(const RunFlags& flags) {
  base::ErrorList errors;
  YamlNode root = *root_;
  const std::vector<Override> hardware_overrides = apply_flags(root, flags, errors);

  RunReader reader(path_, root, needs_, folders_, errors);
  RunConfig run = reader.read();
  run.skip_bad_images = flags.skip_bad_images;
  try {
    const fs::path& file = reader.hardware_file();
    if (!file.empty())
      run.hardware = hardware_from_tree(hardware_tree(file), "", hardware_overrides,
                                        {file.parent_path(), folders_.configs});
    if (reader.inline_hardware() != nullptr)
      run.hardware = hardware_from_tree(*reader.inline_hardware(), "hardware", hardware_overrides,
                                        {path_.parent_path(), folders_.configs});
  } catch (const base::InputError& error) {
    errors.add(error);
  }
  if (errors.empty() && run.hardware.name.empty()) {  // left to the user, who only looks
    for (const Override& change : hardware_overrides)
      errors.add("", change.flag, change.value,
                 "left out until there is hardware; set it with --hardware F");
  }
  errors.throw_if_any();
  return run;
}

RunConfig read_run_config(const std::string& file, const RunFlags& flags, const RunNeeds& needs,
                          const SearchFolders& folders) {
  return RunFile(file, needs, folders).read(flags);
}

fs::path find_hardware_file(const std::string& name, const std::string& flag,
                            const SearchFolders& folders) {
  return find_file(name, flag, folders.configs);
}

}  // namespace npusim::config
