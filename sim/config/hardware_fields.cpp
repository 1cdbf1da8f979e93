// SPDX-License-Identifier: Apache-2.0
#include "sim/config/hardware_fields.h"

#include "sim/config/dram_fields.h"
#include "sim/config/field_rules.h"

namespace npusim::config {
namespace {

using rules::bytes;
using rules::Form;
using rules::kGiB;
using rules::range;
constexpr bool kProgram = true;
constexpr bool kTiming = false;

template <auto Unit, auto Member>
std::int64_t get_member(const HardwareConfig& hardware) {
  return static_cast<std::int64_t>(hardware.*Unit.*Member);
}

template <auto Unit, auto Member>
void set_member(HardwareConfig& hardware, std::int64_t value) {
  auto& member = hardware.*Unit.*Member;
  member = static_cast<std::remove_reference_t<decltype(member)>>(value);
}

template <auto Unit, auto Member>
HardwareField field(const char* key, const char* meaning, bool program_dependent, IntegerRule rule,
                    std::vector<std::string> choices = {}) {
  return {key,
          meaning,
          program_dependent,
          rule,
          std::move(choices),
          get_member<Unit, Member>,
          set_member<Unit, Member>,
          std::nullopt};
}

HardwareField clock_field() {
  return {"clock_hz",
          "cycles per second of the NPU clock",
          kTiming,
          range(1'000'000, 10'000'000'000),
          {},
          [](const HardwareConfig& hardware) { return hardware.clock_hz; },
          [](HardwareConfig& hardware, std::int64_t value) { hardware.clock_hz = value; },
          std::nullopt};
}

HardwareField accumulator_field() {
  HardwareField result = field<&HardwareConfig::mac_array, &MacArrayConfig::accumulator>(
      "mac_array.accumulator", "what sums beyond its bits do; guaranteed: none", kProgram,
      range(0, 2), {"guaranteed", "saturate", "wrap"});
  result.if_missing = 0;
  return result;
}

HardwareField dataflow_field() {
  HardwareField result = field<&HardwareConfig::mac_array, &MacArrayConfig::dataflow>(
      "mac_array.dataflow", "what conv and gemm layers keep in the array", kProgram, range(0, 1),
      {"weight_stationary", "output_stationary"});
  result.if_missing = 0;
  return result;
}

HardwareField overlap_drain_field() {
  HardwareField result = field<&HardwareConfig::mac_array, &MacArrayConfig::overlap_drain>(
      "mac_array.overlap_drain", "sums of a tile leave while the next streams", kTiming,
      range(0, 1), {"false", "true"});
  result.if_missing = 1;
  return result;
}

template <auto Unit>
bool is_protected(const HardwareConfig& hardware) {
  return (hardware.*Unit).protection != Protection::none;
}

/// What guards a scratchpad's words, and how many bits a guarded word has.
template <auto Unit, auto Kind, auto WordBits>
std::vector<HardwareField> protection_fields(const char* kind_key, const char* bits_key) {
  HardwareField kind = field<Unit, Kind>(kind_key, "of stored words: parity finds, secded corrects",
                                         kTiming, range(0, 2), {"none", "parity", "secded"});
  kind.if_missing = 0;
  kind.reported_if_set = true;
  HardwareField bits = field<Unit, WordBits>(bits_key, "data bits that share check bits", kTiming,
                                             {8, 128, Form::power_of_two});
  bits.if_missing = 64;
  bits.in_force = is_protected<Unit>;
  return {kind, bits};
}

/// Clock, instructions and everything that moves data.
std::vector<HardwareField> transfer_fields() {
  using Hw = HardwareConfig;
  const IntegerRule depth = range(1, 1024);
  return {
      clock_field(),
      field<&Hw::command_processor, &CommandProcessorConfig::fetch_bytes>(
          "command_processor.fetch_bytes", "bytes of one instruction fetch", kTiming,
          bytes(64, 4096, Form::multiple_of, 64)),
      field<&Hw::queue_depths, &QueueDepths::dma_in>(
          "queue_depths.dma_in", "instructions that may wait for the unit", kTiming, depth),
      field<&Hw::queue_depths, &QueueDepths::dma_weights>(
          "queue_depths.dma_weights", "instructions that may wait for the unit", kTiming, depth),
      field<&Hw::queue_depths, &QueueDepths::dma_out>(
          "queue_depths.dma_out", "instructions that may wait for the unit", kTiming, depth),
      field<&Hw::queue_depths, &QueueDepths::weight_loader>(
          "queue_depths.weight_loader", "instructions that may wait for the unit", kTiming, depth),
      field<&Hw::queue_depths, &QueueDepths::mac_array>(
          "queue_depths.mac_array", "instructions that may wait for the unit", kTiming, depth),
      field<&Hw::queue_depths, &QueueDepths::requantization>(
          "queue_depths.requantization", "instructions that may wait for the unit", kTiming, depth),
      field<&Hw::queue_depths, &QueueDepths::vector>(
          "queue_depths.vector", "instructions that may wait for the unit", kTiming, depth),
      field<&Hw::dma, &DmaConfig::burst_bytes>("dma.burst_bytes", "bytes of one burst", kTiming,
                                               bytes(16, 4096, Form::power_of_two)),
      field<&Hw::dma, &DmaConfig::outstanding_requests>(
          "dma.outstanding_requests", "bursts in flight, of each DMA unit", kTiming, depth),
  };
}

/// The memories on the chip.
std::vector<HardwareField> scratchpad_fields() {
  using Hw = HardwareConfig;
  using Activations = ActivationScratchpadConfig;
  using Weights = WeightScratchpadConfig;
  const IntegerRule ports = range(1, 16);
  std::vector<HardwareField> fields = {
      field<&Hw::activation_scratchpad, &Activations::bytes>("activation_scratchpad.bytes",
                                                             "capacity", kProgram, bytes(64, kGiB)),
      field<&Hw::activation_scratchpad, &Activations::banks>(
          "activation_scratchpad.banks", "consecutive words that one access may touch", kTiming,
          range(1, 1024)),
      field<&Hw::activation_scratchpad, &Activations::bank_word_bytes>(
          "activation_scratchpad.bank_word_bytes", "bytes of a bank's word; tensors align to it",
          kProgram, bytes(1, 256, Form::power_of_two)),
      field<&Hw::activation_scratchpad, &Activations::ports>("activation_scratchpad.ports",
                                                             "accesses per cycle", kTiming, ports)};
  const auto append = [&fields](const std::vector<HardwareField>& more) {
    fields.insert(fields.end(), more.begin(), more.end());
  };
  append(protection_fields<&Hw::activation_scratchpad, &Activations::protection,
                           &Activations::protected_word_bits>(
      "activation_scratchpad.protection", "activation_scratchpad.protected_word_bits"));
  append({field<&Hw::weight_scratchpad, &Weights::bytes>("weight_scratchpad.bytes", "capacity",
                                                         kProgram, bytes(64, kGiB)),
          field<&Hw::weight_scratchpad, &Weights::ports>("weight_scratchpad.ports",
                                                         "accesses per cycle", kTiming, ports)});
  append(protection_fields<&Hw::weight_scratchpad, &Weights::protection,
                           &Weights::protected_word_bits>("weight_scratchpad.protection",
                                                          "weight_scratchpad.protected_word_bits"));
  append({field<&Hw::feeder, &FeederConfig::bytes_per_cycle>(
              "feeder.bytes_per_cycle", "bytes from the activation scratchpad per cycle", kTiming,
              bytes(1, 65536)),
          field<&Hw::feeder, &FeederConfig::line_buffer_bytes>(
              "feeder.line_buffer_bytes", "input rows kept for depthwise layers", kTiming,
              bytes(0, kGiB))});
  return fields;
}

/// Everything that computes.
std::vector<HardwareField> compute_fields() {
  using Hw = HardwareConfig;
  const IntegerRule lanes = range(1, 4096);
  const IntegerRule pipeline = range(0, 1024);
  const std::vector<std::string> no_yes = {"false", "true"};
  return {
      field<&Hw::mac_array, &MacArrayConfig::rows>("mac_array.rows", "inputs per cycle", kProgram,
                                                   range(1, 4096)),
      field<&Hw::mac_array, &MacArrayConfig::columns>(
          "mac_array.columns", "output channels at a time", kProgram, range(1, 4096)),
      field<&Hw::mac_array, &MacArrayConfig::accumulator_bits>(
          "mac_array.accumulator_bits", "bits of one accumulator", kProgram, range(8, 32)),
      accumulator_field(),
      field<&Hw::mac_array, &MacArrayConfig::accumulator_rows>(
          "mac_array.accumulator_rows", "output pixels held, both halves together", kProgram,
          range(2, 65536)),
      field<&Hw::mac_array, &MacArrayConfig::depthwise_pixels>(
          "mac_array.depthwise_pixels", "depthwise output pixels per column and cycle", kProgram,
          range(1, 64)),
      field<&Hw::mac_array, &MacArrayConfig::overlap_weight_load>(
          "mac_array.overlap_weight_load", "load weights while the fold before streams", kTiming,
          range(0, 1), no_yes),
      dataflow_field(),
      overlap_drain_field(),
      field<&Hw::requantization, &RequantizationConfig::lanes>("requantization.lanes",
                                                               "values per cycle", kTiming, lanes),
      field<&Hw::requantization, &RequantizationConfig::field_bits>(
          "requantization.field_bits", "bits of the widest channel-shift field", kProgram,
          range(0, 4)),
      field<&Hw::requantization, &RequantizationConfig::placement>(
          "requantization.placement", "of the barrel shifter; fused rounds once", kProgram,
          range(0, 1), {"fused", "pre_multiply"}),
      field<&Hw::requantization, &RequantizationConfig::multiplier_bits>(
          "requantization.multiplier_bits", "bits of a multiplier", kProgram,
          {15, 31, Form::one_of_two}),
      field<&Hw::requantization, &RequantizationConfig::pipeline_depth_cycles>(
          "requantization.pipeline_depth_cycles",
          "from the last value in to the last value written", kTiming, pipeline),
      field<&Hw::vector_unit, &VectorUnitConfig::lanes>("vector_unit.lanes", "values per cycle",
                                                        kTiming, lanes),
      field<&Hw::vector_unit, &VectorUnitConfig::pipeline_depth_cycles>(
          "vector_unit.pipeline_depth_cycles", "from the last value in to the last value written",
          kTiming, pipeline),
  };
}

}  // namespace

const std::vector<HardwareField>& hardware_fields() {
  static const std::vector<HardwareField> fields = [] {
    std::vector<HardwareField> all = transfer_fields();
    for (const auto& more : {dram_fields(), scratchpad_fields(), compute_fields()}) {
      all.insert(all.end(), more.begin(), more.end());
    }
    return all;
  }();
  return fields;
}

std::string must_be(const HardwareField& field) {
  if (field.choices_text != nullptr) return field.choices_text;
  return field.choices.empty() ? field.rule.text() : list_choices(field.choices);
}

std::string field_text(const HardwareField& field, const HardwareConfig& hardware) {
  const std::int64_t value = field.get(hardware);
  if (!field.choices.empty()) return field.choices.at(static_cast<std::size_t>(value));
  return field.rule.is_nanoseconds ? nanoseconds_text(value) : std::to_string(value);
}

}  // namespace npusim::config
