// SPDX-License-Identifier: Apache-2.0
#include "tests/registers/feeder.h"

#include <algorithm>

#include "sim/isa/windows.h"

namespace npusim::registers {
namespace {

std::int64_t words_per_cycle(const config::HardwareConfig& hardware) {
  const std::int64_t words = std::max<std::int64_t>(
      1, hardware.feeder.bytes_per_cycle / hardware.activation_scratchpad.bank_word_bytes);
  return std::min(hardware.activation_scratchpad.banks, words);
}

std::int64_t address_of(const isa::Matmul& f, isa::Pixel cell, std::int64_t channel) {
  return std::int64_t{f.in_address} + cell.row * f.row_stride_bytes +
         cell.column * f.pixel_stride_bytes + channel;
}

Wave wave_of(const FoldWork& work) {
  Wave wave;
  wave.id = 0;
  wave.fold = work.fold;
  wave.columns = work.fields->columns;
  wave.from_bias = work.first_k && work.fields->start_from_bias;
  return wave;
}

/// Weight stationary: the fold's inputs of one pixel after another.
class RowFeeder : public Feeder {
 public:
  RowFeeder(const Context& context, const FoldWork& work)
      : work_(work),
        rows_(static_cast<std::size_t>(context.hardware.mac_array.rows)),
        words_per_cycle_(words_per_cycle(context.hardware)),
        reader_(context),
        pixel_(work.pixel_begin) {
    begin_row();
  }

  bool done() const override { return pixel_ == work_.pixel_end; }
  bool slot(Wave& wave, std::vector<std::int8_t>& x) override {
    reader_.read(words_per_cycle_);
    if (--slots_left_ > 0) return false;
    wave = wave_of(work_);
    wave.mode = Wave::Mode::weight_stationary;
    wave.acc_row = work_.fields->acc_row + pixel_;
    wave.last_of_fold = pixel_ + 1 == work_.pixel_end;
    wave.last_of_instruction = wave.last_of_fold && work_.last;
    x = reader_.registers();
    ++pixel_;
    if (!done()) begin_row();
    return true;
  }

 private:
  void begin_row() {
    const isa::Matmul& f = *work_.fields;
    reader_.clear(rows_, f.zero_point);
    const isa::Pixel pixel = isa::output_pixel(f, pixel_);
    for (std::int64_t k = work_.k_begin; k < work_.k_end; ++k) {
      const isa::Tap tap = isa::tap_of(f, k);
      const isa::Pixel cell = isa::input_pixel(f, pixel, tap);
      if (!isa::is_real(f, cell)) continue;
      reader_.want(address_of(f, cell, tap.channel), static_cast<std::size_t>(k - work_.k_begin));
    }
    reader_.close_group();
    slots_left_ = std::max<std::int64_t>(1, ceil_div(reader_.words(), words_per_cycle_));
  }

  FoldWork work_;
  std::size_t rows_;
  std::int64_t words_per_cycle_;
  WordReader reader_;
  std::int64_t pixel_;
  std::int64_t slots_left_ = 0;
};

/// Depthwise: the line buffer, and the groups of pixels of one line after another.
class LineFeeder : public Feeder {
 public:
  LineFeeder(const Context& context, const FoldWork& work, std::int64_t group_pixels)
      : work_(work),
        rows_(context.hardware.mac_array.rows),
        columns_(context.hardware.mac_array.columns),
        group_pixels_(group_pixels),
        words_per_cycle_(words_per_cycle(context.hardware)),
        keeps_lines_(context.hardware.feeder.line_buffer_bytes >=
                     work.fields->kernel_h * std::int64_t{work.fields->in_width} * columns_),
        reader_(context),
        held_(static_cast<std::size_t>(work.fields->in_height) * work.fields->in_width, false),
        needed_(held_.size(), false),
        buffer_(held_.size() * work.fields->columns),
        line_begin_(work.pixel_begin) {
    begin_line();
  }

  bool done() const override { return line_begin_ == work_.pixel_end; }
  bool slot(Wave& wave, std::vector<std::int8_t>& x) override {
    reader_.read(words_per_cycle_);
    const std::int64_t groups_left = ceil_div(line_end_ - next_, group_pixels_);
    const bool enters = slots_left_ <= groups_left;
    if (enters) {
      enter(wave, x);
      next_ = std::min(line_end_, next_ + group_pixels_);
    }
    if (--slots_left_ == 0) end_line();
    return enters;
  }

 private:
  std::size_t cell_index(isa::Pixel cell) const {
    return static_cast<std::size_t>(cell.row * work_.fields->in_width + cell.column);
  }

