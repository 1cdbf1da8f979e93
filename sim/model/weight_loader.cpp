// SPDX-License-Identifier: Apache-2.0
#include "sim/model/weight_loader.h"

#include <algorithm>
#include <cstring>

#include "sim/isa/records.h"

namespace npusim::model {
WeightLoader::WeightLoader(const sc_core::sc_module_name& name, Machine& machine,
                           Scratchpad& weights, FoldWeights& shadow)
    : SequentialUnit(name, isa::Unit::weight_loader, machine.hardware().queue_depths.weight_loader,
                     machine),
      weights_(weights),
      shadow_(shadow) {}

void WeightLoader::execute(std::size_t i) {
  const auto& preload = std::get<isa::Preload>(instruction(i).fields);
  const std::int64_t rows = machine_.hardware().mac_array.rows;
  for (std::int64_t k = preload.k_begin; k < preload.k_end; k += rows) {
    wait_for(isa::kShadowFree, stats::Activity::shadow_free, i);
    const bool with_bias = preload.load_bias && k == preload.k_begin;
    const std::int64_t accesses = with_bias ? std::max<std::int64_t>(rows, isa::kBiasBytes) : rows;
    stream(weights_.port, Scratchpad::level(WeightAccess::weight_loader), accesses);
    account_stream(i, accesses, now());
    if (machine_.with_values) {
      load(preload, k, std::min<std::int64_t>(k + rows, preload.k_end), with_bias);
    }
    if (k + rows >= preload.k_end) complete(i, now());
    machine_.semaphores.post(std::uint32_t{1} << isa::kShadowFull);
  }
}

void WeightLoader::load(const isa::Preload& preload, std::int64_t k_begin, std::int64_t k_end,
                        bool with_bias) {
  const std::int64_t columns = preload.columns;
  // Tiles lie one after another, so row k of the run is at its own place whatever fold it is in.
  const std::int64_t address = preload.weights_address + (k_begin - preload.k_begin) * columns;
  shadow_.tile.pack(weights_.codes(address), columns, 1, k_end - k_begin, columns,
                    preload.weight_zero_point);
  shadow_.bias.clear();
  if (!with_bias) return;
  shadow_.bias.resize(static_cast<std::size_t>(columns));
  std::memcpy(shadow_.bias.data(), weights_.codes(preload.bias_address),
              shadow_.bias.size() * sizeof(std::int32_t));
}

}  // namespace npusim::model
