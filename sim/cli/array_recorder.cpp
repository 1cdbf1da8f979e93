// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/unit_recorders.h"
#include "sim/functional/execute.h"
#include "sim/isa/windows.h"

namespace npusim::cli {
namespace {

class ArrayRecorder {
 public:
  ArrayRecorder(const Recording& recording, UnitVectors& array)
      : recording_(recording),
        matmul_(std::get<isa::Matmul>(recording.instruction.fields)),
        depthwise_(matmul_.mode == isa::ArrayMode::depthwise),
        array_(array) {}

  /// The instruction in parts, each of which functional::execute does: the biases, then one fold
  /// after another, so that the sums between them can be seen.
  void record() {
    functional::Shadow shadow = std::move(recording_.state.shadows.front());
    recording_.state.shadows.pop_front();
    execute({{}, std::move(shadow.biases)}, matmul_.start_from_bias);
    for (functional::Fold& fold : shadow.folds) {
      append_fold(fold);
      append_sums("sums_in", "before the fold");
      execute({{std::move(fold)}, {}}, false);
      append_sums("sums_out", "expected: sums_in plus weights times inputs, k ascending");
    }
  }

 private:
  void execute(functional::Shadow shadow, bool start_from_bias) {
    recording_.state.shadows.push_front(std::move(shadow));
    isa::Instruction part = recording_.instruction;
    isa::Matmul fields = matmul_;
    fields.start_from_bias = start_from_bias;
    part.fields = fields;
    functional::execute(part, recording_.hardware, recording_.state);
  }

  void append_fold(const functional::Fold& fold) {
    auto& folds = array_.file("folds", 32, false, "four words a fold: k, rows, columns, depthwise");
    for (const std::int64_t word :
         {fold.k_end - fold.k_begin, static_cast<std::int64_t>(recording_.rows.size()),
          std::int64_t{matmul_.columns}, std::int64_t{depthwise_ ? 1 : 0}}) {
      folds.words.push_back(word);
    }
    auto& weights = array_.file("weights", 9, true, "[fold][k][column], less the zero point");
    weights.words.insert(weights.words.end(), fold.weights.begin(), fold.weights.end());
    auto& inputs =
        array_.file("inputs", 8, true, "[fold][row][k], depthwise [fold][row][k][column]");
    for (const std::int64_t row : recording_.rows) {
      const isa::Pixel pixel = isa::output_pixel(matmul_, row);
      for (std::int64_t k = fold.k_begin; k < fold.k_end; ++k) {
        const isa::Tap tap = isa::tap_of(matmul_, k);
        for (std::int64_t column = 0; column < (depthwise_ ? matmul_.columns : 1); ++column)
          inputs.words.push_back(input(pixel, tap, depthwise_ ? column : tap.channel));
      }
    }
  }

  std::int64_t input(isa::Pixel pixel, const isa::Tap& tap, std::int64_t channel) const {
    const isa::Pixel cell = isa::input_pixel(matmul_, pixel, tap);
    if (!isa::is_real(matmul_, cell)) return matmul_.zero_point;
    return recording_.state.activations[static_cast<std::size_t>(
        matmul_.in_address + cell.row * matmul_.row_stride_bytes +
        cell.column * matmul_.pixel_stride_bytes + channel)];
  }

  void append_sums(const char* name, const std::string& holds) {
    auto& sums = array_.file(name, 32, true, "[fold][row][column], " + holds);
    for (const std::int64_t row : recording_.rows) {
      const std::int32_t* values = recording_.state.accumulators.data() +
                                   (matmul_.acc_row + row) * recording_.hardware.mac_array.columns;
      sums.words.insert(sums.words.end(), values, values + matmul_.columns);
    }
  }

  const Recording& recording_;
  const isa::Matmul& matmul_;
  bool depthwise_;
  UnitVectors& array_;
};

}  // namespace

void record_matmul(const Recording& recording, UnitVectors& array) {
  const config::MacArrayConfig& hardware = recording.hardware.mac_array;
  const isa::ArrayMode mode = std::get<isa::Matmul>(recording.instruction.fields).mode;
  array.constants["mode"] = mode == isa::ArrayMode::depthwise           ? "depthwise"
                            : mode == isa::ArrayMode::output_stationary ? "output_stationary"
                                                                        : "weight_stationary";
  array.constants["accumulator_bits"] = hardware.accumulator_bits;
  switch (hardware.accumulator) {
    case config::AccumulatorOverflow::guaranteed:
      array.constants["accumulator"] = "guaranteed";
      break;
    case config::AccumulatorOverflow::saturate:
      array.constants["accumulator"] = "saturate";
      break;
    case config::AccumulatorOverflow::wrap:
      array.constants["accumulator"] = "wrap";
      break;
  }
  ArrayRecorder(recording, array).record();
}

}  // namespace npusim::cli
