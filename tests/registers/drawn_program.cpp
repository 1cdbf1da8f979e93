// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string>

#include "sim/isa/records.h"
#include "tests/registers/drawn_case.h"
#include "tests/registers/drawn_hardware.h"

namespace npusim::registers {
namespace {

using isa::Opcode;
using isa::Unit;

// The activation scratchpad: what is read, then one zone for each unit that writes.
constexpr std::int64_t kZone = 1024;
enum Zone : std::int64_t { kRead, kDmaIn, kRequantized, kVector, kZones };

// The weight scratchpad, and the image: parameters, then room for weights that nobody reads.
constexpr std::uint32_t kWeights = 0, kWeightsBytes = 4096;
constexpr std::uint32_t kBiases = kWeights + kWeightsBytes;
constexpr std::uint32_t kChannels = 32;
constexpr std::uint32_t kScales = kBiases + kChannels * isa::kBiasBytes;
constexpr std::uint32_t kShifts = kScales + kChannels * isa::kScaleRecordBytes;
constexpr std::uint32_t kClamps = kShifts + kChannels;
constexpr std::uint32_t kAdd = kClamps + kChannels * isa::kClampRecordBytes;
constexpr std::uint32_t kScale = kAdd + isa::kAddRecordBytes;
constexpr std::uint32_t kLookup = kScale + isa::kScaleRecordBytes;
constexpr std::uint32_t kMostCells = 9;
constexpr std::uint32_t kAverages = kLookup + isa::kLookupRecordBytes;
constexpr std::uint32_t kOneAverage = kAverages + 1 + kMostCells * isa::kPoolEntryBytes;
constexpr std::uint32_t kParametersEnd = kOneAverage + 1 + isa::kPoolEntryBytes;
constexpr std::uint32_t kSpare = 6144, kWeightScratchpad = 8192;
static_assert(kParametersEnd <= kSpare);

isa::ScaleRecord draw_scale(Draw& draw, std::int64_t bits) {
  const std::int64_t half = std::int64_t{1} << (bits - 1);
  return {static_cast<std::int32_t>(half + draw.integer(0, half - 1)),
          static_cast<std::uint8_t>(draw.integer(bits - 2, bits + 10))};
}

std::vector<std::uint8_t> draw_image(Draw& draw, std::int64_t multiplier_bits) {
  std::vector<std::uint8_t> image;
  const auto random_bytes = [&](std::uint32_t end) {
    while (image.size() < end) image.push_back(static_cast<std::uint8_t>(draw.integer(0, 255)));
  };
  random_bytes(kBiases);
  for (std::uint32_t c = 0; c < kChannels; ++c) {
    isa::append_int32(image, static_cast<std::int32_t>(draw.integer(-40000, 40000)));
  }
  for (std::uint32_t c = 0; c < kChannels; ++c) {
    isa::append_scale_record(image, draw_scale(draw, multiplier_bits));
  }
  random_bytes(kClamps);
  for (std::uint32_t c = 0; c < kChannels; ++c) {
    const std::int64_t low = draw.integer(-128, 127);
    isa::append_clamp_record(
        image, {static_cast<std::int8_t>(low), static_cast<std::int8_t>(draw.integer(low, 127))});
  }
  const auto add = [&] { return static_cast<std::int32_t>(draw.integer(0, (1 << 20) - 1)); };
  isa::append_add_record(image, {add(), add(), static_cast<std::uint8_t>(draw.integer(15, 25))});
  isa::append_scale_record(image, draw_scale(draw, 31));
  random_bytes(kAverages);
  std::vector<isa::PoolEntry> entries;
  for (std::uint16_t cells = 1; cells <= kMostCells; ++cells) {
    entries.push_back({cells, draw_scale(draw, 31)});
  }
  isa::append_pool_record(image, entries);
  isa::append_pool_record(image, {{4, draw_scale(draw, 31)}});
  random_bytes(kWeightScratchpad);
  return image;
}

class ProgramDrawer {
 public:
  explicit ProgramDrawer(std::uint64_t seed) : draw_(seed + 777) {
    program_.hardware = draw_hardware(seed, 1);
    program_.hardware.activation_scratchpad.bytes = kZones * kZone;
    program_.hardware.weight_scratchpad.bytes = kWeightScratchpad;
    rows_ = program_.hardware.mac_array.rows;
    columns_ = program_.hardware.mac_array.columns;
    program_.metadata.name = "drawn";
    program_.dram_image = draw_image(draw_, program_.hardware.requantization.multiplier_bits);
    input_ = program_.dram_image.size();
    output_ = input_ + kZones * kZone;
    program_.dram_bytes = output_ + kZone;
    isa::LayerInfo layer;
    layer.name = "drawn";
    layer.kind = "conv";
    program_.layers.push_back(layer);
    add_semaphores();
  }