  void begin_line() {
    const isa::Matmul& f = *work_.fields;
    next_ = line_begin_;
    const std::int64_t row = isa::output_pixel(f, line_begin_).row;
    line_end_ = line_begin_;
    while (line_end_ < work_.pixel_end && isa::output_pixel(f, line_end_).row == row) ++line_end_;
    std::fill(needed_.begin(), needed_.end(), false);
    mark_needed();
    reader_.clear(buffer_.size(), 0);
    // Column by column, as the groups will want them.
    for (std::int64_t column = 0; column < f.in_width; ++column) {
      for (std::int64_t cell_row = 0; cell_row < f.in_height; ++cell_row) {
        const isa::Pixel cell{cell_row, column};
        if (!needed_[cell_index(cell)] || held_[cell_index(cell)]) continue;
        for (std::int64_t c = 0; c < f.columns; ++c) {
          reader_.want(address_of(f, cell, c),
                       cell_index(cell) * f.columns + static_cast<std::size_t>(c));
        }
        reader_.close_group();
      }
    }
    slots_left_ = std::max(ceil_div(line_end_ - line_begin_, group_pixels_),
                           ceil_div(reader_.words(), words_per_cycle_));
  }

  /// Of every kernel row with taps in the fold: the real cells from the first to the last column
  /// that they touch.
  void mark_needed() {
    const isa::Matmul& f = *work_.fields;
    const isa::Pixel first = isa::output_pixel(f, line_begin_);
    const isa::Pixel last = isa::output_pixel(f, line_end_ - 1);
    for (std::int64_t k = work_.k_begin; k < work_.k_end;) {
      const isa::Tap left = isa::tap_of(f, k);
      std::int64_t end = k;
      while (end < work_.k_end && isa::tap_of(f, end).ky == left.ky) ++end;
      const isa::Pixel from = isa::input_pixel(f, first, left);
      const isa::Pixel to = isa::input_pixel(f, last, isa::tap_of(f, end - 1));
      for (std::int64_t column = from.column; column <= to.column; ++column) {
        const isa::Pixel cell{from.row, column};
        if (isa::is_real(f, cell)) needed_[cell_index(cell)] = true;
      }
      k = end;
    }
  }

  void enter(Wave& wave, std::vector<std::int8_t>& x) {
    const isa::Matmul& f = *work_.fields;
    const std::int64_t taps = work_.k_end - work_.k_begin;
    wave = wave_of(work_);
    wave.mode = Wave::Mode::depthwise;
    wave.acc_row = f.acc_row + next_;
    wave.pixels = std::min(group_pixels_, line_end_ - next_);
    wave.taps = group_pixels_ > 1 ? taps : 0;
    wave.last_of_fold = next_ + wave.pixels == work_.pixel_end;
    wave.last_of_instruction = wave.last_of_fold && work_.last;
    x.assign(static_cast<std::size_t>(rows_ * columns_), 0);
    for (std::int64_t p = 0; p < wave.pixels; ++p) {
      for (std::int64_t t = 0; t < taps; ++t) {
        const isa::Pixel cell =
            isa::input_pixel(f, isa::output_pixel(f, next_ + p), isa::tap_of(f, work_.k_begin + t));
        for (std::int64_t c = 0; c < f.columns; ++c) {
          x[static_cast<std::size_t>((p * taps + t) * columns_ + c)] = tap_value(cell, c);
        }
      }
    }
  }

  std::int8_t tap_value(isa::Pixel cell, std::int64_t channel) const {
    const isa::Matmul& f = *work_.fields;
    if (!isa::is_real(f, cell)) return f.zero_point;
    check(needed_[cell_index(cell)], "a tap reads a cell that its line does not need");
    const std::size_t at = cell_index(cell) * f.columns + static_cast<std::size_t>(channel);
    return held_[cell_index(cell)] ? buffer_[at] : reader_.value(at);
  }

  void end_line() {
    for (std::size_t cell = 0; cell < held_.size(); ++cell) {
      if (!needed_[cell] || held_[cell]) continue;
      for (std::size_t c = 0; c < work_.fields->columns; ++c) {
        const std::size_t at = cell * work_.fields->columns + c;
        buffer_[at] = reader_.registers()[at];
      }
    }
    if (keeps_lines_) held_ = needed_;
    line_begin_ = line_end_;
    if (!done()) begin_line();
  }

