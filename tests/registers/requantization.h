// SPDX-License-Identifier: Apache-2.0
// The requantization lanes (docs/timing-model.md, section 7).
#pragma once

#include <deque>
#include <utility>
#include <vector>

#include "tests/registers/lane.h"
#include "tests/registers/parameter_stream.h"
#include "tests/registers/pe_array.h"
#include "tests/registers/port.h"
#include "tests/registers/unit.h"

namespace npusim::registers {

class Requantization : public Unit {
 public:
  Requantization(const sc_core::sc_module_name& name, Context& context, Clock& clock,
                 Semaphores& semaphores, Port& weights, Port& activations, const PeArray& array);

 private:
  void on_request() override;
  std::optional<stats::Activity> on_control() override;
  bool is_free() const override { return !active_; }
  void start(std::size_t instruction) override;
  void load_parameters();
  void begin_group();
  void access();
  LaneValue lane_value(std::int64_t pixel, std::int64_t column) const;
  bool decodes() const;
  bool wants_rows() const;

  Port& weights_;
  Port& activations_;
  const PeArray& array_;
  bool active_ = false;
  std::size_t instruction_ = 0;
  const isa::Requantize* fields_ = nullptr;
  ParameterStream parameters_;
  std::int64_t parameters_there_ = 0;             // from this cycle on
  std::size_t shifts_at_ = 0, clamps_at_ = 0;     // in the parameter registers
  std::uint64_t shift_entry_ = 0;                 // of column 0
  std::int64_t group_begin_ = 0, group_end_ = 0;  // rows of the instruction
  std::int64_t next_value_ = 0;                   // of the group
  std::int64_t accesses_left_ = 0;                // of the group
  LanePipeline pipeline_;
  std::vector<LaneValue> entering_;
  std::deque<std::pair<std::int64_t, std::size_t>> in_pipeline_;  // done cycle, instruction
};

}  // namespace npusim::registers
