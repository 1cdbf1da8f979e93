// SPDX-License-Identifier: Apache-2.0
// Transfers of hundreds of bursts on the whole machine: what a run of them costs in one step
// (nobody observes) against every burst as an event (somebody does), cycles and all counters.
#include <gtest/gtest.h>

#include <random>

#include "tests/timing/program_builder.h"

namespace npusim::test {
namespace {

class Drawn {
 public:
  explicit Drawn(std::uint32_t seed) : random_(seed) {}

  isa::Program program() {
    ProgramBuilder b(hardware());
    b.image(std::vector<std::uint8_t>(kBytes));
    const std::uint32_t semaphore = b.semaphore(isa::Unit::dma_in, isa::Unit::dma_out);
    for (std::int64_t i = draw(3, 7); i > 0; --i) {
      switch (draw(0, 5)) {
        case 0:  // a store that begins when a load is done
          b.load(transfer(1), 0, semaphore);
          b.store(transfer(2), semaphore);
          break;
        case 1:
          b.load(transfer(1));
          break;
        case 2:
          b.load_weights(transfer(0));
          break;
        default:
          b.store(transfer(2));
          break;
      }
    }
    isa::Program program = b.finish();
    program.dram_bytes = 3 * kBytes;
    return program;
  }

 private:
  static constexpr std::int64_t kBytes =
      32'768;  // of each scratchpad, and of each part of the DRAM

  std::int64_t draw(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
  }

  config::HardwareConfig hardware() {
    config::HardwareConfig h = small_hardware();
    h.command_processor.fetch_bytes = std::int64_t{64} << draw(0, 4);
    h.dma.burst_bytes = std::int64_t{16} << draw(0, 2);
    h.dma.outstanding_requests = draw(0, 3) == 0 ? draw(5, 16) : draw(1, 4);
    h.dram.bandwidth_bytes_per_second = 1'000'000'000 * draw(2, 40);
    h.dram.read_latency_ns = draw(0, 60);
    h.dram.write_latency_ns = draw(0, 1) == 0 ? draw(0, 8) : draw(20, 90);
    h.activation_scratchpad.bytes = kBytes;
    h.activation_scratchpad.ports = draw(1, 3);
    h.activation_scratchpad.banks = std::int64_t{1} << draw(0, 3);
    h.weight_scratchpad.bytes = kBytes;
    return h;
  }

  // Whole bursts more often than not, in one row or several.
  isa::Dma transfer(std::uint64_t part) {
    isa::Dma d = dma(part * kBytes, 0, static_cast<std::uint32_t>(draw(3000, 20'000)));
    if (draw(0, 1) == 0) d.bytes -= d.bytes % 64;
    if (draw(0, 2) == 0) {
      d.dram_address += static_cast<std::uint64_t>(draw(0, 100));
      d.local_address += static_cast<std::uint32_t>(draw(0, 100));
    }
    if (draw(0, 2) == 0) {
      d.count1 = static_cast<std::uint32_t>(draw(2, 6));
      d.bytes /= d.count1;
      d.dram_stride1 = d.local_stride1 = d.bytes + static_cast<std::uint32_t>(draw(0, 64));
    }
    return d;
  }

  std::mt19937 random_;
};

TEST(LongTransfers, CostTheSameWhetherTheirBurstsAreEventsOrNot) {
  for (std::uint32_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const isa::Program program = Drawn(seed).program();
    Timeline timeline;
    model::SimulationOptions options;
    options.timing_only = true;
    options.observer = &timeline;
    const stats::SimulationResult observed = model::simulate(program, {}, options);
    options.observer = nullptr;
    expect_equal(model::simulate(program, {}, options), observed, "not observed");
    EXPECT_GT(observed.dram.bursts, 100);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace npusim::test
