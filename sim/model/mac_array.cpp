// SPDX-License-Identifier: Apache-2.0
#include "sim/model/mac_array.h"

#include <algorithm>
#include <utility>

#include "sim/arith/depthwise.h"
#include "sim/arith/matmul.h"
#include "sim/stats/accesses.h"

namespace npusim::model {
namespace {

constexpr std::uint32_t kShadowFreeMask = std::uint32_t{1} << isa::kShadowFree;

// Nothing where sums are proved to fit.
std::optional<arith::NarrowAccumulator> narrow_accumulator(const config::MacArrayConfig& array) {
  if (array.accumulator == config::AccumulatorOverflow::guaranteed) return std::nullopt;
  return arith::NarrowAccumulator{static_cast<int>(array.accumulator_bits),
                                  array.accumulator == config::AccumulatorOverflow::wrap
                                      ? arith::Overflow::wrap
                                      : arith::Overflow::saturate};
}

}  // namespace

MacArray::MacArray(const sc_core::sc_module_name& name, Machine& machine, Scratchpad& activations,
                   FoldWeights& shadow, Accumulators& accumulators)
    : SequentialUnit(name, isa::Unit::mac_array, machine.hardware().queue_depths.mac_array,
                     machine),
      activations_(activations),
      shadow_(shadow),
      accumulators_(accumulators),
      fold_slots_(machine.hardware()),
      decode_cycles_(config::decode_cycles(machine.hardware().activation_scratchpad)),
      narrow_(narrow_accumulator(machine.hardware().mac_array)) {
  SC_HAS_PROCESS(MacArray);
  SC_METHOD(swap);
  sensitive << swap_event_;
  dont_initialize();
}

// From the end of a stream until its last sum has left the bottom of the last column.
std::int64_t MacArray::wave_cycles() const {
  const config::MacArrayConfig& array = machine_.hardware().mac_array;
  return decode_cycles_ + array.rows + array.columns - 2;
}

// From the end of the fold's stream until its last sum has left the array.
std::int64_t MacArray::drain_cycles() const {
  const bool leaves_downwards =
      matmul_->mode == isa::ArrayMode::output_stationary && fold_.ends_tile;
  return wave_cycles() + (leaves_downwards ? machine_.hardware().mac_array.rows : 0);
}

// The first cycle in which the fold finds the sums that it continues, and the drain registers that
// it fills.
std::int64_t MacArray::first_start() const {
  const config::MacArrayConfig& array = machine_.hardware().mac_array;
  const std::int64_t tile_gone = tile_end_ ? *tile_end_ + array.rows + wave_cycles() : 0;
  std::int64_t start = array.overlap_drain ? 0 : tile_gone;
  if (matmul_->mode == isa::ArrayMode::output_stationary) {
    if (!tile_end_ || !fold_.begins_tile) return start;
    return std::max(start, *tile_end_ + std::max<std::int64_t>(0, array.rows - slots_));
  }
  if (fold_.begins_tile) {
    if (matmul_->start_from_bias) return start;
    start = std::max(start, tile_gone);
  }
  return std::max(start, sums_return_);
}

void MacArray::begin(std::size_t i) {
  matmul_ = &std::get<isa::Matmul>(instruction(i).fields);
  phase_ = Phase::fold;
  fold_ = isa::first_fold(*matmul_, machine_.hardware().mac_array.rows);
}

bool MacArray::advance() {
  switch (phase_) {
    case Phase::fold:
      slots_ = fold_slots_(*matmul_, fold_);
      ask_cycles(std::max<std::int64_t>(0, first_start() - now()));
      phase_ = Phase::drained;
      return true;
    case Phase::drained:
      account(stats::Activity::drain, static_cast<std::int64_t>(current()), now());
      ask_semaphore(isa::kShadowFull, stats::Activity::shadow_full);
      phase_ = Phase::rows;
      return true;
    case Phase::rows:
      start_fold();
      phase_ = Phase::done;
      return true;
    case Phase::done:
      break;
  }
  end_fold();
  phase_ = Phase::fold;
  if (!isa::is_last(*matmul_, fold_)) {
    fold_ = isa::next_fold(*matmul_, machine_.hardware().mac_array.rows, fold_);
    return true;
  }
  last_done_ = std::max(last_done_, now() + drain_cycles());
  complete(current(), last_done_);
  return false;
}

// The swap has reached the array: the weight loader may fill the shadow registers.
void MacArray::swap() {
  guarded(machine_, [this] { machine_.semaphores.post(kShadowFreeMask); });
}

// The swap and the first row, which the decoder holds up alike.
void MacArray::start_fold() {
  if (machine_.with_values) {
    take_weights();
    if (fold_.ends_tile) compute();
  }
  if (machine_.hardware().mac_array.overlap_weight_load) {
    if (decode_cycles_ == 0) {
      machine_.semaphores.post(kShadowFreeMask);
    } else {
      swap_event_.notify(cycles(decode_cycles_));
    }
  }
  ask_stream(activations_.port, Scratchpad::level(ActivationAccess::feeder), slots_);
}

void MacArray::end_fold() {
  const auto i = static_cast<std::int64_t>(current());
  const std::int64_t rows = machine_.hardware().mac_array.rows;
  const std::int64_t begin = machine_.recorder.accounted(id_);
  account(stats::Activity::busy, i, begin + isa::busy_cycles(*matmul_, fold_));
  account(stats::Activity::feeder, i, begin + slots_);
  account(stats::Activity::port, i, now());
  if (!machine_.hardware().mac_array.overlap_weight_load) {
    post_later(kShadowFreeMask, now() + drain_cycles());
  }
  if (matmul_->mode != isa::ArrayMode::output_stationary) {
    sums_return_ = now() + std::max<std::int64_t>(0, rows - isa::busy_cycles(*matmul_, fold_));
  } else if (fold_.ends_tile) {
    tile_end_ = now();
  }
}

// Into the array with the swap.
void MacArray::take_weights() {
  std::swap(active_, shadow_);
  if (fold_.begins_tile) weights_.begin();
  weights_.add(active_);
  if (!active_.bias.empty()) bias_ = active_.bias;
}

// The instruction over some of its pixels alone.
isa::Matmul MacArray::part(std::int64_t first, std::int64_t pixels) const {
  isa::Matmul part = *matmul_;
  part.first_pixel += static_cast<std::uint32_t>(first);
  part.acc_row = static_cast<std::uint16_t>(part.acc_row + first);
  part.pixels = static_cast<std::uint16_t>(pixels);
  return part;
}

// The sums of a tile of pixels over all of its folds at once: nobody may see the accumulators
// before the instruction is done. So many pixels together as their gathered inputs take a bounded
// memory.
void MacArray::compute() {
  constexpr std::int64_t kMostGatheredBytes = std::int64_t{1} << 26;
  const std::int64_t reduction = std::int64_t{matmul_->k_end} - matmul_->k_begin;
  const bool depthwise = matmul_->mode == isa::ArrayMode::depthwise;
  const std::int64_t pixel_bytes =
      depthwise ? reduction * std::int64_t{sizeof(std::int8_t*)} : reduction;
  const std::int64_t at_once = std::max<std::int64_t>(1, kMostGatheredBytes / pixel_bytes);
  const std::int64_t end = fold_.first + fold_.pixels;
  for (std::int64_t first = fold_.first; first < end; first += at_once) {
    compute(part(first, std::min(at_once, end - first)));
  }
}

void MacArray::compute(const isa::Matmul& m) {
  if (narrow_) return compute_narrow(m);
  const arith::PackedWeights& weights = weights_.packed(m.columns);
  std::int32_t* acc = accumulators_.row(m.acc_row);
  const std::int64_t stride = accumulators_.columns;
  const std::int32_t* bias = m.start_from_bias ? bias_.data() : nullptr;
  if (m.mode == isa::ArrayMode::depthwise) {
    const auto* taps = rows_.gather_taps(m, activations_.codes(0));
    arith::accumulate_depthwise({taps, weights.k(), 0, m.pixels}, weights, bias, acc, stride);
  } else {
    const auto* rows = rows_.gather(m, activations_.codes(0));
    arith::multiply_rows(rows, m.pixels, weights, bias, acc, stride, scratch_);
  }
}

// The same where no bound is proved: one addition after another.
void MacArray::compute_narrow(const isa::Matmul& m) {
  const arith::PackedWeights& weights = weights_.packed(m.columns);
  std::int32_t* acc = accumulators_.row(m.acc_row);
  const std::int64_t stride = accumulators_.columns;
  std::int64_t overflows = 0;
  if (m.start_from_bias) {
    const auto columns = static_cast<std::int64_t>(bias_.size());
    for (std::int64_t i = 0; i < m.pixels; ++i) {
      overflows += arith::load_narrow_bias(bias_.data(), columns, *narrow_, acc + i * stride);
    }
  }
  if (m.mode == isa::ArrayMode::depthwise) {
    const auto* taps = rows_.gather_taps(m, activations_.codes(0));
    overflows += arith::add_narrow_depthwise(taps, m.pixels, weights, *narrow_, acc, stride);
  } else {
    const auto* rows = rows_.gather(m, activations_.codes(0));
    overflows += arith::add_narrow_tile(rows, m.pixels, weights, *narrow_, acc, stride);
  }
  machine_.recorder.overflowed(current(), overflows);
}

}  // namespace npusim::model