  DrawnCase draw() {
    begin();
    const std::int64_t steps = draw_.integer(20, 45);
    for (std::int64_t i = 0; i < steps; ++i) add_one();
    requantize_last();
    add(Opcode::end, isa::End{});
    add_tensor("input", isa::Memory::dram, input_, kZones * kZone, -1);
    add_tensor("output", isa::Memory::dram, output_, kZone, -1);
    program_.inputs = {0, 1};
    DrawnCase drawn;
    for (const std::uint32_t input : program_.inputs) {
      std::vector<std::int8_t>& codes = drawn.inputs.emplace_back();
      for (std::int64_t i = program_.tensors[input].elements(); i > 0; --i) {
        codes.push_back(static_cast<std::int8_t>(draw_.integer(-128, 127)));
      }
    }
    add_output("of_dma_out", isa::Memory::dram, output_, Unit::dma_out);
    add_output("of_dma_in", isa::Memory::activation_scratchpad, kDmaIn * kZone, Unit::dma_in);
    add_output("of_requantization", isa::Memory::activation_scratchpad, kRequantized * kZone,
               Unit::requantization);
    add_output("of_vector", isa::Memory::activation_scratchpad, kVector * kZone, Unit::vector);
    drawn.program = std::move(program_);
    return drawn;
  }

 private:
  struct Link {  // a semaphore between two drawn units
    std::uint32_t bit;
    Unit poster, waiter;
    int posted = 0;  // and not waited for
  };

  std::uint32_t semaphore(Unit poster, Unit waiter, std::uint32_t initial) {
    const std::size_t s = program_.semaphores.size();
    program_.semaphores.push_back({"s" + std::to_string(s), poster, waiter, initial});
    return std::uint32_t{1} << s;
  }

  void add_semaphores() {
    program_.semaphores.push_back({"shadow_full", Unit::weight_loader, Unit::mac_array, 0});
    program_.semaphores.push_back({"shadow_free", Unit::mac_array, Unit::weight_loader, 1});
    sums_there_ = semaphore(Unit::mac_array, Unit::requantization, 0);
    sums_taken_ = semaphore(Unit::requantization, Unit::mac_array, 2);
    for (const Unit unit : {Unit::weight_loader, Unit::requantization, Unit::vector}) {
      weights_there_[static_cast<std::size_t>(unit)] = semaphore(Unit::dma_weights, unit, 0);
    }
    for (const Unit unit : {Unit::dma_out, Unit::mac_array, Unit::requantization, Unit::vector}) {
      inputs_there_[static_cast<std::size_t>(unit)] = semaphore(Unit::dma_in, unit, 0);
    }
    while (program_.semaphores.size() < isa::kSemaphores) {
      const auto poster = static_cast<Unit>(draw_.integer(0, isa::kUnits - 1));
      const auto waiter = static_cast<Unit>(draw_.integer(0, isa::kUnits - 1));
      links_.push_back({semaphore(poster, waiter, 0), poster, waiter});
    }
  }

