// SPDX-License-Identifier: Apache-2.0
#include "sim/model/dram_address.h"

#include "sim/base/math.h"

namespace npusim::model {

DramAddressMap::DramAddressMap(const config::DramConfig& dram)
    : interleave_bytes_(static_cast<std::uint64_t>(dram.timing.interleave_bytes)),
      mapping_(dram.timing.address_mapping) {
  const config::DramTimingConfig& t = dram.timing;
  const std::int64_t bytes_of_a_row_everywhere = t.channels * t.banks * t.row_bytes;
  sizes_ = {base::ceil_div(dram.bytes, bytes_of_a_row_everywhere), t.banks,
            t.row_bytes / t.interleave_bytes, t.channels};
}

DramPlace DramAddressMap::locate(std::uint64_t address) const {
  std::uint64_t rest = address / interleave_bytes_;
  std::array<std::int64_t, 4> fields{};
  for (auto field = mapping_.rbegin(); field != mapping_.rend(); ++field) {
    const auto f = static_cast<std::size_t>(*field);
    const auto size = static_cast<std::uint64_t>(sizes_[f]);
    fields[f] = static_cast<std::int64_t>(rest % size);
    rest /= size;
  }
  const auto value = [&](config::AddressField field) {
    return fields[static_cast<std::size_t>(field)];
  };
  return {value(config::AddressField::channel), value(config::AddressField::bank),
          value(config::AddressField::row)};
}

}  // namespace npusim::model
