// SPDX-License-Identifier: Apache-2.0
#include "sim/model/dram_storage.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "sim/base/errors.h"

namespace npusim::model {

DramStorage::DramStorage(isa::DramImage image, std::uint64_t bytes)
    : shared_(std::move(image)),
      image_(shared_.data()),
      image_bytes_(shared_.size()),
      bytes_(bytes),
      rest_(bytes - std::min<std::uint64_t>(bytes, image_bytes_)) {
  check(0, 0, image_bytes_);
}

void DramStorage::check(std::uint64_t begin, std::uint64_t address, std::uint64_t bytes) const {
  if (address >= begin && address <= bytes_ && bytes <= bytes_ - address) return;
  throw base::InternalError("DRAM: got " + std::to_string(bytes) + " bytes at " +
                            std::to_string(address) + ", must lie in " + std::to_string(begin) +
                            " to " + std::to_string(bytes_));
}

void DramStorage::read(std::uint64_t address, std::uint8_t* to, std::uint64_t bytes) const {
  check(0, address, bytes);
  const std::uint64_t in_image =
      address >= image_bytes_ ? 0 : std::min(bytes, image_bytes_ - address);
  if (in_image != 0) std::memcpy(to, image_ + address, in_image);
  if (in_image != bytes) {
    std::memcpy(to + in_image, rest_.data() + (address + in_image - image_bytes_),
                bytes - in_image);
  }
}

void DramStorage::write(std::uint64_t address, const std::uint8_t* from, std::uint64_t bytes) {
  check(image_bytes_, address, bytes);
  if (bytes != 0) std::memcpy(rest_.data() + (address - image_bytes_), from, bytes);
}

}  // namespace npusim::model
