// SPDX-License-Identifier: Apache-2.0
#include "sim/stats/accesses.h"

#include <algorithm>
#include <set>

#include "sim/base/math.h"
#include "sim/isa/records.h"
#include "sim/isa/regions.h"
#include "sim/isa/windows.h"

namespace npusim::stats {
namespace {

using base::ceil_div;

// The words that a range of so many bytes touches at most, wherever it begins.
constexpr std::int64_t most_words(std::int64_t bytes, std::int64_t word_bytes) {
  return (bytes + word_bytes - 2) / word_bytes + 1;
}

// Pixels in chunks of as many channels as there are lanes: the accesses for one operand's pixel.
class ChunkedPixel {
 public:
  ChunkedPixel(const config::HardwareConfig& hardware, std::int64_t channels)
      : hardware_(hardware),
        channels_(channels),
        lanes_(hardware.vector_unit.lanes),
        chunks_(ceil_div(channels, lanes_)),
        writes_are_longer_(hardware.activation_scratchpad.protection != config::Protection::none) {
    const auto& memory = hardware.activation_scratchpad;
    one_access_per_chunk_ =
        most_words(std::min(lanes_, channels), memory.bank_word_bytes) <= memory.banks;
  }

  std::int64_t accesses(std::int64_t address) const {
    if (one_access_per_chunk_) return chunks_;
    std::int64_t sum = 0;
    for (std::int64_t c = 0; c < channels_; c += lanes_) {
      sum += activation_accesses(hardware_, address + c, std::min(lanes_, channels_ - c));
    }
    return sum;
  }

  std::int64_t write_accesses(std::int64_t address) const {
    std::int64_t sum = 0;
    for (std::int64_t c = 0; c < channels_; c += lanes_) {
      sum += activation_write_accesses(hardware_, address + c, std::min(lanes_, channels_ - c));
    }
    return sum;
  }

  /// Of `pixels` pixels, `stride` bytes apart.
  std::int64_t accesses(std::int64_t address, std::int64_t pixels, std::int64_t stride) const {
    if (one_access_per_chunk_) return chunks_ * pixels;
    std::int64_t sum = 0;
    for (std::int64_t i = 0; i < pixels; ++i) sum += accesses(address + i * stride);
    return sum;
  }
  std::int64_t write_accesses(std::int64_t address, std::int64_t pixels,
                              std::int64_t stride) const {
    if (!writes_are_longer_) return accesses(address, pixels, stride);
    std::int64_t sum = 0;
    for (std::int64_t i = 0; i < pixels; ++i) sum += write_accesses(address + i * stride);
    return sum;
  }