  std::size_t add(Opcode opcode, const decltype(isa::Instruction::fields)& fields,
                  std::uint32_t wait = 0, std::uint32_t post = 0) {
    if (opcode != Opcode::end) {
      const auto unit = static_cast<std::size_t>(isa::unit_of(opcode));
      wait |= weights_there_[unit] | inputs_there_[unit];
      weights_there_[unit] = inputs_there_[unit] = 0;
      for (Link& link : links_) {
        // A PRELOAD of several folds is done once its MATMUL has begun, which cannot wait for that.
        const bool own = opcode == Opcode::matmul && (preload_posts_ & link.bit) != 0;
        if (link.waiter == isa::unit_of(opcode) && link.posted > (own ? 1 : 0) &&
            draw_.chance(40)) {
          wait |= link.bit;
          --link.posted;
        }
        if (link.poster == isa::unit_of(opcode) && draw_.chance(20)) {
          post |= link.bit;
          ++link.posted;
        }
      }
      last_[unit] = static_cast<std::int64_t>(program_.instructions.size());
    }
    program_.instructions.push_back({opcode, wait, post, fields});
    program_.origins.push_back({0, 0});
    return program_.instructions.size() - 1;
  }

  /// Everything that is read is written before.
  void begin() {
    std::uint32_t post = 0;
    for (const std::uint32_t bit : weights_there_) post |= bit;
    isa::Dma weights;
    weights.bytes = kWeightScratchpad;
    add(Opcode::load_weights, weights, 0, post);
    post = 0;
    for (const std::uint32_t bit : inputs_there_) post |= bit;
    isa::Dma inputs;
    inputs.dram_address = input_;
    inputs.bytes = kZones * kZone;
    add(Opcode::load_activations, inputs, 0, post);
  }

  void add_one() {
    switch (draw_.integer(0, 8)) {
      case 0:
        return add_dma(Opcode::load_activations, input_, kZones * kZone, kDmaIn * kZone, kZone);
      case 1:
        return add_dma(Opcode::load_weights, kSpare, kWeightScratchpad - kSpare, kSpare,
                       kWeightScratchpad - kSpare);
      case 2:
        return add_dma(Opcode::store_activations, output_, kZone, kRead * kZone, kZone);
      case 3:
        return add_pool();
      case 4:
        return add_elementwise();
      default:
        return add_layer();
    }
  }

  void add_dma(Opcode opcode, std::uint64_t dram, std::int64_t dram_bytes, std::int64_t local,
               std::int64_t local_bytes) {
    isa::Dma f;
    const std::int64_t bytes = draw_.integer(1, 120);
    const std::int64_t local_stride = bytes + draw_.integer(0, 20);
    const std::int64_t dram_stride = bytes + draw_.integer(0, 20);
    const std::int64_t count1 = draw_.integer(1, 3), count2 = draw_.integer(1, 2);
    f.bytes = static_cast<std::uint32_t>(bytes);
    f.count1 = static_cast<std::uint32_t>(count1);
    f.count2 = static_cast<std::uint32_t>(count2);
    f.dram_stride1 = static_cast<std::uint32_t>(dram_stride);
    f.local_stride1 = static_cast<std::uint32_t>(local_stride);
    f.dram_stride2 = static_cast<std::uint32_t>(dram_stride * count1);
    f.local_stride2 = static_cast<std::uint32_t>(local_stride * count1);
    const std::int64_t runs = count1 * count2;
    f.dram_address =
        dram + static_cast<std::uint64_t>(draw_.integer(0, dram_bytes - runs * dram_stride));
    f.local_address =
        static_cast<std::uint32_t>(local + draw_.integer(0, local_bytes - runs * local_stride));
    add(opcode, f);
  }

