// SPDX-License-Identifier: Apache-2.0
#include "tests/registers/vector_unit.h"

#include <algorithm>
#include <set>

#include "sim/arith/elementwise.h"
#include "sim/isa/records.h"
#include "sim/isa/regions.h"
#include "sim/isa/windows.h"

namespace npusim::registers {

VectorUnit::VectorUnit(const sc_core::sc_module_name& name, Context& context, Clock& clock,
                       Semaphores& semaphores, Port& weights, Port& activations)
    : Unit(name, isa::Unit::vector, context, clock, semaphores),
      weights_(weights),
      activations_(activations),
      depth_(context.hardware.vector_unit.pipeline_depth_cycles +
             (context.decodes_activations() ? 1 : 0)),
      pipeline_(static_cast<std::size_t>(depth_)) {
  clocked();
}

/// Whether the last line of parameters is in the decoder.
bool VectorUnit::decodes() const {
  return active_ && parameters_.accesses_left() == 0 && clock_.cycle() < parameters_there_;
}

void VectorUnit::on_request() {
  // A starting instruction asks for its parameters at once, or for its first access where it has
  // none.
  bool parameters = active_ && parameters_.accesses_left() > 0;
  bool stream = active_ && !parameters && !decodes() && streaming_;
  if (starts()) {
    const isa::Instruction& head = context_.program.instructions[queue.head()];
    const auto* pool = std::get_if<isa::Pool>(&head.fields);
    parameters = pool == nullptr || pool->operation == isa::PoolOperation::average;
    stream = !parameters;
  }
  weights_.request(weight_port::vector, parameters);
  activations_.request(activation_port::vector, stream);
}

void VectorUnit::start(std::size_t instruction) {
  active_ = true;
  streaming_ = true;
  instruction_ = instruction;
  pool_ = std::get_if<isa::Pool>(&context_.program.instructions[instruction].fields);
  elementwise_ = std::get_if<isa::Elementwise>(&context_.program.instructions[instruction].fields);
  pool_ != nullptr ? start_pool() : start_elementwise();
  pixel_ = 0;
  channel_ = 0;
  begin_chunk();
}

void VectorUnit::start_pool() {
  pixels_ = pool_->pixels;
  channels_ = pool_->channels;
  if (pool_->operation == isa::PoolOperation::max) return parameters_.begin(context_, 0);
  std::set<std::int64_t> sizes;
  for (std::int64_t i = 0; i < pixels_; ++i) {
    sizes.insert(isa::window_of(*pool_, isa::output_pixel(*pool_, i)).cells());
  }
  const std::size_t entries = pool_->count_include_pad ? 1 : sizes.size();
  parameters_.begin(context_, static_cast<std::int64_t>(1 + isa::kPoolEntryBytes * entries));
  parameters_.block(pool_->record_address,
                    1 + isa::kPoolEntryBytes * context_.weights[pool_->record_address]);
}

void VectorUnit::start_elementwise() {
  pixels_ = elementwise_->pixels;
  channels_ = elementwise_->channels;
  const std::size_t bytes =
      elementwise_->operation == isa::ElementwiseOperation::add      ? isa::kAddRecordBytes
      : elementwise_->operation == isa::ElementwiseOperation::lookup ? isa::kLookupRecordBytes
                                                                     : isa::kScaleRecordBytes;
  parameters_.begin(context_, static_cast<std::int64_t>(bytes));
  parameters_.block(elementwise_->record_address, bytes);
  b_.assign(static_cast<std::size_t>(channels_), 0);
}

void VectorUnit::begin_chunk() {
  chunk_channels_ = std::min(context_.hardware.vector_unit.lanes, channels_ - channel_);
  const auto lanes = static_cast<std::size_t>(chunk_channels_);
  sums_.assign(lanes, 0);
  largest_.assign(lanes, -128);
  a_.assign(lanes, 0);
  pool_ != nullptr ? pool_accesses() : elementwise_accesses();
  for (Access& access : accesses_) {
    access.address += channel_;
    access.accesses_left = access.kind == Access::Kind::result
                               ? context_.activation_writes(access.address, chunk_channels_)
                               : context_.activation_accesses(access.address, chunk_channels_);
  }
}

void VectorUnit::pool_accesses() {
  const isa::Window window = isa::window_of(*pool_, isa::output_pixel(*pool_, pixel_));
  cells_ = window.cells();
  for (std::int64_t row = window.row_begin; row < window.row_end; ++row) {
    for (std::int64_t column = window.column_begin; column < window.column_end; ++column) {
      accesses_.push_back({Access::Kind::cell,
                           std::int64_t{pool_->in_address} + row * pool_->row_stride_bytes +
                               column * pool_->pixel_stride_bytes,
                           0});
    }
  }
  accesses_.push_back({Access::Kind::result,
                       std::int64_t{pool_->out_address} + pixel_ * pool_->out_pixel_stride_bytes,
                       0});
}

void VectorUnit::elementwise_accesses() {
  const isa::Elementwise& f = *elementwise_;
  accesses_.push_back(
      {Access::Kind::operand_a, std::int64_t{f.a_address} + pixel_ * f.a_pixel_stride_bytes, 0});
  if (isa::has_operand_b(f) && (!f.broadcast_b || pixel_ == 0)) {
    accesses_.push_back(
        {Access::Kind::operand_b, std::int64_t{f.b_address} + pixel_ * f.b_pixel_stride_bytes, 0});
  }
  accesses_.push_back(
      {Access::Kind::result, std::int64_t{f.out_address} + pixel_ * f.out_pixel_stride_bytes, 0});
}

std::optional<stats::Activity> VectorUnit::on_control() {
  std::optional<stats::Activity> activity;
  const bool drains = active_ && !streaming_;
  if (active_) activity = drains ? stats::Activity::pipeline : stats::Activity::port;
  if (decodes()) activity = stats::Activity::decode;
  if (weights_.granted(weight_port::vector)) {
    parameters_.access();
    parameters_there_ = clock_.cycle() + 1 + (context_.decodes_weights() ? 1 : 0);
    activity = stats::Activity::busy;
  } else if (activations_.granted(activation_port::vector)) {
    access();
    activity = stats::Activity::busy;
  }
  move_pipeline();
  if (active_ && !streaming_) {
    if (drains) --drain_cycles_left_;
    if (drain_cycles_left_ == 0) {
      active_ = false;
      finish(instruction_);
    }
  }
  return activity;
}

void VectorUnit::access() {
  Access& access = accesses_.front();
  if (--access.accesses_left > 0) return;
  if (access.kind == Access::Kind::result) {
    Written result{access.address, {}};
    for (std::size_t lane = 0; lane < sums_.size(); ++lane) result.codes.push_back(code(lane));
    entering_.push_back(std::move(result));
  } else {
    read(access);
  }
  accesses_.pop_front();
  if (accesses_.empty()) next_chunk();
}

void VectorUnit::next_chunk() {
  channel_ += chunk_channels_;
  if (channel_ == channels_) {
    channel_ = 0;
    ++pixel_;
  }
  if (pixel_ < pixels_) return begin_chunk();
  streaming_ = false;
  drain_cycles_left_ = depth_;
}

void VectorUnit::read(const Access& access) {
  const std::int8_t* codes = context_.activations.data() + access.address;
  for (std::size_t lane = 0; lane < sums_.size(); ++lane) {
    switch (access.kind) {
      case Access::Kind::operand_a:
        a_[lane] = codes[lane];
        break;
      case Access::Kind::operand_b:
        b_[static_cast<std::size_t>(channel_) + lane] = codes[lane];
        break;
      default:
        sums_[lane] += codes[lane];
        largest_[lane] = std::max(largest_[lane], codes[lane]);
    }
  }
}

std::int8_t VectorUnit::pooled(std::size_t lane) const {
  const isa::Pool& f = *pool_;
  if (f.operation == isa::PoolOperation::max) return std::clamp(largest_[lane], f.low, f.high);
  const std::uint8_t* record = parameters_.bytes(0);
  for (std::size_t i = 0; i < record[0]; ++i) {
    const isa::PoolEntry entry = isa::read_pool_entry(record, i);
    if (!f.count_include_pad && entry.divisor != cells_) continue;
    return arith::average_code(sums_[lane], cells_, f.in_zero_point, entry.scale.multiplier,
                               entry.scale.shift, f.out_zero_point, f.low, f.high);
  }
  throw HardwareFault("an average has no entry for its window");
}

std::int8_t VectorUnit::code(std::size_t lane) const {
  if (pool_ != nullptr) return pooled(lane);
  const isa::Elementwise& f = *elementwise_;
  const std::int8_t a = a_[lane];
  const std::int8_t b = b_[static_cast<std::size_t>(channel_) + lane];
  const std::uint8_t* record = parameters_.bytes(0);
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
    default:
      return static_cast<std::int8_t>(record[arith::table_index(a)]);
  }
}

/// Results are written as many cycles behind their access as the pipeline has registers.
void VectorUnit::move_pipeline() {
  pipeline_.push_back(std::move(entering_));
  entering_.clear();
  for (const Written& result : pipeline_.front()) {
    std::copy(result.codes.begin(), result.codes.end(),
              context_.activations.begin() + result.address);
  }
  pipeline_.pop_front();
}

}  // namespace npusim::registers
