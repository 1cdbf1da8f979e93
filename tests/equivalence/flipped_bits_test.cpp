// SPDX-License-Identifier: Apache-2.0
// Flipped bits of every kind: graph executor, interpreter and SystemC machine agree tensor by
// tensor, on drawn networks and machines.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "frontend/compile/compile.h"
#include "frontend/execute/plain_integer_executor.h"
#include "frontend/flips/flipped_executor.h"
#include "frontend/flips/flipped_layer.h"
#include "frontend/flips/flipped_program.h"
#include "frontend/flips/interval.h"
#include "frontend/flips/protected_words.h"
#include "frontend/flips/spaces.h"
#include "sim/base/errors.h"
#include "sim/faults/draw.h"
#include "sim/functional/interpreter.h"
#include "sim/model/observer.h"
#include "sim/model/simulate.h"
#include "tests/support/quantized_graphs.h"
#include "tests/support/random_network.h"
#include "tests/support/readings.h"

namespace npusim {
namespace {

using faults::FaultKind;
using faults::FaultSite;
using Sites = std::vector<FaultSite>;

#ifdef NPUSIM_SANITIZED_TESTS
constexpr std::uint64_t kCases = 12;
#else
constexpr std::uint64_t kCases = 36;
#endif

config::HardwareConfig hardware_of(std::uint64_t seed, std::int64_t scale) {
  config::HardwareConfig hardware = test::random_hardware(seed, scale);
  hardware.mac_array.accumulator_bits = std::vector<std::int64_t>{32, 20, 13}[seed % 3];
  hardware.mac_array.accumulator =
      seed % 6 < 3 ? config::AccumulatorOverflow::wrap : config::AccumulatorOverflow::saturate;
  if (hardware.mac_array.accumulator_bits == 32)
    hardware.mac_array.accumulator = config::AccumulatorOverflow::guaranteed;
  return hardware;
}

graph::QuantizedGraph graph_of(std::uint64_t seed) {
  const config::HardwareConfig hardware = hardware_of(seed, 1);
  const std::vector<std::string> schemes = {"shift_scaler", "per_layer", "per_channel"};
  test::QuantizedGraphOptions options;
  options.scheme = schemes[seed / 2 % schemes.size()];
  options.field_bits = static_cast<std::int32_t>(seed / 3 % 4 + 1);
  options.multiplier_bits = static_cast<std::int32_t>(hardware.requantization.multiplier_bits);
  options.shift_before_multiply =
      hardware.requantization.placement == config::ShifterPlacement::pre_multiply;
  options.draws_widths = seed % 2 == 1;
  options.gate_may_be_first = false;
  options.map_factor = static_cast<std::int64_t>(seed % 3) + 1;
  options.channel_factor = static_cast<std::int64_t>(seed / 2 % 4) + 1;
  graph::QuantizedGraph graph = test::random_quantized_graph(seed, options);
  graph.accumulator = {static_cast<std::int32_t>(hardware.mac_array.accumulator_bits),
                       compile::overflow_of(hardware.mac_array.accumulator)};
  return graph;
}

/// For the machine of the seed, its scratchpads doubled until the network fits.
isa::Program program_of(std::uint64_t seed, const graph::QuantizedGraph& graph) {
  for (std::int64_t scale = 1;; scale *= 2) {
    try {
      return compile::compile(graph, hardware_of(seed, scale), {});
    } catch (const base::InputError&) {
      if (scale > 4096) throw;
    }
  }
}

/// About three flips of each kind, and of parameters in each field of each layer with few bits.
void draw_sites(std::uint64_t seed, const graph::QuantizedGraph& graph, Sites& stored,
                Sites& passing) {
  for (std::size_t k = 0; k < config::kFaultKinds; ++k) {
    const auto kind = static_cast<FaultKind>(k);
    const auto spaces = flips::spaces_of(graph, kind);
    std::int64_t bits = 0;
    for (const faults::FaultSpace& space : spaces) bits += space.bits();
    for (const faults::FaultSpace& space : spaces) {
      const double rate = kind == FaultKind::parameters
                              ? 1.0 / static_cast<double>(space.bits())
                              : std::min(1.0, 3.0 / static_cast<double>(bits));
      const faults::DrawKey key{static_cast<std::int64_t>(seed), rate, 0, -1};
      faults::draw(space, faults::Gaps(rate), faults::draws_for(key, space),
                   config::is_stored(kind) ? stored : passing);
    }
  }
}

using Tensors = std::map<std::string, std::vector<std::int8_t>>;

/// Names of the tensors that are not those of the graph executor.
class Difference : public model::Observer {
 public:
  Difference(const isa::Program& program, const Tensors& wanted)
      : program_(program), wanted_(wanted) {}

