// SPDX-License-Identifier: Apache-2.0
// Other memories behind the machine's TLM-2.0 socket (docs/another-memory.md): one that does what
// the flat model does, one that answers out of order, a loosely timed one, and broken ones.
#include <gtest/gtest.h>

#include "frontend/compile/pipeline.h"
#include "sim/base/errors.h"
#include "sim/config/run_config.h"
#include "sim/model/simulate.h"
#include "tests/support/drawn_programs.h"
#include "tests/support/support.h"
#include "tests/timing/program_builder.h"
#include "tests/tlm/flat_memory.h"
#include "tests/tlm/my_memory.h"  // out of docs/another-memory.md
#include "tests/tlm/two_banks_memory.h"

namespace npusim::test {
namespace {

using model::SimulationOptions;
using model::SimulationResult;

isa::Program embedded_network() {
  const config::RunConfig run =
      config::read_run_config((source_dir() / "workloads/mobilenet.yaml").string(), {}, {},
                              {{source_dir() / "workloads"}, {source_dir() / "configs"}});
  compile::Pipeline pipeline(run, 2);
  return pipeline.program("shift_scaler");
}

model::ExternalMemoryFactory flat_memory(const isa::Program& program) {
  return [&program] {
    return std::make_unique<FlatMemory>("memory", program.hardware, program.dram_bytes);
  };
}

SimulationResult timed(const isa::Program& program,
                       const model::ExternalMemoryFactory& memory = nullptr) {
  SimulationOptions options;
  options.timing_only = true;
  options.memory = memory;
  return model::simulate(program, {}, options);
}

void expect_same_timing(const SimulationResult& a, const SimulationResult& b) {
  EXPECT_EQ(a.total_cycles, b.total_cycles);
  ASSERT_EQ(a.units.size(), b.units.size());
  for (std::size_t u = 0; u < a.units.size(); ++u) {
    for (std::size_t i = 0; i < stats::kActivities; ++i) {
      const auto activity = static_cast<stats::Activity>(i);
      EXPECT_EQ(a.units[u].cycles[activity], b.units[u].cycles[activity]) << a.units[u].name;
    }
  }
  for (std::size_t l = 0; l < a.layers.size(); ++l) {
    EXPECT_EQ(a.layers[l].cycles, b.layers[l].cycles);
  }
  EXPECT_EQ(a.dram.bursts, b.dram.bursts);
  EXPECT_EQ(a.dram.bus_busy_cycles, b.dram.bus_busy_cycles);
  EXPECT_EQ(a.statistics.flatten().at("npu.dram.dma_in_bytes").value,
            b.statistics.flatten().at("npu.dram.dma_in_bytes").value);
}

TEST(FlatMemory, GivesTheCyclesOfTheFlatModelOnTheEmbeddedNetwork) {
  const isa::Program program = embedded_network();
  const SimulationResult outside = timed(program, flat_memory(program));
  EXPECT_GT(outside.dram.bursts, 1000);
  expect_same_timing(timed(program), outside);
}

TEST(FlatMemory, GivesTheCyclesOfTheFlatModelOnDrawnMachines) {
  std::int64_t cases = 0;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    isa::Program program = drawn_program(seed);
    std::mt19937 random(static_cast<std::uint32_t>(seed));
    draw_timing(program.hardware, random);
    constexpr std::int64_t kClocks[] = {500'000'000, 1'000'000'000, 1'250'000'000, 2'000'000'000};
    program.hardware.clock_hz = kClocks[seed % 4];
    SCOPED_TRACE(seed);
    expect_same_timing(timed(program), timed(program, flat_memory(program)));
    ++cases;
  }
  EXPECT_EQ(cases, 12);
}

isa::Dma dma(std::uint64_t dram, std::uint32_t local, std::uint32_t bytes) {
  isa::Dma d;
  d.dram_address = dram;
  d.local_address = local;
  d.bytes = bytes;
  return d;
}

sc_core::sc_time ns(double time) { return {time, sc_core::SC_NS}; }

TEST(TwoBanksMemory, AnswersOutOfOrder) {
  ProgramBuilder b;
  b.load(dma(0, 0, 16));      // bank 0: slow
  b.load(dma(256, 16, 16));   // bank 1: quick
  b.store(dma(16, 64, 16));   // bank 0
  b.store(dma(272, 80, 16));  // bank 1
  const isa::Program program = b.finish();
  Timeline timeline;
  SimulationOptions options;
  options.timing_only = true;
  options.observer = &timeline;
  TwoBanksMemory* made = nullptr;
  std::int64_t overtaken = 0;
  options.memory = [&] {
    class Watched : public TwoBanksMemory {
     public:
      explicit Watched(std::int64_t& count)
          : TwoBanksMemory("memory", 256, {ns(30), ns(4.25)}), count_(count) {}
      ~Watched() override { count_ = overtaken(); }

     private:
      std::int64_t& count_;
    };
    auto memory = std::make_unique<Watched>(overtaken);
    made = memory.get();
    return memory;
  };
  model::simulate(program, {}, options);
  EXPECT_NE(made, nullptr);
  // Fetch at 4096, bank 0: asked for in 1, there in 31; the first instruction starts in 32, its
  // burst is visible in 33, the second one's in 34. 34 + 4.25 counts from 39 on.
  EXPECT_EQ(timeline.start.at(0), 32);
  std::map<std::uint64_t, std::int64_t> complete;
  for (const model::DramBurst& burst : timeline.bursts)
    complete[burst.address] = burst.complete_cycle;
  EXPECT_EQ(complete.at(0), 33 + 30);
  EXPECT_EQ(complete.at(256), 39);
  // Written behind the first one all the same.
  EXPECT_EQ(timeline.done.at(0), 63 + 2);
  EXPECT_EQ(timeline.done.at(1), 65 + 2);
  // The stores start in 34, are read in 34-35 and 36-37, asked for in 36 and 38.
  EXPECT_EQ(complete.at(16), 63 + 30);
  EXPECT_EQ(complete.at(272), 43);  // 38.25 + 4.25 = 42.5
  EXPECT_EQ(timeline.done.at(2), 93);
  EXPECT_EQ(timeline.done.at(3), 93);
  EXPECT_EQ(overtaken, 3);  // these two, and the second fetch the first
}

TEST(TwoBanksMemory, ValuesAreWhatTheyWere) {
  const isa::Program program = drawn_program(3);
  std::vector<std::vector<std::int8_t>> inputs;
  for (const std::size_t input : program.inputs) {
    std::vector<std::int8_t>& codes = inputs.emplace_back();
    const auto size = static_cast<std::size_t>(program.tensors[input].elements());
    for (std::size_t i = 0; i < size; ++i) codes.push_back(static_cast<std::int8_t>(i * 37 % 251));
  }
  isa::Program real_time = program;
  real_time.hardware.clock_hz = 1'000'000'000;
  const SimulationResult inside = model::simulate(real_time, inputs);
  SimulationOptions options;
  options.memory = [] {
    return std::make_unique<TwoBanksMemory>("memory", 64, std::array{ns(90.5), ns(3)});
  };
  const SimulationResult outside = model::simulate(real_time, inputs, options);
  EXPECT_EQ(inside.outputs, outside.outputs);
  EXPECT_NE(inside.total_cycles, outside.total_cycles);
}

/// Loosely timed: one call, so long.
class BlockingMemory : public sc_core::sc_module, public model::ExternalMemory {
 public:
  BlockingMemory(const sc_core::sc_module_name& name, const sc_core::sc_time& latency)
      : sc_module(name), socket_("socket"), latency_(latency) {
    socket_.register_b_transport(this, &BlockingMemory::b_transport);
  }
  TargetSocket& socket() override { return socket_; }

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    wait(latency_ / 2);
    delay += latency_ / 2;
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }
  tlm_utils::simple_target_socket<BlockingMemory> socket_;
  sc_core::sc_time latency_;
};

/// The cycles in which 128 bytes of instructions and three bursts are complete.
std::vector<std::int64_t> completes_behind(const model::ExternalMemoryFactory& memory) {
  ProgramBuilder b;
  b.load(dma(0, 0, 48));
  SimulationOptions options;
  Timeline timeline;
  options.timing_only = true;
  options.observer = &timeline;
  options.memory = memory;
  model::simulate(b.finish(), {}, options);
  std::vector<std::int64_t> complete;
  for (const model::DramBurst& burst : timeline.bursts) complete.push_back(burst.complete_cycle);
  return complete;
}

TEST(BlockingMemory, BehindTheStandardsAdapter) {
#ifdef NPUSIM_SANITIZED_TESTS
  GTEST_SKIP() << "SystemC leaks the threads of the adapter with their kernel";
#endif
  // The fetch is asked for in 1 and there in 13, the first instruction starts in 14. Its bursts are
  // visible in 15, 16, 17; each next one is asked for when the one before has been answered.
  EXPECT_EQ(completes_behind([] { return std::make_unique<BlockingMemory>("memory", ns(12)); }),
            (std::vector<std::int64_t>{13, 27, 39, 51}));
}

/// Has the answer in the call, and a clock of its own that never rests.
class QuickMemory : public sc_core::sc_module, public model::ExternalMemory {
 public:
  QuickMemory(const sc_core::sc_module_name& name, const sc_core::sc_time& latency,
              tlm::tlm_response_status status = tlm::TLM_OK_RESPONSE)
      : sc_module(name),
        socket_("socket"),
        clock_("clock", ns(0.7)),
        latency_(latency),
        status_(status) {
    socket_.register_nb_transport_fw(this, &QuickMemory::nb_transport_fw);
  }
  TargetSocket& socket() override { return socket_; }