  FoldWork work_;
  std::int64_t rows_, columns_, group_pixels_, words_per_cycle_;
  bool keeps_lines_;
  WordReader reader_;
  std::vector<bool> held_, needed_;  // by input cell: from the line before; by this line
  std::vector<std::int8_t> buffer_;  // [cell][column]
  std::int64_t line_begin_, line_end_ = 0, next_ = 0;  // pixels
  std::int64_t slots_left_ = 0;
};

/// Output stationary: the pixels' words one after another; transposed, one k in each of the last
/// slots.
class TransposingFeeder : public Feeder {
 public:
  TransposingFeeder(const Context& context, const FoldWork& work)
      : work_(work),
        rows_(static_cast<std::size_t>(context.hardware.mac_array.rows)),
        words_per_cycle_(words_per_cycle(context.hardware)),
        reader_(context),
        steps_left_(work.k_end - work.k_begin) {
    const isa::Matmul& f = *work.fields;
    const std::int64_t steps = steps_left_;
    reader_.clear(rows_ * static_cast<std::size_t>(steps), f.zero_point);
    for (std::int64_t i = work.pixel_begin; i < work.pixel_end; ++i) {
      for (std::int64_t k = work.k_begin; k < work.k_end; ++k) {
        const isa::Tap tap = isa::tap_of(f, k);
        const isa::Pixel cell = isa::input_pixel(f, isa::output_pixel(f, i), tap);
        if (!isa::is_real(f, cell)) continue;
        reader_.want(address_of(f, cell, tap.channel), at(i - work.pixel_begin, k - work.k_begin));
      }
      reader_.close_group();
    }
    slots_left_ = std::max(steps, ceil_div(reader_.words(), words_per_cycle_));
  }

  std::int64_t slots() const { return slots_left_; }
  bool done() const override { return slots_left_ == 0; }
  bool slot(Wave& wave, std::vector<std::int8_t>& x) override {
    reader_.read(words_per_cycle_);
    if (slots_left_-- > steps_left_) return false;
    const std::int64_t step = work_.k_end - work_.k_begin - steps_left_;
    --steps_left_;
    wave = wave_of(work_);
    wave.mode = Wave::Mode::output_stationary;
    wave.acc_row = work_.fields->acc_row + work_.pixel_begin;
    wave.pixels = work_.pixel_end - work_.pixel_begin;
    wave.queue_line = step;
    wave.from_bias = work_.first_k && step == 0;
    wave.last_of_fold = steps_left_ == 0;
    wave.last_step = wave.last_of_fold && work_.last_k;
    wave.last_of_instruction = wave.last_of_fold && work_.last;
    x.assign(rows_, 0);
    for (std::int64_t row = 0; row < wave.pixels; ++row) {
      x[static_cast<std::size_t>(row)] = reader_.value(at(row, step));
    }
    return true;
  }

 private:
  std::size_t at(std::int64_t row, std::int64_t step) const {
    return static_cast<std::size_t>(row * (work_.k_end - work_.k_begin) + step);
  }

  FoldWork work_;
  std::size_t rows_;
  std::int64_t words_per_cycle_;
  WordReader reader_;
  std::int64_t steps_left_;
  std::int64_t slots_left_ = 0;
};

}  // namespace

void WordReader::clear(std::size_t registers, std::int8_t value) {
  group_.clear();
  bytes_.clear();
  word_ends_.clear();
  pending_.assign(registers, -1);
  registers_.assign(registers, value);
  words_read_ = 0;
}

void WordReader::close_group() {
  const std::int64_t word_bytes = context_.hardware.activation_scratchpad.bank_word_bytes;
  std::sort(group_.begin(), group_.end());
  for (std::size_t i = 0; i < group_.size(); ++i) {
    if (i > 0 && group_[i].first / word_bytes != group_[i - 1].first / word_bytes) {
      word_ends_.push_back(bytes_.size());
    }
    bytes_.push_back(group_[i]);
    pending_[group_[i].second] = group_[i].first;
  }
  if (!group_.empty()) word_ends_.push_back(bytes_.size());
  group_.clear();
}

void WordReader::read(std::int64_t words) {
  for (; words > 0 && words_read_ < word_ends_.size(); --words, ++words_read_) {
    for (std::size_t i = words_read_ == 0 ? 0 : word_ends_[words_read_ - 1];
         i < word_ends_[words_read_]; ++i) {
      registers_[bytes_[i].second] =
          context_.activations[static_cast<std::size_t>(bytes_[i].first)];
      pending_[bytes_[i].second] = -1;
    }
  }
}

std::int8_t WordReader::value(std::size_t at) const {
  return pending_[at] < 0 ? registers_[at]
                          : context_.activations[static_cast<std::size_t>(pending_[at])];
}

std::unique_ptr<Feeder> make_feeder(const Context& context, const FoldWork& work) {
  switch (work.fields->mode) {
    case isa::ArrayMode::depthwise:
      return std::make_unique<LineFeeder>(context, work, isa::column_pixels(*work.fields));
    case isa::ArrayMode::output_stationary:
      return std::make_unique<TransposingFeeder>(context, work);
    default:
      return std::make_unique<RowFeeder>(context, work);
  }
}

std::int64_t tile_slots(const Context& context, const FoldWork& work) {
  return TransposingFeeder(context, work).slots();
}

}  // namespace npusim::registers
