// SPDX-License-Identifier: Apache-2.0
// Run files (workloads/*.yaml): which network on which data, how it is quantized, on which
// hardware.
//
//     model: mobilenet.onnx                  # relative to the run file; null: --model sets it
//     dataset: {kind: fractal, seed: 2, images: 2000}
//     calibration: {kind: fractal, seed: 3, images: 64, method: min_max}
//     input: {size: 64, mean: [127.5, 127.5, 127.5], scale: [127.5, 127.5, 127.5]}
//     quantization: {scheme: shift_scaler, field_bits: 4, rule: floor, bias_correction: true}
//     hardware: npu_32x32.yaml
//     simulation: {images: 4}
//     faults: {kinds: [weights], rate: [1e-6, 1e-5], trials: 20}   # left out: none
//     technology: generic_45nm            # what energy and area are computed with (docs/energy.md)
//
// In place of an ONNX file `model` may be a topology: a SCALE-Sim file (.csv) or a mapping with
// `layers` (docs/topologies.md). Its weights are synthetic, so it has no dataset; calibration is
// {kind: random, seed: 1, images: 1} by default. `dataset: null` says of any network that accuracy
// is not measured. Where neither dataset nor calibration shows pictures, `input` may be left out.
//
// `hardware` may also be the description itself: a mapping with the keys of a hardware file.
//
// `quantization.layers` makes other choices for layers whose names match a pattern:
//
//     quantization: {scheme: shift_scaler, weight_bits: 4, activation_bits: 6,
//                    layers: [{match: "conv_*", weight_bits: 8}, {match: logits, scheme:
//                    per_channel}]}
//
// Defaults: calibration.method min_max; quantization.field_bits 4, rule floor, bias_correction
// true, symmetric true, equalization false, weight_bits 8, activation_bits 8; simulation.images 4,
// timing_only false, steady_state true (false with timing_only); technology generic_45nm; images of
// an image_folder: all of them. Everything else must be given.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/config/faults_config.h"
#include "sim/config/hardware_config.h"
#include "sim/config/topology_config.h"
#include "sim/config/yaml_document.h"

namespace npusim::config {

/// random: tensors of the network's own input shape, uniform in [-1, 1); calibration only, as they
/// have no labels.
enum class DatasetKind { fractal, image_folder, random };

/// A set of images, labelled unless random.
struct DatasetConfig {
  DatasetKind kind = DatasetKind::fractal;
  std::int64_t seed = 0;               // fractal: the split; random: of the values; at least 0
  std::filesystem::path path;          // image_folder: the folder, with labels.csv or classes.txt
  std::optional<std::int64_t> images;  // the first so many; empty: all of the folder
};

struct CalibrationConfig {
  DatasetConfig data;
  std::string method = "min_max";  // min_max, percentile, mse, kl
  double percentile = 99.99;       // of method percentile: above 50, at most 100
  // 1 to 16: the ranges of the network's outputs become so many times as wide where no clamp of the
  // network bounds them. A run file that does not say has usual_output_headroom.
  double output_headroom = 1;
};

/// 2 where fractals calibrate a network whose pictures are no fractals: they excite its outputs
/// less than what it was trained on does (docs/quantization.md). 1 otherwise.
double usual_output_headroom(const DatasetConfig& calibration,
                             const std::optional<DatasetConfig>& dataset);

/// How a picture becomes the input tensor: x = (pixel - mean) / scale per channel (R, G, B).
struct InputConfig {
  std::int64_t size = 0;  // side of the square input, pixels; 0: the network sees none
  std::int64_t resize_shorter_side = 0;  // image_folder only; 0: no resize
  std::int64_t center_crop = 0;          // image_folder only; 0: no crop
  std::array<double, 3> mean = {0, 0, 0};
  std::array<double, 3> scale = {1, 1, 1};
};

/// An entry of quantization.layers; what is left out is as it would be without the entry.
struct LayerQuantizationConfig {
  std::string match;  // of layers' names: * any text, ? any character
  std::optional<std::string> scheme;
  std::optional<std::int64_t> field_bits;
  std::optional<std::string> rule;
  std::optional<bool> symmetric;
  std::optional<std::int64_t> weight_bits, activation_bits;
};

struct QuantizationConfig {
  std::string scheme = "shift_scaler";  // one of scheme_choices()
  std::int64_t field_bits = 4;          // of the shift scaler, 0..4
  std::string rule = "floor";           // or octave
  bool bias_correction = true;
  bool symmetric = true;             // false: weights with a zero point; per_layer only
  bool equalization = false;         // scale channels of neighbouring layers to each other before
  std::int64_t weight_bits = 8;      // 2..8
  std::int64_t activation_bits = 8;  // 4..8
  std::vector<LayerQuantizationConfig> layers;  // later ones win, key by key
};

struct SimulationConfig {
  std::int64_t images = 4;  // at least 1; the machine's values are compared on so many
  // The cycles of one image and nothing that values decide: accuracy is not measured, and neither
  // `images` nor a dataset counts.
  bool timing_only = false;
  bool steady_state = true;  // by default where timing_only is false; a stream of images too
};

struct RunConfig {
  std::string name;            // of the workload: the run file's name without folder and suffix
  std::filesystem::path file;  // the run file
  // An existing file; empty where the run file describes the topology. Without RunNeeds::files any
  // path, or empty.
  std::filesystem::path model;
  std::optional<TopologyConfig> topology;  // in place of an ONNX file
  std::string topology_yaml;  // as the run file has it, indented by two; empty where it does not
  // Empty: accuracy is not measured. With simulation.timing_only it is not looked at, and its path
  // may be empty.
  std::optional<DatasetConfig> dataset;
  std::string accuracy_not_measured;  // why; empty where it is, or RunNeeds::dataset is false
  CalibrationConfig calibration;
  InputConfig input;
  QuantizationConfig quantization;
  HardwareConfig hardware;  // without RunNeeds::files the name may be empty: none given
  SimulationConfig simulation;
  std::optional<FaultsConfig> faults;  // empty: no bit flips
  std::filesystem::path technology;    // an existing file; empty where the usual one is not found
  bool skip_bad_images = false;        // of --skip-bad-images: count what cannot be decoded
  std::vector<std::string> notes;      // what the report should say of how this was read