 private:
  tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& /*phase*/,
                                     sc_core::sc_time& delay) {
    delay += latency_;
    payload.set_response_status(status_);
    return tlm::TLM_COMPLETED;
  }
  tlm_utils::simple_target_socket<QuickMemory> socket_;
  sc_core::sc_clock clock_;
  sc_core::sc_time latency_;
  tlm::tlm_response_status status_;
};

TEST(QuickMemory, AnnotatedDelaysAreKept) {
  EXPECT_EQ(completes_behind([] { return std::make_unique<QuickMemory>("memory", ns(11.5)); }),
            (std::vector<std::int64_t>{13, 27, 39, 51}));
}

TEST(MyMemory, IsWhatThePageSays) {
#ifdef NPUSIM_SANITIZED_TESTS
  GTEST_SKIP() << "SystemC leaks the threads of the adapter with their kernel";
#endif
  ProgramBuilder b;
  b.load(dma(0, 0, 48));
  // 40 cycles each, one at a time: the fetch is asked for in 1 and there in 41. The instruction
  // starts in 42, its bursts are there in 43 + 40, 123 and 163, and the last one's 16 bytes are two
  // accesses.
  const SimulationResult result = simulate_with_mine(b.finish(), {});
  EXPECT_EQ(result.dram.bursts, 4);
  EXPECT_EQ(result.total_cycles, 43 + 3 * 40 + 2);
}

