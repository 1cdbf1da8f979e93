// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "sim/isa/loaded_records.h"
#include "sim/isa/records.h"
#include "sim/isa/verify_instruction.h"
#include "sim/isa/windows.h"

namespace npusim::isa {
namespace {

constexpr int kMinShift = 1;
constexpr int kMaxShift = 62;
constexpr std::int64_t kMaxAddMultiplier = (std::int64_t{1} << 20) - 1;
constexpr std::int64_t kMaxMultiplier = (std::int64_t{1} << 31) - 1;

class RecordChecks {
 public:
  RecordChecks(const config::HardwareConfig& hardware, const std::uint8_t* weight_scratchpad,
               Findings& findings)
      : hardware_(hardware), memory_(weight_scratchpad), findings_(findings) {}

  void operator()(const Requantize& f) {
    const std::int64_t greatest = (std::int64_t{1} << hardware_.requantization.multiplier_bits) - 1;
    const bool fused = hardware_.requantization.placement == config::ShifterPlacement::fused;
    const std::size_t found = findings_.count();
    for (std::uint32_t j = 0; j < f.columns && findings_.count() == found; ++j) {
      const std::uint64_t entry = std::uint64_t{f.channel_begin} + j;
      const std::uint64_t offset = f.per_channel ? entry * kScaleRecordBytes : 0;
      const ScaleRecord record = read_scale_record(memory_ + f.record_address + offset);
      const int channel_shift =
          f.field_bits == 0 ? 0
                            : read_channel_shift(memory_ + f.shifts_address, f.field_bits, entry);
      of_channel("multiplier", entry, record.multiplier, 0, greatest);
      of_channel(fused ? "shift + channel shift" : "shift", entry,
                 record.shift + (fused ? channel_shift : 0), kMinShift, kMaxShift);
      if (!f.channel_clamps) continue;
      const ClampRecord own = read_clamp_record(memory_ + f.clamps_address, entry);
      of_channel("low clamp", entry, own.low, f.low, f.high);
      of_channel("high clamp", entry, own.high, own.low, f.high);
    }
  }

  void operator()(const Pool& f) {
    if (f.operation == PoolOperation::max) {
      check_windows(f, nullptr);
      return;
    }
    const std::uint8_t* record = memory_ + f.record_address;
    const std::size_t entries = record[0];
    const std::size_t found = findings_.count();
    findings_.in_range("entries of the record", std::int64_t{record[0]}, 1,
                       f.count_include_pad ? 1 : 255);
    findings_.inside("record", record_region(f, record[0]), Space::weight_scratchpad,
                     static_cast<std::uint64_t>(hardware_.weight_scratchpad.bytes));
    if (findings_.count() > found) return;
    std::vector<bool> divisors(std::size_t{1} << 16);
    int last = -1;
    for (std::size_t i = 0; i < entries && findings_.count() == found; ++i) {
      const PoolEntry entry = read_pool_entry(record, i);
      findings_.in_range("divisor of the record", std::int64_t{entry.divisor}, last + 1, 0xffff);
      check_scale(entry.scale, kMaxMultiplier);
      last = entry.divisor;
      divisors[entry.divisor] = true;
    }
    check_windows(f, f.count_include_pad ? nullptr : &divisors);
  }

  void operator()(const Elementwise& f) {
    const std::uint8_t* record = memory_ + f.record_address;
    switch (f.operation) {
      case ElementwiseOperation::add: {
        const AddRecord add = read_add_record(record);
        findings_.in_range("multiplier_b", add.multiplier_b, 0, kMaxAddMultiplier);
        check_scale({add.multiplier_a, add.shift}, kMaxAddMultiplier);
        break;
      }
      case ElementwiseOperation::mul:
      case ElementwiseOperation::rescale:
        check_scale(read_scale_record(record), kMaxMultiplier);
        break;
      case ElementwiseOperation::lookup:
        break;
    }
  }

  template <typename Fields>
  void operator()(const Fields&) {}

 private:
  void of_channel(const char* key, std::uint64_t channel, std::int64_t value, std::int64_t least,
                  std::int64_t greatest) {
    if (value >= least && value <= greatest) return;
    const std::string place = std::string(key) + " of channel " + std::to_string(channel);
    findings_.in_range(place.c_str(), value, least, greatest);
  }
  void check_scale(const ScaleRecord& scale, std::int64_t greatest) {
    findings_.in_range("multiplier", scale.multiplier, 0, greatest);
    findings_.in_range("shift", std::int64_t{scale.shift}, kMinShift, kMaxShift);
  }

  /// Every window has a real cell, and, where divisors are given, its number of cells is one.
  void check_windows(const Pool& f, const std::vector<bool>* divisors) {
    for (std::int64_t i = 0; i < f.pixels; ++i) {
      const Pixel pixel = output_pixel(f, i);
      const std::int64_t cells = window_of(f, pixel).cells();
      if (cells > 0 && (divisors == nullptr || (*divisors)[static_cast<std::size_t>(cells)])) {
        continue;
      }
      findings_.add("window of output pixel (" + std::to_string(pixel.row) + ", " +
                        std::to_string(pixel.column) + ")",
                    std::to_string(cells) + " real cells",
                    cells == 0 ? "at least one" : "a divisor of the record");
      return;
    }
  }

  const config::HardwareConfig& hardware_;
  const std::uint8_t* memory_;
  Findings& findings_;
};

}  // namespace

void verify_records(const config::HardwareConfig& hardware, const Instruction& instruction,
                    const std::uint8_t* weight_scratchpad, Findings& findings) {
  std::visit(RecordChecks(hardware, weight_scratchpad, findings), instruction.fields);
}

std::string wrong_records(const Program& program, std::size_t index,
                          const std::uint8_t* weight_scratchpad) {
  Findings findings;
  findings.set_instruction(program, index);
  verify_records(program.hardware, program.instructions[index], weight_scratchpad, findings);
  try {
    findings.throw_if_any();
  } catch (const base::InputError& error) {
    return error.messages().front();
  }
  return "";
}

}  // namespace npusim::isa
