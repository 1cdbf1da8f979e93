// SPDX-License-Identifier: Apache-2.0
#include "sim/functional/execute.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "sim/arith/elementwise.h"
#include "sim/arith/requantize.h"
#include "sim/base/errors.h"
#include "sim/isa/records.h"
#include "sim/isa/regions.h"
#include "sim/isa/windows.h"

namespace npusim::functional {
namespace {

using isa::Pixel;

class Accumulator;

/// The executor of one instruction: one overload for the fields of each opcode.
class Executor {
 public:
  Executor(isa::Opcode opcode, const config::HardwareConfig& hardware, MachineState& state)
      : opcode_(opcode), hardware_(hardware), state_(state) {}

  void operator()(const isa::End&) {}
  void operator()(const isa::Dma& f);
  void operator()(const isa::Preload& f);
  void operator()(const isa::Matmul& f);
  void operator()(const isa::Requantize& f);
  void operator()(const isa::Pool& f);
  void operator()(const isa::Elementwise& f);

 private:
  std::int32_t* accumulators(std::int64_t row) {
    return state_.accumulators.data() + row * hardware_.mac_array.columns;
  }
  std::int8_t& activation(std::uint64_t address) { return state_.activations[address]; }
  const std::uint8_t* parameters(std::uint64_t address) const {
    return state_.weights.data() + address;
  }
  void gather(const isa::Matmul& f, const Fold& fold, Pixel pixel, std::int64_t column,
              std::vector<std::int8_t>& inputs);
  template <typename Place>
  void overflow(const Accumulator& accumulator, const Place& place);
  void start_from_bias(const isa::Matmul& f, const Shadow& shadow);
  void accumulate(const isa::Matmul& f, const Fold& fold, std::int64_t i);
  std::int8_t pooled_code(const isa::Pool& f, const isa::Window& window, std::uint64_t channel);
  isa::ScaleRecord average_scale(const isa::Pool& f, std::int64_t cells) const;

  isa::Opcode opcode_;
  const config::HardwareConfig& hardware_;
  MachineState& state_;
  std::vector<std::int8_t> inputs_;
};

void Executor::operator()(const isa::Dma& f) {
  for (std::uint64_t j = 0; j < f.count2; ++j) {
    for (std::uint64_t i = 0; i < f.count1; ++i) {
      const std::uint64_t dram = f.dram_address + i * f.dram_stride1 + j * f.dram_stride2;
      const std::uint64_t local = f.local_address + i * f.local_stride1 + j * f.local_stride2;
      auto* activations = reinterpret_cast<std::uint8_t*>(state_.activations.data()) + local;
      switch (opcode_) {
        case isa::Opcode::load_weights:
          state_.dram.read(dram, state_.weights.data() + local, f.bytes);
          break;
        case isa::Opcode::load_activations:
          state_.dram.read(dram, activations, f.bytes);
          break;
        default:
          state_.dram.write(dram, activations, f.bytes);
      }
    }
  }
}

void Executor::operator()(const isa::Preload& f) {
  Shadow shadow;
  const std::uint8_t* row = parameters(f.weights_address);
  const std::uint64_t row_bytes = isa::weight_row_bytes(f.columns, f.weight_bits);
  for (std::int64_t k = f.k_begin; k < f.k_end; k += hardware_.mac_array.rows) {
    Fold fold;
    fold.k_begin = k;
    fold.k_end = std::min<std::int64_t>(f.k_end, k + hardware_.mac_array.rows);
    for (std::int64_t i = fold.k_begin; i < fold.k_end; ++i, row += row_bytes) {
      for (std::uint64_t j = 0; j < f.columns; ++j) {
        const std::int8_t weight = isa::read_weight(row, f.weight_bits, j);
        fold.weights.push_back(static_cast<std::int16_t>(weight - f.weight_zero_point));
      }
    }
    shadow.folds.push_back(std::move(fold));
  }
  if (f.load_bias) {
    for (std::uint64_t j = 0; j < f.columns; ++j) {
      shadow.biases.push_back(isa::read_int32(parameters(f.bias_address + isa::kBiasBytes * j)));
    }
  }
  state_.shadows.push_back(std::move(shadow));
}

/// The fold's inputs of one output pixel; in depthwise mode those of one column.
void Executor::gather(const isa::Matmul& f, const Fold& fold, Pixel pixel, std::int64_t column,
                      std::vector<std::int8_t>& inputs) {
  inputs.clear();
  for (std::int64_t k = fold.k_begin; k < fold.k_end; ++k) {
    const isa::Tap tap = isa::tap_of(f, k);
    const Pixel cell = isa::input_pixel(f, pixel, tap);
    if (!isa::is_real(f, cell)) {
      inputs.push_back(f.zero_point);
      continue;
    }
    const std::int64_t channel = f.mode == isa::ArrayMode::depthwise ? column : tap.channel;
    inputs.push_back(
        activation(static_cast<std::uint64_t>(f.in_address + cell.row * f.row_stride_bytes +
                                              cell.column * f.pixel_stride_bytes + channel)));
  }
}

/// One accumulator: the exact sum of each addition, then what its bits hold of it.
class Accumulator {
 public:
  Accumulator(std::int64_t held, const config::MacArrayConfig& array)
      : held_(held), array_(array), limit_(std::int64_t{1} << (array.accumulator_bits - 1)) {}

