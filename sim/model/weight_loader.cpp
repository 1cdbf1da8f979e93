// SPDX-License-Identifier: Apache-2.0
#include "sim/model/weight_loader.h"

#include <algorithm>
#include <cstring>

#include "sim/isa/folds.h"
#include "sim/isa/records.h"
#include "sim/stats/accesses.h"

namespace npusim::model {
WeightLoader::WeightLoader(const sc_core::sc_module_name& name, Machine& machine,
                           Scratchpad& weights, FoldWeights& shadow)
    : SequentialUnit(name, isa::Unit::weight_loader, machine.hardware().queue_depths.weight_loader,
                     machine),
      weights_(weights),
      shadow_(shadow) {}

void WeightLoader::begin(std::size_t i) {
  preload_ = &std::get<isa::Preload>(instruction(i).fields);
  phase_ = Phase::fold;
  k_ = preload_->k_begin;
  tiles_ = isa::tile_count(*preload_, machine_.hardware().mac_array.rows);
  is_first_tile_ = true;
}

// A stationary tile is pushed through all rows; operands that queue for output stationary are not.
std::int64_t WeightLoader::fold_accesses() const {
  const std::int64_t rows = machine_.hardware().mac_array.rows;
  const std::int64_t lines =
      preload_->pixels == 0 ? rows : std::min<std::int64_t>(rows, preload_->k_end - k_);
  return with_bias() ? std::max<std::int64_t>(lines, isa::kBiasBytes) : lines;
}

bool WeightLoader::advance() {
  const std::int64_t rows = machine_.hardware().mac_array.rows;
  switch (phase_) {
    case Phase::fold:
      ask_semaphore(isa::kShadowFree, stats::Activity::shadow_free);
      phase_ = Phase::load;
      return true;
    case Phase::load:
      accesses_ = fold_accesses();
      ask_stream(weights_.port, Scratchpad::level(WeightAccess::weight_loader), accesses_);
      phase_ = Phase::loaded;
      return true;
    case Phase::loaded:
      break;
  }
  account_stream(current(), accesses_, now());
  const std::int64_t k_end = std::min<std::int64_t>(k_ + rows, preload_->k_end);
  if (machine_.with_values) load(k_end);
  k_ = k_end;
  if (k_ == preload_->k_end) {
    --tiles_;
    is_first_tile_ = false;
    k_ = preload_->k_begin;
  }
  const bool more = tiles_ > 0;
  const std::int64_t loaded = now() + config::decode_cycles(machine_.hardware().weight_scratchpad);
  if (!more) complete(current(), loaded);
  post_later(std::uint32_t{1} << isa::kShadowFull, loaded);
  phase_ = Phase::fold;
  return more;
}

void WeightLoader::load(std::int64_t k_end) {
  const auto row_bytes =
      static_cast<std::int64_t>(isa::weight_row_bytes(preload_->columns, preload_->weight_bits));
  // Tiles lie one after another, so row k of the run is at its own place whatever fold it is in.
  const std::int64_t address = preload_->weights_address + (k_ - preload_->k_begin) * row_bytes;
  shadow_.zero_point = preload_->weight_zero_point;
  if (preload_->weight_bits == isa::kMostWeightBits) {
    const std::int8_t* weights = weights_.codes(address);
    shadow_.tile.assign(weights, weights + (k_end - k_) * row_bytes);
  } else {
    unpack(address, k_end - k_);
  }
  shadow_.bias.clear();
  if (!with_bias()) return;
  shadow_.bias.resize(preload_->columns);
  std::memcpy(shadow_.bias.data(), weights_.codes(preload_->bias_address),
              shadow_.bias.size() * sizeof(std::int32_t));
}

void WeightLoader::unpack(std::int64_t address, std::int64_t rows) {
  const unsigned bits = preload_->weight_bits;
  const std::uint64_t columns = preload_->columns;
  const std::uint64_t row_bytes = isa::weight_row_bytes(columns, bits);
  const std::uint8_t* row = weights_.bytes.data() + address;
  shadow_.tile.clear();
  for (std::int64_t i = 0; i < rows; ++i, row += row_bytes) {
    for (std::uint64_t j = 0; j < columns; ++j)
      shadow_.tile.push_back(isa::read_weight(row, bits, j));
  }
}

}  // namespace npusim::model
