// SPDX-License-Identifier: Apache-2.0
// The tables of what the text of a Program says beside its instructions: the disassembler and the
// assembler run over them, as they run over fields.h for instructions.
//
// A visitor has the members of one of fields.h (places in bytes are 0 here), and
//     text(name, value)                            a string in double quotes
//     real(name, value)                            a double, in the shortest text that reads back
//     reals(name, value)                           an array of them, with commas in between
//     ranged(name, value, least, greatest, usual)  an integer that is left out where it is usual
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "sim/isa/fields.h"
#include "sim/isa/program.h"
#include "sim/isa/settings.h"

namespace npusim::isa {

inline constexpr std::array<const char*, 3> kDataTypeNames = {"int8", "int16", "int32"};
inline constexpr std::array<const char*, 2> kMemoryNames = {"dram", "act"};

/// unit_name() of every unit.
inline const std::array<const char*, kUnits>& unit_names() {
  static const std::array<const char*, kUnits> names = [] {
    std::array<const char*, kUnits> list{};
    for (std::size_t u = 0; u < list.size(); ++u) list[u] = unit_name(static_cast<Unit>(u));
    return list;
  }();
  return names;
}

/// The metadata but for the network's name, and activation_peak_bytes.
template <typename P, typename Visitor>
void visit_program_text(P& program, Visitor&& visit) {
  auto& m = program.metadata;
  visit.text("scheme", m.scheme);
  visit.number("field_bits", 0, m.field_bits);
  visit.text("rule", m.rule);
  visit.flag("bias_correction", 0, m.bias_correction, kNoYes);
  for (const Setting& setting : settings()) {
    std::int32_t value = setting.get(m);
    visit.ranged(setting.name, value, setting.least, setting.greatest, setting.usual);
    if constexpr (!std::is_const_v<P>) setting.set(m, value);
  }
  visit.number("image_size", 0, m.preprocessing.size);
  visit.number("resize_shorter_side", 0, m.preprocessing.resize_shorter_side);
  visit.number("center_crop", 0, m.preprocessing.center_crop);
  visit.reals("mean", m.preprocessing.mean);
  visit.reals("scale", m.preprocessing.scale);
  visit.number("activation_peak_bytes", 0, program.activation_peak_bytes);
}

template <typename S, typename Visitor>
void visit_semaphore_text(S& semaphore, Visitor&& visit) {
  visit.flag("poster", 0, semaphore.poster, unit_names());
  visit.flag("waiter", 0, semaphore.waiter, unit_names());
  visit.number("initial", 0, semaphore.initial);
}

template <typename T, typename Visitor>
void visit_tensor_text(T& tensor, Visitor&& visit) {
  visit.number("height", 0, tensor.height);
  visit.number("width", 0, tensor.width);
  visit.number("channels", 0, tensor.channels);
  visit.flag("type", 0, tensor.type, kDataTypeNames);
  visit.ranged("code_bits", tensor.code_bits, kLeastCodeBits, kMostCodeBits, kMostCodeBits);
  visit.real("scale", tensor.scale);
  visit.number("zero_point", 0, tensor.zero_point);
  visit.flag("memory", 0, tensor.memory, kMemoryNames);
  visit.address("address", 0, tensor.address);
  visit.number("complete_after", 0, tensor.complete_after);
}

template <typename L, typename Visitor>
void visit_layer_text(L& layer, Visitor&& visit) {
  visit.text("kind", layer.kind);
  visit.number("macs", 0, layer.macs);
  visit.number("output_tensor", 0, layer.output_tensor);
  visit.number("weights_bytes", 0, layer.weights_bytes);
  visit.number("bias_bytes", 0, layer.bias_bytes);
  visit.number("requant_bytes", 0, layer.requant_bytes);
  visit.number("channel_shift_bytes", 0, layer.channel_shift_bytes);
}

/// How a layer's weights were quantized, of a layer that says so itself.
template <typename Q, typename Visitor>
void visit_layer_quantization_text(Q& own, Visitor&& visit) {
  visit.text("own_scheme", own.scheme);
  visit.number("own_field_bits", 0, own.field_bits);
  visit.text("own_rule", own.rule);
  visit.flag("own_symmetric", 0, own.symmetric, kNoYes);
  visit.number("own_weight_bits", 0, own.weight_bits);
}

/// What follows `.dram`. The hash is that of an image which the text leaves out.
struct DramText {
  std::uint64_t bytes = 0;
  std::uint64_t image_bytes = 0;
  std::uint64_t image_hash = 0;
};

template <typename D, typename Visitor>
void visit_dram_text(D& dram, Visitor&& visit) {
  visit.number("bytes", 0, dram.bytes);
  visit.number("image_bytes", 0, dram.image_bytes);
  visit.address("image_hash", 0, dram.image_hash);
}

}  // namespace npusim::isa
