// SPDX-License-Identifier: Apache-2.0
// Where an address lies in channels, banks and rows: section 3 of docs/timing-model.md, "Address".
#pragma once

#include <array>
#include <cstdint>

#include "sim/config/dram_config.h"

namespace npusim::model {

struct DramPlace {
  std::int64_t channel = 0;
  std::int64_t bank = 0;
  std::int64_t row = 0;
};

class DramAddressMap {
 public:
  explicit DramAddressMap(const config::DramConfig& dram);

  DramPlace locate(std::uint64_t address) const;
  /// Rows of a bank.
  std::int64_t rows() const { return sizes_[static_cast<std::size_t>(config::AddressField::row)]; }

 private:
  std::uint64_t interleave_bytes_;
  config::AddressMapping mapping_;
  std::array<std::int64_t, 4> sizes_;  // by AddressField
};

}  // namespace npusim::model
