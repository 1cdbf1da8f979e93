// SPDX-License-Identifier: Apache-2.0
// Labelled images as input tensors of a network.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/config/run_config.h"

namespace npusim::data {

/// One image, ready for the network.
struct Sample {
  std::vector<float> tensor;  ///< Height, width, channel (R, G, B): size * size * 3 values.
  std::int64_t label = 0;     ///< Class index, at least 0.
};

/// A finite, ordered set of images; every method may be called from any thread. index: in
/// [0, images()).
class Dataset {
 public:
  virtual ~Dataset() = default;
  virtual std::int64_t images() const = 0;
  /// The class of an image, without making the image.
  virtual std::int64_t label(std::int64_t index) const = 0;
  /// What people call an image: its path within the folder, or "image 5".
  virtual std::string name(std::int64_t index) const = 0;
  /// Where the label comes from, for messages: "val/labels.csv:7", or "dataset image 5".
  virtual std::string label_place(std::int64_t index) const = 0;
  /// Throws base::InputError where the image cannot be had.
  virtual Sample sample(std::int64_t index) const = 0;
};

/// The data set that a run file describes, images made into tensors by its input section.
/// `missing_allowed`: a picture that does not exist is an error of its sample() alone.
/// Throws base::InputError where the description cannot be followed: what ImageFolder refuses, an
/// input size that the generator does not draw.
std::unique_ptr<Dataset> open_dataset(const config::DatasetConfig& dataset,
                                      const config::InputConfig& input,
                                      bool missing_allowed = false);

/// x = (pixel - mean) / scale per channel, in double, rounded once to float.
/// `rgb`: `pixels` pixels of three bytes. `scale` must not hold 0.
std::vector<float> to_tensor(const std::uint8_t* rgb, std::int64_t pixels,
                             const config::InputConfig& input);

}  // namespace npusim::data
