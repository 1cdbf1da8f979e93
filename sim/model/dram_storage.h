// SPDX-License-Identifier: Apache-2.0
// The bytes of the DRAM.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/isa/dram_image.h"
#include "sim/isa/zeroed_array.h"

namespace npusim::model {

/// The Program's image, which nothing overwrites and which is therefore read where the Program has
/// it, followed by zeros: a simulation does not begin with copying all weights.
class DramStorage {
 public:
  /// `bytes` >= image.size() is the size of the space. Memory is taken
  /// only where something is written.
  DramStorage(isa::DramImage image, std::uint64_t bytes);

  /// The range must lie in the space, and for a write behind the image: base::InternalError
  /// otherwise.
  void read(std::uint64_t address, std::uint8_t* to, std::uint64_t bytes) const;
  void write(std::uint64_t address, const std::uint8_t* from, std::uint64_t bytes);

 private:
  void check(std::uint64_t begin, std::uint64_t address, std::uint64_t bytes) const;

  isa::DramImage shared_;
  const std::uint8_t* image_;  // shared_'s bytes
  std::uint64_t image_bytes_;
  std::uint64_t bytes_;
  isa::ZeroedArray<std::uint8_t> rest_;  // behind the image
};

}  // namespace npusim::model