  void add_pool() {
    isa::Pool f;
    f.operation = draw_.chance(50) ? isa::PoolOperation::average : isa::PoolOperation::max;
    f.count_include_pad = f.operation == isa::PoolOperation::average && draw_.chance(40);
    f.record_address = f.operation == isa::PoolOperation::max ? 0
                       : f.count_include_pad                  ? kOneAverage
                                                              : kAverages;
    f.in_height = static_cast<std::uint16_t>(draw_.integer(1, 6));
    f.in_width = static_cast<std::uint16_t>(draw_.integer(1, 6));
    f.channels = static_cast<std::uint32_t>(draw_.integer(1, 20));
    f.pixel_stride_bytes = f.channels + static_cast<std::uint32_t>(draw_.integer(0, 3));
    f.row_stride_bytes = f.in_width * f.pixel_stride_bytes;
    f.in_address = static_cast<std::uint32_t>(
        draw_.integer(0, kZone - std::int64_t{f.in_height} * f.row_stride_bytes));
    f.kernel_h = static_cast<std::uint16_t>(draw_.integer(1, 3));
    f.kernel_w = static_cast<std::uint16_t>(draw_.integer(1, 3));
    f.stride_h = static_cast<std::uint8_t>(draw_.integer(1, 2));
    f.stride_w = static_cast<std::uint8_t>(draw_.integer(1, 2));
    f.pad_top = static_cast<std::int8_t>(draw_.integer(0, f.kernel_h - 1));
    f.pad_left = static_cast<std::int8_t>(draw_.integer(0, f.kernel_w - 1));
    // Every window has a real cell.
    f.out_width = static_cast<std::uint16_t>((f.in_width - 1) / f.stride_w + 1);
    const std::int64_t pixels = f.out_width * ((f.in_height - 1) / f.stride_h + 1);
    f.first_pixel = static_cast<std::uint32_t>(draw_.integer(0, pixels - 1));
    f.out_pixel_stride_bytes = f.channels + static_cast<std::uint32_t>(draw_.integer(0, 3));
    f.pixels = static_cast<std::uint16_t>(draw_.integer(1, pixels - f.first_pixel));
    f.out_address = static_cast<std::uint32_t>(
        kVector * kZone + draw_.integer(0, kZone - f.pixels * f.out_pixel_stride_bytes));
    f.in_zero_point = static_cast<std::int8_t>(draw_.integer(-10, 10));
    f.out_zero_point = static_cast<std::int8_t>(draw_.integer(-10, 10));
    f.low = static_cast<std::int8_t>(draw_.integer(-128, 0));
    add(Opcode::pool, f);
  }

  void add_elementwise() {
    isa::Elementwise f;
    f.operation = static_cast<isa::ElementwiseOperation>(draw_.integer(0, 3));
    f.pixels = static_cast<std::uint32_t>(draw_.integer(1, 12));
    f.channels = static_cast<std::uint32_t>(draw_.integer(1, 40));
    const bool has_b = f.operation == isa::ElementwiseOperation::add ||
                       f.operation == isa::ElementwiseOperation::mul;
    f.broadcast_b = has_b && draw_.chance(50);
    constexpr std::array<std::uint32_t, 4> kRecords{kAdd, kScale, kScale, kLookup};
    f.record_address = kRecords.at(static_cast<std::size_t>(f.operation));
    const auto place = [&](std::int64_t zone, std::uint32_t* stride) {
      *stride = f.channels + static_cast<std::uint32_t>(draw_.integer(0, 5));
      return static_cast<std::uint32_t>(zone * kZone +
                                        draw_.integer(0, kZone - f.pixels * *stride));
    };
    f.a_address = place(kRead, &f.a_pixel_stride_bytes);
    if (has_b) f.b_address = place(kRead, &f.b_pixel_stride_bytes);
    f.out_address = place(kVector, &f.out_pixel_stride_bytes);
    f.a_zero_point = static_cast<std::int8_t>(draw_.integer(-10, 10));
    f.out_zero_point = static_cast<std::int8_t>(draw_.integer(-10, 10));
    f.high = static_cast<std::int8_t>(draw_.integer(0, 127));
    add(Opcode::elementwise, f);
  }

