// SPDX-License-Identifier: Apache-2.0
#include "sim/model/mac_array.h"

#include <algorithm>
#include <utility>

#include "sim/arith/depthwise.h"
#include "sim/arith/matmul.h"
#include "sim/model/feeder.h"

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
      narrow_(narrow_accumulator(machine.hardware().mac_array)) {}

// From the cycle in which the last input row has entered until its last sum has left.
std::int64_t MacArray::drain_cycles() const {
  const config::MacArrayConfig& array = machine_.hardware().mac_array;
  return array.rows + array.columns - 2;
}

std::int64_t MacArray::fold_end() const {
  return std::min<std::int64_t>(k_ + machine_.hardware().mac_array.rows, matmul_->k_end);
}

void MacArray::begin(std::size_t i) {
  matmul_ = &std::get<isa::Matmul>(instruction(i).fields);
  phase_ = Phase::fold;
  k_ = matmul_->k_begin;
}

bool MacArray::advance() {
  switch (phase_) {
    case Phase::fold:
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
  k_ = fold_end();
  phase_ = Phase::fold;
  if (k_ < matmul_->k_end) return true;
  complete(current(), now() + drain_cycles());
  return false;
}

// The swap and the first row.
void MacArray::start_fold() {
  if (machine_.with_values) {
    std::swap(active_, shadow_);
    compute();
  }
  if (machine_.hardware().mac_array.overlap_weight_load) machine_.semaphores.post(kShadowFreeMask);
  slots_ = fold_slots(machine_.hardware(), *matmul_, k_, fold_end());
  ask_stream(activations_.port, Scratchpad::level(ActivationAccess::feeder), slots_);
}

void MacArray::end_fold() {
  const auto i = static_cast<std::int64_t>(current());
  const std::int64_t begin = machine_.recorder.accounted(id_);
  account(stats::Activity::busy, i, begin + matmul_->pixels);
  account(stats::Activity::feeder, i, begin + slots_);
  account(stats::Activity::port, i, now());
  if (!machine_.hardware().mac_array.overlap_weight_load) {
    post_later(kShadowFreeMask, now() + drain_cycles());
  }
}

// The sums of the fold, all at once: nobody may see the accumulators before the instruction is
// done.
void MacArray::compute() {
  if (narrow_) return compute_narrow();
  const isa::Matmul& m = *matmul_;
  std::int32_t* acc = accumulators_.row(m.acc_row);
  const std::int64_t stride = accumulators_.columns;
  if (m.start_from_bias && k_ == m.k_begin) {
    for (std::int64_t i = 0; i < m.pixels; ++i) {
      std::copy(active_.bias.begin(), active_.bias.end(), acc + i * stride);
    }
  }
  if (m.mode == isa::ArrayMode::depthwise) {
    const auto* taps = rows_.gather_taps(m, activations_.codes(0), k_, fold_end());
    arith::accumulate_depthwise(taps, m.pixels, active_.tile, nullptr, acc, stride);
  } else {
    const auto* rows = rows_.gather(m, activations_.codes(0), k_, fold_end());
    arith::accumulate_tile(rows, m.pixels, active_.tile, acc, stride, scratch_);
  }
}

// The same where no bound is proved: one addition after another.
void MacArray::compute_narrow() {
  const isa::Matmul& m = *matmul_;
  std::int32_t* acc = accumulators_.row(m.acc_row);
  const std::int64_t stride = accumulators_.columns;
  std::int64_t overflows = 0;
  if (m.start_from_bias && k_ == m.k_begin) {
    const auto columns = static_cast<std::int64_t>(active_.bias.size());
    for (std::int64_t i = 0; i < m.pixels; ++i) {
      overflows +=
          arith::load_narrow_bias(active_.bias.data(), columns, *narrow_, acc + i * stride);
    }
  }
  if (m.mode == isa::ArrayMode::depthwise) {
    const auto* taps = rows_.gather_taps(m, activations_.codes(0), k_, fold_end());
    overflows += arith::add_narrow_depthwise(taps, m.pixels, active_.tile, *narrow_, acc, stride);
  } else {
    const auto* rows = rows_.gather(m, activations_.codes(0), k_, fold_end());
    overflows +=
        arith::add_narrow_tile(rows, m.pixels, active_.tile, *narrow_, acc, stride, scratch_);
  }
  machine_.recorder.overflowed(current(), overflows);
}

}  // namespace npusim::model
