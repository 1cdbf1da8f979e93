// SPDX-License-Identifier: Apache-2.0
// What lies where in the memories, told from the instructions alone: which tensor, whose weights.
// Instructions are taken in program order, which is one that a Program without races may run in
// (the compiler posts every semaphore before its wait).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/isa/interval_map.h"
#include "sim/isa/program.h"
#include "sim/isa/regions.h"

namespace npusim::isa {

/// What the image holds, by the instructions that read it.
enum class Parameter : std::uint8_t {
  weights,
  biases,
  requantization,
  channel_shifts,
  channel_clamps,
  pooling,
  elementwise,
};
const char* parameter_name(Parameter parameter);  // "weights", "channel shifts", ...

/// Bytes of a layer's parameters; `layer` is that of the first image.
struct ImagePart {
  Parameter parameter = Parameter::weights;
  std::uint32_t layer = 0;
  friend bool operator==(const ImagePart& a, const ImagePart& b) {
    return a.parameter == b.parameter && a.layer == b.layer;
  }
};

/// Parameters of the image by address, as far as instructions read them.
using ImageParts = IntervalMap<ImagePart>;
ImageParts image_parts(const Program& program);

/// Bytes that an instruction reads from the weight scratchpad, and as what.
struct ParameterRead {
  Parameter parameter = Parameter::weights;
  Region region;
};
/// `pool_entries`: what the record of an average pool says that it has.
std::vector<ParameterRead> parameter_reads(const Instruction& instruction, int pool_entries);

/// The output tensor of the instruction's layer; none where the Program lacks what says it.
std::optional<std::uint32_t> output_tensor(const Program& program, std::size_t instruction);

/// What an instruction reads or writes of the activation scratchpad, by the first byte's meaning.
struct ActivationAccess {
  bool is_write = false;
  Region region;
  std::optional<std::uint32_t> tensor;
};
class Contents;
/// The accesses of instruction `index` while the memories hold `contents`: reads, then writes.
std::vector<ActivationAccess> activation_accesses(const Program& program, const Contents& contents,
                                                  std::size_t index);

/// The memories while instructions are taken one after another. Works on Programs that are not
/// verified, and then may know less.
class Contents {
 public:
  explicit Contents(const Program& program);

  /// Takes the next instruction, `index`.
  void take(std::size_t index);

  /// The tensor whose element lies there.
  std::optional<std::uint32_t> tensor_at(Space space, std::uint64_t address) const;

  /// visit(begin, end): the addresses of the image that these bytes of the weight scratchpad were
  /// loaded from, in ascending order of scratchpad addresses.
  template <typename Visit>
  void visit_image_addresses(const Region& region, Visit visit) const {
    if (region.empty()) return;
    loaded_.visit(region.address, region.end(),
                  [&](std::uint64_t begin, std::uint64_t end, std::uint64_t image_minus_local) {
                    visit(begin + image_minus_local, end + image_minus_local);
                  });
  }

 private:
  struct Piece {
    Region region;
    std::uint32_t tensor = 0;
  };
  void put(Space space, const Region& region, std::optional<std::uint32_t> tensor,
           bool in_place = false);
  void load_weights(const Dma& f);
  IntervalMap<Piece>& tensors(Space space) { return space == Space::dram ? dram_ : activations_; }

  const Program& program_;
  IntervalMap<Piece> dram_, activations_;
  IntervalMap<std::uint64_t> loaded_;  // by address in the weight scratchpad
};

}  // namespace npusim::isa
