// SPDX-License-Identifier: Apache-2.0
// Parameters on their way from the weight scratchpad into a unit's registers, a line per access.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "tests/registers/context.h"

namespace npusim::registers {

class ParameterStream {
 public:
  /// The bytes of several blocks one after another; `charged_bytes` decide the accesses.
  void begin(const Context& context, std::int64_t charged_bytes) {
    context_ = &context;
    addresses_.clear();
    bytes_.clear();
    accesses_left_ = context.weight_accesses(charged_bytes);
  }
  void block(std::uint64_t address, std::uint64_t bytes) {
    for (std::uint64_t b = 0; b < bytes; ++b) addresses_.push_back(address + b);
  }

  std::int64_t accesses_left() const { return accesses_left_; }
  void access() {
    // The last line brings what lies beside it as well: fields that begin within a byte.
    const std::size_t end =
        --accesses_left_ == 0
            ? addresses_.size()
            : std::min(
                  addresses_.size(),
                  bytes_.size() + static_cast<std::size_t>(context_->hardware.mac_array.columns));
    while (bytes_.size() < end) bytes_.push_back(context_->weights[addresses_[bytes_.size()]]);
  }
  /// The registers, in the order of the blocks.
  const std::uint8_t* bytes(std::size_t from) const { return bytes_.data() + from; }

 private:
  const Context* context_ = nullptr;
  std::vector<std::uint64_t> addresses_;
  std::vector<std::uint8_t> bytes_;
  std::int64_t accesses_left_ = 0;
};

}  // namespace npusim::registers
