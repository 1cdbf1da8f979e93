// SPDX-License-Identifier: Apache-2.0
#include "sim/config/data_keys.h"

#include <limits>

#include "sim/config/technology_file.h"

namespace npusim::config {

const IntegerRule kImageCount{1, 10'000'000};
const IntegerRule kSeed{0, std::numeric_limits<std::int64_t>::max()};
const IntegerRule kSide{1, 8192};
const RealRule kPercentile{50, 100};
const RealRule kOutputHeadroom{1, 16};
const RealRule kMean{-1e6, 1e6};
const RealRule kScale{-1e6, 1e6, /*zero_allowed=*/false};

namespace {

constexpr char kOfFractals[] = "of a kind that is drawn: which pictures";
constexpr char kOfFolder[] = "of kind image_folder: the folder, relative to the run file";
constexpr char kFolderRule[] = "the path of a folder; null: a flag sets it";

}  // namespace

const std::vector<std::string>& data_kinds() {
  static const std::vector<std::string> kinds = {"fractal", "image_folder", "random"};
  return kinds;
}

const std::vector<std::string>& labelled_kinds() {
  static const std::vector<std::string> kinds(data_kinds().begin(), data_kinds().end() - 1);
  return kinds;
}

const std::vector<std::string>& calibration_methods() {
  static const std::vector<std::string> methods = {"min_max", "percentile", "mse", "kl"};
  return methods;
}

const std::vector<RunKey>& run_file_keys() {
  static const std::vector<RunKey> keys = {
      {"model", "the network; relative to the run file, a bare name also in the workloads folder",
       "the path of an ONNX file or of a topology (.csv), or a mapping with layers; null: --model "
       "sets it"},
      {"dataset", "the labelled pictures that accuracy is measured on",
       "a mapping; null: accuracy is not measured", "must be given; left out for a topology"},
      {"calibration", "the pictures that ranges come from", "a mapping",
       "must be given; {kind: random, seed: 1, images: 1} for a topology"},
      {"input", "from a picture to the network's input", "a mapping",
       "must be given where dataset or calibration shows pictures"},
      {"quantization", "from the float network to integers", "a mapping"},
      {"simulation", "what runs on the machine", "a mapping", "every key's default"},
      {"faults", "bits that flip (docs/faults.md)", "a mapping", "none"},
      {"hardware", "the machine; a bare name also in the configs folder",
       "the path of a hardware file, or its keys as a mapping"},
      {"technology", "what energy and area are computed with",
       "the name of a technology, such as generic_45nm, or a path", kUsualTechnology},
  };
  return keys;
}

const std::vector<RunKey>& dataset_keys() {
  static const std::vector<RunKey> keys = {
      {"kind", "where pictures and labels come from", list_choices(labelled_kinds())},
      {"seed", kOfFractals, kSeed.text(), "must be given, and only for kind fractal"},
      {"path", kOfFolder, kFolderRule, "must be given, and only for kind image_folder"},
      {"images", "the first so many", kImageCount.text(),
       "all of an image_folder; must be given for kind fractal"},
  };
  return keys;
}

const std::vector<RunKey>& calibration_keys() {
  static const std::vector<RunKey> keys = {
      {"kind", "where pictures come from; random: tensors in [-1, 1) of any shape",
       list_choices(data_kinds())},
      {"seed", kOfFractals, kSeed.text(), "must be given, and not for kind image_folder"},
      {"path", kOfFolder, kFolderRule, "must be given, and only for kind image_folder"},
      {"images", "the first so many", kImageCount.text(),
       "all of an image_folder; must be given for other kinds"},
      {"method", "how a tensor's range follows from its values",
       list_choices(calibration_methods()), calibration_methods().front()},
      {"percentile", "of method percentile: of all values, so many percent lie in the range",
       "a number above 50, at most 100", "99.99; only with method percentile"},
      {"output_headroom", "ranges of the outputs become so many times as wide",
       "a number from 1 to 16", "2 where fractals calibrate for other pictures, else 1"},
  };
  return keys;
}

const std::vector<RunKey>& input_keys() {
  static const std::vector<RunKey> keys = {
      {"size", "side of the network's input, pixels", kSide.text()},
      {"mean", "x = (pixel - mean) / scale, pixels from 0 to 255",
       "three numbers from -1e6 to 1e6, for R, G, B"},
      {"scale", "as mean", "three numbers from -1e6 to 1e6 other than 0, for R, G, B"},
      {"resize_shorter_side", "of pictures of a folder, first: pixels", kSide.text(), "no resize"},
      {"center_crop", "of pictures of a folder, then: pixels, must be size", kSide.text(),
       "no crop"},
  };
  return keys;
}

}  // namespace npusim::config
