// SPDX-License-Identifier: Apache-2.0
#include "sim/model/dram_storage.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "sim/base/errors.h"

namespace npusim::model {

DramStorage::DramStorage(const std::vector<std::uint8_t>& image, std::uint64_t bytes)
    : image_(image.data()), image_bytes_(image.size()), bytes_(bytes) {
  check(0, image_bytes_);
}

void DramStorage::check(std::uint64_t address, std::uint64_t bytes) const {
  if (address <= bytes_ && bytes <= bytes_ - address) return;
  throw base::InternalError("DRAM: got " + std::to_string(bytes) + " bytes at " +
                            std::to_string(address) + ", must lie in its " +
                            std::to_string(bytes_) + " bytes");
}

std::uint64_t DramStorage::image_part(std::uint64_t address, std::uint64_t bytes) const {
  return address >= image_bytes_ ? 0 : std::min(bytes, image_bytes_ - address);
}

void DramStorage::read(std::uint64_t address, std::uint8_t* to, std::uint64_t bytes) const {
  check(address, bytes);
  const std::uint64_t in_image = image_part(address, bytes);
  if (in_image != 0) std::memcpy(to, image_ + address, in_image);
  if (in_image == bytes) return;
  const std::uint64_t offset = address + in_image - image_bytes_;
  const std::uint64_t wanted = bytes - in_image;
  const std::uint64_t written =
      offset >= rest_.size() ? 0 : std::min<std::uint64_t>(wanted, rest_.size() - offset);
  if (written != 0) std::memcpy(to + in_image, rest_.data() + offset, written);
  std::memset(to + in_image + written, 0, wanted - written);
}

void DramStorage::write(std::uint64_t address, const std::uint8_t* from, std::uint64_t bytes) {
  check(address, bytes);
  const std::uint64_t in_image = image_part(address, bytes);
  if (in_image != 0) {
    if (own_image_.empty()) {
      own_image_.assign(image_, image_ + image_bytes_);
      image_ = own_image_.data();
    }
    std::memcpy(own_image_.data() + address, from, in_image);
  }
  if (in_image == bytes) return;
  const std::uint64_t offset = address + in_image - image_bytes_;
  const std::uint64_t end = offset + bytes - in_image;
  if (rest_.size() < end) rest_.resize(end);
  std::memcpy(rest_.data() + offset, from + in_image, bytes - in_image);
}

}  // namespace npusim::model
