// SPDX-License-Identifier: Apache-2.0
#include "sim/base/errors.h"
#include "sim/cli/unit_recorders.h"
#include "sim/functional/execute.h"
#include "sim/isa/records.h"
#include "sim/isa/regions.h"
#include "sim/isa/windows.h"

namespace npusim::cli {
namespace {

constexpr int kShiftBits = 6, kCodeBits = 8, kMultiplierBits = 31;
constexpr char kOfInstruction[] = "one word an instruction";
constexpr char kOfCode[] = "one word a code";

class UnitRecorder {
 public:
  UnitRecorder(const Recording& recording, UnitVectors& unit)
      : recording_(recording), unit_(unit) {}

  void put(const char* name, int bits, bool sign, const char* holds, std::int64_t word) {
    unit_.file(name, bits, sign, holds).words.push_back(word);
  }
  void instruction(const char* name, int bits, std::int64_t word) {
    put(name, bits, false, kOfInstruction, word);
  }
  void instruction_code(const char* name, std::int64_t word) {
    put(name, kCodeBits, true, kOfInstruction, word);
  }
  /// The number of the instruction that the code belongs to.
  void instruction_of_code() {
    put("instructions", 32, false, "which word of the parameters, for each code",
        unit_.instructions - 1);
  }

  std::int8_t activation(std::int64_t address) const {
    return recording_.state.activations[static_cast<std::size_t>(address)];
  }
  const std::uint8_t* weights(std::uint64_t address) const {
    return recording_.state.weights.data() + address;
  }

  /// The codes of the recorded rows, which it computes.
  template <typename Fields>
  void execute(const Fields& f) {
    functional::execute(recording_.instruction, recording_.hardware, recording_.state);
    for (const std::int64_t row : recording_.rows) {
      for (std::int64_t c = 0; c < f.channels; ++c) {
        put("codes", kCodeBits, true, "expected: [instruction][row][channel]",
            activation(f.out_address + row * f.out_pixel_stride_bytes + c));
      }
    }
  }

  const std::vector<std::int64_t>& rows() const { return recording_.rows; }

 private:
  const Recording& recording_;
  UnitVectors& unit_;
};

/// The factors and the shift of an elementwise instruction, or its table.
void record_parameters(const isa::Elementwise& f, UnitRecorder& recorder) {
  const std::uint8_t* record = recorder.weights(f.record_address);
  isa::AddRecord scale;
  if (f.operation == isa::ElementwiseOperation::add) {
    scale = isa::read_add_record(record);
  } else if (f.operation != isa::ElementwiseOperation::lookup) {
    const isa::ScaleRecord one = isa::read_scale_record(record);
    scale = {one.multiplier, 0, one.shift};
  } else {
    for (std::size_t i = 0; i < isa::kLookupRecordBytes; ++i) {
      recorder.put("tables", kCodeBits, true, "256 words for each instruction, entry code + 128",
                   static_cast<std::int8_t>(record[i]));
    }
  }
  recorder.put("operations", 2, false, "one word an instruction: 0 add, 1 mul, 2 rescale, 3 lookup",
               static_cast<std::int64_t>(f.operation));
  recorder.instruction("multipliers_a", kMultiplierBits, scale.multiplier_a);
  recorder.instruction("multipliers_b", kMultiplierBits, scale.multiplier_b);
  recorder.instruction("shifts", kShiftBits, scale.shift);
  recorder.instruction_code("zero_points_a", f.a_zero_point);
  recorder.instruction_code("zero_points_b", f.b_zero_point);
  recorder.instruction_code("zero_points", f.out_zero_point);
  recorder.instruction_code("lows", f.low);
  recorder.instruction_code("highs", f.high);
}

isa::ScaleRecord average_scale(const isa::Pool& f, const std::uint8_t* record, std::int64_t cells) {
  for (std::size_t i = 0; i < record[0]; ++i) {
    const isa::PoolEntry entry = isa::read_pool_entry(record, i);
    if (f.count_include_pad || entry.divisor == cells) return entry.scale;
  }
  throw base::InternalError("pool record without divisor " + std::to_string(cells));
}

}  // namespace

void record_elementwise(const Recording& recording, UnitVectors& unit) {
  const auto& f = std::get<isa::Elementwise>(recording.instruction.fields);
  UnitRecorder recorder(recording, unit);
  record_parameters(f, recorder);
  for (const std::int64_t row : recorder.rows()) {
    for (std::int64_t c = 0; c < f.channels; ++c) {
      recorder.instruction_of_code();
      recorder.put("operands_a", kCodeBits, true, kOfCode,
                   recorder.activation(f.a_address + row * f.a_pixel_stride_bytes + c));
      const std::int64_t b_row = f.broadcast_b ? 0 : row;
      recorder.put("operands_b", kCodeBits, true, "one word a code, 0 where there is one operand",
                   isa::has_operand_b(f)
                       ? recorder.activation(f.b_address + b_row * f.b_pixel_stride_bytes + c)
                       : 0);
    }
  }
  recorder.execute(f);
}

void record_pool(const Recording& recording, UnitVectors& unit) {
  const auto& f = std::get<isa::Pool>(recording.instruction.fields);
  const bool average = f.operation == isa::PoolOperation::average;
  UnitRecorder recorder(recording, unit);
  recorder.put("operations", 1, false, "one word an instruction: 0 maximum, 1 average",
               average ? 1 : 0);
  recorder.instruction_code("zero_points_in", f.in_zero_point);
  recorder.instruction_code("zero_points", f.out_zero_point);
  recorder.instruction_code("lows", f.low);
  recorder.instruction_code("highs", f.high);
  for (const std::int64_t row : recorder.rows()) {
    const isa::Window window = isa::window_of(f, isa::output_pixel(f, row));
    isa::ScaleRecord scale;
    if (average) scale = average_scale(f, recorder.weights(f.record_address), window.cells());
    for (std::int64_t c = 0; c < f.channels; ++c) {
      recorder.instruction_of_code();
      recorder.put("multipliers", kMultiplierBits, false, "one word a code; of a maximum 0",
                   scale.multiplier);
      recorder.put("shifts", kShiftBits, false, "one word a code; of a maximum 0", scale.shift);
      recorder.put("cells", 32, false, "how many inputs, for each code", window.cells());
      for (std::int64_t y = window.row_begin; y < window.row_end; ++y) {
        for (std::int64_t x = window.column_begin; x < window.column_end; ++x) {
          recorder.put("inputs", kCodeBits, true, "the inputs of one code after the other",
                       recorder.activation(f.in_address + y * f.row_stride_bytes +
                                           x * f.pixel_stride_bytes + c));
        }
      }
    }
  }
  recorder.execute(f);
}

}  // namespace npusim::cli
