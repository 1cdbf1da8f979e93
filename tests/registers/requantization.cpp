// SPDX-License-Identifier: Apache-2.0
#include "tests/registers/requantization.h"

#include <algorithm>

#include "sim/isa/records.h"

namespace npusim::registers {

Requantization::Requantization(const sc_core::sc_module_name& name, Context& context, Clock& clock,
                               Semaphores& semaphores, Port& weights, Port& activations,
                               const PeArray& array)
    : Unit(name, isa::Unit::requantization, context, clock, semaphores),
      weights_(weights),
      activations_(activations),
      array_(array),
      pipeline_(context.hardware.requantization.pipeline_depth_cycles) {
  clocked();
}

/// Whether the last line of parameters is in the decoder.
bool Requantization::decodes() const {
  return parameters_.accesses_left() == 0 && clock_.cycle() < parameters_there_;
}

bool Requantization::wants_rows() const {
  return active_ && parameters_.accesses_left() == 0 && !decodes();
}

void Requantization::on_request() {
  const bool wants_parameters = starts() || (active_ && parameters_.accesses_left() > 0);
  weights_.request(weight_port::requantization, wants_parameters);
  activations_.request(activation_port::requantization, !wants_parameters && wants_rows());
}

void Requantization::start(std::size_t instruction) {
  active_ = true;
  instruction_ = instruction;
  fields_ = &std::get<isa::Requantize>(context_.program.instructions[instruction].fields);
  load_parameters();
  group_begin_ = 0;
  begin_group();
}

void Requantization::load_parameters() {
  const isa::Requantize& f = *fields_;
  const std::uint64_t scales = f.per_channel ? f.columns : 1;
  const std::uint64_t first_scale = f.per_channel ? f.channel_begin : 0;
  const std::uint64_t columns = f.columns;
  const std::uint64_t charged = scales * isa::kScaleRecordBytes + (columns * f.field_bits + 7) / 8 +
                                (f.channel_clamps ? columns * isa::kClampRecordBytes : 0);
  parameters_.begin(context_, static_cast<std::int64_t>(charged));
  parameters_.block(f.record_address + first_scale * isa::kScaleRecordBytes,
                    scales * isa::kScaleRecordBytes);
  shifts_at_ = scales * isa::kScaleRecordBytes;
  // Whole bytes: the first column's field may begin within one.
  const std::uint64_t first_bit = std::uint64_t{f.channel_begin} * f.field_bits;
  const std::uint64_t end_bit = first_bit + columns * f.field_bits;
  const std::uint64_t shift_bytes = f.field_bits == 0 ? 0 : (end_bit + 7) / 8 - first_bit / 8;
  parameters_.block(f.shifts_address + first_bit / 8, shift_bytes);
  shift_entry_ = first_bit % 8;
  clamps_at_ = shifts_at_ + shift_bytes;
  if (f.channel_clamps) {
    parameters_.block(f.clamps_address + std::uint64_t{f.channel_begin} * isa::kClampRecordBytes,
                      columns * isa::kClampRecordBytes);
  }
}

void Requantization::begin_group() {
  const isa::Requantize& f = *fields_;
  const std::int64_t lanes = context_.hardware.requantization.lanes;
  const std::int64_t rows = std::min(context_.hardware.mac_array.depthwise_pixels,
                                     std::max<std::int64_t>(1, lanes / f.columns));
  group_end_ = std::min<std::int64_t>(f.pixels, group_begin_ + rows);
  next_value_ = 0;
  std::int64_t words = 0;
  std::int64_t torn = 0;
  const std::int64_t w = context_.hardware.activation_scratchpad.bank_word_bytes;
  for (std::int64_t i = group_begin_; i < group_end_; ++i) {
    const std::int64_t address = f.out_address + i * f.out_pixel_stride_bytes;
    words += (address + f.columns - 1) / w - address / w + 1;
    torn += Context::torn_words(context_.hardware.activation_scratchpad, address, f.columns);
  }
  const std::int64_t writes = ceil_div(words, context_.hardware.activation_scratchpad.banks);
  accesses_left_ = std::max(ceil_div((group_end_ - group_begin_) * f.columns, lanes),
                            writes + std::min(writes, torn));
}

std::optional<stats::Activity> Requantization::on_control() {
  std::optional<stats::Activity> activity;
  entering_.clear();
  if (active_) {
    activity = decodes() ? stats::Activity::decode : stats::Activity::port;
    if (weights_.granted(weight_port::requantization)) {
      parameters_.access();
      parameters_there_ = clock_.cycle() + 1 + (context_.decodes_weights() ? 1 : 0);
      activity = stats::Activity::busy;
    } else if (activations_.granted(activation_port::requantization)) {
      access();
      activity = stats::Activity::busy;
    }
  }
  for (const LaneValue& value : pipeline_.step(std::move(entering_))) {
    context_.activations[static_cast<std::size_t>(value.address)] = lane_code(value);
  }
  entering_ = {};
  if (!in_pipeline_.empty() && in_pipeline_.front().first == clock_.cycle() + 1) {
    finish(in_pipeline_.front().second);
    in_pipeline_.pop_front();
  }
  return activity;
}

/// As many values as there are lanes, of the group's rows one after another.
void Requantization::access() {
  const std::int64_t values = (group_end_ - group_begin_) * fields_->columns;
  const std::int64_t end = std::min(values, next_value_ + context_.hardware.requantization.lanes);
  for (; next_value_ < end; ++next_value_) {
    entering_.push_back(
        lane_value(group_begin_ + next_value_ / fields_->columns, next_value_ % fields_->columns));
  }
  if (--accesses_left_ > 0) return;
  check(next_value_ == values, "a row leaves before all of its values were in the lanes");
  group_begin_ = group_end_;
  if (group_begin_ < fields_->pixels) return begin_group();
  active_ = false;
  in_pipeline_.emplace_back(
      clock_.cycle() + 1 + context_.hardware.requantization.pipeline_depth_cycles, instruction_);
}

LaneValue Requantization::lane_value(std::int64_t pixel, std::int64_t column) const {
  const isa::Requantize& f = *fields_;
  const auto c = static_cast<std::size_t>(column);
  const isa::ScaleRecord scale =
      isa::read_scale_record(parameters_.bytes(f.per_channel ? c * isa::kScaleRecordBytes : 0));
  int channel_shift = 0;
  for (std::uint64_t i = 0; i < f.field_bits; ++i) {
    const std::uint64_t bit = shift_entry_ + c * f.field_bits + i;
    channel_shift |= (*parameters_.bytes(shifts_at_ + bit / 8) >> (bit % 8) & 1) << i;
  }
  LaneValue value;
  value.address = f.out_address + pixel * f.out_pixel_stride_bytes + column;
  value.multiplier = scale.multiplier;
  const bool fused = context_.hardware.requantization.placement == config::ShifterPlacement::fused;
  value.first_shift = fused ? 0 : channel_shift;
  value.second_shift = scale.shift + (fused ? channel_shift : 0);
  value.zero_point = f.zero_point;
  value.low = f.low;
  value.high = f.high;
  if (f.channel_clamps) {
    const isa::ClampRecord clamps = isa::read_clamp_record(parameters_.bytes(clamps_at_), c);
    value.low = clamps.low;
    value.high = clamps.high;
  }
  value.set(array_.accumulator(f.acc_row + pixel, column));
  return value;
}

}  // namespace npusim::registers
