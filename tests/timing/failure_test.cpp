// SPDX-License-Identifier: Apache-2.0
// How a simulation fails, and that the next one in the process is none the worse.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "tests/timing/program_builder.h"

namespace npusim::test {
namespace {

using isa::Unit;
using testing::HasSubstr;

isa::Pool one_pixel() {
  isa::Pool pool;
  pool.out_address = 64;
  pool.pixels = 1;
  return pool;
}

std::string simulation_error(const isa::Program& program, const model::SimulationOptions& options) {
  try {
    model::simulate(program, {}, options);
  } catch (const base::SimulationError& error) {
    return error.what();
  }
  return "no error";
}

model::SimulationOptions timing_only() {
  model::SimulationOptions options;
  options.timing_only = true;
  return options;
}

TEST(Failure, DeadlockNamesWhoWaitsForWhat) {
  ProgramBuilder b;
  const std::uint32_t to_out = b.semaphore(Unit::vector, Unit::dma_out);
  const std::uint32_t to_vector = b.semaphore(Unit::dma_out, Unit::vector);
  b.pool(one_pixel(), to_vector, to_out);
  isa::Dma dma;
  dma.bytes = 16;
  b.store(dma, to_out, to_vector);
  const isa::Program program = b.finish();
  const std::string error = simulation_error(program, timing_only());
  EXPECT_THAT(error, HasSubstr("deadlock in cycle"));
  EXPECT_THAT(error, HasSubstr("vector: instruction 0 (pool, layer conv0, tile 0) waits for "
                               "semaphore 3 (s3) of dma_out"));
  EXPECT_THAT(error, HasSubstr("dma_out: instruction 1 (store_activations, layer conv0, tile 0) "
                               "waits for semaphore 2 (s2) of vector"));
  EXPECT_EQ(simulation_error(program, timing_only()), error);  // the kernel is fresh again
}

TEST(Failure, DeadlockNamesTheFullQueue) {
  config::HardwareConfig h = small_hardware();
  h.queue_depths.vector = 1;
  ProgramBuilder b(h);
  const std::uint32_t never = b.semaphore(Unit::dma_out, Unit::vector);
  b.pool(one_pixel(), never);
  b.pool(one_pixel());
  EXPECT_THAT(simulation_error(b.finish(), timing_only()),
              HasSubstr("command_processor: instruction 1 (pool) waits for room in the queue of "
                        "vector"));
}

TEST(Failure, CycleLimitIsExact) {
  ProgramBuilder b;
  b.pool(one_pixel());
  const isa::Program program = b.finish();  // 50 cycles
  model::SimulationOptions options = timing_only();
  options.cycle_limit = 50;
  EXPECT_EQ(model::simulate(program, {}, options).total_cycles, 50);
  options.cycle_limit = 49;
  EXPECT_EQ(simulation_error(program, options),
            "cycle limit: got more than 49 cycles, must be over by then");
}

TEST(Failure, InputsMustFit) {
  ProgramBuilder b;
  isa::Program program = b.finish();
  program.inputs = {0};
  program.dram_image = {};
  EXPECT_THROW(model::simulate(program, {}), base::InputError);
  EXPECT_THROW(model::simulate(program, {{1, 2}}), base::InputError);
  EXPECT_EQ(model::simulate(program, {{1}}).total_cycles, 44);
}

TEST(Failure, InvalidProgramIsRefused) {
  ProgramBuilder b;
  isa::Pool outside = one_pixel();
  outside.out_address = 4096;
  b.pool(outside);
  EXPECT_THROW(model::simulate(b.finish(), {}), base::InputError);
}

class Thrower final : public model::Observer {
 public:
  void on_instruction_start(model::UnitId, std::size_t, std::int64_t) override {
    throw std::runtime_error("enough");
  }
};

TEST(Failure, ExceptionOfTheObserverComesThrough) {
  ProgramBuilder b;
  b.pool(one_pixel());
  const isa::Program program = b.finish();
  Thrower thrower;
  model::SimulationOptions options = timing_only();
  options.observer = &thrower;
  for (int i = 0; i < 2; ++i) {
    try {
      model::simulate(program, {}, options);
      ADD_FAILURE() << "no exception";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "enough");
    }
  }
  EXPECT_EQ(model::simulate(program, {}, timing_only()).total_cycles, 50);
}

}  // namespace
}  // namespace npusim::test
