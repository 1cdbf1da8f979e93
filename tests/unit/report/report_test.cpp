// SPDX-License-Identifier: Apache-2.0
#include "sim/report/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/config/hardware_config.h"

namespace npusim::report {
namespace {

using stats::Activity;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

/// Two layers, no instructions but the end: the figures come from the result.
isa::Program two_layers() {
  isa::Program program;
  program.hardware.name = "test";
  program.hardware.mac_array.rows = 4;
  program.hardware.mac_array.columns = 8;
  program.hardware.clock_hz = 1'000'000;
  program.metadata.name = "net";
  program.metadata.scheme = "shift_scaler";
  program.metadata.field_bits = 3;
  program.metadata.rule = "floor";
  isa::Dma read_back;  // of the first layer's result
  read_back.dram_address = 4096 + 50;
  program.instructions = {{isa::Opcode::load_activations, 0, 0, read_back},
                          {isa::Opcode::end, 0, 0, isa::End{}}};
  program.origins.resize(2);
  isa::TensorInfo first;
  first.channels = 60;
  first.address = 4096;
  isa::TensorInfo second;
  second.memory = isa::Memory::activation_scratchpad;
  program.tensors = {first, second};
  isa::LayerInfo conv;
  conv.name = "conv_1";
  conv.kind = "conv";
  conv.macs = 3200;
  conv.weights_bytes = 10;
  conv.bias_bytes = 20;
  conv.requant_bytes = 30;
  conv.channel_shift_bytes = 40;
  isa::LayerInfo pool;
  pool.name = "pool";
  pool.kind = "pool";
  pool.requant_bytes = 5;
  pool.output_tensor = 1;
  program.layers = {conv, pool};
  program.metadata.weight_bits = 4;
  program.layers[0].quantization = isa::LayerQuantization{"shift_scaler", 3, "floor", true, 6};
  program.tensors[1].code_bits = 5;
  program.activation_peak_bytes = 77;
  return program;
}

stats::SimulationResult result_of_two_layers() {
  stats::SimulationResult result;
  result.total_cycles = 1000;
  stats::UnitResult array;
  array.name = "mac_array";
  array.cycles[Activity::busy] = 600;
  array.cycles[Activity::port] = 100;
  array.cycles[Activity::wait_dma_in] = 50;
  array.cycles[Activity::idle] = 250;
  result.units = {array};
  result.layers.resize(2);
  result.layers[0].cycles = 800;
  result.layers[0].span_cycles = 400;
  result.layers[0].compute_cycles[Activity::busy] = 300;
  result.layers[0].compute_cycles[Activity::port] = 9;
  result.layers[0].compute_cycles[Activity::wait_dma_in] = 11;
  result.layers[0].dram_read_bytes = 11;
  result.layers[1].cycles = 200;
  result.layers[1].dram_write_bytes = 12;
  result.dram.read_bytes = 500;
  result.dram.write_bytes = 60;
  return result;
}

TEST(ReportOfTest, TakesEveryFigure) {
  const isa::Program program = two_layers();
  const Report report = report_of(program, result_of_two_layers());
  EXPECT_EQ(report.workload.network, "net");
  EXPECT_EQ(report.hardware.config_hash, config::config_hash(program.hardware));
  EXPECT_EQ(report.hardware.peak_macs_per_second, 32'000'000);
  EXPECT_EQ(report.quantization.scheme, "shift_scaler");
  EXPECT_EQ(report.quantization.field_bits, 3);
  EXPECT_EQ(report.quantization.weight_bits, 4);
  EXPECT_EQ(report.quantization.activation_bits, 8);
  ASSERT_TRUE(report.layers.at(0).quantization.has_value());
  EXPECT_EQ(report.layers[0].quantization->weight_bits, 6);
  EXPECT_EQ(report.layers[0].activation_bits, std::nullopt);
  EXPECT_EQ(report.layers[1].activation_bits, 5);
  EXPECT_FALSE(report.accuracy.has_value());
  EXPECT_EQ(report.cycles.total, 1000);
  EXPECT_DOUBLE_EQ(report.cycles.latency_seconds, 1e-3);
  EXPECT_DOUBLE_EQ(report.cycles.utilization, 3200.0 / (1000 * 32));
  ASSERT_EQ(report.cycles.units.size(), 1u);
  EXPECT_EQ(report.cycles.units[0].busy_cycles, 600);
  EXPECT_EQ(report.cycles.units[0].idle_cycles, 250);
  EXPECT_THAT(report.cycles.units[0].stall_cycles,
              ElementsAre(Pair("port", 100), Pair("wait_dma_in", 50)));
  ASSERT_EQ(report.layers.size(), 2u);
  EXPECT_DOUBLE_EQ(report.layers[0].utilization, 3200.0 / (400 * 32));
  EXPECT_EQ(report.layers[0].stall_cycles, 20);
  EXPECT_EQ(report.layers[0].busy_cycles, 300);
  EXPECT_THAT(report.layers[0].stalls, ElementsAre(Pair("port", 9), Pair("wait_dma_in", 11)));
  EXPECT_THAT(report.layers[1].stalls, IsEmpty());
  EXPECT_EQ(report.layers[0].dram_read_bytes, 11);
  EXPECT_EQ(report.layers[1].cycles, 200);
  EXPECT_EQ(report.layers[1].utilization, 0);
  EXPECT_EQ(report.layers[1].dram_write_bytes, 12);
  EXPECT_EQ(report.memory.requant_bytes, 35);
  EXPECT_EQ(report.memory.channel_shift_bytes, 40);
  EXPECT_EQ(report.memory.instructions_bytes, 128);
  EXPECT_EQ(report.memory.activation_peak_bytes, 77);
  EXPECT_EQ(report.memory.spilled_activation_bytes, 60);
  EXPECT_TRUE(report.layers[0].is_spilled);
  EXPECT_FALSE(report.layers[1].is_spilled);
  EXPECT_EQ(report.memory.dram_read_bytes, 500);
  EXPECT_THAT(report.simulation.output_sha256, IsEmpty());
}

TEST(ReportOfTest, TheDramSpeaksWhereThereIsMoreThanALatency) {
  isa::Program program = two_layers();
  stats::SimulationResult result = result_of_two_layers();
  result.dram.row_hits = 1;
  result.dram.row_misses = 2;
  result.dram.row_conflicts = 3;
  result.dram.refreshes = 4;
  result.dram.read_write_turnarounds = 5;
  result.dram.other_masters_requests = 6;
  EXPECT_FALSE(report_of(program, result).dram.has_value());
  program.hardware.dram.other_masters.share_percent = 1;
  ASSERT_TRUE(report_of(program, result).dram.has_value());
  EXPECT_FALSE(report_of(program, result).dram->has_banks);
  program.hardware.dram.other_masters.share_percent = 0;
  program.hardware.dram.model = config::DramModel::banks;
  const std::optional<Dram> dram = report_of(program, result).dram;
  ASSERT_TRUE(dram.has_value());
  EXPECT_TRUE(dram->has_banks);
  EXPECT_EQ(dram->row_hits, 1);
  EXPECT_EQ(dram->row_misses, 2);
  EXPECT_EQ(dram->row_conflicts, 3);
  EXPECT_EQ(dram->refreshes, 4);
  EXPECT_EQ(dram->read_write_turnarounds, 5);
  EXPECT_EQ(dram->other_masters_requests, 6);
}

TEST(ReportOfTest, OneMoreImage) {
  const isa::Program program = two_layers();
  Report report = report_of(program, result_of_two_layers());
  EXPECT_FALSE(report.cycles.steady_state_total.has_value());
  EXPECT_THAT(report.cycles.images, IsEmpty());
  set_steady_state(program, 500, report);
  EXPECT_EQ(report.cycles.steady_state_total, 500);
  EXPECT_DOUBLE_EQ(report.cycles.steady_state_utilization, 3200.0 / (500 * 32));
}

// The parameters are there once, the work is done twice.
TEST(ReportOfTest, ConsecutiveImages) {
  isa::Program program = two_layers();
  program.metadata.images = 2;
  stats::SimulationResult result = result_of_two_layers();
  for (std::size_t i = 0; i < 2; ++i) {
    program.tensors.push_back(program.tensors[i]);
    program.layers.push_back(program.layers[i]);
    program.layers.back().output_tensor += 2;
    result.layers.push_back(result.layers[i]);
  }
  result.layers[2].cycles = 450;
  result.layers[3].cycles = 50;
  result.total_cycles = 1500;
  const Report report = report_of(program, result);
  EXPECT_EQ(report.workload.images, 2);
  EXPECT_EQ(report.simulation.images, 2);
  ASSERT_EQ(report.cycles.images.size(), 2U);
  EXPECT_EQ(report.cycles.images[0].end_cycle, 1000);
  EXPECT_EQ(report.cycles.images[0].cycles, 1000);
  EXPECT_EQ(report.cycles.images[1].end_cycle, 1500);
  EXPECT_EQ(report.cycles.images[1].cycles, 500);
  EXPECT_DOUBLE_EQ(report.cycles.utilization, 6400.0 / (1500 * 32));
  ASSERT_EQ(report.layers.size(), 4U);
  EXPECT_EQ(report.layers[1].image, 0);
  EXPECT_EQ(report.layers[2].image, 1);
  EXPECT_EQ(report.memory.weights_bytes, 10);
  EXPECT_EQ(report.memory.spilled_activation_bytes, 60);
}

}  // namespace
}  // namespace npusim::report
