// SPDX-License-Identifier: Apache-2.0
// The vector unit (docs/timing-model.md, section 8): for each chunk of lanes of an output pixel the
// reads of its cells and operands, then the write.
#pragma once

#include <deque>
#include <utility>
#include <vector>

#include "tests/registers/parameter_stream.h"
#include "tests/registers/port.h"
#include "tests/registers/unit.h"

namespace npusim::registers {

class VectorUnit : public Unit {
 public:
  VectorUnit(const sc_core::sc_module_name& name, Context& context, Clock& clock,
             Semaphores& semaphores, Port& weights, Port& activations);

 private:
  /// One of a chunk's accesses, `accesses_left` times.
  struct Access {
    enum class Kind : std::uint8_t { cell, operand_a, operand_b, result } kind;
    std::int64_t address;
    std::int64_t accesses_left;
  };
  struct Written {
    std::int64_t address;
    std::vector<std::int8_t> codes;
  };

  void on_request() override;
  std::optional<stats::Activity> on_control() override;
  bool is_free() const override { return !active_; }
  void start(std::size_t instruction) override;
  bool decodes() const;
  void start_pool();
  void start_elementwise();
  void begin_chunk();
  void pool_accesses();
  void elementwise_accesses();
  void access();
  void next_chunk();
  void read(const Access& access);
  std::int8_t code(std::size_t lane) const;
  std::int8_t pooled(std::size_t lane) const;
  void move_pipeline();

  Port& weights_;
  Port& activations_;
  bool active_ = false;
  std::size_t instruction_ = 0;
  const isa::Pool* pool_ = nullptr;  // one of the two
  const isa::Elementwise* elementwise_ = nullptr;
  ParameterStream parameters_;
  std::int64_t parameters_there_ = 0;  // from this cycle on
  std::int64_t pixels_ = 0, channels_ = 0;
  std::int64_t pixel_ = 0, channel_ = 0;  // the chunk's
  std::int64_t chunk_channels_ = 0;
  bool streaming_ = false;  // chunks are left
  std::deque<Access> accesses_;
  std::int64_t cells_ = 0;                     // real ones of the window
  std::vector<std::int64_t> sums_;             // per lane
  std::vector<std::int8_t> largest_, a_, b_;   // per lane; b_: per channel where broadcast
  std::int64_t depth_;                         // of the pipeline, with the decoder
  std::deque<std::vector<Written>> pipeline_;  // what was written into it, by cycle
  std::vector<Written> entering_;
  std::int64_t drain_cycles_left_ = 0;
};

}  // namespace npusim::registers
