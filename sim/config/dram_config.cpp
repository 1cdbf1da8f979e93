// SPDX-License-Identifier: Apache-2.0
#include "sim/config/dram_config.h"

#include <algorithm>

#include "sim/base/errors.h"

namespace npusim::config {

DramPeak dram_peak(const DramConfig& dram) {
  if (dram.model == DramModel::flat) return {dram.bandwidth_bytes_per_second, 1};
  const DramTimingConfig& timing = dram.timing;
  return {timing.channels * timing.burst_bytes * timing.clock_hz,
          std::max(timing.ccd_cycles, timing.burst_cycles)};
}

const std::array<AddressMapping, 24>& address_mappings() {
  static const std::array<AddressMapping, 24> all = [] {
    std::array<AddressMapping, 24> result{};
    AddressMapping order = {AddressField::row, AddressField::bank, AddressField::column,
                            AddressField::channel};
    for (AddressMapping& mapping : result) {
      mapping = order;
      std::next_permutation(order.begin(), order.end());
    }
    return result;
  }();
  return all;
}

std::int64_t index_of(const AddressMapping& mapping) {
  const auto& all = address_mappings();
  const auto* found = std::find(all.begin(), all.end(), mapping);
  if (found == all.end()) throw base::InternalError("address mapping: a field stands there twice");
  return found - all.begin();
}

}  // namespace npusim::config
