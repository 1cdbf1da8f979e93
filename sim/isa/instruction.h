// SPDX-License-Identifier: Apache-2.0
// The instruction set: the contract between compiler, interpreter, machine and tests. What each
// instruction costs is in docs/timing-model.md; its bits are in encoding.h; here is what it means.
//
// Addresses are bytes: `dram` in the Program's DRAM space, `act` in the activation scratchpad,
// `wsp` in the weight scratchpad. Activations are int8, stored pixel after pixel
// (`pixel_stride_bytes` apart), channels contiguous. Pixels of a region are counted row by row:
// pixel i is at row i / width, column i % width.
#pragma once

#include <cstdint>
#include <variant>

namespace npusim::isa {

enum class Unit : std::uint8_t {
  dma_in,
  dma_weights,
  dma_out,
  weight_loader,
  mac_array,
  requantization,
  vector
};
inline constexpr int kUnits = 7;

enum class Opcode : std::uint8_t {
  end = 0,
  load_activations = 1,   // dma_in: dram -> act
  load_weights = 2,       // dma_weights: dram -> wsp
  store_activations = 3,  // dma_out: act -> dram
  preload = 4,            // weight_loader: wsp -> shadow registers, fold by fold
  matmul = 5,             // mac_array: act -> accumulators, fold by fold
  requantize = 6,         // requantization: accumulators -> act
  pool = 7,               // vector
  elementwise = 8,        // vector
};

// `bytes` contiguous bytes, `count1` times at stride 1, all that `count2` times at stride 2.
// act/wsp address is `local`.
struct Dma {
  std::uint64_t dram_address = 0;
  std::uint32_t local_address = 0;
  std::uint32_t bytes = 0;
  std::uint32_t count1 = 1, dram_stride1 = 0, local_stride1 = 0;
  std::uint32_t count2 = 1, dram_stride2 = 0, local_stride2 = 0;
};

// For every fold of [k_begin, k_end): R x C tile to the shadow registers. The tiles lie one after
// another at weights_address, each row-major [k rows of this fold][columns] of two's complement of
// weight_bits, packed row by row (records.h). load_bias: int32 biases of the columns at
// bias_address, with the first fold; the accumulators of the MATMUL that belongs to it start there.
// Where that is output stationary, `pixels` are its output pixels, and the folds pass once for each
// tile of up to R of them, the biases with the first tile's first; otherwise `pixels` is 0.
// column_pixels as in Matmul.
struct Preload {
  std::uint32_t weights_address = 0;
  std::uint32_t bias_address = 0;
  std::uint32_t k_begin = 0, k_end = 0;
  std::uint16_t columns = 0;
  std::uint8_t weight_bits = 8;
  std::int8_t weight_zero_point = 0;
  bool load_bias = false;
  std::uint16_t pixels = 0;
  std::uint8_t column_pixels = 0;
};

inline constexpr int kLeastWeightBits = 2;
inline constexpr int kMostWeightBits = 8;

enum class ArrayMode : std::uint8_t { weight_stationary = 0, depthwise = 1, output_stationary = 2 };

// For output pixels first_pixel + i, i in [0, pixels), of a region out_width wide: (oy, ox).
// Reduction index k = (ky, kx, c), channel innermost; depthwise: k = (ky, kx) and column j reads
// channel j. Input element: row oy * stride_h - pad_top
// + ky * dilation_h, column likewise, of the region in_height x in_width x channels at in_address;
// outside the region it reads zero_point. accumulator[acc_row + i][j] += sum over k ascending of
// weight[k][j] * x; the sum starts at the bias where start_from_bias, at the accumulator's value
// otherwise. Each addition, the load of the bias included, ends in the accumulator's bits as
// mac_array.accumulator says (docs/arithmetic.md, Accumulators), so this order is part of what a
// Program means. Pads may be negative or differ per tile. The modes differ in cycles only; output
// stationary takes the whole reduction, from the bias on. column_pixels (depthwise): output pixels
// whose taps the rows of a column hold side by side; 0 is 1, which is not written.
struct Matmul {
  ArrayMode mode = ArrayMode::weight_stationary;
  bool start_from_bias = false;
  std::uint16_t acc_row = 0, pixels = 0;
  std::uint32_t first_pixel = 0;
  std::uint16_t out_width = 1;
  std::uint32_t k_begin = 0, k_end = 0;
  std::uint16_t columns = 0;
  std::uint32_t in_address = 0;
  std::uint16_t in_height = 1, in_width = 1;
  std::uint32_t channels =
      1;  // of one kernel position (a group's, for grouped convolutions); depthwise: == columns
  std::uint32_t pixel_stride_bytes = 0, row_stride_bytes = 0;
  std::uint8_t kernel_h = 1, kernel_w = 1, stride_h = 1, stride_w = 1, dilation_h = 1,
               dilation_w = 1;
  std::int8_t pad_top = 0, pad_left = 0;
  std::int8_t zero_point = 0;
  std::uint8_t column_pixels = 0;
};

// Requantizes accumulator rows [acc_row, +pixels) x columns into act: pixel i at out_address + i *
// out_pixel_stride_bytes. Record at record_address: per layer {int32 multiplier, uint8 shift}, or,
// per_channel, that for every channel of the parameter block (entry channel_begin + j). Channel
// shifts: field_bits each, packed from the least significant bit of the byte up, entry
// channel_begin + j of the block at shifts_address (field_bits 0: none). channel_clamps: {int8 low,
// int8 high} for every channel of the block at clamps_address, within low and high; otherwise these
// hold for all channels and clamps_address is 0.
struct Requantize {
  bool per_channel = false;
  bool channel_clamps = false;
  std::uint16_t acc_row = 0, pixels = 0, columns = 0;
  std::uint32_t out_address = 0, out_pixel_stride_bytes = 0;
  std::uint32_t record_address = 0, shifts_address = 0;
  std::uint32_t channel_begin = 0;
  std::uint8_t field_bits = 0;
  std::int8_t zero_point = 0, low = -128, high = 127;
  std::uint32_t clamps_address = 0;
};

enum class PoolOperation : std::uint8_t { max = 0, average = 1 };

// Pooling of output pixels first_pixel + i as in Matmul, over all `channels`. Record (average):
// {uint8 count, count x {uint16 divisor, int32 multiplier, uint8 shift}}, divisors ascending; the
// divisor of a window is its number of real cells, or, count_include_pad, the single one in the
// record.
struct Pool {
  PoolOperation operation = PoolOperation::max;
  bool count_include_pad = false;
  std::uint32_t in_address = 0;
  std::uint16_t in_height = 1, in_width = 1;
  std::uint32_t channels = 1, pixel_stride_bytes = 0, row_stride_bytes = 0;
  std::uint16_t kernel_h = 1, kernel_w = 1;
  std::uint8_t stride_h = 1, stride_w = 1;
  std::int8_t pad_top = 0, pad_left = 0;
  std::uint32_t out_address = 0, out_pixel_stride_bytes = 0;
  std::uint16_t out_width = 1;
  std::uint32_t first_pixel = 0;
  std::uint16_t pixels = 0;
  std::uint32_t record_address = 0;
  std::int8_t in_zero_point = 0, out_zero_point = 0, low = -128, high = 127;
};

enum class ElementwiseOperation : std::uint8_t { add = 0, mul = 1, rescale = 2, lookup = 3 };

// out[i][c] for `pixels` x `channels`. Records: add {int32 multiplier_a, int32 multiplier_b, uint8
// shift}; mul and rescale {int32 multiplier, uint8 shift}; lookup 256 int8 (index code + 128).
// broadcast_b: operand b is one pixel.
struct Elementwise {
  ElementwiseOperation operation = ElementwiseOperation::add;
  bool broadcast_b = false;
  std::uint32_t pixels = 0, channels = 0;
  std::uint32_t a_address = 0, b_address = 0, out_address = 0;
  std::uint32_t a_pixel_stride_bytes = 0, b_pixel_stride_bytes = 0, out_pixel_stride_bytes = 0;
  std::uint32_t record_address = 0;
  std::int8_t a_zero_point = 0, b_zero_point = 0, out_zero_point = 0, low = -128, high = 127;
};

struct End {};

struct Instruction {
  Opcode opcode = Opcode::end;
  std::uint32_t wait_mask = 0;  // bit s: wait for semaphore s
  std::uint32_t post_mask = 0;
  std::variant<End, Dma, Preload, Matmul, Requantize, Pool, Elementwise> fields;
};

// Semaphores 0 and 1 belong to the hand-over of the shadow registers, once per fold; no mask names
// them.
inline constexpr int kShadowFull = 0;
inline constexpr int kShadowFree = 1;
inline constexpr int kSemaphores = 32;
inline constexpr int kInstructionBytes = 64;

// The unit that executes the opcode; `end` has none (InternalError).
Unit unit_of(Opcode opcode);
const char* unit_name(Unit unit);  // "dma_in", "dma_weights", ... "vector"
const char* opcode_name(Opcode opcode);

}  // namespace npusim::isa
