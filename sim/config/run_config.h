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
//
// Defaults: calibration.method min_max; quantization.field_bits 4, rule floor, bias_correction
// true; simulation.images 4; images of an image_folder: all of them. Everything else must be given.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/config/hardware_config.h"

namespace npusim::config {

enum class DatasetKind { fractal, image_folder };

/// A labelled set of images.
struct DatasetConfig {
  DatasetKind kind = DatasetKind::fractal;
  std::int64_t seed = 0;       // fractal: the split, at least 0
  std::filesystem::path path;  // image_folder: the folder, with labels.csv or classes.txt
  std::optional<std::int64_t>
      images;  // the first so many; always given for fractal, all of the folder if empty
};

struct CalibrationConfig {
  DatasetConfig data;
  std::string method = "min_max";
};

/// How a picture becomes the input tensor: x = (pixel - mean) / scale per channel (R, G, B).
struct InputConfig {
  std::int64_t size = 0;                 // side of the square input, pixels
  std::int64_t resize_shorter_side = 0;  // image_folder only; 0: no resize
  std::int64_t center_crop = 0;          // image_folder only; 0: no crop
  std::array<double, 3> mean = {0, 0, 0};
  std::array<double, 3> scale = {1, 1, 1};
};

struct QuantizationConfig {
  std::string scheme = "shift_scaler";  // one of scheme_choices()
  std::int64_t field_bits = 4;          // of the shift scaler, 0..4
  std::string rule = "floor";
  bool bias_correction = true;
};

struct RunConfig {
  std::string name;             // of the workload: the run file's name without folder and suffix
  std::filesystem::path file;   // the run file
  std::filesystem::path model;  // an existing file
  std::optional<DatasetConfig> dataset;  // there where RunNeeds::dataset
  CalibrationConfig calibration;
  InputConfig input;
  QuantizationConfig quantization;
  HardwareConfig hardware;
  std::int64_t simulation_images = 4;  // at least 1
};

/// What the command line says about a run; every text as given there.
struct RunFlags {
  std::optional<std::string> model, dataset, calibration, images, scheme, hardware;
  std::vector<std::string>
      set;  // "key.path=value", the last one of a key wins; applied after the other flags
};

struct RunNeeds {
  bool dataset = true;  // compiling needs none
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

/// The hardware file that a flag names: a path, or a bare name in the current folder or the configs
/// folders. Throws base::InputError naming `flag` where there is none.
std::filesystem::path find_hardware_file(const std::string& name, const std::string& flag,
                                         const SearchFolders& folders);

}  // namespace npusim::config