  /// False where the exact sum, which overflowed() then is, does not fit.
  bool add(std::int64_t product) {
    exact_ = held_ + product;
    held_ = exact_;
    if (exact_ >= -limit_ && exact_ < limit_) return true;
    if (array_.accumulator == config::AccumulatorOverflow::saturate) {
      held_ = exact_ < 0 ? -limit_ : limit_ - 1;
    } else {
      const std::int64_t turn = 2 * limit_;
      held_ = ((exact_ + limit_) % turn + turn) % turn - limit_;
    }
    return false;
  }
  std::int64_t overflowed() const { return exact_; }
  std::int32_t value() const { return static_cast<std::int32_t>(held_); }

 private:
  std::int64_t held_;
  std::int64_t exact_ = 0;
  const config::MacArrayConfig& array_;
  std::int64_t limit_;
};

/// Counts a sum that did not fit; where it was guaranteed, that ends the run, and place() says
/// where it was.
template <typename Place>
void Executor::overflow(const Accumulator& accumulator, const Place& place) {
  ++state_.overflows;
  const config::MacArrayConfig& array = hardware_.mac_array;
  if (array.accumulator != config::AccumulatorOverflow::guaranteed) return;
  throw base::SimulationError(
      base::refusal(place(), "sum", std::to_string(accumulator.overflowed()),
                    "a number of " + std::to_string(array.accumulator_bits) + " bits"));
}

void Executor::start_from_bias(const isa::Matmul& f, const Shadow& shadow) {
  for (std::int64_t i = 0; i < f.pixels; ++i) {
    std::int32_t* row = accumulators(f.acc_row + i);
    for (const std::int32_t bias : shadow.biases) {
      Accumulator accumulator(0, hardware_.mac_array);
      if (!accumulator.add(bias)) {
        overflow(accumulator,
                 [&] { return "accumulator row " + std::to_string(f.acc_row + i) + ", bias"; });
      }
      *row++ = accumulator.value();
    }
  }
}

void Executor::accumulate(const isa::Matmul& f, const Fold& fold, std::int64_t i) {
  const Pixel pixel = isa::output_pixel(f, i);
  const bool depthwise = f.mode == isa::ArrayMode::depthwise;
  std::int32_t* row = accumulators(f.acc_row + i);
  if (!depthwise) gather(f, fold, pixel, 0, inputs_);
  for (std::int64_t j = 0; j < f.columns; ++j) {
    if (depthwise) gather(f, fold, pixel, j, inputs_);
    Accumulator sum(row[j], hardware_.mac_array);
    const std::int16_t* weight = fold.weights.data() + j;
    for (std::size_t k = 0; k < inputs_.size(); ++k, weight += f.columns) {
      if (sum.add(std::int64_t{*weight} * inputs_[k])) continue;
      overflow(sum, [&] {
        return "accumulator row " + std::to_string(f.acc_row + i) + ", column " +
               std::to_string(j) + ", k " +
               std::to_string(fold.k_begin + static_cast<std::int64_t>(k));
      });
    }
    row[j] = sum.value();
  }
}

void Executor::operator()(const isa::Matmul& f) {
  const Shadow shadow = std::move(state_.shadows.front());
  state_.shadows.pop_front();
  if (f.start_from_bias) start_from_bias(f, shadow);
  for (const Fold& fold : shadow.folds) {
    for (std::int64_t i = 0; i < f.pixels; ++i) accumulate(f, fold, i);
  }
}

void Executor::operator()(const isa::Requantize& f) {
  const bool fused = hardware_.requantization.placement == config::ShifterPlacement::fused;
  for (std::uint64_t j = 0; j < f.columns; ++j) {
    const std::uint64_t entry = f.channel_begin + j;
    const isa::ScaleRecord scale = isa::read_scale_record(
        parameters(f.record_address + (f.per_channel ? entry * isa::kScaleRecordBytes : 0)));
    const int channel_shift =
        isa::read_channel_shift(parameters(f.shifts_address), f.field_bits, entry);
    const isa::ClampRecord clamps =
        f.channel_clamps ? isa::read_clamp_record(parameters(f.clamps_address), entry)
                         : isa::ClampRecord{f.low, f.high};
    for (std::uint64_t i = 0; i < f.pixels; ++i) {
      const std::int32_t acc = accumulators(static_cast<std::int64_t>(f.acc_row + i))[j];
      activation(f.out_address + i * f.out_pixel_stride_bytes + j) =
          fused ? arith::requantize(acc, scale.multiplier,
                                    arith::total_shift(scale.shift, channel_shift), f.zero_point,
                                    clamps.low, clamps.high)
                : arith::requantize_pre_multiply(acc, channel_shift, scale.multiplier, scale.shift,
                                                 f.zero_point, clamps.low, clamps.high);
    }
  }
}

/// The entry of the window's divisor; verify() has seen that there is one.
isa::ScaleRecord Executor::average_scale(const isa::Pool& f, std::int64_t cells) const {
  const std::uint8_t* record = parameters(f.record_address);
  for (std::size_t i = 0; i < record[0]; ++i) {
    const isa::PoolEntry entry = isa::read_pool_entry(record, i);
    if (f.count_include_pad || entry.divisor == cells) return entry.scale;
  }
  throw base::InternalError("pool record without divisor " + std::to_string(cells));
}

std::int8_t Executor::pooled_code(const isa::Pool& f, const isa::Window& window,
                                  std::uint64_t channel) {
  std::int64_t sum = 0;
  std::int8_t largest = -128;
  for (std::int64_t row = window.row_begin; row < window.row_end; ++row) {
    for (std::int64_t column = window.column_begin; column < window.column_end; ++column) {
      const std::int8_t code =
          activation(f.in_address + static_cast<std::uint64_t>(row) * f.row_stride_bytes +
                     static_cast<std::uint64_t>(column) * f.pixel_stride_bytes + channel);
      sum += code;
      largest = std::max(largest, code);
    }
  }
  if (f.operation == isa::PoolOperation::max) return std::clamp(largest, f.low, f.high);
  const isa::ScaleRecord scale = average_scale(f, window.cells());
  return arith::average_code(sum, window.cells(), f.in_zero_point, scale.multiplier, scale.shift,
                             f.out_zero_point, f.low, f.high);
}

void Executor::operator()(const isa::Pool& f) {
  for (std::uint64_t i = 0; i < f.pixels; ++i) {
    const isa::Window window =
        isa::window_of(f, isa::output_pixel(f, static_cast<std::int64_t>(i)));
    for (std::uint64_t c = 0; c < f.channels; ++c) {
      activation(f.out_address + i * f.out_pixel_stride_bytes + c) = pooled_code(f, window, c);
    }
  }
}

std::int8_t elementwise_code(const isa::Elementwise& f, const std::uint8_t* record, std::int8_t a,
                             std::int8_t b) {
  switch (f.operation) {
    case isa::ElementwiseOperation::add: {
      const isa::AddRecord add = isa::read_add_record(record);
      return arith::add_code(a, f.a_zero_point, add.multiplier_a, b, f.b_zero_point,
                             add.multiplier_b, add.shift, f.out_zero_point, f.low, f.high);
    }
    case isa::ElementwiseOperation::mul: {
      const isa::ScaleRecord mul = isa::read_scale_record(record);
      return arith::mul_code(a, f.a_zero_point, b, f.b_zero_point, mul.multiplier, mul.shift,
                             f.out_zero_point, f.low, f.high);
    }
    case isa::ElementwiseOperation::rescale: {
      const isa::ScaleRecord rescale = isa::read_scale_record(record);
      return arith::rescale_code(a, f.a_zero_point, rescale.multiplier, rescale.shift,
                                 f.out_zero_point, f.low, f.high);
    }
    case isa::ElementwiseOperation::lookup:
      return static_cast<std::int8_t>(record[arith::table_index(a)]);
  }
  throw base::InternalError("elementwise_code: there is no operation " +
                            std::to_string(static_cast<int>(f.operation)));
}

void Executor::operator()(const isa::Elementwise& f) {
  const std::uint8_t* record = parameters(f.record_address);
  const bool reads_b = isa::has_operand_b(f);
  for (std::uint64_t i = 0; i < f.pixels; ++i) {
    for (std::uint64_t c = 0; c < f.channels; ++c) {
      const std::int8_t a = activation(f.a_address + i * f.a_pixel_stride_bytes + c);
      const std::uint64_t b_pixel = f.broadcast_b ? 0 : i;
      const std::int8_t b =
          reads_b ? activation(f.b_address + b_pixel * f.b_pixel_stride_bytes + c) : std::int8_t{0};
      activation(f.out_address + i * f.out_pixel_stride_bytes + c) =
          elementwise_code(f, record, a, b);
    }
  }
}

}  // namespace

void execute(const isa::Instruction& instruction, const config::HardwareConfig& hardware,
             MachineState& state) {
  std::visit(Executor(instruction.opcode, hardware, state), instruction.fields);
}

}  // namespace npusim::functional