  void hear(std::size_t tensor, const std::vector<std::int8_t>& values) {
    const std::string& name = program_.tensors.at(tensor).name;
    if (wanted_.at(name) != values) names_.push_back(name);
    ++heard_;
  }
  void on_tensor(std::size_t tensor, const std::uint8_t* data, std::size_t bytes,
                 std::int64_t /*cycle*/) override {
    const auto* codes = reinterpret_cast<const std::int8_t*>(data);
    hear(tensor, {codes, codes + bytes});
  }
  std::vector<std::string> names() const {
    return heard_ == wanted_.size() ? names_ : std::vector<std::string>{"a tensor is missing"};
  }

 private:
  const isa::Program& program_;
  const Tensors& wanted_;
  std::vector<std::string> names_;
  std::size_t heard_ = 0;
};

std::vector<std::string> differing_in_interpreter(const isa::Program& program,
                                                  const faults::PassingFlips& passing,
                                                  const Tensors& wanted,
                                                  const std::vector<std::vector<std::int8_t>>& in) {
  Difference difference(program, wanted);
  functional::Interpreter interpreter(program, &passing);
  interpreter.set_observer([&](std::uint32_t tensor, const std::vector<std::int8_t>& values) {
    difference.hear(tensor, values);
  });
  interpreter.start(in);
  while (interpreter.step()) {
  }
  return difference.names();
}

std::vector<std::string> differing_in_machine(const isa::Program& program,
                                              const faults::PassingFlips& passing,
                                              const Tensors& wanted,
                                              const std::vector<std::vector<std::int8_t>>& in) {
  Difference difference(program, wanted);
  model::SimulationOptions options;
  options.observer = &difference;
  options.verified = true;
  options.flips = &passing;
  model::simulate(program, in, options);
  return difference.names();
}

Tensors tensors_of(flips::FlippedExecutor& executor, const std::vector<std::int8_t>& input,
                   const Sites& passing) {
  Tensors tensors;
  executor.run(input.data(), passing,
               [&](graph::NodeId node, const std::int8_t* values, std::int64_t count) {
                 tensors[executor.graph().node(node).name].assign(values, values + count);
               });
  return tensors;
}

class FlippedBits : public testing::TestWithParam<std::uint64_t> {};

TEST_P(FlippedBits, ExecutorInterpreterAndMachineAgree) {
  const std::uint64_t seed = GetParam();
  const graph::QuantizedGraph graph = graph_of(seed);
  const isa::Program program = program_of(seed, graph);
  const flips::ProgramSites sites(program, graph);
  std::vector<std::vector<std::int8_t>> inputs;
  std::vector<std::int8_t> input;
  for (const std::uint32_t tensor : program.inputs) {
    inputs.push_back(test::random_codes(seed + tensor, program.tensors[tensor].elements()));
    input.insert(input.end(), inputs.back().begin(), inputs.back().end());
  }
  Sites stored;
  Sites passing;
  draw_sites(seed, graph, stored, passing);
  ASSERT_FALSE(stored.empty() || passing.empty());

  for (const Sites& all : {stored, passing}) {
    for (const FaultSite& site : all) {
      const flips::InstructionElement at = sites.instruction_of(site);
      FaultSite asked = site;
      asked.element = asked.layer = -1;
      EXPECT_EQ(sites.site_of(asked, at), site) << "instruction " << at.instruction;
    }
  }

  flips::FlippedExecutor executor(graph, seed % 2 == 0);
  const Tensors untouched = tensors_of(executor, input, {});
  executor.set_stored(stored);
  const Tensors wanted = tensors_of(executor, input, passing);
  EXPECT_NE(wanted, untouched);

  const isa::Program flipped = sites.flipped(stored);
  const faults::PassingFlips flips = sites.passing(passing);
  EXPECT_EQ(flips.accumulators().size() + flips.activations().size(), passing.size());
  EXPECT_EQ(differing_in_interpreter(flipped, flips, wanted, inputs), std::vector<std::string>{});
  EXPECT_EQ(differing_in_machine(flipped, flips, wanted, inputs), std::vector<std::string>{});
}

INSTANTIATE_TEST_SUITE_P(Seeds, FlippedBits, testing::Range<std::uint64_t>(0, test::draws(kCases)));

// Where no word has two flips, SECDED leaves none of them, and parity tells of every word and
// leaves all. Where every bit of a word flips, as many as it has, both let flips through.
TEST(ProtectedWords, SingleFlipsAreCorrectedOrDetected) {
  const graph::QuantizedGraph graph = graph_of(3);
  for (const auto protection : {config::Protection::parity, config::Protection::secded}) {
    isa::Program program = program_of(3, graph);
    program.hardware.weight_scratchpad.protection = protection;
    program.hardware.activation_scratchpad.protection = protection;
    const flips::ProgramSites sites(program, graph);
    const flips::ProtectedWords words(graph, sites, program.hardware);
    EXPECT_FALSE(words.protects(FaultKind::accumulators));
    for (const FaultKind kind :
         {FaultKind::weights, FaultKind::shift_fields, FaultKind::activations}) {
      ASSERT_TRUE(words.protects(kind));
      const auto spaces = flips::spaces_of(graph, kind);
      if (spaces.empty()) continue;
      const faults::DrawKey key{1, 0, 0, -1};
      const Sites one = {spaces.back().site(spaces.back().bits() - 1)};
      const flips::DrawnFlips read = words.read(spaces, one, faults::Gaps(0), key);
      const bool is_parity = protection == config::Protection::parity;
      EXPECT_EQ(read.sites, is_parity ? one : Sites{});
      EXPECT_EQ(read.detected, is_parity ? 1 : 0);
      EXPECT_EQ(read.corrected, is_parity ? 0 : 1);
      // Check bits alone, all of them: no data bit was wrong before.
      const flips::DrawnFlips checks = words.read(spaces, {}, faults::Gaps(1), {1, 1.0, 0, -1});
      EXPECT_GT(checks.detected + checks.corrected, 0);
      EXPECT_TRUE(!is_parity || checks.sites.empty());
    }
  }
}

TEST(Interval, IsStudentsAndStratified) {
  const flips::Interval one = flips::interval_of(std::vector<double>{1, 2, 3, 4});
  EXPECT_DOUBLE_EQ(one.mean, 2.5);
  // s = 1.29099, t of 3 degrees of freedom 3.18245
  EXPECT_NEAR(*one.high - one.mean, 3.18245 * 1.2909944 / 2, 1e-5);
  EXPECT_NEAR(one.mean - *one.low, 3.18245 * 1.2909944 / 2, 1e-5);
  EXPECT_FALSE(flips::interval_of(std::vector<double>{1}).low.has_value());
  const flips::Interval two =
      flips::interval_of(std::vector<flips::Stratum>{{0.75, {1, 2, 3}}, {0.25, {10, 12}}});
  EXPECT_DOUBLE_EQ(two.mean, 0.75 * 2 + 0.25 * 11);
  // Variances 1 / 3 and 2 / 2 of the means, weighted; t of 3 degrees of freedom.
  EXPECT_NEAR(*two.high - two.mean, 3.18245 * std::sqrt(0.5625 / 3 + 0.0625), 1e-5);
}

}  // namespace
}  // namespace npusim
