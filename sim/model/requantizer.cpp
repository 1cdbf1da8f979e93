// SPDX-License-Identifier: Apache-2.0
#include "sim/model/requantizer.h"

#include "sim/isa/records.h"

namespace npusim::model {

Requantizer::Requantizer(const sc_core::sc_module_name& name, Machine& machine,
                         Scratchpad& activations, Scratchpad& weights, Accumulators& accumulators)
    : SequentialUnit(name, isa::Unit::requantization,
                     machine.hardware().queue_depths.requantization, machine),
      activations_(activations),
      weights_(weights),
      accumulators_(accumulators) {}

void Requantizer::begin(std::size_t i) {
  requantize_ = &std::get<isa::Requantize>(instruction(i).fields);
  accesses_ = stats::stream_accesses(machine_.hardware(), *requantize_);
  phase_ = Phase::parameters;
}

bool Requantizer::advance() {
  switch (phase_) {
    case Phase::parameters:
      ask_stream(weights_.port, Scratchpad::level(WeightAccess::requantization),
                 accesses_.parameters);
      phase_ = Phase::decoder;
      return true;
    case Phase::decoder:
      account_stream(current(), accesses_.parameters, now());
      ask_cycles(accesses_.decode);
      phase_ = Phase::main;
      return true;
    case Phase::main:
      account(stats::Activity::decode, static_cast<std::int64_t>(current()), now());
      ask_stream(activations_.port, Scratchpad::level(ActivationAccess::requantization),
                 accesses_.activations);
      phase_ = Phase::done;
      return true;
    case Phase::done:
      break;
  }
  account_stream(current(), accesses_.activations, now());
  complete(current(), now() + machine_.hardware().requantization.pipeline_depth_cycles);
  return false;
}

void Requantizer::apply_effects(std::size_t i) {
  if (!machine_.with_values) return;
  const faults::PassingFlips* flips = machine_.flips;
  if (flips == nullptr) {
    check_records(i, weights_.bytes.data());
  } else {
    flips->flip_accumulators(i, accumulators_.row(0), accumulators_.columns,
                             machine_.hardware().mac_array.accumulator_bits);
  }
  compute(std::get<isa::Requantize>(instruction(i).fields));
  if (flips != nullptr) flips->flip_activations(i, activations_.codes(0));
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
  if (!r.channel_clamps) return;
  lows_.clear();
  highs_.clear();
  for (std::size_t j = 0; j < r.columns; ++j) {
    const isa::ClampRecord own =
        isa::read_clamp_record(weights_.bytes.data() + r.clamps_address, r.channel_begin + j);
    lows_.push_back(own.low);
    highs_.push_back(own.high);
  }
  table_.set_channel_clamps(lows_.data(), highs_.data());
}

void Requantizer::compute(const isa::Requantize& r) {
  load_parameters(r);
  arith::requantize_rows(accumulators_.row(r.acc_row), accumulators_.columns, r.pixels, table_,
                         activations_.codes(r.out_address), r.out_pixel_stride_bytes);
}

}  // namespace npusim::model
