// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <deque>
#include <random>
#include <stdexcept>

#include "tests/unit/compile/symbolic_formulas.h"

namespace npusim::compile {
namespace {

constexpr Symbol kNeverWritten = 0x3001;
constexpr std::size_t kMostPreloadsAhead = 2;

using Memory = std::vector<Symbol>;

class Machine {
 public:
  explicit Machine(const isa::Program& program)
      : program_(program),
        dram_(program.dram_bytes, kNeverWritten),
        activations_(size(program.hardware.activation_scratchpad.bytes), kNeverWritten),
        weights_(size(program.hardware.weight_scratchpad.bytes), kNeverWritten),
        columns_(size(program.hardware.mac_array.columns)),
        accumulators_(size(program.hardware.mac_array.accumulator_rows) * columns_, kNeverWritten),
        observed_(program.tensors.size()) {
    std::copy(program.dram_image.begin(), program.dram_image.end(), dram_.begin());
    for (const std::uint32_t input : program.inputs) {
      const isa::TensorInfo& info = program.tensors[input];
      for (std::size_t i = 0; i < size(info.elements()); ++i) {
        dram_.at(info.address + i) = input_symbol(input, i);
      }
    }
    observe(-1);
    for (const isa::Semaphore& semaphore : program.semaphores) {
      tokens_.push_back(semaphore.initial);
    }
  }

  std::vector<std::vector<Symbol>> run(std::uint64_t seed) {
    if (seed == 0) return run_in_stream_order();
    std::mt19937_64 engine(seed);
    const std::size_t depth = 1 + seed % 3;
    const std::size_t count = program_.instructions.size() - 1;
    std::size_t dispatched = 0;
    for (;;) {
      for (; dispatched < count && queues_[unit_of(dispatched)].size() < depth; ++dispatched) {
        queues_[unit_of(dispatched)].push_back(dispatched);
      }
      std::vector<std::size_t> ready;
      bool left = false;
      for (std::size_t u = 0; u < isa::kUnits; ++u) {
        left = left || !queues_[u].empty();
        if (!queues_[u].empty() && can_start(queues_[u].front())) ready.push_back(u);
      }
      if (!left) return std::move(observed_);
      if (ready.empty()) {
        throw std::runtime_error("nothing can start, " + std::to_string(dispatched) +
                                 " instructions dispatched");
      }
      const std::size_t unit = ready[engine() % ready.size()];
      step(queues_[unit].front());
      queues_[unit].pop_front();
    }
  }

 private:
  static std::size_t size(std::int64_t value) { return static_cast<std::size_t>(value); }
  std::size_t unit_of(std::size_t index) const {
    return static_cast<std::size_t>(isa::unit_of(program_.instructions[index].opcode));
  }

  std::vector<std::vector<Symbol>> run_in_stream_order() {
    for (std::size_t i = 0; i + 1 < program_.instructions.size(); ++i) {
      if (!can_start(i)) {
        throw std::runtime_error("instruction " + std::to_string(i) + " waits for a later one");
      }
      step(i);
    }
    return std::move(observed_);
  }

  bool can_start(std::size_t index) const {
    const isa::Instruction& instruction = program_.instructions[index];
    for (std::size_t s = 0; s < tokens_.size(); ++s) {
      if ((instruction.wait_mask >> s & 1) != 0 && tokens_[s] == 0) return false;
    }
    if (instruction.opcode == isa::Opcode::matmul) return !preloaded_.empty();
    if (instruction.opcode == isa::Opcode::preload) return preloaded_.size() < kMostPreloadsAhead;
    return true;
  }

  void step(std::size_t index) {
    const isa::Instruction& instruction = program_.instructions[index];
    for (std::size_t s = 0; s < tokens_.size(); ++s) {
      if ((instruction.wait_mask >> s & 1) != 0) --tokens_[s];
    }
    opcode_ = instruction.opcode;
    std::visit(*this, instruction.fields);
    if (opcode_ == isa::Opcode::preload) {
      preloaded_.back().post_mask = instruction.post_mask;  // it ends while its MATMUL runs
    } else {
      post(instruction.post_mask);
    }
    observe(static_cast<std::int64_t>(index));
  }

  void post(std::uint32_t mask) {
    for (std::size_t s = 0; s < tokens_.size(); ++s) tokens_[s] += mask >> s & 1;
  }

