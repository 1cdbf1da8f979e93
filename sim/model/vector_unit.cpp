// SPDX-License-Identifier: Apache-2.0
#include "sim/model/vector_unit.h"

#include <array>

#include "sim/arith/elementwise.h"
#include "sim/arith/vector_rows.h"
#include "sim/base/errors.h"
#include "sim/isa/records.h"
#include "sim/isa/regions.h"
#include "sim/isa/windows.h"

namespace npusim::model {
namespace {

stats::StreamAccesses accesses_of(const config::HardwareConfig& hardware,
                                  const isa::Instruction& instruction) {
  if (const auto* pool = std::get_if<isa::Pool>(&instruction.fields)) {
    return stats::stream_accesses(hardware, *pool);
  }
  return stats::stream_accesses(hardware, std::get<isa::Elementwise>(instruction.fields));
}

// The entry of an average pool's record for this divisor; the only one where padding counts.
isa::ScaleRecord average_scale(const std::uint8_t* record, std::int64_t divisor, bool only_one) {
  const std::size_t count = record[0];
  for (std::size_t i = 0; i < count; ++i) {
    const isa::PoolEntry entry = isa::read_pool_entry(record, i);
    if (only_one || entry.divisor == divisor) return entry.scale;
  }
  throw base::SimulationError("vector: pool record of " + std::to_string(count) +
                              " entries has none for a window of " + std::to_string(divisor) +
                              " cells");
}

}  // namespace

VectorUnit::VectorUnit(const sc_core::sc_module_name& name, Machine& machine,
                       Scratchpad& activations, Scratchpad& weights)
    : SequentialUnit(name, isa::Unit::vector, machine.hardware().queue_depths.vector, machine),
      activations_(activations),
      weights_(weights) {}

void VectorUnit::begin(std::size_t i) {
  accesses_ = accesses_of(machine_.hardware(), instruction(i));
  phase_ = Phase::parameters;
}

bool VectorUnit::advance() {
  switch (phase_) {
    case Phase::parameters:
      ask_stream(weights_.port, Scratchpad::level(WeightAccess::vector), accesses_.parameters);
      phase_ = Phase::decoder;
      return true;
    case Phase::decoder:
      account_stream(current(), accesses_.parameters, now());
      ask_cycles(accesses_.decode);
      phase_ = Phase::main;
      return true;
    case Phase::main:
      account(stats::Activity::decode, static_cast<std::int64_t>(current()), now());
      ask_stream(activations_.port, Scratchpad::level(ActivationAccess::vector),
                 accesses_.activations);
      phase_ = Phase::pipeline;
      return true;
    case Phase::pipeline:
      account_stream(current(), accesses_.activations, now());
      if (machine_.with_values) compute();
      ask_cycles(stats::vector_pipeline_cycles(machine_.hardware()));
      phase_ = Phase::done;
      return true;
    case Phase::done:
      break;
  }
  account(stats::Activity::pipeline, static_cast<std::int64_t>(current()), now());
  complete(current(), now());
  return false;
}

void VectorUnit::compute() {
  if (machine_.flips == nullptr) check_records(current(), weights_.bytes.data());
  const isa::Instruction& instruction = this->instruction(current());
  if (const auto* pool = std::get_if<isa::Pool>(&instruction.fields)) {
    compute(*pool);
  } else {
    compute(std::get<isa::Elementwise>(instruction.fields));
  }
  if (machine_.flips != nullptr) machine_.flips->flip_activations(current(), activations_.codes(0));
}

void VectorUnit::compute(const isa::Pool& p) {
  for (std::int64_t i = 0; i < p.pixels; ++i) {
    const isa::Window window = isa::window_of(p, isa::output_pixel(p, i));
    cells_.clear();
    for (std::int64_t y = window.row_begin; y < window.row_end; ++y) {
      for (std::int64_t x = window.column_begin; x < window.column_end; ++x) {
        cells_.push_back(activations_.codes(p.in_address + y * std::int64_t{p.row_stride_bytes} +
                                            x * std::int64_t{p.pixel_stride_bytes}));
      }
    }
    std::int8_t* out =
        activations_.codes(p.out_address + i * std::int64_t{p.out_pixel_stride_bytes});
    if (p.operation == isa::PoolOperation::average) {
      average(p, window.cells(), out);
    } else {
      arith::max_cells(cells_.data(), window.cells(), p.low, p.high, p.channels, out);
    }
  }
}

void VectorUnit::average(const isa::Pool& p, std::int64_t divisor, std::int8_t* out) {
  const isa::ScaleRecord scale =
      average_scale(record(p.record_address), divisor, p.count_include_pad);
  sums_.resize(p.channels);
  arith::sum_cells(cells_.data(), static_cast<std::int64_t>(cells_.size()), p.in_zero_point,
                   p.channels, sums_.data());
  for (std::size_t c = 0; c < sums_.size(); ++c) {
    // The zero points are already taken off, so no cell is left to take one off for.
    out[c] = arith::average_code(sums_[c], 0, p.in_zero_point, scale.multiplier, scale.shift,
                                 p.out_zero_point, p.low, p.high);
  }
}

void VectorUnit::compute(const isa::Elementwise& e) {
  switch (e.operation) {
    case isa::ElementwiseOperation::add:
      return add(e);
    case isa::ElementwiseOperation::mul:
      return multiply(e);
    case isa::ElementwiseOperation::rescale:
      return rescale(e);
    case isa::ElementwiseOperation::lookup:
      return look_up(e, weights_.codes(e.record_address));
  }
}

namespace {

// Calls body(a, b, out, count) with the elements of one pixel after another, or with those of all
// where they lie one behind the other; b moves only where it is not broadcast.
template <typename Body>
void for_each_run(Scratchpad& memory, const isa::Elementwise& e, Body&& body) {
  const std::uint32_t channels = e.channels;
  const bool b_follows =
      !isa::has_operand_b(e) || (!e.broadcast_b && e.b_pixel_stride_bytes == channels);
  const bool is_dense =
      e.a_pixel_stride_bytes == channels && e.out_pixel_stride_bytes == channels && b_follows;
  const std::int64_t count = is_dense ? std::int64_t{channels} * e.pixels : channels;
  const std::int64_t runs = is_dense ? 1 : e.pixels;
  for (std::int64_t i = 0; i < runs; ++i) {
    const std::int64_t b_pixel = e.broadcast_b ? 0 : i;
    body(memory.codes(e.a_address + i * std::int64_t{e.a_pixel_stride_bytes}),
         memory.codes(e.b_address + b_pixel * std::int64_t{e.b_pixel_stride_bytes}),
         memory.codes(e.out_address + i * std::int64_t{e.out_pixel_stride_bytes}), count);
  }
}

arith::OutputCode output_code(const isa::Elementwise& e) {
  return {e.out_zero_point, e.low, e.high};
}

}  // namespace

void VectorUnit::add(const isa::Elementwise& e) {
  const isa::AddRecord parameters = isa::read_add_record(record(e.record_address));
  const arith::AddScale scale{parameters.multiplier_a, parameters.multiplier_b, parameters.shift};
  for_each_run(
      activations_, e,
      [&](const std::int8_t* a, const std::int8_t* b, std::int8_t* out, std::int64_t count) {
        arith::add_elements(a, e.a_zero_point, b, e.b_zero_point, scale, output_code(e), count,
                            out);
      });
}

// The products are accumulators of one scale.
void VectorUnit::multiply(const isa::Elementwise& e) {
  const isa::ScaleRecord record_scale = isa::read_scale_record(record(e.record_address));
  const arith::FixedPoint scale{record_scale.multiplier, record_scale.shift};
  const std::int64_t channels = e.channels;
  table_.set(&scale, 1, nullptr, channels, output_code(e));
  products_.resize(e.channels);
  const auto zero_a = std::int32_t{e.a_zero_point};
  const auto zero_b = std::int32_t{e.b_zero_point};
  for_each_run(
      activations_, e,
      [&](const std::int8_t* a, const std::int8_t* b, std::int8_t* out, std::int64_t count) {
        for (std::int64_t i = 0; i < count; i += channels) {
          for (std::int64_t c = 0; c < channels; ++c) {
            products_[static_cast<std::size_t>(c)] = (a[i + c] - zero_a) * (b[i + c] - zero_b);
          }
          arith::requantize_rows(products_.data(), channels, 1, table_, out + i, channels);
        }
      });
}

// A function of one code is a table of 256.
void VectorUnit::rescale(const isa::Elementwise& e) {
  const isa::ScaleRecord scale = isa::read_scale_record(record(e.record_address));
  std::array<std::int8_t, isa::kLookupRecordBytes> table{};
  for (std::int32_t code = -128; code <= 127; ++code) {
    const auto a = static_cast<std::int8_t>(code);
    table[static_cast<std::size_t>(arith::table_index(a))] = arith::rescale_code(
        a, e.a_zero_point, scale.multiplier, scale.shift, e.out_zero_point, e.low, e.high);
  }
  look_up(e, table.data());
}

void VectorUnit::look_up(const isa::Elementwise& e, const std::int8_t* table) {
  for_each_run(
      activations_, e,
      [table](const std::int8_t* a, const std::int8_t*, std::int8_t* out, std::int64_t count) {
        for (std::int64_t i = 0; i < count; ++i) out[i] = table[arith::table_index(a[i])];
      });
}

}  // namespace npusim::model