/// Takes every request and forgets it.
class SilentMemory : public sc_core::sc_module, public model::ExternalMemory {
 public:
  explicit SilentMemory(const sc_core::sc_module_name& name) : sc_module(name), socket_("socket") {
    socket_.register_nb_transport_fw(this, &SilentMemory::nb_transport_fw);
  }
  TargetSocket& socket() override { return socket_; }

 private:
  tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload& /*payload*/, tlm::tlm_phase& phase,
                                     sc_core::sc_time& /*delay*/) {
    phase = tlm::END_REQ;
    return tlm::TLM_UPDATED;
  }
  tlm_utils::simple_target_socket<SilentMemory> socket_;
};

std::string failure_of(const isa::Program& program, const model::ExternalMemoryFactory& memory) {
  try {
    timed(program, memory);
  } catch (const base::SimulationError& error) {
    return error.what();
  } catch (const base::InputError& error) {
    return error.messages().at(0);
  }
  return "";
}

TEST(BrokenMemory, IsToldNotWaitedFor) {
  ProgramBuilder b;
  b.load(dma(0, 0, 48));
  isa::Program program = b.finish();
  const std::string silent =
      failure_of(program, [] { return std::make_unique<SilentMemory>("memory"); });
  EXPECT_NE(silent.find("deadlock"), std::string::npos) << silent;
  EXPECT_NE(silent.find("1 bursts behind the TLM-2.0 socket have no answer"), std::string::npos)
      << silent;
  const std::string refused = failure_of(program, [] {
    return std::make_unique<QuickMemory>("memory", ns(1), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  });
  EXPECT_EQ(refused,
            "TLM-2.0 memory: read of 128 bytes at 4096 for command_processor: got "
            "TLM_ADDRESS_ERROR_RESPONSE, must be TLM_OK_RESPONSE");
  program.hardware.clock_hz = 1'200'000'000;
  EXPECT_NE(failure_of(program, [] { return std::make_unique<SilentMemory>("memory"); })
                .find("clock_hz: got 1200000000, must be a divisor of 10^15"),
            std::string::npos);
}

TEST(BrokenMemory, ACycleLimitHoldsWithAClockThatNeverRests) {
  ProgramBuilder b;
  b.load(dma(0, 0, 48));
  SimulationOptions options;
  options.timing_only = true;
  options.cycle_limit = 20;
  options.memory = [] { return std::make_unique<QuickMemory>("memory", ns(1e6)); };
  EXPECT_THROW(model::simulate(b.finish(), {}, options), base::SimulationError);
}

}  // namespace
}  // namespace npusim::test
