// SPDX-License-Identifier: Apache-2.0
#include "sim/model/requantizer.h"

#include "sim/isa/records.h"
#include "sim/stats/accesses.h"

namespace npusim::model {

Requantizer::Requantizer(const sc_core::sc_module_name& name, Machine& machine,
                         Scratchpad& activations, Scratchpad& weights,
                         const Accumulators& accumulators)
    : SequentialUnit(name, isa::Unit::requantization,
                     machine.hardware().queue_depths.requantization, machine),
      activations_(activations),
      weights_(weights),
      accumulators_(accumulators) {}

void Requantizer::execute(std::size_t i) {
  const auto& requantize = std::get<isa::Requantize>(instruction(i).fields);
  const auto accesses = stats::stream_accesses(machine_.hardware(), requantize);
  stream(weights_.port, Scratchpad::level(WeightAccess::requantization), accesses.parameters);
  account_stream(i, accesses.parameters, now());
  stream(activations_.port, Scratchpad::level(ActivationAccess::requantization),
         accesses.activations);
  account_stream(i, accesses.activations, now());
  if (machine_.with_values) compute(requantize);
  complete(i, now() + machine_.hardware().requantization.pipeline_depth_cycles);
}

void Requantizer::load_parameters(const isa::Requantize& r) {
  const std::uint8_t* records = weights_.bytes.data() + r.record_address;
  scales_.clear();
  for (std::size_t j = 0; j < (r.per_channel ? r.columns : 1U); ++j) {
    const std::size_t entry = r.per_channel ? r.channel_begin + j : 0;
    const auto scale = isa::read_scale_record(records + entry * isa::kScaleRecordBytes);
    scales_.push_back({scale.multiplier, scale.shift});
  }
  const std::uint8_t* fields = weights_.bytes.data() + r.shifts_address;
  shifts_.clear();
  for (std::size_t j = 0; r.field_bits != 0 && j < r.columns; ++j) {
    const int shift = isa::read_channel_shift(fields, r.field_bits, r.channel_begin + j);
    shifts_.push_back(static_cast<std::uint8_t>(shift));
  }
  const bool fused =
      machine_.hardware().requantization.placement == config::ShifterPlacement::fused;
  table_.set(scales_.data(), static_cast<std::int64_t>(scales_.size()),
             shifts_.empty() ? nullptr : shifts_.data(), r.columns, {r.zero_point, r.low, r.high},
             fused ? arith::Placement::fused : arith::Placement::pre_multiply);
}

void Requantizer::compute(const isa::Requantize& r) {
  load_parameters(r);
  arith::requantize_rows(accumulators_.row(r.acc_row), accumulators_.columns, r.pixels, table_,
                         activations_.codes(r.out_address), r.out_pixel_stride_bytes);
}

}  // namespace npusim::model
