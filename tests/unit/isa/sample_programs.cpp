// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/isa/sample_programs.h"

#include "sim/isa/records.h"

namespace npusim::test {

using isa::Opcode;
using isa::Unit;

config::HardwareConfig small_hardware() {
  config::HardwareConfig hardware;
  hardware.name = "small";
  hardware.mac_array.rows = 4;
  hardware.mac_array.columns = 4;
  hardware.mac_array.accumulator_rows = 16;
  hardware.activation_scratchpad.bytes = 1024;
  hardware.weight_scratchpad.bytes = 1024;
  hardware.dram.bytes = 65536;
  return hardware;
}

ProgramBuilder::ProgramBuilder(const config::HardwareConfig& hardware) {
  program.hardware = hardware;
  program.semaphores = {{"shadow_full", Unit::weight_loader, Unit::mac_array, 0},
                        {"shadow_free", Unit::mac_array, Unit::weight_loader, 1}};
}

std::uint32_t ProgramBuilder::semaphore(Unit poster, Unit waiter, std::uint32_t initial) {
  const std::string name = std::string(isa::unit_name(poster)) + "_to_" + isa::unit_name(waiter);
  program.semaphores.push_back({name, poster, waiter, initial});
  return std::uint32_t{1} << (program.semaphores.size() - 1);
}

std::uint64_t ProgramBuilder::put(const std::vector<std::uint8_t>& bytes) {
  const std::size_t address = (program.dram_image.size() + 15) / 16 * 16;
  std::vector<std::uint8_t>& image = program.dram_image.edit();
  image.resize(address);
  image.insert(image.end(), bytes.begin(), bytes.end());
  program.dram_bytes = program.dram_image.size();
  return address;
}

std::uint64_t ProgramBuilder::put(const std::vector<std::int8_t>& bytes) {
  return put(std::vector<std::uint8_t>(bytes.begin(), bytes.end()));
}

std::uint32_t ProgramBuilder::dram_tensor(const std::string& name, std::int64_t height,
                                          std::int64_t width, std::int64_t channels) {
  isa::TensorInfo tensor;
  tensor.name = name;
  tensor.height = height;
  tensor.width = width;
  tensor.channels = channels;
  tensor.address = (program.dram_bytes + 15) / 16 * 16;
  program.dram_bytes = tensor.address + static_cast<std::uint64_t>(tensor.elements());
  program.tensors.push_back(tensor);
  return static_cast<std::uint32_t>(program.tensors.size() - 1);
}

std::uint32_t ProgramBuilder::act_tensor(const std::string& name, std::int64_t height,
                                         std::int64_t width, std::int64_t channels,
                                         std::uint64_t address) {
  isa::TensorInfo tensor;
  tensor.name = name;
  tensor.height = height;
  tensor.width = width;
  tensor.channels = channels;
  tensor.memory = isa::Memory::activation_scratchpad;
  tensor.address = address;
  program.tensors.push_back(tensor);
  return static_cast<std::uint32_t>(program.tensors.size() - 1);
}

void ProgramBuilder::complete(std::uint32_t tensor) {
  program.tensors[tensor].complete_after =
      static_cast<std::int64_t>(program.instructions.size()) - 1;
}

isa::Instruction& ProgramBuilder::append(const isa::Instruction& instruction) {
  program.instructions.push_back(instruction);
  program.origins.push_back(origin);
  return program.instructions.back();
}

isa::Program ProgramBuilder::finish() {
  append({});
  if (program.layers.empty()) {
    isa::LayerInfo layer;
    layer.name = "only";
    layer.kind = "conv";
    program.layers.push_back(layer);
  }
  return program;
}

namespace {

constexpr std::uint32_t kPixels = 8, kChannels = 8, kColumns = 4;

/// Where the parts of one tile lie.
struct TilePlan {
  std::uint32_t weights, biases;         // weight scratchpad
  std::uint32_t input, product, result;  // activation scratchpad
  std::uint16_t acc_row;
};

TilePlan plan(std::uint32_t buffer) {
  return {buffer * 64,       buffer * 64 + 32,  buffer * 64,
          256 + buffer * 32, 512 + buffer * 32, static_cast<std::uint16_t>(buffer * kPixels)};
}

std::vector<std::uint8_t> tile_parameters(std::int64_t tile) {
  std::vector<std::uint8_t> bytes;
  for (std::int64_t i = 0; i < kChannels * kColumns; ++i) {
    bytes.push_back(static_cast<std::uint8_t>((tile + 1) * 37 * i % 201 - 100));
  }
  for (std::int64_t j = 0; j < kColumns; ++j) {
    isa::append_int32(bytes, static_cast<std::int32_t>((tile * 7 + j) * 991 - 2000));
  }
  return bytes;
}

isa::Dma copy(std::uint64_t dram, std::uint32_t local, std::uint32_t bytes) {
  isa::Dma dma;
  dma.dram_address = dram;
  dma.local_address = local;
  dma.bytes = bytes;
  return dma;
}

class PipelineBuilder {
 public:
  explicit PipelineBuilder(std::int64_t tiles) : tiles_(tiles) {
    for (std::int64_t t = 0; t < tiles; ++t) parameters_.push_back(b_.put(tile_parameters(t)));
    std::vector<std::uint8_t> records;
    isa::append_scale_record(records, {20000, 22});
    const std::vector<std::uint8_t> shifts = isa::pack_channel_shifts({3, 0, 1, 2}, 4);
    records.insert(records.end(), shifts.begin(), shifts.end());
    isa::append_scale_record(records, {30000, 15});
    records_ = b_.put(records);
    input_ = b_.dram_tensor("input", tiles, kPixels, kChannels);
    output_ = b_.dram_tensor("output", tiles, kPixels, kColumns);
    b_.program.inputs = {input_};
    b_.program.outputs = {output_};
    b_.program.metadata.name = "pipeline";
    b_.program.metadata.scheme = "shift_scaler";
    b_.program.metadata.field_bits = 4;
    b_.program.metadata.rule = "floor";
    b_.program.activation_peak_bytes = 576;
    layers();
  }