  void observe(std::int64_t index) {
    for (std::size_t t = 0; t < program_.tensors.size(); ++t) {
      const isa::TensorInfo& info = program_.tensors[t];
      if (info.complete_after != index) continue;
      const Memory& memory = info.memory == isa::Memory::dram ? dram_ : activations_;
      observed_[t].clear();
      for (std::size_t i = 0; i < size(info.elements()); ++i) {
        observed_[t].push_back(memory.at(info.address + i));
      }
    }
  }

  static Symbol bytes_at(const Memory& memory, std::size_t address, std::size_t count) {
    Memory bytes;
    for (std::size_t i = 0; i < count; ++i) bytes.push_back(memory.at(address + i));
    return bytes_symbol(bytes);
  }

 public:
  void operator()(const isa::End&) {}

  void operator()(const isa::Dma& f) {
    for (std::size_t j = 0; j < f.count2; ++j)
      for (std::size_t i = 0; i < f.count1; ++i) {
        const std::size_t dram = f.dram_address + i * f.dram_stride1 + j * f.dram_stride2;
        const std::size_t local = f.local_address + i * f.local_stride1 + j * f.local_stride2;
        for (std::size_t b = 0; b < f.bytes; ++b) {
          if (opcode_ == isa::Opcode::load_activations) {
            activations_.at(local + b) = dram_.at(dram + b);
          } else if (opcode_ == isa::Opcode::load_weights) {
            weights_.at(local + b) = dram_.at(dram + b);
          } else {
            dram_.at(dram + b) = activations_.at(local + b);
          }
        }
      }
  }

  void operator()(const isa::Preload& f) {
    Tile tile;
    if (f.weight_bits != 8) throw std::runtime_error("symbols stand for whole bytes");
    for (std::size_t i = 0; i < std::size_t{f.k_end - f.k_begin} * f.columns; ++i) {
      tile.weights.push_back(weights_.at(f.weights_address + i));
    }
    for (std::size_t j = 0; f.load_bias && j < f.columns; ++j) {
      tile.biases.push_back(bytes_at(weights_, f.bias_address + 4 * j, 4));
    }
    preloaded_.push_back(std::move(tile));
  }

  void operator()(const isa::Matmul& f) {
    const Tile tile = std::move(preloaded_.front());
    preloaded_.pop_front();
    post(tile.post_mask);
    for (std::size_t i = 0; i < f.pixels; ++i)
      for (std::size_t j = 0; j < f.columns; ++j) {
        Symbol& sum = accumulators_.at((f.acc_row + i) * columns_ + j);
        if (f.start_from_bias) sum = tile.biases.at(j);
        for (std::int64_t k = f.k_begin; k < f.k_end; ++k) {
          const auto row = static_cast<std::size_t>(k - f.k_begin);
          sum = tap_symbol(sum, tile.weights.at(row * f.columns + j), tap(f, i, j, k));
        }
      }
  }

  void operator()(const isa::Requantize& f) {
    const OutputSymbols out{f.zero_point, f.low, f.high};
    for (std::size_t j = 0; j < f.columns; ++j) {
      const std::size_t entry = f.channel_begin + j;
      const Symbol record =
          bytes_at(weights_, f.record_address + (f.per_channel ? 5 * entry : 0), 5);
      std::int64_t shift = 0;
      for (std::size_t b = 0; b < f.field_bits; ++b) {
        const std::size_t bit = entry * f.field_bits + b;
        shift |= static_cast<std::int64_t>(weights_.at(f.shifts_address + bit / 8) >> bit % 8 & 1)
                 << b;
      }
      for (std::size_t i = 0; i < f.pixels; ++i) {
        activations_.at(f.out_address + i * f.out_pixel_stride_bytes + j) = requantized_symbol(
            accumulators_.at((f.acc_row + i) * columns_ + j), record, shift, out);
      }
    }
  }

