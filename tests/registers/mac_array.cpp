// SPDX-License-Identifier: Apache-2.0
#include "tests/registers/mac_array.h"

#include <algorithm>
#include <utility>

#include "sim/isa/records.h"
#include "sim/isa/windows.h"

namespace npusim::registers {
namespace {

constexpr std::uint32_t bit(int semaphore) { return std::uint32_t{1} << semaphore; }

}  // namespace

MacArray::MacArray(const sc_core::sc_module_name& name, Context& context, Clock& clock,
                   Semaphores& semaphores, Port& activations)
    : Unit(name, isa::Unit::mac_array, context, clock, semaphores),
      frees_shadow("frees_shadow"),
      port_(activations),
      pes_(context) {
  clocked();
}

void MacArray::on_request() {
  begins_ = false;
  drains_ = false;
  if (!feeder_ && starts()) {
    // The head's first fold: what start() will set, one edge earlier.
    fields_ = &head_fields<isa::Matmul>();
    k_ = fields_->k_begin;
    tile_ = 0;
  }
  if (!feeder_ && (active_ || starts())) {
    drains_ = waits_for_sums(next_work());
    begins_ = !drains_ && semaphores_.count(isa::kShadowFull) > 0;
  }
  port_.request(activation_port::feeder, begins_ || feeder_);
  const bool swaps = context_.decodes_activations() ? decoding_.swaps : begins_;
  frees_shadow.write(swaps && context_.hardware.mac_array.overlap_weight_load);
}

void MacArray::start(std::size_t instruction) {
  active_ = true;
  in_array_.push_back(
      {instruction, fields_->mode == isa::ArrayMode::output_stationary, /*left=*/false});
}

FoldWork MacArray::next_work() const {
  const std::int64_t rows = context_.hardware.mac_array.rows;
  const bool tiles = fields_->mode == isa::ArrayMode::output_stationary;
  FoldWork work;
  work.fields = fields_;
  work.fold = folds_;
  work.k_begin = k_;
  work.k_end = std::min<std::int64_t>(fields_->k_end, k_ + rows);
  work.pixel_begin = tile_;
  work.pixel_end = tiles ? std::min<std::int64_t>(fields_->pixels, tile_ + rows) : fields_->pixels;
  work.first_k = work.k_begin == fields_->k_begin;
  work.last_k = work.k_end == fields_->k_end;
  work.last = work.last_k && work.pixel_end == fields_->pixels;
  return work;
}

/// Whether the fold would meet sums of an earlier tile in the drain registers, or ask for sums that
/// are still on their way.
bool MacArray::waits_for_sums(const FoldWork& work) const {
  const config::MacArrayConfig& array = context_.hardware.mac_array;
  if (!array.overlap_drain && drains_a_tile()) return true;
  if (fields_->mode != isa::ArrayMode::output_stationary) {
    if (work.first_k && fields_->start_from_bias) return false;
    return clock_.cycle() < sums_back_cycle_ || (work.first_k && drains_a_tile());
  }
  if (!work.first_k || tile_end_cycle_ < 0) return false;
  const std::int64_t since_end = clock_.cycle() - tile_end_cycle_;
  return since_end < array.rows && since_end < array.rows - tile_slots(context_, work);
}

/// Whether a tile's sums are in the drain registers or on their way there.
bool MacArray::drains_a_tile() const {
  const Wave& last = decoding_.wave;
  return pes_.draining() ||
         (last.id >= 0 && last.mode == Wave::Mode::output_stationary && last.last_step);
}

std::optional<stats::Activity> MacArray::on_control() {
  arriving_ = std::exchange(decoding_, {});
  const std::optional<stats::Activity> activity = work();
  if (arriving_.swaps) {
    if (context_.hardware.mac_array.overlap_weight_load) semaphores_.post(bit(isa::kShadowFree));
    pes_.swap(arriving_.swap_fold);
  }
  if (arriving_.wave.id >= 0) pes_.enter(arriving_.wave, arriving_.x);
  return activity;
}

std::optional<stats::Activity> MacArray::work() {
  if (!active_) return std::nullopt;
  if (begins_) begin_fold(next_work());
  if (!feeder_) return drains_ ? stats::Activity::drain : stats::Activity::shadow_full;
  if (!port_.granted(activation_port::feeder)) return stats::Activity::port;
  return feed();
}

void MacArray::begin_fold(const FoldWork& work) {
  work_ = work;
  feeder_ = make_feeder(context_, work);
  entered_ = 0;
  k_ = work.last_k ? fields_->k_begin : work.k_end;
  if (work.last_k) tile_ = work.pixel_end;
  semaphores_.take(bit(isa::kShadowFull));
  array_input().swaps = true;
  array_input().swap_fold = work.fold;
  ++folds_;
}

stats::Activity MacArray::feed() {
  const bool enters = feeder_->slot(wave_, x_);
  if (enters) {
    ++entered_;
    wave_.id = waves_++;
    array_input().wave = wave_;
    array_input().x = x_;
  }
  if (feeder_->done()) {
    feeder_.reset();
    const config::MacArrayConfig& array = context_.hardware.mac_array;
    const std::int64_t end = clock_.cycle() + 1;
    if (fields_->mode == isa::ArrayMode::output_stationary) {
      sums_back_cycle_ = end;
      if (work_.last_k) tile_end_cycle_ = end;
    } else {
      sums_back_cycle_ = end + std::max<std::int64_t>(0, array.rows - entered_);
    }
    if (work_.last) active_ = false;
  }
  return enters ? stats::Activity::busy : stats::Activity::feeder;
}

void MacArray::on_data() {
  const ArrayEvents events = pes_.step();
  if ((events.fold_left || events.tile_drained) &&
      !context_.hardware.mac_array.overlap_weight_load) {
    semaphores_.post(bit(isa::kShadowFree));
  }
  if (events.rows_left) leave(/*output_stationary=*/false);
  if (events.tiles_left) leave(/*output_stationary=*/true);
  while (!in_array_.empty() && in_array_.front().left) {
    finish(in_array_.front().instruction);
    in_array_.pop_front();
  }
}

void MacArray::leave(bool output_stationary) {
  for (InArray& instruction : in_array_) {
    if (instruction.left || instruction.output_stationary != output_stationary) continue;
    instruction.left = true;
    return;
  }
  throw HardwareFault("sums of no instruction leave the array");
}

WeightLoader::WeightLoader(const sc_core::sc_module_name& name, Context& context, Clock& clock,
                           Semaphores& semaphores, Port& weights, MacArray& array)
    : Unit(name, isa::Unit::weight_loader, context, clock, semaphores),
      port_(weights),
      array_(array) {
  clocked(&array.frees_shadow);
}

void WeightLoader::on_request() {
  const bool free = semaphores_.count(isa::kShadowFree) > 0 || array_.frees_shadow.read();
  begins_ = accesses_left_ == 0 && (active_ || starts()) && free;
  port_.request(weight_port::weight_loader, begins_ || accesses_left_ > 0);
}

void WeightLoader::start(std::size_t instruction) {
  active_ = true;
  instruction_ = instruction;
  fields_ = &std::get<isa::Preload>(context_.program.instructions[instruction].fields);
  k_ = fields_->k_begin;
  tile_ = 0;
  address_ = fields_->weights_address;
}

std::optional<stats::Activity> WeightLoader::on_control() {
  arriving_ = std::exchange(decoding_, {});
  const std::optional<stats::Activity> activity = work();
  if (arriving_.row.valid) array_.pes().load(arriving_.row);
  if (arriving_.fills_shadow) semaphores_.post(bit(isa::kShadowFull));
  if (arriving_.finishes) finish(*arriving_.finishes);
  return activity;
}

std::optional<stats::Activity> WeightLoader::work() {
  if (!active_) return std::nullopt;
  if (begins_) begin_fold();
  if (accesses_left_ == 0) return stats::Activity::shadow_free;
  if (!port_.granted(weight_port::weight_loader)) return stats::Activity::port;
  access();
  return stats::Activity::busy;
}

/// Rows of weights of the fold.
std::int64_t WeightLoader::fold_rows() const {
  return std::min<std::int64_t>(context_.hardware.mac_array.rows, fields_->k_end - k_);
}

void WeightLoader::begin_fold() {
  semaphores_.take(bit(isa::kShadowFree));
  // The columns' PEs take a tile that all rows pass; the operand queue takes what there is.
  accesses_ = fields_->pixels > 0 ? fold_rows() : context_.hardware.mac_array.rows;
  loads_bias_ = fields_->load_bias && k_ == fields_->k_begin && tile_ == 0;
  if (loads_bias_) accesses_ = std::max<std::int64_t>(accesses_, isa::kBiasBytes);
  accesses_left_ = accesses_;
}

void WeightLoader::access() {
  const std::int64_t access = accesses_ - accesses_left_;
  const std::int64_t columns = context_.hardware.mac_array.columns;
  LoadInput& input = context_.decodes_weights() ? decoding_ : arriving_;
  LoadRow& row = input.row;
  row.valid = true;
  row.fold = folds_;
  row.to_queue = fields_->pixels > 0;
  if (loads_bias_) {
    row.bias_byte = access * columns;
    const std::int64_t end = std::min<std::int64_t>(
        row.bias_byte + columns, std::int64_t{isa::kBiasBytes} * fields_->columns);
    for (std::int64_t b = row.bias_byte; b < end; ++b) {
      row.biases.push_back(context_.weights[fields_->bias_address + static_cast<std::size_t>(b)]);
    }
  }
  if (access < context_.hardware.mac_array.rows) load_weights(row, access);
  if (--accesses_left_ > 0) return;
  input.fills_shadow = true;
  next_fold();
  if (!active_) input.finishes = instruction_;
}

void WeightLoader::next_fold() {
  ++folds_;
  address_ += static_cast<std::uint64_t>(fold_rows()) *
              isa::weight_row_bytes(fields_->columns, fields_->weight_bits);
  k_ += fold_rows();
  if (k_ < fields_->k_end) return;
  tile_ += context_.hardware.mac_array.rows;
  if (tile_ < fields_->pixels) {  // the chunks once more, for the next tile
    k_ = fields_->k_begin;
    address_ = fields_->weights_address;
    return;
  }
  active_ = false;
}

/// A row of the tile, for each pixel of a column once; zeros behind the last one.
void WeightLoader::load_weights(LoadRow& row, std::int64_t access) {
  row.row = access;
  row.weights.assign(static_cast<std::size_t>(context_.hardware.mac_array.columns), 0);
  if (access >= fold_rows() * isa::column_pixels(*fields_)) return;
  const std::uint8_t* bytes = context_.weights.data() + address_ +
                              static_cast<std::uint64_t>(access % fold_rows()) *
                                  isa::weight_row_bytes(fields_->columns, fields_->weight_bits);
  for (std::size_t c = 0; c < fields_->columns; ++c) {
    row.weights[c] = static_cast<std::int16_t>(isa::read_weight(bytes, fields_->weight_bits, c) -
                                               fields_->weight_zero_point);
  }
}

}  // namespace npusim::registers
