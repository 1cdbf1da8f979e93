// SPDX-License-Identifier: Apache-2.0
// unit/*: single units of the machine, timing only. work: port_schedule streams, feeder folds (both
// called directly); of the others, Programs written for one unit: DMA bursts, folds,
// requantizations and hand-overs. empty_program is what making a machine takes.
#include <string>
#include <utility>
#include <vector>

#include "sim/isa/folds.h"
#include "sim/model/feeder.h"
#include "sim/model/port_schedule.h"
#include "sim/model/simulate.h"
#include "tests/bench/bench.h"
#include "tests/bench/networks.h"

namespace npusim::bench {
namespace {

constexpr std::uint64_t kImageBytes = 128 * 1024;

using Stream = std::vector<isa::Instruction>;

isa::Program program_of(Stream stream, const config::HardwareConfig& machine) {
  isa::Program program;
  program.hardware = machine;
  program.dram_bytes = std::uint64_t{1} << 20;
  program.dram_image.edit().resize(kImageBytes);
  program.dram_image.edit()[3] = 0x40;  // the record {2^30, 31}
  program.dram_image.edit()[4] = 31;
  using isa::Unit;
  program.semaphores = {{"shadow_full", Unit::weight_loader, Unit::mac_array, 0},
                        {"shadow_free", Unit::mac_array, Unit::weight_loader, 1},
                        {"loaded", Unit::dma_in, Unit::dma_weights, 0},
                        {"freed", Unit::dma_weights, Unit::dma_in, 1}};
  isa::TensorInfo tensor;
  tensor.name = "x";
  program.tensors.push_back(tensor);
  isa::LayerInfo layer;
  layer.name = "layer";
  layer.kind = "conv";
  program.layers.push_back(layer);
  program.instructions = std::move(stream);
  program.instructions.push_back({isa::Opcode::end, 0, 0, isa::End{}});
  program.origins.resize(program.instructions.size());
  return program;
}

isa::Dma rows(std::uint32_t bytes, std::uint32_t count) {
  isa::Dma dma;
  dma.bytes = bytes;
  dma.count1 = count;
  dma.dram_stride1 = 2 * bytes;
  dma.local_stride1 = bytes;
  return dma;
}

// 64 transfers of 64 KiB by each of the units.
Stream transfers(const std::vector<isa::Opcode>& units, std::uint32_t row_bytes) {
  Stream stream;
  for (int i = 0; i < 64; ++i) {
    for (const isa::Opcode unit : units) {
      isa::Dma dma = rows(row_bytes, 65536 / row_bytes);
      if (unit == isa::Opcode::store_activations) dma.dram_address = kImageBytes;
      stream.push_back({unit, 0, 0, dma});
    }
  }
  return stream;
}

// Pointwise layers of 1024 x 32: 32 folds of 196 pixels each.
Stream folds() {
  isa::Preload preload;
  preload.k_end = 1024;
  preload.columns = 32;
  preload.load_bias = true;
  preload.bias_address = 32768;
  isa::Matmul matmul;
  matmul.start_from_bias = true;
  matmul.pixels = 196;
  matmul.out_width = matmul.in_width = matmul.in_height = 14;
  matmul.k_end = matmul.channels = matmul.pixel_stride_bytes = 1024;
  matmul.row_stride_bytes = 14 * 1024;
  matmul.columns = 32;
  Stream stream;
  for (int i = 0; i < 64; ++i) {
    stream.push_back({isa::Opcode::preload, 0, 0, preload});
    stream.push_back({isa::Opcode::matmul, 0, 0, matmul});
  }
  return stream;
}

Stream requantizations() {
  isa::Requantize requantize;
  requantize.pixels = 512;
  requantize.columns = 32;
  requantize.out_pixel_stride_bytes = 32;
  Stream stream{{isa::Opcode::load_weights, 0, 0, rows(8, 1)}};
  stream.insert(stream.end(), 512, {isa::Opcode::requantize, 0, 0, requantize});
  return stream;
}

Stream hand_overs() {
  constexpr std::uint32_t kLoaded = 1U << 2;
  constexpr std::uint32_t kFreed = 1U << 3;
  Stream stream;
  for (int i = 0; i < 1000; ++i) {
    stream.push_back({isa::Opcode::load_activations, kFreed, kLoaded, rows(16, 1)});
    stream.push_back({isa::Opcode::load_weights, kLoaded, kFreed, rows(16, 1)});
  }
  return stream;
}

void add_program(const std::string& name, Stream (*make)(), std::int64_t work,
                 const std::vector<std::string>& changes = {}) {
  add("unit/" + name, 0, [make, work, changes](benchmark::State& state) {
    const isa::Program program = program_of(make(), hardware(changes));
    isa::verify(program);
    model::SimulationOptions options;
    options.timing_only = true;
    options.verified = true;
    for (auto _ : state) {
      benchmark::DoNotOptimize(model::simulate(program, {}, options).total_cycles);
    }
    set_work(state, work);
  });
}

void port_schedule(benchmark::State& state) {
  constexpr std::int64_t kRounds = 1000;
  for (auto _ : state) {
    model::PortSchedule port(4, 2);
    std::int64_t now = 0;
    for (std::int64_t round = 0; round < kRounds; ++round) {
      for (int level = 0; level < 4; ++level) port.begin(level, now, 16 + level);
      for (int level = 0; level < 4; ++level) {
        for (std::int64_t t = port.earliest_end(level, now); t != now;
             t = port.earliest_end(level, now)) {
          now = t;
        }
      }
    }
    benchmark::DoNotOptimize(now);
  }
  set_work(state, 4 * kRounds);
}

void feeder(benchmark::State& state) {
  const Network& net = network("mobilenet_v1_224");
  std::vector<std::pair<isa::Matmul, isa::Fold>> all;
  for (const isa::Instruction& instruction : net.program.instructions) {
    const auto* matmul = std::get_if<isa::Matmul>(&instruction.fields);
    if (matmul == nullptr) continue;
    const std::int64_t height = net.program.hardware.mac_array.rows;
    isa::Fold fold = isa::first_fold(*matmul, height);
    all.emplace_back(*matmul, fold);
    while (!isa::is_last(*matmul, fold)) {
      fold = isa::next_fold(*matmul, height, fold);
      all.emplace_back(*matmul, fold);
    }
  }
  for (auto _ : state) {
    std::int64_t slots = 0;
    for (const auto& [matmul, fold] : all) {
      slots += model::fold_slots(net.program.hardware, matmul, fold);
    }
    benchmark::DoNotOptimize(slots);
  }
  set_work(state, static_cast<std::int64_t>(all.size()));
}

}  // namespace

void register_units() {
  using isa::Opcode;
  constexpr std::int64_t kBursts = 64 * 1024;  // of 64 bytes, in 64 transfers of 64 KiB
  add("unit/port_schedule", 0, port_schedule);
  add("unit/feeder_slots", 0, feeder);
  add_program(
      "empty_program", [] { return Stream{}; }, 1);
  add_program(
      "dma_long_rows", [] { return transfers({Opcode::load_activations}, 65536); }, kBursts);
  add_program(
      "dma_rows_of_64", [] { return transfers({Opcode::load_activations}, 64); }, kBursts);
  const auto three = [] {
    return transfers({Opcode::load_activations, Opcode::load_weights, Opcode::store_activations},
                     2048);
  };
  add_program("three_dmas_flat_dram", three, 3 * kBursts);
  add_program("three_dmas_lpddr4", three, 3 * kBursts, {"dram.part=lpddr4_3200"});
  add_program("array_and_weight_loader_folds", folds, 64 * 32);
  add_program("requantizations", requantizations, 512);
  add_program("semaphore_hand_overs", hand_overs, 2000);
}

}  // namespace npusim::bench
