// SPDX-License-Identifier: Apache-2.0
// The registers of the MAC array: of every PE its activation, weight, shadow weight, operand,
// partial sum (or own sum) and drain register, the input skew, the wave that swaps the weights, the
// bias registers, the operand queue's halves, and the accumulators. What has to meet carries a tag,
// and a HardwareFault tells where something else was met.
#pragma once

#include <cstdint>
#include <vector>

#include "tests/registers/context.h"
#include "tests/registers/delay_line.h"

namespace npusim::registers {

/// What one access of the weight loader puts on the array's load bus.
struct LoadRow {
  bool valid = false;
  std::int64_t fold = 0;              // counted from reset
  bool to_queue = false;              // output stationary: line `row` of the operand queue
  std::int64_t row = -1;              // -1: biases only
  std::vector<std::int16_t> weights;  // one per column
  std::int64_t bias_byte = 0;         // of the bias block: that of biases[0]
  std::vector<std::uint8_t> biases;   // up to one byte per column
};

/// What enters with one slot: an input row, a group of pixels, or one step of k.
struct Wave {
  enum class Mode : std::uint8_t { weight_stationary, depthwise, output_stationary };
  std::int64_t id = -1;  // -1: a bubble
  std::int64_t fold = 0;
  Mode mode = Mode::weight_stationary;
  std::int64_t acc_row = 0;  // of the first pixel
  std::int64_t pixels = 1;   // depthwise: of the group; output stationary: of the tile
  std::int64_t columns = 0;
  std::int64_t taps = 0;        // depthwise with several pixels: rows of one of them; 0: all
  std::int64_t queue_line = 0;  // output stationary
  bool from_bias = false;       // the sums start there
  bool last_step = false;       // output stationary: the sums are complete
  bool last_of_fold = false;
  bool last_of_instruction = false;
};

/// What left the array in a cycle.
struct ArrayEvents {
  bool fold_left = false;     // the last sums of a fold passed the last PE
  bool tile_drained = false;  // the last row of a tile is in the accumulators
  // The last sums of an instruction are in the accumulators: from the bottom of the columns, or
  // from the drain registers.
  bool rows_left = false, tiles_left = false;
};

class PeArray {
 public:
  explicit PeArray(Context& context);

  // Wires of this cycle, all before step().
  void load(const LoadRow& row);
  void swap(std::int64_t fold);
  /// x: one value per row, or [row][column] in depthwise mode.
  void enter(const Wave& wave, const std::vector<std::int8_t>& x);

  /// One clock edge.
  ArrayEvents step();

  /// Whether a tile is in the drain registers or on its way there.
  bool draining() const { return tiles_in_ > 0; }
  std::int32_t accumulator(std::int64_t row, std::int64_t column) const {
    const Accumulator& at = accumulators_[static_cast<std::size_t>(row * columns_ + column)];
    check(!at.in_array, "a sum is read that is still in the array");
    return at.sum;
  }

 private:
  struct Entry {
    LoadRow load;
    bool swaps = false;
    std::int64_t swap_fold = 0;
    Wave wave;
    std::vector<std::int8_t> x;
  };
  struct Weight {
    std::int32_t value = 0;
    std::int64_t fold = -1;
  };
  struct Drain {
    bool valid = false, leaving = false;
    bool top = false, last = false;  // row 0's; of the instruction's last tile
    std::int64_t acc_row = -1;       // -1: no pixel
    std::int32_t sum = 0;
  };
  struct Pe {
    Weight weight, shadow, operand;
    std::int8_t activation = 0;
    std::int64_t activation_wave = -1;
    std::int64_t sum_wave = -1;
    std::int32_t bias = 0;     // output stationary: on its way down
    std::int32_t own_sum = 0;  // output stationary
    Drain drain;
  };
  struct Accumulator {
    std::int32_t sum = 0;
    bool in_array = false;  // its sum is on its way
  };

  Pe& pe(std::int64_t row, std::int64_t column) {
    return pes_[static_cast<std::size_t>(row * columns_ + column)];
  }
  std::int32_t* sums(std::int64_t row, std::int64_t column) {
    return sums_.data() + (row * columns_ + column) * lanes_;
  }
  Accumulator& accumulator_at(std::int64_t row, std::int64_t column) {
    return accumulators_[static_cast<std::size_t>(row * columns_ + column)];
  }
  const Entry& tap(std::int64_t n) const { return *taps_[static_cast<std::size_t>(n)]; }

  void enter_column(std::int64_t column);
  void load_column(std::int64_t column);
  void step_drain(std::int64_t column);
  void step_pe(std::int64_t row, std::int64_t column);
  void take_weights(Pe& at, std::int64_t row, std::int64_t column);
  void multiply(Pe& at, std::int64_t row, std::int64_t column, const Wave& wave);
  void accumulate_own(Pe& at, std::int64_t row, std::int64_t column, const Wave& wave);
  void enter_top(std::int64_t column, const Wave& wave);
  void leave_bottom(std::int64_t column, const Wave& wave);
  void leave_drain(std::int64_t column, const Drain& drain);
  std::int32_t add(std::int64_t sum, std::int64_t product);

  Context& context_;
  std::int64_t rows_, columns_, lanes_;
  std::vector<Pe> pes_;
  std::vector<std::int32_t> sums_;  // [row][column][lane]: the registers between PEs
  std::vector<std::int32_t> top_;   // [lane]: what enters a column in this cycle
  std::vector<Accumulator> accumulators_;
  std::vector<std::uint8_t> shadow_biases_;  // 4 bytes each
  std::vector<std::int32_t> biases_;
  std::vector<Weight> operand_queue_;  // [half][line][column]
  DelayLine<Entry> line_;
  std::vector<const Entry*> taps_;
  ArrayEvents events_;
  std::int64_t quiet_cycles_ = 0;  // since something entered
  std::int64_t tiles_in_ = 0;
};

}  // namespace npusim::registers
