// SPDX-License-Identifier: Apache-2.0
#include "frontend/data/random_tensors.h"

#include <string>

#include "frontend/data/splitmix64.h"

namespace npusim::data {
namespace {

class RandomTensors final : public Dataset {
 public:
  RandomTensors(std::uint64_t seed, std::int64_t images, std::int64_t elements)
      : stream_(SplitMix64::mix(seed + kStreamStep)), images_(images), elements_(elements) {}

  std::int64_t images() const override { return images_; }
  std::int64_t label(std::int64_t /*index*/) const override { return 0; }
  std::string name(std::int64_t index) const override { return "tensor " + std::to_string(index); }
  std::string label_place(std::int64_t index) const override { return "random " + name(index); }

  Sample sample(std::int64_t index) const override {
    SplitMix64 random(SplitMix64::mix(stream_ + static_cast<std::uint64_t>(index)));
    Sample sample;
    sample.tensor.resize(static_cast<std::size_t>(elements_));
    for (float& value : sample.tensor) {
      const auto bits = static_cast<std::int32_t>(random.next() >> 40U);
      value = static_cast<float>(bits - (1 << 23)) / static_cast<float>(1 << 23);
    }
    return sample;
  }

 private:
  static constexpr std::uint64_t kStreamStep = 0x9e3779b97f4a7c15U;  // mix(0) is 0

  std::uint64_t stream_;
  std::int64_t images_;
  std::int64_t elements_;
};

}  // namespace

std::unique_ptr<Dataset> random_tensors(std::uint64_t seed, std::int64_t images,
                                        std::int64_t elements) {
  return std::make_unique<RandomTensors>(seed, images, elements);
}

}  // namespace npusim::data