  isa::Matmul draw_matmul() {
    const config::MacArrayConfig& array = program_.hardware.mac_array;
    isa::Matmul f;
    const std::int64_t half = array.accumulator_rows / 2;
    f.acc_row = static_cast<std::uint16_t>(layers_ % 2 * half);
    f.pixels = static_cast<std::uint16_t>(draw_.integer(1, std::min<std::int64_t>(half, 24)));
    f.columns = static_cast<std::uint16_t>(draw_.integer(1, columns_));
    const bool depthwise = draw_.chance(40);
    f.mode = depthwise ? isa::ArrayMode::depthwise
             : array.dataflow == config::Dataflow::output_stationary && draw_.chance(80)
                 ? isa::ArrayMode::output_stationary
                 : isa::ArrayMode::weight_stationary;
    f.start_from_bias = true;
    f.kernel_h = static_cast<std::uint8_t>(draw_.integer(1, 3));
    f.kernel_w = static_cast<std::uint8_t>(draw_.integer(1, 3));
    f.stride_h = static_cast<std::uint8_t>(draw_.integer(1, 2));
    f.stride_w = static_cast<std::uint8_t>(draw_.integer(1, 2));
    f.dilation_h = static_cast<std::uint8_t>(draw_.integer(1, 2));
    f.dilation_w = static_cast<std::uint8_t>(draw_.integer(1, 2));
    f.pad_top = static_cast<std::int8_t>(draw_.integer(-1, 2));
    f.pad_left = static_cast<std::int8_t>(draw_.integer(-1, 2));
    f.zero_point = static_cast<std::int8_t>(draw_.integer(-20, 20));
    f.out_width = static_cast<std::uint16_t>(draw_.integer(1, 8));
    f.first_pixel = static_cast<std::uint32_t>(draw_.integer(0, 9));
    f.channels = depthwise ? f.columns : static_cast<std::uint32_t>(draw_.integer(1, 12));
    const std::int64_t most = f.channels > 15 ? 5 : 7;
    f.in_height = static_cast<std::uint16_t>(draw_.integer(1, most));
    f.in_width = static_cast<std::uint16_t>(draw_.integer(1, most));
    f.pixel_stride_bytes = f.channels + static_cast<std::uint32_t>(draw_.integer(0, 3));
    f.row_stride_bytes = f.in_width * f.pixel_stride_bytes;
    f.in_address = static_cast<std::uint32_t>(
        draw_.integer(0, kZone - std::int64_t{f.in_height} * f.row_stride_bytes));
    const std::int64_t taps = std::int64_t{f.kernel_h} * f.kernel_w;
    f.k_end = static_cast<std::uint32_t>(depthwise ? taps : taps * f.channels);
    const std::int64_t fit = std::min(array.depthwise_pixels, rows_ / taps);
    if (depthwise && fit >= 2 && draw_.chance(80)) {
      f.column_pixels = static_cast<std::uint8_t>(draw_.integer(2, fit));
    }
    return f;
  }

  /// PRELOAD and MATMUL, sometimes two for the same sums, and the REQUANTIZE, which
  /// may stand behind the next layer's MATMUL.
  void add_layer() {
    isa::Matmul f = draw_matmul();
    const std::uint32_t k_end = f.k_end;
    const bool tiles = f.mode == isa::ArrayMode::output_stationary;
    const bool twice = f.column_pixels <= 1 && draw_.chance(30);
    if (!twice) {
      add_pair(f, sums_taken_, sums_there_);
    } else {
      // Half of the reduction each; an output stationary one takes all of it, and then once more.
      if (!tiles && k_end > 1) f.k_end = static_cast<std::uint32_t>(draw_.integer(1, k_end - 1));
      add_pair(f, sums_taken_, 0);
      f.k_begin = f.k_end < k_end ? f.k_end : 0;
      f.k_end = k_end;
      f.start_from_bias = false;
      if (tiles) f.mode = isa::ArrayMode::weight_stationary;
      add_pair(f, 0, sums_there_);
    }
    ++layers_;
    requantize_last();
    not_requantized_ = f;
    if (draw_.chance(50)) requantize_last();
  }