  std::string network_name() const { return model.empty() ? name : model.stem().string(); }
};

/// What the command line says about a run; every text as given there.
struct RunFlags {
  std::optional<std::string> model, dataset, calibration, images, scheme, hardware, technology;
  std::vector<std::string>
      set;  // "key.path=value", the last one of a key wins; applied after the other flags
  bool skip_bad_images = false;
};

struct RunNeeds {
  bool dataset = true;  // the key must be there; compiling needs none
  bool files = true;    // who only shows a run takes paths that are null or lead nowhere
  bool values = false;  // who needs the machine's values or accuracy refuses timing_only
};

/// Where files with bare names are looked for, behind the current folder.
struct SearchFolders {
  std::vector<std::filesystem::path> workloads;
  std::vector<std::filesystem::path> configs;
};

const std::vector<std::string>& scheme_choices();

/// Reads a run file and its hardware file, with the flags put over them. `file` is a path, or a
/// bare name in the current folder or the workloads folders. A relative path in the file is
/// relative to the file's folder, one from a flag to the current folder; a bare hardware name is
/// looked for in the current folder, beside the run file and in the configs folders, a bare model
/// name beside the run file and in the workloads folders. Throws base::InputError with every error
/// found.
RunConfig read_run_config(const std::string& file, const RunFlags& flags, const RunNeeds& needs,
                          const SearchFolders& folders);

/// A run file that is read many times with other flags: it and the hardware files are opened and
/// parsed once. One thread.
class RunFile {
 public:
  /// Throws base::InputError where the file is missing or no YAML.
  RunFile(const std::string& file, RunNeeds needs, SearchFolders folders);

  const std::filesystem::path& path() const { return path_; }
  /// As read_run_config.
  RunConfig read(const RunFlags& flags);

 private:
  const YamlNode& hardware_tree(const std::filesystem::path& file);

  const RunNeeds needs_;
  const SearchFolders folders_;
  std::filesystem::path path_;
  std::unique_ptr<const YamlNode> root_;
  std::map<std::filesystem::path, std::unique_ptr<const YamlNode>> hardware_trees_;
};

/// The hardware file that a flag names: a path, or a bare name in the current folder or the configs
/// folders. Throws base::InputError naming `flag` where there is none.
std::filesystem::path find_hardware_file(const std::string& name, const std::string& flag,
                                         const SearchFolders& folders);

}  // namespace npusim::config