 private:
  const config::HardwareConfig& hardware_;
  std::int64_t channels_;
  std::int64_t lanes_;
  std::int64_t chunks_;
  bool writes_are_longer_;  // some of them
  bool one_access_per_chunk_ = false;
};

// Rows go through the lanes in groups, as many as the array's columns give at a time and the lanes
// hold; one by one where they do not hold two.
std::int64_t group_accesses(const config::HardwareConfig& hardware, const isa::Requantize& r) {
  const std::int64_t columns = r.columns;
  const std::int64_t lanes = hardware.requantization.lanes;
  const auto& memory = hardware.activation_scratchpad;
  const std::int64_t group =
      std::min(hardware.mac_array.depthwise_pixels, std::max<std::int64_t>(1, lanes / columns));
  const std::int64_t compute = ceil_div(columns, lanes);  // one for a group of several
  const std::int64_t word_bytes = config::written_together_bytes(memory);
  if (memory.protection == config::Protection::none &&
      group * most_words(columns, memory.bank_word_bytes) <= compute * memory.banks) {
    return compute * ceil_div<std::int64_t>(r.pixels, group);
  }
  std::int64_t accesses = 0;
  for (std::int64_t begin = 0; begin < r.pixels; begin += group) {
    std::int64_t words = 0;
    std::int64_t partial = 0;
    for (std::int64_t i = begin; i < std::min<std::int64_t>(begin + group, r.pixels); ++i) {
      const std::int64_t address = r.out_address + i * std::int64_t{r.out_pixel_stride_bytes};
      words += words_touched(address, columns, memory.bank_word_bytes);
      partial += partial_words(address, columns, word_bytes);
    }
    accesses += std::max(compute, write_accesses(ceil_div(words, memory.banks), partial));
  }
  return accesses;
}

}  // namespace

std::int64_t activation_accesses(const config::HardwareConfig& hardware, std::int64_t address,
                                 std::int64_t bytes) {
  const auto& memory = hardware.activation_scratchpad;
  return ceil_div(words_touched(address, bytes, memory.bank_word_bytes), memory.banks);
}

std::int64_t activation_write_accesses(const config::HardwareConfig& hardware, std::int64_t address,
                                       std::int64_t bytes) {
  return write_accesses(
      activation_accesses(hardware, address, bytes),
      partial_words(address, bytes,
                    config::written_together_bytes(hardware.activation_scratchpad)));
}

std::int64_t weight_accesses(const config::HardwareConfig& hardware, std::int64_t bytes) {
  return ceil_div(bytes, hardware.mac_array.columns);
}

std::int64_t vector_pipeline_cycles(const config::HardwareConfig& hardware) {
  return hardware.vector_unit.pipeline_depth_cycles +
         config::decode_cycles(hardware.activation_scratchpad);
}

namespace {

void set_parameters(const config::HardwareConfig& hardware, std::int64_t bytes,
                    StreamAccesses& accesses) {
  accesses.parameters = weight_accesses(hardware, bytes);
  accesses.decode = config::decode_cycles(hardware.weight_scratchpad);
}

}  // namespace

StreamAccesses stream_accesses(const config::HardwareConfig& hardware, const isa::Requantize& r) {
  const std::int64_t columns = r.columns;
  const auto scale_bytes = static_cast<std::int64_t>(isa::kScaleRecordBytes);
  const std::int64_t records = scale_bytes * (r.per_channel ? columns : 1);
  const std::int64_t shifts = ceil_div<std::int64_t>(columns * r.field_bits, 8);
  const std::int64_t clamps =
      r.channel_clamps ? static_cast<std::int64_t>(isa::kClampRecordBytes) * columns : 0;
  StreamAccesses accesses;
  set_parameters(hardware, records + shifts + clamps, accesses);
  accesses.activations = group_accesses(hardware, r);
  return accesses;
}

StreamAccesses stream_accesses(const config::HardwareConfig& hardware, const isa::Pool& p) {
  const ChunkedPixel pixel(hardware, p.channels);
  std::set<std::int64_t> divisors;
  StreamAccesses accesses;
  for (std::int64_t i = 0; i < p.pixels; ++i) {
    const isa::Window window = isa::window_of(p, isa::output_pixel(p, i));
    for (std::int64_t y = window.row_begin; y < window.row_end; ++y) {
      const std::int64_t row = p.in_address + y * std::int64_t{p.row_stride_bytes} +
                               window.column_begin * std::int64_t{p.pixel_stride_bytes};
      accesses.activations +=
          pixel.accesses(row, window.column_end - window.column_begin, p.pixel_stride_bytes);
    }
    accesses.activations +=
        pixel.write_accesses(p.out_address + i * std::int64_t{p.out_pixel_stride_bytes});
    if (!p.count_include_pad) divisors.insert(window.cells());
  }
  if (p.operation == isa::PoolOperation::average) {
    const auto entry_bytes = static_cast<std::int64_t>(isa::kPoolEntryBytes);
    const auto entries = p.count_include_pad ? 1 : static_cast<std::int64_t>(divisors.size());
    set_parameters(hardware, 1 + entry_bytes * entries, accesses);
  }
  return accesses;
}

StreamAccesses stream_accesses(const config::HardwareConfig& hardware, const isa::Elementwise& e) {
  using Operation = isa::ElementwiseOperation;
  const ChunkedPixel pixel(hardware, e.channels);
  StreamAccesses accesses;
  accesses.activations = pixel.accesses(e.a_address, e.pixels, e.a_pixel_stride_bytes) +
                         pixel.write_accesses(e.out_address, e.pixels, e.out_pixel_stride_bytes);
  if (isa::has_operand_b(e)) {
    accesses.activations +=
        pixel.accesses(e.b_address, e.broadcast_b ? 1 : e.pixels, e.b_pixel_stride_bytes);
  }
  const std::size_t record = e.operation == Operation::add      ? isa::kAddRecordBytes
                             : e.operation == Operation::lookup ? isa::kLookupRecordBytes
                                                                : isa::kScaleRecordBytes;
  set_parameters(hardware, static_cast<std::int64_t>(record), accesses);
  return accesses;
}

}  // namespace npusim::stats
