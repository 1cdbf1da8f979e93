// SPDX-License-Identifier: Apache-2.0
// The bytes of the DRAM.
#pragma once

#include <cstdint>
#include <vector>

namespace npusim::model {

/// The Program's image, followed by zeros. The image is read where the Program has it and copied
/// only when something is written into it, so that a simulation does not begin with copying all
/// weights.
class DramStorage {
 public:
  /// `image` must outlive this; `bytes` >= image.size() is the size of the space.
  DramStorage(const std::vector<std::uint8_t>& image, std::uint64_t bytes);

  /// [address, address + bytes) must lie in the space: base::InternalError otherwise.
  void read(std::uint64_t address, std::uint8_t* to, std::uint64_t bytes) const;
  void write(std::uint64_t address, const std::uint8_t* from, std::uint64_t bytes);

 private:
  void check(std::uint64_t address, std::uint64_t bytes) const;
  // The part of the range within the image; the rest lies behind it.
  std::uint64_t image_part(std::uint64_t address, std::uint64_t bytes) const;

  const std::uint8_t* image_;
  std::uint64_t image_bytes_;
  std::uint64_t bytes_;
  std::vector<std::uint8_t> own_image_;  // once written to
  std::vector<std::uint8_t> rest_;       // behind the image, as far as anything was written
};

}  // namespace npusim::model