  isa::Program run() {
    for (std::int64_t t = 0; t < tiles_; ++t) {
      b_.origin.tile = static_cast<std::uint32_t>(t);
      load(t);
      compute(t);
    }
    b_.complete(output_);
    return b_.finish();
  }

 private:
  void layers() {
    isa::LayerInfo conv;
    conv.name = "conv";
    conv.kind = "conv";
    conv.macs = tiles_ * kPixels * kChannels * kColumns;
    conv.output_tensor = output_;
    conv.weights_bytes = tiles_ * kChannels * kColumns;
    isa::LayerInfo rescale;
    rescale.name = "rescale";
    rescale.kind = "concat";
    rescale.output_tensor = output_;
    b_.program.layers = {conv, rescale};
  }

  void load(std::int64_t t) {
    const TilePlan p = plan(static_cast<std::uint32_t>(t % 2));
    const auto tile = static_cast<std::uint64_t>(t);
    b_.origin.layer = 0;
    b_.add(Opcode::load_activations,
           copy(b_.address_of(input_) + tile * kPixels * kChannels, p.input, kPixels * kChannels),
           array_to_in_, in_to_array_);
    b_.add(Opcode::load_weights, copy(parameters_[tile], p.weights, 48), loader_to_weights_,
           weights_to_loader_);
    if (t == 0) {
      b_.add(Opcode::load_weights, copy(records_, 512, 12), 0, weights_to_requantization_);
    }
  }

  void compute(std::int64_t t) {
    const TilePlan p = plan(static_cast<std::uint32_t>(t % 2));
    isa::Preload preload;
    preload.weights_address = p.weights;
    preload.bias_address = p.biases;
    preload.k_end = kChannels;
    preload.columns = kColumns;
    preload.load_bias = true;
    b_.add(Opcode::preload, preload, weights_to_loader_, loader_to_weights_);
    isa::Matmul matmul;
    matmul.start_from_bias = true;
    matmul.acc_row = p.acc_row;
    matmul.pixels = kPixels;
    matmul.out_width = kPixels;
    matmul.k_end = kChannels;
    matmul.columns = kColumns;
    matmul.in_address = p.input;
    matmul.in_width = kPixels;
    matmul.channels = kChannels;
    matmul.pixel_stride_bytes = kChannels;
    matmul.row_stride_bytes = kPixels * kChannels;
    b_.add(Opcode::matmul, matmul, in_to_array_ | requantization_to_array_,
           array_to_in_ | array_to_requantization_);
    isa::Requantize requantize;
    requantize.acc_row = p.acc_row;
    requantize.pixels = kPixels;
    requantize.columns = kColumns;
    requantize.out_address = p.product;
    requantize.out_pixel_stride_bytes = kColumns;
    requantize.record_address = 512;
    requantize.shifts_address = 517;
    requantize.field_bits = 4;
    b_.add(Opcode::requantize, requantize,
           array_to_requantization_ | vector_to_requantization_ |
               (t == 0 ? weights_to_requantization_ : 0),
           requantization_to_array_ | requantization_to_vector_);
    finish_tile(t, p);
  }

