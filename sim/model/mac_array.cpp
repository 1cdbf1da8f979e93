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

}  // namespace

MacArray::MacArray(const sc_core::sc_module_name& name, Machine& machine, Scratchpad& activations,
                   FoldWeights& shadow, Accumulators& accumulators)
    : SequentialUnit(name, isa::Unit::mac_array, machine.hardware().queue_depths.mac_array,
                     machine),
      activations_(activations),
      shadow_(shadow),
      accumulators_(accumulators) {}

// From the cycle in which the last input row has entered until its last sum has left.
std::int64_t MacArray::drain_cycles() const {
  const config::MacArrayConfig& array = machine_.hardware().mac_array;
  return array.rows + array.columns - 2;
}

void MacArray::execute(std::size_t i) {
  const auto& matmul = std::get<isa::Matmul>(instruction(i).fields);
  const std::int64_t rows = machine_.hardware().mac_array.rows;
  for (std::int64_t k = matmul.k_begin; k < matmul.k_end; k += rows) {
    run_fold(i, matmul, k, std::min<std::int64_t>(k + rows, matmul.k_end));
  }
  complete(i, now() + drain_cycles());
}

void MacArray::run_fold(std::size_t i, const isa::Matmul& matmul, std::int64_t k_begin,
                        std::int64_t k_end) {
  wait_for(isa::kShadowFull, stats::Activity::shadow_full, i);
  if (machine_.with_values) {
    std::swap(active_, shadow_);
    compute(matmul, k_begin, k_end);
  }
  const bool overlap = machine_.hardware().mac_array.overlap_weight_load;
  if (overlap) machine_.semaphores.post(kShadowFreeMask);

  const std::int64_t begin = now();
  const std::int64_t slots = fold_slots(machine_.hardware(), matmul, k_begin, k_end);
  stream(activations_.port, Scratchpad::level(ActivationAccess::feeder), slots);
  const auto instruction = static_cast<std::int64_t>(i);
  account(stats::Activity::busy, instruction, begin + matmul.pixels);
  account(stats::Activity::feeder, instruction, begin + slots);
  account(stats::Activity::port, instruction, now());

  if (!overlap) post_later(kShadowFreeMask, now() + drain_cycles());
}

// The sums of the fold, all at once: nobody may see the accumulators before the instruction is
// done.
void MacArray::compute(const isa::Matmul& matmul, std::int64_t k_begin, std::int64_t k_end) {
  std::int32_t* acc = accumulators_.row(matmul.acc_row);
  const std::int64_t stride = accumulators_.columns;
  if (matmul.start_from_bias && k_begin == matmul.k_begin) {
    for (std::int64_t i = 0; i < matmul.pixels; ++i) {
      std::copy(active_.bias.begin(), active_.bias.end(), acc + i * stride);
    }
  }
  if (matmul.mode == isa::ArrayMode::depthwise) {
    const auto* taps = rows_.gather_taps(matmul, activations_.codes(0), k_begin, k_end);
    arith::accumulate_depthwise(taps, matmul.pixels, active_.tile, nullptr, acc, stride);
  } else {
    const auto* rows = rows_.gather(matmul, activations_.codes(0), k_begin, k_end);
    arith::accumulate_tile(rows, matmul.pixels, active_.tile, acc, stride, scratch_);
  }
}

}  // namespace npusim::model
