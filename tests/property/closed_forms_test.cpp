// SPDX-License-Identifier: Apache-2.0
// Section 10 of docs/timing-model.md: what a layer costs follows from its shape alone where memory
// is ideal. Every layer of three shipped networks, alone on every shipped machine.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "frontend/compile/compile.h"
#include "sim/base/math.h"
#include "sim/model/simulate.h"
#include "tests/property/networks.h"

namespace npusim {
namespace {

using base::ceil_div;
using model::UnitId;

/// When a layer's units did what: first and last cycles of its compute unit.
class Marks final : public model::Observer {
 public:
  void on_instruction_start(UnitId unit, std::size_t, std::int64_t cycle) override {
    if (unit == UnitId::vector && vector_instructions++ == 0) vector_start = cycle;
  }
  void on_instruction_done(UnitId unit, std::size_t, std::int64_t cycle) override {
    if (unit == UnitId::mac_array) array_done = std::max(array_done, cycle);
    if (unit == UnitId::vector) vector_done = std::max(vector_done, cycle);
  }
  void on_activity(UnitId unit, stats::Activity activity, std::int64_t instruction,
                   std::int64_t begin, std::int64_t end) override {
    const bool busy = activity == stats::Activity::busy;
    if (unit == UnitId::weight_loader && busy && first_load < 0) first_load = begin;
    if (unit != UnitId::mac_array) return;
    if (busy && first_fold < 0) first_fold = begin;
    if (instruction >= 0) array_free = std::max(array_free, end);
  }

  std::int64_t first_load = -1;   // first access of the weight loader
  std::int64_t first_fold = -1;   // the array's first swap
  std::int64_t array_free = 0;    // the last fold's last slot, plus one
  std::int64_t array_done = 0;    // the last sum is in its accumulator
  std::int64_t vector_start = 0;  // the vector unit's first instruction
  std::int64_t vector_done = 0;
  std::int64_t vector_instructions = 0;
};

Marks marks_of(const isa::Program& program) {
  Marks marks;
  model::SimulationOptions options;
  options.timing_only = true;
  options.verified = true;
  options.observer = &marks;
  model::simulate(program, {}, options);
  return marks;
}

/// D_a and D_w: registers of decoders in front of the array and the units.
struct Decoders {
  explicit Decoders(const config::HardwareConfig& hardware)
      : activations(hardware.activation_scratchpad.protection == config::Protection::secded),
        weights(hardware.weight_scratchpad.protection == config::Protection::secded) {}
  std::int64_t both() const { return activations + weights; }

