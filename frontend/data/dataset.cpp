// SPDX-License-Identifier: Apache-2.0
#include "frontend/data/dataset.h"

#include <array>
#include <string>

#include "frontend/data/fractal.h"
#include "frontend/data/image_folder.h"
#include "sim/base/errors.h"

namespace npusim::data {
namespace {

class FractalDataset final : public Dataset {
 public:
  FractalDataset(const config::DatasetConfig& dataset, const config::InputConfig& input)
      : set_(static_cast<std::uint64_t>(dataset.seed), input.size),
        images_(dataset.images.value_or(0)),
        input_(input) {}

  std::int64_t images() const override { return images_; }
  std::int64_t label(std::int64_t index) const override { return FractalSet::label(index); }
  std::string name(std::int64_t index) const override { return "image " + std::to_string(index); }
  std::string label_place(std::int64_t index) const override { return "dataset " + name(index); }

  Sample sample(std::int64_t index) const override {
    const FractalImage image = set_.image(index);
    return {to_tensor(image.rgb.data(), image.size * image.size, input_), image.label};
  }

 private:
  FractalSet set_;
  std::int64_t images_;
  config::InputConfig input_;
};

}  // namespace

std::unique_ptr<Dataset> open_dataset(const config::DatasetConfig& dataset,
                                      const config::InputConfig& input, bool missing_allowed) {
  if (dataset.kind == config::DatasetKind::image_folder)
    return std::make_unique<ImageFolder>(dataset, input, missing_allowed);
  return std::make_unique<FractalDataset>(dataset, input);
}

std::vector<float> to_tensor(const std::uint8_t* rgb, std::int64_t pixels,
                             const config::InputConfig& input) {
  std::array<std::array<float, 256>, 3> value_of{};
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t pixel = 0; pixel < 256; ++pixel) {
      value_of[c][pixel] =
          static_cast<float>((static_cast<double>(pixel) - input.mean[c]) / input.scale[c]);
    }
  }
  std::vector<float> tensor(static_cast<std::size_t>(pixels) * 3);
  for (std::size_t i = 0; i < tensor.size(); ++i) tensor[i] = value_of[i % 3][rgb[i]];
  return tensor;
}

}  // namespace npusim::data
