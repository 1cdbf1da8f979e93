// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/steady_state.h"

#include "sim/base/errors.h"
#include "sim/model/simulate.h"

namespace npusim::cli {
namespace {

constexpr std::int32_t kImages = 4;

std::int64_t stream_cycles(const isa::Program& program) {
  model::SimulationOptions options;
  options.timing_only = true;
  options.verified = true;  // by the compiler
  return model::simulate(program, {}, options).total_cycles;
}

}  // namespace

std::optional<std::int64_t> steady_state_cycles(compile::Pipeline& pipeline,
                                                const std::string& scheme,
                                                std::vector<std::string>& notes) {
  try {
    return stream_cycles(pipeline.program(scheme, kImages)) -
           stream_cycles(pipeline.program(scheme, kImages - 1));
  } catch (const base::InputError& error) {
    notes.push_back("no steady state, which takes a stream of " + std::to_string(kImages) +
                    " images: " + error.what());
    return std::nullopt;
  }
}

}  // namespace npusim::cli
