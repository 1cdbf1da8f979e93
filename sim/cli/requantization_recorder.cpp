// SPDX-License-Identifier: Apache-2.0
#include "sim/arith/requantize.h"
#include "sim/base/errors.h"
#include "sim/cli/unit_recorders.h"
#include "sim/functional/execute.h"
#include "sim/isa/records.h"

namespace npusim::cli {
namespace {

/// The parameters of one channel.
struct Entry {
  isa::ScaleRecord scale;
  int channel_shift = 0;
  int zero_point = 0;
  isa::ClampRecord clamps;
};

Entry entry_of(const Recording& recording, const isa::Requantize& f, std::uint64_t column) {
  const std::uint8_t* weights = recording.state.weights.data();
  const std::uint64_t channel = f.channel_begin + column;
  Entry entry;
  entry.scale = isa::read_scale_record(weights + f.record_address +
                                       (f.per_channel ? channel * isa::kScaleRecordBytes : 0));
  entry.channel_shift = isa::read_channel_shift(weights + f.shifts_address, f.field_bits, channel);
  entry.zero_point = int{f.zero_point};
  entry.clamps = {f.low, f.high};
  if (f.channel_clamps) entry.clamps = isa::read_clamp_record(weights + f.clamps_address, channel);
  return entry;
}

void append_entry(const Entry& entry, const config::RequantizationConfig& hardware,
                  UnitVectors& lanes) {
  constexpr int kShiftBits = 6, kChannelShiftBits = 4, kCodeBits = 8;
  const auto put = [&](const char* name, int bits, bool sign, std::int64_t word) {
    lanes.file(name, bits, sign, "one word a channel of an instruction").words.push_back(word);
  };
  put("multipliers", static_cast<int>(hardware.multiplier_bits), false, entry.scale.multiplier);
  put("shifts", kShiftBits, false, entry.scale.shift);
  put("channel_shifts", kChannelShiftBits, false, entry.channel_shift);
  put("zero_points", kCodeBits, true, entry.zero_point);
  put("lows", kCodeBits, true, entry.clamps.low);
  put("highs", kCodeBits, true, entry.clamps.high);
}

/// A magnitude through a barrel shifter: appends the vector and returns what is rounded.
std::int64_t shifted(std::int64_t magnitude, int bits, int places, UnitVectors& shifter) {
  constexpr int kPlacesBits = 6;
  const std::int64_t result = magnitude >> places;
  const std::int64_t half = places == 0 ? 0 : magnitude >> (places - 1) & 1;
  shifter.file("values", bits, false, "magnitudes").words.push_back(magnitude);
  shifter.file("shifts", kPlacesBits, false, "places to the right").words.push_back(places);
  shifter.file("shifted", bits, false, "expected: value >> shift").words.push_back(result);
  shifter.file("halves", 1, false, "expected: the last bit shifted out").words.push_back(half);
  return result + half;
}

/// The shifters' part of one value; what they give must be the code that the machine wrote.
void append_shifts(std::int32_t acc, const Entry& entry, bool fused, std::int8_t code,
                   UnitVectors& shifter, UnitVectors& channel_shifter) {
  constexpr int kAccumulatorBits = 32, kProductBits = 62;
  std::int64_t magnitude = acc < 0 ? -std::int64_t{acc} : std::int64_t{acc};
  int places = entry.scale.shift + entry.channel_shift;
  if (!fused) {
    magnitude = shifted(magnitude, kAccumulatorBits, entry.channel_shift, channel_shifter);
    places = entry.scale.shift;
  }
  const std::int64_t rounded =
      shifted(magnitude * entry.scale.multiplier, kProductBits, places, shifter);
  const std::int8_t again = arith::to_code(acc < 0 ? -rounded : rounded, entry.zero_point,
                                           entry.clamps.low, entry.clamps.high);
  if (again != code) {
    throw base::InternalError("the shifters give code " + std::to_string(again) +
                              ", the interpreter " + std::to_string(code));
  }
}

}  // namespace

void record_requantize(const Recording& recording, UnitVectors& lanes, UnitVectors& shifter,
                       UnitVectors& channel_shifter) {
  const auto& f = std::get<isa::Requantize>(recording.instruction.fields);
  const config::RequantizationConfig& hardware = recording.hardware.requantization;
  const bool fused = hardware.placement == config::ShifterPlacement::fused;
  lanes.constants["placement"] = fused ? "fused" : "pre_multiply";
  lanes.constants["multiplier_bits"] = hardware.multiplier_bits;

  functional::execute(recording.instruction, recording.hardware, recording.state);
  std::vector<Entry> entries;
  for (std::uint64_t j = 0; j < f.columns; ++j) {
    entries.push_back(entry_of(recording, f, j));
    append_entry(entries.back(), hardware, lanes);
  }
  const auto first =
      static_cast<std::int64_t>(lanes.file("lows", 8, true, "").words.size()) - f.columns;
  for (const std::int64_t row : recording.rows) {
    for (std::int64_t j = 0; j < f.columns; ++j) {
      const std::int32_t acc = recording.state.accumulators[static_cast<std::size_t>(
          (f.acc_row + row) * recording.hardware.mac_array.columns + j)];
      const std::int8_t code = recording.state.activations[static_cast<std::size_t>(
          f.out_address + row * f.out_pixel_stride_bytes + j)];
      lanes.file("accumulators", 32, true, "[instruction][row][channel]").words.push_back(acc);
      lanes.file("entries", 32, false, "which word of the parameters, for each accumulator")
          .words.push_back(first + j);
      lanes.file("codes", 8, true, "expected, for each accumulator").words.push_back(code);
      append_shifts(acc, entries[static_cast<std::size_t>(j)], fused, code, shifter,
                    channel_shifter);
    }
  }
}

}  // namespace npusim::cli