  std::int64_t activations, weights;
};

/// A convolution as matrices: M output pixels, K reduction indices, N channels of each of G groups.
struct Gemm {
  std::int64_t m, k, n, groups;
};

Gemm gemm_of(const graph::Node& node) {
  const auto& conv = std::get<graph::Conv>(node.op);
  const std::int64_t positions = conv.window.kernel_h * conv.window.kernel_w;
  return {node.shape.height * node.shape.width, positions * conv.in_channels / conv.groups,
          conv.out_channels / conv.groups, conv.groups};
}

std::int64_t weight_stationary_folds(const Gemm& g, const config::MacArrayConfig& array) {
  return g.groups * ceil_div(g.k, array.rows) * ceil_div(g.n, array.columns);
}

/// From the first fold's swap until the array is free.
std::int64_t weight_stationary_cycles(const Gemm& g, const config::HardwareConfig& hardware) {
  const config::MacArrayConfig& array = hardware.mac_array;
  return (weight_stationary_folds(g, array) - 1) *
             std::max(g.m, array.rows + Decoders(hardware).both()) +
         g.m;
}

/// Tiles of up to R pixels and C channels.
std::int64_t output_stationary_tiles(const Gemm& g, const config::MacArrayConfig& array) {
  return g.groups * ceil_div(g.m, array.rows) * ceil_div(g.n, array.columns);
}

/// From the first chunk's swap until the array is free.
std::int64_t output_stationary_cycles(const Gemm& g, const config::HardwareConfig& hardware) {
  const config::MacArrayConfig& array = hardware.mac_array;
  const std::int64_t other_tiles = output_stationary_tiles(g, array) - 1;
  const std::int64_t chunks = ceil_div(g.k, array.rows);
  const std::int64_t late = Decoders(hardware).both();
  if (late == 0) return other_tiles * chunks * array.rows + g.k;
  if (chunks == 1) return other_tiles * std::max(array.rows, g.k + late) + g.k;
  const std::int64_t ragged = g.k - (chunks - 1) * array.rows;
  const std::int64_t to_last_chunk =
      (chunks - 2) * (array.rows + late) + std::max(array.rows, ragged + late);
  return other_tiles * (to_last_chunk + array.rows + late) + to_last_chunk + ragged;
}

/// In depthwise mode, where folds have up to R taps of C channels.
std::int64_t depthwise_cycles(const graph::Node& node, const config::HardwareConfig& hardware) {
  const config::MacArrayConfig& array = hardware.mac_array;
  const auto& conv = std::get<graph::Conv>(node.op);
  const std::int64_t taps = conv.window.kernel_h * conv.window.kernel_w;
  const std::int64_t side_by_side =
      taps > array.rows ? 1 : std::min(array.depthwise_pixels, array.rows / taps);
  const std::int64_t slots = node.shape.height * ceil_div(node.shape.width, side_by_side);
  const std::int64_t folds =
      ceil_div(taps, array.rows) * ceil_div(conv.out_channels, array.columns);
  return (folds - 1) * std::max(slots, array.rows + Decoders(hardware).both()) + slots;
}

/// Real cells of all windows along one axis, and how many different numbers of them there are.
struct Axis {
  std::int64_t cells = 0;
  std::set<std::int64_t> sizes;
};

Axis axis_of(std::int64_t outputs, std::int64_t inputs, std::int64_t kernel, std::int64_t stride,
             std::int64_t pad) {
  Axis axis;
  for (std::int64_t o = 0; o < outputs; ++o) {
    const std::int64_t begin = o * stride - pad;
    const std::int64_t real = std::min(inputs, begin + kernel) - std::max<std::int64_t>(0, begin);
    axis.cells += real;
    axis.sizes.insert(real);
  }
  return axis;
}

/// The vector unit's cycles for a pooling or a sum in `instructions` parts.
std::int64_t vector_cycles(const graph::Graph& network, const graph::Node& node,
                           const config::HardwareConfig& hardware, std::int64_t instructions) {
  const std::int64_t pixels = node.shape.height * node.shape.width;
  std::int64_t cells = 2 * pixels;
  std::int64_t parameter_bytes = 9;
  if (const auto* pool = std::get_if<graph::Pool>(&node.op)) {
    const graph::Shape& in = network.node(node.inputs[0]).shape;
    const graph::Window& w = pool->window;
    const Axis rows = axis_of(node.shape.height, in.height, w.kernel_h, w.stride_h, w.pad_top);
    const Axis columns = axis_of(node.shape.width, in.width, w.kernel_w, w.stride_w, w.pad_left);
    cells = rows.cells * columns.cells;
    parameter_bytes = 0;
    if (pool->kind == graph::PoolKind::average) {
      std::set<std::int64_t> windows;
      for (const std::int64_t r : rows.sizes) {
        for (const std::int64_t c : columns.sizes) windows.insert(r * c);
      }
      parameter_bytes = 1 + 7 * static_cast<std::int64_t>(windows.size());
    }
  }
  const std::int64_t chunks = ceil_div(node.shape.channels, hardware.vector_unit.lanes);
  const Decoders decoders(hardware);
  const std::int64_t before_and_after = ceil_div(parameter_bytes, hardware.mac_array.columns) +
                                        (parameter_bytes > 0 ? decoders.weights : 0) +
                                        hardware.vector_unit.pipeline_depth_cycles +
                                        decoders.activations;
  return chunks * (cells + pixels) + instructions * before_and_after;
}

bool is_depthwise(const graph::Node& node) {
  const auto* conv = std::get_if<graph::Conv>(&node.op);
  return conv != nullptr && conv->kind == graph::ConvKind::depthwise_conv;
}

#ifdef NPUSIM_SANITIZED_TESTS
const std::vector<std::string> kMachines = {"npu_32x32.yaml"};
constexpr std::size_t kEveryLayer = 5;  // of so many
#else
const std::vector<std::string> kMachines = test::shipped_hardware_files();
constexpr std::size_t kEveryLayer = 1;
#endif

void expect_own_forms(const graph::Graph& network, const graph::Node& node,
                      const isa::Program& program) {
  const Marks marks = marks_of(program);
  const config::MacArrayConfig& array = program.hardware.mac_array;
  if (!std::holds_alternative<graph::Conv>(node.op)) {
    EXPECT_EQ(marks.vector_done - marks.vector_start,
              vector_cycles(network, node, program.hardware, marks.vector_instructions));
    return;
  }
  const Gemm g = gemm_of(node);
  const bool stays = array.dataflow == config::Dataflow::output_stationary && !is_depthwise(node);
  const std::int64_t cycles = is_depthwise(node) ? depthwise_cycles(node, program.hardware)
                              : stays            ? output_stationary_cycles(g, program.hardware)
                                                 : weight_stationary_cycles(g, program.hardware);
  EXPECT_EQ(marks.array_free - marks.first_fold, cycles);
  const std::int64_t first_lines = stays ? std::min(g.k, array.rows) : array.rows;
  const Decoders decoders(program.hardware);
  EXPECT_EQ(marks.first_fold - marks.first_load,
            std::max<std::int64_t>(first_lines, 4) + decoders.weights);
  EXPECT_EQ(marks.array_done - marks.array_free,
            (stays ? 2 : 1) * array.rows + array.columns - 2 + decoders.activations);
}

/// SCALE-Sim's published cycles, stall-free; it counts from cycle 0, so its figure is the last
/// cycle's number. Weight stationary: every fold loads R rows, streams M and drains before the next
/// one loads. Output stationary: K steps, skewed, and nothing for the sums to leave.
void expect_scale_sims_forms(const graph::Node& node, isa::Program program) {
  if (!std::holds_alternative<graph::Conv>(node.op) || is_depthwise(node)) return;
  config::MacArrayConfig& array = program.hardware.mac_array;
  array.overlap_weight_load = array.dataflow == config::Dataflow::output_stationary;
  array.overlap_drain = false;
  const Gemm g = gemm_of(node);
  const Marks marks = marks_of(program);
  if (array.dataflow == config::Dataflow::weight_stationary) {
    const std::int64_t scale_sim = ceil_div(g.k, array.rows) * ceil_div(g.n, array.columns) *
                                       (g.m + 2 * array.rows + array.columns - 2) -
                                   1;
    EXPECT_EQ(marks.array_done - marks.first_load, scale_sim + 1);
    return;
  }
  const std::int64_t tiles = ceil_div(g.m, array.rows) * ceil_div(g.n, array.columns);
  const std::int64_t scale_sim = tiles * (g.k + array.rows + array.columns - 2) - 1;
  EXPECT_EQ(marks.array_done - marks.first_fold, scale_sim + 1 + tiles * array.rows);
}

class ClosedForms : public testing::TestWithParam<const char*> {
 protected:
  /// Every layer alone on every machine, its memory made ideal.
  static void expect_all(config::Dataflow dataflow, std::int64_t depthwise_pixels) {
    const graph::Graph network = test::shipped_network(GetParam());
    for (std::size_t id = 0; id < network.nodes.size(); ++id) {
      const graph::Node& node = network.nodes[id];
      if (std::holds_alternative<graph::Input>(node.op)) continue;
      const graph::QuantizedGraph alone =
          test::layer_alone(network, static_cast<graph::NodeId>(id));
      for (const std::string& file : kMachines) {
        SCOPED_TRACE(node.name + " on " + file);
        config::HardwareConfig hardware = test::with_ideal_memory(test::shipped_hardware(file));
        hardware.mac_array.dataflow = dataflow;
        hardware.mac_array.depthwise_pixels = depthwise_pixels;
        const isa::Program program = compile::compile(alone, hardware, {});
        expect_own_forms(network, node, program);
        expect_scale_sims_forms(node, program);
      }
    }
  }
};

TEST_P(ClosedForms, WeightStationaryAndOnePixelAColumn) {
  expect_all(config::Dataflow::weight_stationary, 1);
}

TEST_P(ClosedForms, OutputStationaryAndThreePixelsAColumn) {
  expect_all(config::Dataflow::output_stationary, 3);
}

// Channels are multiples of a protected word's bytes in these networks, so that nothing is read
// before it is written.
TEST_P(ClosedForms, BehindDecoders) {
  const graph::Graph network = test::shipped_network(GetParam());
  for (std::size_t id = 0; id < network.nodes.size(); id += kEveryLayer) {
    const graph::Node& node = network.nodes[id];
    if (std::holds_alternative<graph::Input>(node.op)) continue;
    SCOPED_TRACE(node.name);
    config::HardwareConfig hardware =
        test::with_ideal_memory(test::shipped_hardware("npu_32x32.yaml"));
    if (id % 3 != 0) hardware.activation_scratchpad.protection = config::Protection::secded;
    if (id % 3 != 1) hardware.weight_scratchpad.protection = config::Protection::secded;
    const graph::QuantizedGraph alone = test::layer_alone(network, static_cast<graph::NodeId>(id));
    for (const config::Dataflow dataflow :
         {config::Dataflow::weight_stationary, config::Dataflow::output_stationary}) {
      hardware.mac_array.dataflow = dataflow;
      expect_own_forms(network, node, compile::compile(alone, hardware, {}));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, ClosedForms,
                         testing::Values("mobilenet_v1_224.yaml", "resnet18_224.yaml",
                                         "resnet50_224.yaml"),
                         [](const auto& info) {
                           const std::string name = info.param;
                           return name.substr(0, name.find('.'));
                         });

}  // namespace
}  // namespace npusim