  void finish_tile(std::int64_t t, const TilePlan& p) {
    b_.origin.layer = 1;
    isa::Elementwise rescale;
    rescale.operation = isa::ElementwiseOperation::rescale;
    rescale.pixels = kPixels;
    rescale.channels = kColumns;
    rescale.a_address = p.product;
    rescale.out_address = p.result;
    rescale.a_pixel_stride_bytes = rescale.out_pixel_stride_bytes = kColumns;
    rescale.record_address = 519;
    rescale.out_zero_point = 5;
    b_.add(Opcode::elementwise, rescale, requantization_to_vector_ | out_to_vector_,
           vector_to_requantization_ | vector_to_out_);
    b_.add(Opcode::store_activations,
           copy(b_.address_of(output_) + static_cast<std::uint64_t>(t) * kPixels * kColumns,
                p.result, kPixels * kColumns),
           vector_to_out_, out_to_vector_);
  }

  std::int64_t tiles_;
  ProgramBuilder b_;
  std::uint32_t in_to_array_ = b_.semaphore(Unit::dma_in, Unit::mac_array);
  std::uint32_t array_to_in_ = b_.semaphore(Unit::mac_array, Unit::dma_in, 2);
  std::uint32_t weights_to_loader_ = b_.semaphore(Unit::dma_weights, Unit::weight_loader);
  std::uint32_t loader_to_weights_ = b_.semaphore(Unit::weight_loader, Unit::dma_weights, 2);
  std::uint32_t weights_to_requantization_ = b_.semaphore(Unit::dma_weights, Unit::requantization);
  std::uint32_t array_to_requantization_ = b_.semaphore(Unit::mac_array, Unit::requantization);
  std::uint32_t requantization_to_array_ = b_.semaphore(Unit::requantization, Unit::mac_array, 2);
  std::uint32_t requantization_to_vector_ = b_.semaphore(Unit::requantization, Unit::vector);
  std::uint32_t vector_to_requantization_ = b_.semaphore(Unit::vector, Unit::requantization, 2);
  std::uint32_t vector_to_out_ = b_.semaphore(Unit::vector, Unit::dma_out);
  std::uint32_t out_to_vector_ = b_.semaphore(Unit::dma_out, Unit::vector, 2);
  std::vector<std::uint64_t> parameters_;
  std::uint64_t records_ = 0;
  std::uint32_t input_ = 0, output_ = 0;
};

}  // namespace

isa::Program pipeline_program(std::int64_t tiles) { return PipelineBuilder(tiles).run(); }

isa::Program two_images_program() {
  isa::Program program = pipeline_program(2);
  program.metadata.images = 2;
  for (isa::TensorInfo& tensor : program.tensors) tensor.height = 1;
  std::vector<isa::TensorInfo> again = program.tensors;
  for (isa::TensorInfo& tensor : again) {
    tensor.address += static_cast<std::uint64_t>(tensor.elements());
  }
  program.tensors[1].complete_after = 7;  // the first tile's store
  program.tensors.insert(program.tensors.end(), again.begin(), again.end());
  for (std::vector<std::uint32_t>* list : {&program.inputs, &program.outputs}) {
    list->push_back(list->front() + 2);
  }
  for (std::size_t l = 0; l < 2; ++l) {
    program.layers[l].macs /= 2;
    isa::LayerInfo layer = program.layers[l];
    layer.output_tensor += 2;
    program.layers.push_back(layer);
  }
  for (isa::InstructionOrigin& origin : program.origins) {
    origin.layer += 2 * origin.tile;
    origin.tile = 0;
  }
  return program;
}

}  // namespace npusim::test
