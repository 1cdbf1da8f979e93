// SPDX-License-Identifier: Apache-2.0
#include "tests/timing/program_builder.h"

#include <gtest/gtest.h>

namespace npusim::test {

config::HardwareConfig small_hardware() {
  config::HardwareConfig h;
  h.clock_hz = 1'000'000'000;
  h.command_processor.fetch_bytes = 256;
  h.dma.burst_bytes = 16;
  h.dma.outstanding_requests = 4;
  h.dram.bytes = std::int64_t{1} << 20;
  h.dram.bandwidth_bytes_per_second = 8'000'000'000;
  h.dram.read_latency_ns = 10;
  h.dram.write_latency_ns = 5;
  h.activation_scratchpad = {4096, /*banks=*/2, /*bank_word_bytes=*/4, /*ports=*/1};
  h.weight_scratchpad = {2048, /*ports=*/1};
  h.feeder = {/*bytes_per_cycle=*/4, /*line_buffer_bytes=*/1024};
  h.mac_array.rows = 4;
  h.mac_array.columns = 4;
  h.mac_array.accumulator_rows = 64;
  h.requantization.lanes = 4;
  h.requantization.pipeline_depth_cycles = 6;
  h.vector_unit = {/*lanes=*/4, /*pipeline_depth_cycles=*/4};
  return h;
}

config::HardwareConfig small_hardware(std::int64_t fetch_bytes) {
  config::HardwareConfig h = small_hardware();
  h.command_processor.fetch_bytes = fetch_bytes;
  return h;
}

isa::Dma dma(std::uint64_t dram, std::uint32_t local, std::uint32_t bytes) {
  isa::Dma d;
  d.dram_address = dram;
  d.local_address = local;
  d.bytes = bytes;
  return d;
}

std::int64_t first_start(const config::HardwareConfig& hardware) {
  return 1 + 10 + hardware.command_processor.fetch_bytes / 8 + 1;
}

std::vector<std::uint8_t> ProgramBuilder::record() { return {0, 0, 0, 0x40, 31, 0, 0}; }

ProgramBuilder::ProgramBuilder(config::HardwareConfig hardware) {
  program_.hardware = std::move(hardware);
  program_.semaphores.push_back({"shadow_full", isa::Unit::weight_loader, isa::Unit::mac_array, 0});
  program_.semaphores.push_back({"shadow_free", isa::Unit::mac_array, isa::Unit::weight_loader, 1});
  isa::TensorInfo tensor;
  tensor.name = "x";
  program_.tensors.push_back(tensor);
}

std::uint32_t ProgramBuilder::semaphore(isa::Unit poster, isa::Unit waiter, std::uint32_t initial) {
  const std::size_t s = program_.semaphores.size();
  program_.semaphores.push_back({"s" + std::to_string(s), poster, waiter, initial});
  return std::uint32_t{1} << s;
}

void ProgramBuilder::layer(const std::string& kind) {
  isa::LayerInfo layer;
  layer.name = kind + std::to_string(program_.layers.size());
  layer.kind = kind;
  program_.layers.push_back(layer);
}

std::uint64_t ProgramBuilder::image(const std::vector<std::uint8_t>& bytes) {
  const std::uint64_t address = program_.dram_image.size();
  std::vector<std::uint8_t>& image = program_.dram_image.edit();
  image.insert(image.end(), bytes.begin(), bytes.end());
  return address;
}

std::size_t ProgramBuilder::add(isa::Opcode opcode, decltype(isa::Instruction::fields) fields,
                                std::uint32_t wait, std::uint32_t post) {
  if (program_.layers.empty()) layer("conv");
  program_.instructions.push_back({opcode, wait, post, fields});
  program_.origins.push_back({static_cast<std::uint32_t>(program_.layers.size() - 1), 0});
  return program_.instructions.size() - 1;
}

std::size_t ProgramBuilder::load(isa::Dma dma, std::uint32_t wait, std::uint32_t post) {
  return add(isa::Opcode::load_activations, dma, wait, post);
}
std::size_t ProgramBuilder::load_weights(isa::Dma dma, std::uint32_t wait, std::uint32_t post) {
  return add(isa::Opcode::load_weights, dma, wait, post);
}
std::size_t ProgramBuilder::store(isa::Dma dma, std::uint32_t wait, std::uint32_t post) {
  return add(isa::Opcode::store_activations, dma, wait, post);
}
std::size_t ProgramBuilder::preload(isa::Preload p, std::uint32_t wait, std::uint32_t post) {
  return add(isa::Opcode::preload, p, wait, post);
}
std::size_t ProgramBuilder::matmul(isa::Matmul m, std::uint32_t wait, std::uint32_t post) {
  return add(isa::Opcode::matmul, m, wait, post);
}
std::size_t ProgramBuilder::requantize(isa::Requantize r, std::uint32_t wait, std::uint32_t post) {
  return add(isa::Opcode::requantize, r, wait, post);
}
std::size_t ProgramBuilder::pool(isa::Pool p, std::uint32_t wait, std::uint32_t post) {
  return add(isa::Opcode::pool, p, wait, post);
}
std::size_t ProgramBuilder::elementwise(isa::Elementwise e, std::uint32_t wait,
                                        std::uint32_t post) {
  return add(isa::Opcode::elementwise, e, wait, post);
}

isa::Program ProgramBuilder::finish() {
  isa::Program program = program_;
  program.dram_bytes = 4096;
  if (program.layers.empty()) {
    isa::LayerInfo layer;
    layer.name = "conv0";
    layer.kind = "conv";
    program.layers.push_back(layer);
  }
  program.instructions.push_back({isa::Opcode::end, 0, 0, isa::End{}});
  program.origins.push_back({static_cast<std::uint32_t>(program.layers.size() - 1), 0});
  return program;
}

void Timeline::on_activity(model::UnitId unit, stats::Activity activity, std::int64_t instruction,
                           std::int64_t begin, std::int64_t end) {
  intervals.push_back({unit, activity, instruction, begin, end});
}

std::int64_t Timeline::spent(model::UnitId unit, stats::Activity activity,
                             std::size_t instruction) const {
  std::int64_t cycles = 0;
  for (const Interval& i : intervals) {
    if (i.unit == unit && i.activity == activity &&
        i.instruction == static_cast<std::int64_t>(instruction)) {
      cycles += i.end - i.begin;
    }
  }
  return cycles;
}

std::vector<std::int64_t> Timeline::grants(model::UnitId requester) const {
  std::vector<std::int64_t> cycles;
  for (const model::DramBurst& burst : bursts) {
    if (burst.requester == requester) cycles.push_back(burst.grant_cycle);
  }
  return cycles;
}

void expect_equal(const stats::SimulationResult& result, const stats::SimulationResult& expected,
                  const std::string& how) {
  EXPECT_EQ(result.total_cycles, expected.total_cycles) << how;
  EXPECT_EQ(result.dram.bursts, expected.dram.bursts) << how;
  EXPECT_EQ(result.dram.read_bytes, expected.dram.read_bytes) << how;
  EXPECT_EQ(result.dram.write_bytes, expected.dram.write_bytes) << how;
  EXPECT_EQ(result.dram.bus_busy_cycles, expected.dram.bus_busy_cycles) << how;
  EXPECT_EQ(result.dram.other_masters_requests, expected.dram.other_masters_requests) << how;
  for (std::size_t u = 0; u < result.units.size(); ++u) {
    EXPECT_TRUE(result.units[u].cycles == expected.units[u].cycles)
        << result.units[u].name << ", " << how;
  }
  for (std::size_t l = 0; l < result.layers.size(); ++l) {
    EXPECT_EQ(result.layers[l].start_cycle, expected.layers[l].start_cycle) << l << ", " << how;
    EXPECT_EQ(result.layers[l].end_cycle, expected.layers[l].end_cycle) << l << ", " << how;
    EXPECT_TRUE(result.layers[l].compute_cycles == expected.layers[l].compute_cycles)
        << l << ", " << how;
  }
}

TimedRun run_timing(const isa::Program& program) {
  TimedRun run;
  model::SimulationOptions options;
  options.timing_only = true;
  options.observer = &run.timeline;
  run.result = model::simulate(program, {}, options);
  for (const std::uint32_t seed : {0U, 1U, 2U, 3U, 4U, 5U}) {
    Timeline other;
    options.observer = &other;
    options.construction_seed = seed;
    options.timing_only = seed != 0;
    const stats::SimulationResult result = model::simulate(program, {}, options);
    const std::string how = "construction seed " + std::to_string(seed);
    EXPECT_EQ(other.start, run.timeline.start) << how;
    EXPECT_EQ(other.done, run.timeline.done) << how;
    expect_equal(result, run.result, how);
    // Whoever observes has every burst as an event; without, most are none.
    options.observer = nullptr;
    expect_equal(model::simulate(program, {}, options), run.result, how + ", not observed");
  }
  return run;
}

}  // namespace npusim::test