  void add_pair(const isa::Matmul& f, std::uint32_t wait, std::uint32_t post) {
    isa::Preload p;
    p.k_begin = f.k_begin;
    p.k_end = f.k_end;
    p.columns = f.columns;
    p.weight_bits = static_cast<std::uint8_t>(draw_.chance(60) ? 8 : draw_.integer(2, 7));
    const std::int64_t zero_limit = std::int64_t{1} << (p.weight_bits - 1);
    if (draw_.chance(30)) {
      p.weight_zero_point = static_cast<std::int8_t>(draw_.integer(-zero_limit, zero_limit - 1));
    }
    const std::uint64_t bytes =
        (f.k_end - f.k_begin) * isa::weight_row_bytes(f.columns, p.weight_bits);
    p.weights_address = static_cast<std::uint32_t>(
        kWeights + draw_.integer(0, kWeightsBytes - static_cast<std::int64_t>(bytes)));
    p.load_bias = f.start_from_bias;
    if (p.load_bias) p.bias_address = kBiases;
    p.pixels = f.mode == isa::ArrayMode::output_stationary ? f.pixels : std::uint16_t{0};
    p.column_pixels = f.column_pixels;
    const std::size_t preload = add(Opcode::preload, p);
    const bool one_fold = f.k_end - f.k_begin <= rows_ && p.pixels <= rows_;
    preload_posts_ = one_fold ? 0 : program_.instructions[preload].post_mask;
    add(Opcode::matmul, f, wait, post);
  }

  void requantize_last() {
    if (not_requantized_) add_requantize(*not_requantized_);
    not_requantized_.reset();
  }

  void add_requantize(const isa::Matmul& matmul) {
    isa::Requantize f;
    f.per_channel = draw_.chance(50);
    f.channel_clamps = draw_.chance(30);
    f.acc_row = matmul.acc_row;
    f.pixels = matmul.pixels;
    f.columns = matmul.columns;
    f.out_pixel_stride_bytes = f.columns + static_cast<std::uint32_t>(draw_.integer(0, 3));
    f.out_address = static_cast<std::uint32_t>(
        kRequantized * kZone +
        draw_.integer(0, kZone - std::int64_t{f.pixels} * f.out_pixel_stride_bytes));
    f.record_address = kScales;
    f.shifts_address = kShifts;
    f.channel_begin = static_cast<std::uint32_t>(draw_.integer(0, kChannels - f.columns));
    f.field_bits = static_cast<std::uint8_t>(draw_.integer(0, 4));
    f.zero_point = static_cast<std::int8_t>(draw_.integer(-20, 20));
    if (f.channel_clamps) {
      f.clamps_address = kClamps;
    } else {
      f.low = static_cast<std::int8_t>(draw_.integer(-128, 0));
    }
    add(Opcode::requantize, f, sums_there_, sums_taken_);
  }

  std::uint32_t add_tensor(const std::string& name, isa::Memory memory, std::uint64_t address,
                           std::int64_t bytes, std::int64_t complete_after) {
    isa::TensorInfo tensor;
    tensor.name = name;
    tensor.channels = bytes;
    tensor.memory = memory;
    tensor.address = address;
    tensor.complete_after = complete_after;
    program_.tensors.push_back(tensor);
    return static_cast<std::uint32_t>(program_.tensors.size() - 1);
  }
  void add_output(const std::string& name, isa::Memory memory, std::uint64_t address, Unit unit) {
    const std::int64_t last = last_[static_cast<std::size_t>(unit)];
    if (last < 0) return;  // the unit had nothing to do
    program_.outputs.push_back(add_tensor(name, memory, address, kZone, last));
  }

  Draw draw_;
  isa::Program program_;
  std::int64_t rows_ = 0, columns_ = 0;
  std::uint64_t input_ = 0, output_ = 0;  // in DRAM
  std::uint32_t sums_there_ = 0, sums_taken_ = 0;
  std::array<std::uint32_t, isa::kUnits> weights_there_{}, inputs_there_{};
  std::vector<Link> links_;
  std::uint32_t preload_posts_ = 0;  // of the last one, where its MATMUL cannot wait for them
  std::optional<isa::Matmul> not_requantized_;
  std::array<std::int64_t, isa::kUnits> last_{-1, -1, -1, -1, -1, -1, -1};
  std::int64_t layers_ = 0;
};

}  // namespace

DrawnCase draw_program_case(std::uint64_t seed) { return ProgramDrawer(seed).draw(); }

}  // namespace npusim::registers