  void operator()(const isa::Pool& f) {
    const OutputSymbols out{f.out_zero_point, f.low, f.high};
    for (std::size_t i = 0; i < f.pixels; ++i)
      for (std::size_t c = 0; c < f.channels; ++c) {
        const std::int64_t top =
            static_cast<std::int64_t>((f.first_pixel + i) / f.out_width) * f.stride_h - f.pad_top;
        const std::int64_t left =
            static_cast<std::int64_t>((f.first_pixel + i) % f.out_width) * f.stride_w - f.pad_left;
        Symbol cells = 0;
        std::int64_t count = 0;
        for (std::int64_t y = top; y < top + f.kernel_h; ++y)
          for (std::int64_t x = left; x < left + f.kernel_w; ++x) {
            if (y < 0 || y >= f.in_height || x < 0 || x >= f.in_width) continue;
            cells = mix(cells, activations_.at(f.in_address + size(y) * f.row_stride_bytes +
                                               size(x) * f.pixel_stride_bytes + c));
            ++count;
          }
        activations_.at(f.out_address + i * f.out_pixel_stride_bytes + c) =
            f.operation == isa::PoolOperation::max
                ? max_symbol(cells, out)
                : average_symbol(cells, count, divisor_scale(f, count), f.in_zero_point, out);
      }
  }

  void operator()(const isa::Elementwise& f) {
    const OutputSymbols out{f.out_zero_point, f.low, f.high};
    for (std::size_t i = 0; i < f.pixels; ++i)
      for (std::size_t c = 0; c < f.channels; ++c) {
        const Symbol x = activations_.at(f.a_address + i * f.a_pixel_stride_bytes + c);
        const Symbol a = operand_symbol(x, f.a_zero_point);
        const auto b = [&] {
          const std::size_t pixel = f.broadcast_b ? 0 : i;
          return operand_symbol(activations_.at(f.b_address + pixel * f.b_pixel_stride_bytes + c),
                                f.b_zero_point);
        };
        Symbol& result = activations_.at(f.out_address + i * f.out_pixel_stride_bytes + c);
        switch (f.operation) {
          case isa::ElementwiseOperation::add:
            result = add_symbol(a, b(), bytes_at(weights_, f.record_address, 9), out);
            break;
          case isa::ElementwiseOperation::mul:
            result = mul_symbol(a, b(), bytes_at(weights_, f.record_address, 5), out);
            break;
          case isa::ElementwiseOperation::rescale:
            result = rescaled_symbol(a, bytes_at(weights_, f.record_address, 5), out);
            break;
          case isa::ElementwiseOperation::lookup:
            result = lookup_symbol(x, bytes_at(weights_, f.record_address, 256));
            break;
        }
      }
  }

 private:
  struct Tile {
    std::vector<Symbol> weights, biases;
    std::uint32_t post_mask = 0;
  };

  Symbol tap(const isa::Matmul& f, std::size_t i, std::size_t column, std::int64_t k) const {
    const bool depthwise = f.mode == isa::ArrayMode::depthwise;
    const std::int64_t channels = depthwise ? 1 : f.channels;
    const auto channel = depthwise ? column : size(k % channels);
    const std::int64_t pixel = std::int64_t{f.first_pixel} + static_cast<std::int64_t>(i);
    const std::int64_t y =
        pixel / f.out_width * f.stride_h - f.pad_top + k / channels / f.kernel_w * f.dilation_h;
    const std::int64_t x =
        pixel % f.out_width * f.stride_w - f.pad_left + k / channels % f.kernel_w * f.dilation_w;
    if (y < 0 || y >= f.in_height || x < 0 || x >= f.in_width) return padding_symbol(f.zero_point);
    return activations_.at(f.in_address + size(y) * f.row_stride_bytes +
                           size(x) * f.pixel_stride_bytes + channel);
  }

  Symbol divisor_scale(const isa::Pool& f, std::int64_t count) const {
    const std::size_t entries = weights_.at(f.record_address);
    for (std::size_t e = 0; e < entries && e < 256; ++e) {
      const std::size_t at = f.record_address + 1 + 7 * e;
      const Symbol divisor = weights_.at(at) + 256 * weights_.at(at + 1);
      if (f.count_include_pad || divisor == number(count)) return bytes_at(weights_, at + 2, 5);
    }
    return kNeverWritten;
  }

  const isa::Program& program_;
  Memory dram_, activations_, weights_;
  std::size_t columns_;
  Memory accumulators_;
  std::vector<std::vector<Symbol>> observed_;
  std::array<std::deque<std::size_t>, isa::kUnits> queues_;
  std::vector<std::uint32_t> tokens_;
  std::deque<Tile> preloaded_;
  isa::Opcode opcode_ = isa::Opcode::end;
};

}  // namespace

std::vector<std::vector<Symbol>> execute(const isa::Program& program, std::uint64_t seed) {
  return Machine(program).run(seed);
}

}  // namespace npusim::compile
