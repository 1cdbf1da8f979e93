// SPDX-License-Identifier: Apache-2.0
#include "sim/functional/accesses.h"

#include <algorithm>

#include "sim/isa/windows.h"

namespace npusim::functional {
namespace {

using isa::Space;

/// Taps [k_begin, k_end) as the box of kernel positions and channels that holds them.
struct TapBox {
  std::int64_t ky_begin = 0, ky_end = 1, kx_begin = 0, kx_end = 1;
  std::uint64_t channel_begin = 0, channel_end = 1;
};

TapBox tap_box(const isa::Matmul& f) {
  const isa::Tap first = isa::tap_of(f, f.k_begin);
  const isa::Tap last = isa::tap_of(f, std::int64_t{f.k_end} - 1);
  TapBox box;
  box.ky_begin = first.ky;
  box.ky_end = last.ky + 1;
  const bool one_row = first.ky == last.ky;
  box.kx_begin = one_row ? first.kx : 0;
  box.kx_end = one_row ? last.kx + 1 : f.kernel_w;
  const bool one_position = one_row && first.kx == last.kx;
  const bool part = one_position && f.mode != isa::ArrayMode::depthwise;
  box.channel_begin = part ? static_cast<std::uint64_t>(first.channel) : 0;
  box.channel_end = part ? static_cast<std::uint64_t>(last.channel) + 1 : f.channels;
  return box;
}

/// What an instruction reads of its input region: a span of columns of one row after another. The
/// lines of a convolution meet the same rows again; a span inside the row's last one is left out.
class RowSpans {
 public:
  template <typename Fields>
  RowSpans(const Fields& f, std::uint64_t channel_begin, std::uint64_t channel_end,
           std::vector<Access>& accesses)
      : address_(f.in_address + channel_begin),
        run_bytes_(channel_end - channel_begin),
        pixel_stride_bytes_(f.pixel_stride_bytes),
        row_stride_bytes_(f.row_stride_bytes),
        height_(f.in_height),
        width_(f.in_width),
        last_(static_cast<std::size_t>(f.in_height)),
        accesses_(accesses) {}

  /// Columns [begin, end) of a row; whatever lies outside the region is cut off.
  void add(std::int64_t row, std::int64_t begin, std::int64_t end) {
    begin = std::max<std::int64_t>(begin, 0);
    end = std::min(end, width_);
    if (row < 0 || row >= height_ || begin >= end) return;
    Span& last = last_[static_cast<std::size_t>(row)];
    if (last.begin <= begin && end <= last.end) return;
    last = {begin, end};
    accesses_.push_back(
        {Space::activation_scratchpad,
         false,
         {address_ + static_cast<std::uint64_t>(row) * row_stride_bytes_ +
              static_cast<std::uint64_t>(begin) * pixel_stride_bytes_,
          run_bytes_, static_cast<std::uint64_t>(end - begin), pixel_stride_bytes_, 1, 0}});
  }

 private:
  struct Span {
    std::int64_t begin = 0, end = 0;
  };
  std::uint64_t address_;
  std::uint64_t run_bytes_;
  std::uint64_t pixel_stride_bytes_;
  std::uint64_t row_stride_bytes_;
  std::int64_t height_;
  std::int64_t width_;
  std::vector<Span> last_;
  std::vector<Access>& accesses_;
};

/// Calls visit(output row, first column, last column) for every line of the output pixels.
template <typename Fields, typename Visit>
void for_each_line(const Fields& f, Visit&& visit) {
  const std::int64_t end = std::int64_t{f.first_pixel} + f.pixels;
  for (std::int64_t pixel = f.first_pixel; pixel < end;) {
    const std::int64_t row = pixel / f.out_width;
    const std::int64_t line_end = std::min(end, (row + 1) * f.out_width);
    visit(row, pixel % f.out_width, (line_end - 1) % f.out_width);
    pixel = line_end;
  }
}

class Collector {
 public:
  Collector(isa::Opcode opcode, const config::HardwareConfig& hardware,
            const std::uint8_t* weight_scratchpad, std::vector<Access>& accesses)
      : opcode_(opcode),
        hardware_(hardware),
        weight_scratchpad_(weight_scratchpad),
        accesses_(accesses) {}

