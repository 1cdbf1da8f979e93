// SPDX-License-Identifier: Apache-2.0
#include "tests/registers/pe_array.h"

#include <algorithm>

#include "sim/arith/narrow_sums.h"
#include "sim/isa/records.h"

namespace npusim::registers {
namespace {

std::size_t line_depth(const config::MacArrayConfig& array) {
  return static_cast<std::size_t>(array.rows + array.columns);
}

}  // namespace

PeArray::PeArray(Context& context)
    : context_(context),
      rows_(context.hardware.mac_array.rows),
      columns_(context.hardware.mac_array.columns),
      lanes_(std::min(context.hardware.mac_array.depthwise_pixels, rows_)),
      pes_(static_cast<std::size_t>(rows_ * columns_)),
      sums_(static_cast<std::size_t>(rows_ * columns_ * lanes_)),
      top_(static_cast<std::size_t>(lanes_)),
      accumulators_(
          static_cast<std::size_t>(context.hardware.mac_array.accumulator_rows * columns_)),
      shadow_biases_(static_cast<std::size_t>(columns_) * isa::kBiasBytes),
      biases_(static_cast<std::size_t>(columns_)),
      operand_queue_(static_cast<std::size_t>(2 * rows_ * columns_)),
      line_(line_depth(context.hardware.mac_array)),
      taps_(line_depth(context.hardware.mac_array)) {}

void PeArray::load(const LoadRow& row) {
  line_.entering().load = row;
  quiet_cycles_ = 0;
}

void PeArray::swap(std::int64_t fold) {
  line_.entering().swaps = true;
  line_.entering().swap_fold = fold;
  quiet_cycles_ = 0;
}

void PeArray::enter(const Wave& wave, const std::vector<std::int8_t>& x) {
  line_.entering().wave = wave;
  line_.entering().x = x;
  quiet_cycles_ = 0;
  if (wave.mode == Wave::Mode::output_stationary && wave.last_step) ++tiles_in_;
}

ArrayEvents PeArray::step() {
  events_ = {};
  if (quiet_cycles_ > rows_ + columns_ && tiles_in_ == 0) return events_;
  ++quiet_cycles_;
  for (std::size_t n = 0; n < taps_.size(); ++n) taps_[n] = &line_.tap(n);
  // Every PE reads what its neighbours above and to the left held before this edge.
  for (std::int64_t column = columns_ - 1; column >= 0; --column) {
    enter_column(column);
    step_drain(column);
    for (std::int64_t row = rows_ - 1; row >= 0; --row) step_pe(row, column);
    load_column(column);
  }
  line_.shift();
  Entry& entry = line_.entering();
  entry.load.valid = false;
  entry.swaps = false;
  entry.wave.id = -1;
  return events_;
}

/// What a column reads at its top, before this edge writes accumulators and queue: the swapped
/// biases, the sums of a row that enters.
void PeArray::enter_column(std::int64_t column) {
  const Entry& entry = tap(column);
  const auto c = static_cast<std::size_t>(column);
  if (entry.swaps) biases_[c] = isa::read_int32(shadow_biases_.data() + isa::kBiasBytes * c);
  const bool sums_enter = entry.wave.id >= 0 && entry.wave.mode != Wave::Mode::output_stationary;
  if (sums_enter) enter_top(column, entry.wave);
}

/// What the load bus brings to a column's top: bytes of the bias, a line of the operand queue.
void PeArray::load_column(std::int64_t column) {
  const Entry& entry = tap(column);
  const auto c = static_cast<std::size_t>(column);
  const LoadRow& load = entry.load;
  if (!load.valid) return;
  for (std::size_t b = 0; b < load.biases.size(); ++b) {
    const std::size_t at = static_cast<std::size_t>(load.bias_byte) + b;
    if (at / isa::kBiasBytes == c) shadow_biases_[at] = load.biases[b];
  }
  if (load.to_queue && load.row >= 0) {
    operand_queue_[static_cast<std::size_t>(((load.fold % 2) * rows_ + load.row) * columns_ +
                                            column)] = {load.weights[c], load.fold};
  }
}

void PeArray::step_pe(std::int64_t row, std::int64_t column) {
  Pe& at = pe(row, column);
  take_weights(at, row, column);
  const Wave& wave = tap(row + column).wave;
  if (wave.mode == Wave::Mode::depthwise && wave.id >= 0) {
    at.activation = tap(row + column).x[static_cast<std::size_t>(row * columns_ + column)];
    at.activation_wave = wave.id;
  } else if (column > 0) {
    at.activation = pe(row, column - 1).activation;
    at.activation_wave = pe(row, column - 1).activation_wave;
  } else {
    const Entry& entry = tap(row);
    at.activation_wave = entry.wave.id;
    if (entry.wave.id >= 0) at.activation = entry.x[static_cast<std::size_t>(row)];
  }
  if (at.activation_wave >= 0 && wave.mode == Wave::Mode::output_stationary) {
    accumulate_own(at, row, column, wave);
    at.sum_wave = -1;
  } else {
    at.operand.fold = -1;
    multiply(at, row, column, wave);
  }
}

/// The swap selects the shadow register and copies it at the same edge; a row on the load bus is
/// kept by the row that it names.
void PeArray::take_weights(Pe& at, std::int64_t row, std::int64_t column) {
  const Entry& entry = tap(row + column);
  if (entry.swaps && at.shadow.fold == entry.swap_fold) at.weight = at.shadow;
  const LoadRow& load = entry.load;
  if (load.valid && !load.to_queue && load.row == row) {
    at.shadow = {load.weights[static_cast<std::size_t>(column)], load.fold};
  }
}

void PeArray::multiply(Pe& at, std::int64_t row, std::int64_t column, const Wave& wave) {
  if (row == 0) {
    const Wave& entering = tap(column).wave;
    at.sum_wave = entering.mode == Wave::Mode::output_stationary ? -1 : entering.id;
  } else {
    at.sum_wave = pe(row - 1, column).sum_wave;
  }
  check(at.sum_wave == at.activation_wave, "a sum meets another row's activation");
  if (at.sum_wave < 0) return;
  check(at.weight.fold == wave.fold, "a sum meets a weight of another fold");
  const std::int32_t* from = row == 0 ? top_.data() : sums(row - 1, column);
  std::int32_t* to = sums(row, column);
  const std::int64_t lanes = wave.mode == Wave::Mode::depthwise ? wave.pixels : 1;
  const std::int64_t mine = wave.taps == 0 ? 0 : row / wave.taps;  // whose tap this row holds
  for (std::int64_t lane = 0; lane < lanes; ++lane) {
    to[lane] =
        lane == mine ? add(from[lane], std::int64_t{at.weight.value} * at.activation) : from[lane];
  }
  if (row == rows_ - 1) leave_bottom(column, wave);
}

/// The sums of a row enter a column from their accumulators.
void PeArray::enter_top(std::int64_t column, const Wave& wave) {
  for (std::int64_t lane = 0; lane < wave.pixels; ++lane) {
    std::int32_t& sum = top_[static_cast<std::size_t>(lane)];
    sum = 0;
    if (column >= wave.columns) continue;
    Accumulator& accumulator = accumulator_at(wave.acc_row + lane, column);
    check(!accumulator.in_array, "a sum is asked for that has not come back");
    accumulator.in_array = true;
    sum = wave.from_bias ? add(0, biases_[static_cast<std::size_t>(column)]) : accumulator.sum;
  }
}

void PeArray::leave_bottom(std::int64_t column, const Wave& wave) {
  for (std::int64_t lane = 0; lane < wave.pixels && column < wave.columns; ++lane) {
    accumulator_at(wave.acc_row + lane, column) = {sums(rows_ - 1, column)[lane], false};
  }
  if (column != columns_ - 1) return;
  events_.fold_left = events_.fold_left || wave.last_of_fold;
  events_.rows_left = events_.rows_left || wave.last_of_instruction;
}

/// One step of k: the activation came from the left, weight and bias come from above.
void PeArray::accumulate_own(Pe& at, std::int64_t row, std::int64_t column, const Wave& wave) {
  if (row == 0) {
    at.operand = operand_queue_[static_cast<std::size_t>(
        ((wave.fold % 2) * rows_ + wave.queue_line) * columns_ + column)];
    at.bias = biases_[static_cast<std::size_t>(column)];
  } else {
    at.operand = pe(row - 1, column).operand;
    at.bias = pe(row - 1, column).bias;
  }
  check(at.operand.fold == wave.fold, "a step meets a weight of another chunk");
  check(at.activation_wave == wave.id, "a step meets an activation of another step");
  const bool real = row < wave.pixels && column < wave.columns;
  if (real) {
    if (wave.from_bias) at.own_sum = add(0, at.bias);
    at.own_sum = add(at.own_sum, std::int64_t{at.operand.value} * at.activation);
  }
  if (row == rows_ - 1 && column == columns_ - 1 && wave.last_of_fold && !wave.last_step) {
    events_.fold_left = true;
  }
  if (!wave.last_step) return;
  check(!at.drain.valid, "a sum finds its drain register taken");
  if (real) accumulator_at(wave.acc_row + row, column).in_array = true;
  at.drain = {true,      false, row == 0, wave.last_of_instruction, real ? wave.acc_row + row : -1,
              at.own_sum};
}

/// Once the bottom row has its sum, a column's sums leave downwards, one row per cycle.
void PeArray::step_drain(std::int64_t column) {
  if (tiles_in_ == 0) return;
  if (pe(rows_ - 1, column).drain.valid && !pe(rows_ - 1, column).drain.leaving) {
    for (std::int64_t row = 0; row < rows_; ++row) {
      Drain& drain = pe(row, column).drain;
      check(drain.valid, "a tile leaves before all of its sums are there");
      drain.leaving = true;
    }
  }
  for (std::int64_t row = rows_ - 1; row >= 0; --row) {
    Drain& drain = pe(row, column).drain;
    if (!drain.leaving) continue;
    if (row == rows_ - 1) {
      leave_drain(column, drain);
    } else {
      check(!pe(row + 1, column).drain.valid, "a sum is drained into a taken register");
      pe(row + 1, column).drain = drain;
    }
    drain = {};
  }
}

void PeArray::leave_drain(std::int64_t column, const Drain& drain) {
  if (drain.acc_row >= 0) accumulator_at(drain.acc_row, column) = {drain.sum, false};
  if (!drain.top || column != columns_ - 1) return;
  --tiles_in_;
  events_.tile_drained = true;
  events_.tiles_left = events_.tiles_left || drain.last;
}

/// docs/arithmetic.md, Accumulators.
std::int32_t PeArray::add(std::int64_t sum, std::int64_t product) {
  const config::MacArrayConfig& array = context_.hardware.mac_array;
  arith::NarrowAccumulator accumulator;
  accumulator.bits = static_cast<int>(array.accumulator_bits);
  accumulator.overflow = array.accumulator == config::AccumulatorOverflow::wrap
                             ? arith::Overflow::wrap
                             : arith::Overflow::saturate;
  const std::int64_t exact = sum + product;
  if (accumulator.holds(exact)) return static_cast<std::int32_t>(exact);
  check(array.accumulator != config::AccumulatorOverflow::guaranteed,
        "a guaranteed accumulator overflows");
  ++context_.result.overflows;
  return static_cast<std::int32_t>(arith::reduce(exact, accumulator));
}

}  // namespace npusim::registers
