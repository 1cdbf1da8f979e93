// SPDX-License-Identifier: Apache-2.0
// The MAC array's and the weight loader's state machines (docs/timing-model.md, section 6). The
// registers that they drive are in pe_array.h.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "tests/registers/feeder.h"
#include "tests/registers/port.h"
#include "tests/registers/unit.h"

namespace npusim::registers {

/// What reaches the array's registers in a cycle.
struct ArrayInput {
  bool swaps = false;
  std::int64_t swap_fold = 0;
  Wave wave;
  std::vector<std::int8_t> x;
};

/// What reaches them from the load bus, and what is posted with it.
struct LoadInput {
  LoadRow row;
  bool fills_shadow = false;
  std::optional<std::size_t> finishes;
};

class MacArray : public Unit {
 public:
  MacArray(const sc_core::sc_module_name& name, Context& context, Clock& clock,
           Semaphores& semaphores, Port& activations);

  PeArray& pes() { return pes_; }
  /// High in the cycle of a swap that frees the shadow registers at once.
  sc_core::sc_signal<bool> frees_shadow;

 private:
  struct InArray {
    std::size_t instruction;
    bool output_stationary;
    bool left;  // all of its sums are in the accumulators
  };
  void on_request() override;
  std::optional<stats::Activity> on_control() override;
  void on_data() override;
  bool is_free() const override { return !active_; }
  void start(std::size_t instruction) override;
  FoldWork next_work() const;
  bool waits_for_sums(const FoldWork& work) const;
  void begin_fold(const FoldWork& work);
  std::optional<stats::Activity> work();
  stats::Activity feed();
  ArrayInput& array_input() { return context_.decodes_activations() ? decoding_ : arriving_; }
  bool drains_a_tile() const;
  void leave(bool output_stationary);

  Port& port_;
  PeArray pes_;
  bool active_ = false;
  const isa::Matmul* fields_ = nullptr;
  std::int64_t k_ = 0, tile_ = 0;     // the next fold's first k and pixel
  bool begins_ = false;               // a fold begins in this cycle
  bool drains_ = false;               // it may not: earlier sums are in the way, or not back
  std::unique_ptr<Feeder> feeder_;    // of the fold that streams
  FoldWork work_;                     // likewise
  std::int64_t entered_ = 0;          // in that fold
  std::int64_t sums_back_cycle_ = 0;  // from then on a fold may go on with the sums of the last one
  std::int64_t tile_end_cycle_ = -1;  // of the last output stationary tile; -1: none
  std::int64_t folds_ = 0;            // begun since reset
  std::int64_t waves_ = 0;
  std::deque<InArray> in_array_;  // instructions that are not done
  Wave wave_;
  std::vector<std::int8_t> x_;
  ArrayInput decoding_, arriving_;  // read in the cycle before; in this cycle
};

class WeightLoader : public Unit {
 public:
  WeightLoader(const sc_core::sc_module_name& name, Context& context, Clock& clock,
               Semaphores& semaphores, Port& weights, MacArray& array);

 private:
  void on_request() override;
  std::optional<stats::Activity> on_control() override;
  bool is_free() const override { return !active_; }
  void start(std::size_t instruction) override;
  void begin_fold();
  std::int64_t fold_rows() const;
  void next_fold();
  std::optional<stats::Activity> work();
  void access();
  void load_weights(LoadRow& row, std::int64_t access);

  Port& port_;
  MacArray& array_;
  bool active_ = false;
  bool begins_ = false;      // a fold's stream begins in this cycle
  bool loads_bias_ = false;  // with the fold
  std::size_t instruction_ = 0;
  const isa::Preload* fields_ = nullptr;
  std::int64_t k_ = 0, tile_ = 0;                  // the fold's first k and pixel
  std::int64_t accesses_ = 0, accesses_left_ = 0;  // of the fold
  std::uint64_t address_ = 0;                      // of the fold's weights
  std::int64_t folds_ = 0;                         // begun since reset
  LoadInput decoding_, arriving_;                  // read in the cycle before; in this cycle
};

}  // namespace npusim::registers