  void operator()(const isa::End&) {}

  void operator()(const isa::Dma& f) {
    const Space local = opcode_ == isa::Opcode::load_weights ? Space::weight_scratchpad
                                                             : Space::activation_scratchpad;
    if (opcode_ == isa::Opcode::store_activations) {
      read(local, local_region(f));
      write(Space::dram, dram_region(f));
    } else {
      read(Space::dram, dram_region(f));
      write(local, local_region(f));
    }
  }

  void operator()(const isa::Preload& f) {
    read(Space::weight_scratchpad, weights_region(f));
    read(Space::weight_scratchpad, bias_region(f));
  }

  void operator()(const isa::Matmul& f) {
    const TapBox box = tap_box(f);
    RowSpans spans(f, box.channel_begin, box.channel_end, accesses_);
    for_each_line(f, [&](std::int64_t row, std::int64_t first, std::int64_t last) {
      const std::int64_t begin = first * f.stride_w - f.pad_left + box.kx_begin * f.dilation_w;
      const std::int64_t end = last * f.stride_w - f.pad_left + (box.kx_end - 1) * f.dilation_w + 1;
      for (std::int64_t ky = box.ky_begin; ky < box.ky_end; ++ky) {
        spans.add(row * f.stride_h - f.pad_top + ky * f.dilation_h, begin, end);
      }
    });
    const isa::Region rows = accumulator_region(f, hardware_.mac_array.columns);
    if (!f.start_from_bias) read(Space::accumulators, rows);
    write(Space::accumulators, rows);
  }

  void operator()(const isa::Requantize& f) {
    read(Space::accumulators, accumulator_region(f, hardware_.mac_array.columns));
    read(Space::weight_scratchpad, record_region(f));
    read(Space::weight_scratchpad, shifts_region(f));
    read(Space::weight_scratchpad, clamps_region(f));
    write(Space::activation_scratchpad, output_region(f));
  }

  void operator()(const isa::Pool& f) {
    RowSpans spans(f, 0, f.channels, accesses_);
    for_each_line(f, [&](std::int64_t row, std::int64_t first, std::int64_t last) {
      const isa::Window begin = isa::window_of(f, {row, first});
      const isa::Window end = isa::window_of(f, {row, last});
      for (std::int64_t y = begin.row_begin; y < begin.row_end; ++y) {
        spans.add(y, begin.column_begin, end.column_end);
      }
    });
    if (f.operation == isa::PoolOperation::average) {
      read(Space::weight_scratchpad, record_region(f, weight_scratchpad_[f.record_address]));
    }
    write(Space::activation_scratchpad, output_region(f));
  }

  void operator()(const isa::Elementwise& f) {
    read(Space::activation_scratchpad, a_region(f));
    read(Space::activation_scratchpad, b_region(f));
    read(Space::weight_scratchpad, record_region(f));
    write(Space::activation_scratchpad, output_region(f));
  }

 private:
  void read(Space space, const isa::Region& region) { add({space, false, region}); }
  void write(Space space, const isa::Region& region) { add({space, true, region}); }
  void add(const Access& access) {
    if (!access.region.empty()) accesses_.push_back(access);
  }

  isa::Opcode opcode_;
  const config::HardwareConfig& hardware_;
  const std::uint8_t* weight_scratchpad_;
  std::vector<Access>& accesses_;
};

}  // namespace

void append_accesses(const isa::Instruction& instruction, const config::HardwareConfig& hardware,
                     const std::uint8_t* weight_scratchpad, std::vector<Access>& accesses) {
  std::visit(Collector(instruction.opcode, hardware, weight_scratchpad, accesses),
             instruction.fields);
}

}  // namespace npusim::functional
