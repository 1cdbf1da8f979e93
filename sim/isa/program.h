// SPDX-License-Identifier: Apache-2.0
// A compiled network: the only thing that crosses from the frontend to the machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/config/hardware_config.h"
#include "sim/isa/dram_image.h"
#include "sim/isa/instruction.h"

namespace npusim::isa {

// Which layer and tile an instruction works for (reports, traces, race messages).
struct InstructionOrigin {
  std::uint32_t layer = 0;
  std::uint32_t tile = 0;
};

struct Semaphore {
  std::string name;  // "<poster>_to_<waiter>", or shadow_full, shadow_free
  Unit poster = Unit::dma_in;
  Unit waiter = Unit::dma_in;
  std::uint32_t initial = 0;
};

enum class DataType : std::uint8_t { int8 = 0, int16 = 1, int32 = 2 };
enum class Memory : std::uint8_t { dram = 0, activation_scratchpad = 1 };

inline constexpr std::int32_t kLeastCodeBits = 4;
inline constexpr std::int32_t kMostCodeBits = 8;
inline constexpr std::int32_t kMostImages = 4096;

// A tensor: where it lies (dense, NHWC) once instruction `complete_after` is done (-1: from the
// start). On chip it may be overwritten later, so it must be read at that moment.
struct TensorInfo {
  std::string name;
  std::int64_t height = 1, width = 1, channels = 1;
  DataType type = DataType::int8;
  double scale = 1;
  std::int32_t zero_point = 0;
  std::int32_t code_bits = 8;  // int8: its codes lie in [-2^(b-1), 2^(b-1) - 1]
  Memory memory = Memory::dram;
  std::uint64_t address = 0;
  std::int64_t complete_after = -1;  // instruction index
  std::int64_t elements() const { return height * width * channels; }
};

// How a layer's weights were quantized.
struct LayerQuantization {
  std::string scheme;
  std::int32_t field_bits = 0;
  std::string rule;
  bool symmetric = true;
  std::int32_t weight_bits = 8;
};

struct LayerInfo {
  std::string name;
  std::string kind;  // conv, depthwise_conv, gemm, add, mul, pool, lookup, concat
  std::int64_t macs = 0;
  std::uint32_t output_tensor = 0;  // index into tensors
  std::int64_t weights_bytes = 0, bias_bytes = 0, requant_bytes = 0, channel_shift_bytes = 0;
  // Of a layer with weights where it differs from the metadata's.
  std::optional<LayerQuantization> quantization = std::nullopt;
};

// How an image becomes the input tensor: x = (pixel - mean) / scale per RGB channel, then codes.
// size 0: no image input.
struct Preprocessing {
  std::int64_t size = 0;
  std::int64_t resize_shorter_side = 0;  // 0: none
  std::int64_t center_crop = 0;          // 0: none
  double mean[3] = {0, 0, 0};
  double scale[3] = {1, 1, 1};
};

struct Metadata {
  std::string name;  // of the network
  std::string scheme;
  std::int32_t field_bits = 0;
  std::string rule;
  bool bias_correction = false;
  bool symmetric = true;             // false: weights with a zero point
  bool equalization = false;         // channels of neighbouring layers were scaled to each other
  std::int32_t weight_bits = 8;      // of every layer that says nothing else
  std::int32_t activation_bits = 8;  // likewise
  std::int32_t images = 1;           // consecutive ones, as Program says
  Preprocessing preprocessing;
};

// The stream takes `metadata.images` images, one behind the other and without a barrier in between:
// all layers of the first one, then all of the second one, and so on. `layers`, `tensors`, `inputs`
// and `outputs` hold those of the first image, then as many of each further one, which differ from
// the first one's in where and when only. The DRAM image is there once.
struct Program {
  config::HardwareConfig hardware;
  Metadata metadata;
  std::vector<Instruction> instructions;   // the last one is `end`
  std::vector<InstructionOrigin> origins;  // one per instruction
  std::vector<Semaphore>
      semaphores;        // id = index; at most kSemaphores; 0 and 1 as in instruction.h
  DramImage dram_image;  // from DRAM address 0: weights in tile order, parameter blocks
  std::uint64_t dram_bytes =
      0;  // image, inputs, outputs, spilled tensors; the instructions lie behind
  std::vector<TensorInfo> tensors;             // inputs and every layer's output
  std::vector<std::uint32_t> inputs, outputs;  // indices into tensors
  std::vector<LayerInfo> layers;
  std::int64_t activation_peak_bytes = 0;  // largest use of the activation scratchpad at one time

  std::int64_t instructions_bytes() const {
    return static_cast<std::int64_t>(instructions.size()) * kInstructionBytes;
  }
  std::size_t images() const { return static_cast<std::size_t>(metadata.images); }
  // Of one image.
  std::size_t image_layers() const { return layers.size() / images(); }
  std::size_t image_tensors() const { return tensors.size() / images(); }
};

// Checks everything that execution relies on: addresses inside the scratchpads, the DRAM space and
// the accumulators; semaphores with one poster and one waiter unit, ids in range; shapes, strides,
// parameter records; MATMUL and PRELOAD pair up. Throws base::InputError with every finding (at
// most 20), each naming the instruction.
void verify(const Program& program);

}  // namespace npusim::isa
