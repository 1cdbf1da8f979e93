// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "sim/base/checked.h"
#include "sim/config/hardware_reader.h"
#include "sim/isa/encoding.h"
#include "sim/isa/findings.h"
#include "sim/isa/labels.h"
#include "sim/isa/program.h"
#include "sim/isa/regions.h"
#include "sim/isa/replay.h"
#include "sim/isa/verify_images.h"
#include "sim/isa/verify_instruction.h"
#include "sim/isa/work.h"
#include "sim/isa/zeroed_array.h"

namespace npusim::isa {
namespace {

/// PRELOADs that may stand before the MATMUL of the first of them: one that executes and one in a
/// queue of depth 1. With more, the stream would stop before that MATMUL is dispatched.
constexpr std::size_t kMaxPreloadsAhead = 2;
constexpr std::int64_t kMaxExtent = std::int64_t{1} << 32;
/// Of DRAM that a Program may use: whoever executes it holds what it writes in memory.
constexpr std::uint64_t kMaxDramBytes = std::uint64_t{1} << 32;

/// Of each of a layer's counts, and of all layers together.
constexpr std::uint64_t kMaxLayersCount = std::uint64_t{1} << 56;
/// As in a run file: whoever takes a picture holds it resized.
constexpr std::int64_t kMaxPictureSide = 8192;

class Verifier {
 public:
  explicit Verifier(const Program& program) : program_(program) {}

  void run() {
    hardware();
    stream();
    semaphores();
    dram();
    tensors();
    layers();
    metadata();
    verify_images(program_, findings_);
    findings_.throw_if_any();  // the rest relies on all that
    instructions();
    findings_.throw_if_any();
    pairs();
    records();
    findings_.throw_if_any();
  }

 private:
  void hardware() { config::check_hardware(program_.hardware); }

  void stream() {
    findings_.set_place("instructions");
    const std::size_t size = program_.instructions.size();
    const auto is_end = [](const Instruction& i) { return i.opcode == Opcode::end; };
    const auto first_end =
        std::find_if(program_.instructions.begin(), program_.instructions.end(), is_end);
    const auto at = static_cast<std::size_t>(first_end - program_.instructions.begin());
    findings_.require(size > 0 && at == size - 1, "first 'end'",
                      at == size ? "none" : "instruction " + std::to_string(at),
                      "the last instruction");
    findings_.require(program_.origins.size() == size, "origins",
                      std::to_string(program_.origins.size()),
                      std::to_string(size) + ", one per instruction");
  }

  void semaphores() {
    const auto& list = program_.semaphores;
    findings_.set_place("semaphores");
    findings_.in_range("number", static_cast<std::int64_t>(list.size()), 2, kSemaphores);
    const auto is_hand_over = [](const Semaphore& s, const char* name, Unit poster, Unit waiter,
                                 std::uint32_t initial) {
      return s.name == name && s.poster == poster && s.waiter == waiter && s.initial == initial;
    };
    findings_.require(
        list.size() < 2 ||
            is_hand_over(list[0], "shadow_full", Unit::weight_loader, Unit::mac_array, 0),
        "semaphore 0", "another", "'shadow_full' from weight_loader to mac_array, initially 0");
    findings_.require(
        list.size() < 2 ||
            is_hand_over(list[1], "shadow_free", Unit::mac_array, Unit::weight_loader, 1),
        "semaphore 1", "another", "'shadow_free' from mac_array to weight_loader, initially 1");
    std::set<std::string> names;
    for (std::size_t i = 0; i < list.size(); ++i) {
      findings_.set_place("semaphore " + std::to_string(i));
      const bool is_word = !list[i].name.empty() &&
                           std::all_of(list[i].name.begin(), list[i].name.end(), [](char c) {
                             return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                    (c >= '0' && c <= '9') || c == '_';
                           });
      findings_.require(is_word, "name", "'" + list[i].name + "'", "letters, digits and '_'");
      findings_.require(names.insert(list[i].name).second, "name", "'" + list[i].name + "' again",
                        "a name of its own");
      findings_.in_range("poster", static_cast<int>(list[i].poster), 0, kUnits - 1);
      findings_.in_range("waiter", static_cast<int>(list[i].waiter), 0, kUnits - 1);
    }
  }

  void dram() {
    findings_.set_place("DRAM");
    const auto limit = static_cast<std::uint64_t>(program_.hardware.dram.bytes);
    const auto stream_bytes = static_cast<std::uint64_t>(program_.instructions_bytes());
    findings_.require(program_.dram_image.size() <= program_.dram_bytes, "dram_bytes",
                      std::to_string(program_.dram_bytes),
                      "at least the image, " + std::to_string(program_.dram_image.size()));
    findings_.require(program_.dram_bytes <= kMaxDramBytes, "dram_bytes",
                      std::to_string(program_.dram_bytes),
                      "at most " + std::to_string(kMaxDramBytes));
    findings_.require(program_.dram_bytes <= limit && stream_bytes <= limit - program_.dram_bytes,
                      "dram_bytes",
                      std::to_string(program_.dram_bytes) + " and " + std::to_string(stream_bytes) +
                          " of instructions",
                      "at most the DRAM, " + std::to_string(limit));
  }

  void tensors() {
    std::uint64_t left = kMostTensorsBytes;
    for (std::size_t i = 0; i < program_.tensors.size() && !findings_.full(); ++i) {
      findings_.set_place("tensor " + std::to_string(i) + " '" + program_.tensors[i].name + "'");
      tensor(program_.tensors[i], &left);
    }
    findings_.set_place("interface");
    all_different("inputs", program_.inputs);
    all_different("outputs", program_.outputs);
    for (const std::uint32_t input : program_.inputs) {
      if (!is_tensor("input", input)) continue;
      const TensorInfo& info = program_.tensors[input];
      findings_.require(info.memory == Memory::dram && info.complete_after == -1 &&
                            info.address >= program_.dram_image.size(),
                        "input '" + info.name + "'", "a tensor elsewhere",
                        "in DRAM behind the image, from the start");
    }
    for (const std::uint32_t output : program_.outputs) is_tensor("output", output);
  }

  void all_different(const char* key, const std::vector<std::uint32_t>& list) {
    const std::set<std::uint32_t> once(list.begin(), list.end());
    findings_.require(once.size() == list.size(), key, "a tensor twice", "different tensors");
  }

  bool is_tensor(const char* key, std::uint32_t index) {
    if (index < program_.tensors.size()) return true;
    findings_.add(key, std::to_string(index),
                  "below " + std::to_string(program_.tensors.size()) + ", the number of tensors");
    return false;
  }

  /// `left`: bytes that this tensor and those behind it may have.
  void tensor(const TensorInfo& info, std::uint64_t* left) {
    const std::size_t found = findings_.count();
    findings_.in_range("height", info.height, 1, kMaxExtent);
    findings_.in_range("width", info.width, 1, kMaxExtent);
    findings_.in_range("channels", info.channels, 1, kMaxExtent);
    findings_.in_range("type", static_cast<int>(info.type), 0, 2);
    findings_.in_range("memory", static_cast<int>(info.memory), 0, 1);
    findings_.in_range("code_bits", info.code_bits, kLeastCodeBits, kMostCodeBits);
    // 'end' is done when it is dispatched, which says nothing of the units.
    findings_.in_range("complete_after", info.complete_after, -1,
                       static_cast<std::int64_t>(program_.instructions.size()) - 2);
    findings_.require(info.scale > 0 && std::isfinite(info.scale), "scale",
                      std::to_string(info.scale), "finite and above 0");
    if (findings_.count() > found) return;
    const bool on_chip = info.memory == Memory::activation_scratchpad;
    const auto scratchpad =
        static_cast<std::uint64_t>(program_.hardware.activation_scratchpad.bytes);
    findings_.inside("bytes", tensor_region(info),
                     on_chip ? Space::activation_scratchpad : Space::dram,
                     on_chip ? scratchpad : program_.dram_bytes);
    const std::uint64_t bytes = tensor_region(info).bytes;
    findings_.require(bytes <= *left, "bytes", std::to_string(bytes),
                      "at most " + std::to_string(*left) + ": all tensors together have at most " +
                          std::to_string(kMostTensorsBytes));
    *left -= std::min(*left, bytes);
  }

  void layers() {
    std::array<std::uint64_t, 5> left;  // of each count, for this layer and those behind it
    left.fill(kMaxLayersCount);
    for (std::size_t i = 0; i < program_.layers.size() && !findings_.full(); ++i) {
      const LayerInfo& layer = program_.layers[i];
      findings_.set_place("layer " + std::to_string(i) + " '" + layer.name + "'");
      is_tensor("output_tensor", layer.output_tensor);
      const std::pair<const char*, std::int64_t> counts[] = {
          {"macs", layer.macs},
          {"weights_bytes", layer.weights_bytes},
          {"bias_bytes", layer.bias_bytes},
          {"requant_bytes", layer.requant_bytes},
          {"channel_shift_bytes", layer.channel_shift_bytes}};
      for (std::size_t c = 0; c < std::size(counts); ++c) {
        const auto& [name, value] = counts[c];
        findings_.in_range(name, value, 0, static_cast<std::int64_t>(left[c]));
        left[c] -= std::min(left[c], static_cast<std::uint64_t>(std::max<std::int64_t>(0, value)));
      }
      if (!layer.quantization) continue;
      findings_.in_range("field_bits", layer.quantization->field_bits, 0,
                         program_.hardware.requantization.field_bits);
      findings_.in_range("weight_bits", layer.quantization->weight_bits, kLeastWeightBits,
                         kMostWeightBits);
    }
    for (std::size_t i = 0; i + 1 < program_.origins.size() && !findings_.full(); ++i) {
      if (program_.origins[i].layer < program_.layers.size()) continue;
      findings_.set_place("instruction " + std::to_string(i));
      findings_.add("layer", std::to_string(program_.origins[i].layer),
                    "below " + std::to_string(program_.layers.size()) + ", the number of layers");
    }
  }

  void metadata() {
    findings_.set_place("metadata");
    const Preprocessing& p = program_.metadata.preprocessing;
    findings_.in_range("size", p.size, 0, kMaxPictureSide);
    findings_.in_range("resize_shorter_side", p.resize_shorter_side, 0, kMaxPictureSide);
    findings_.in_range("center_crop", p.center_crop, 0, kMaxPictureSide);
    for (int i = 0; i < 3; ++i) {
      findings_.require(std::isfinite(p.mean[i]), "mean", std::to_string(p.mean[i]), "finite");
      findings_.require(std::isfinite(p.scale[i]) && p.scale[i] != 0, "scale",
                        std::to_string(p.scale[i]), "finite and not 0");
    }
    findings_.in_range("activation_peak_bytes", program_.activation_peak_bytes, 0,
                       program_.hardware.activation_scratchpad.bytes);
  }

  void instructions() {
    for (std::size_t i = 0; i < program_.instructions.size() && !findings_.full(); ++i) {
      const Instruction& instruction = program_.instructions[i];
      findings_.set_instruction(program_, i);
      if (!fields_match_opcode(instruction)) {
        findings_.add("fields", "those of another opcode", "those of its own");
        continue;
      }
      masks(instruction);
      verify_fields(program_, instruction, findings_);
      work(instruction);
    }
  }

  void work(const Instruction& instruction) {
    const std::uint64_t steps = steps_of(instruction);
    steps_ = base::saturated_add(steps_, steps);
    if (steps <= kMostInstructionSteps && steps_ <= kMostProgramSteps) return;
    const bool alone = steps > kMostInstructionSteps;
    findings_.add(alone ? "products, cells or bytes" : "products, cells and bytes up to here",
                  std::to_string(alone ? steps : steps_),
                  "at most " + std::to_string(alone ? kMostInstructionSteps : kMostProgramSteps));
  }

  void masks(const Instruction& instruction) {
    const std::uint32_t used = instruction.wait_mask | instruction.post_mask;
    for (int s = 0; s < kSemaphores && used >> s != 0; ++s) {
      const std::uint32_t bit = std::uint32_t{1} << s;
      if ((instruction.wait_mask & bit) != 0) check_use(instruction, &Semaphore::waiter, s);
      if ((instruction.post_mask & bit) != 0) check_use(instruction, &Semaphore::poster, s);
    }
  }

  void check_use(const Instruction& instruction, Unit Semaphore::*side, int semaphore) {
    const char* const key = side == &Semaphore::poster ? "posts" : "waits for";
    const bool known =
        semaphore > kShadowFree && static_cast<std::size_t>(semaphore) < program_.semaphores.size();
    if (!known || instruction.opcode == Opcode::end) {
      findings_.add(key, semaphore_label(program_, semaphore),
                    known ? "nothing: 'end' has no unit" : "a semaphore of the Program from 2 on");
      return;
    }
    const Unit owner = program_.semaphores[static_cast<std::size_t>(semaphore)].*side;
    if (owner == unit_of(instruction.opcode)) return;
    findings_.add(
        key, semaphore_label(program_, semaphore),
        "a semaphore whose unit this is; that one is " + std::string(unit_name(owner)) + "'s");
  }

  /// The k-th MATMUL belongs to the k-th PRELOAD: before it, and over the same folds.
  void pairs() {
    std::vector<std::size_t> preloads;
    std::size_t matmuls = 0;
    for (std::size_t i = 0; i < program_.instructions.size() && !findings_.full(); ++i) {
      const Instruction& instruction = program_.instructions[i];
      findings_.set_instruction(program_, i);
      if (instruction.opcode == Opcode::preload) {
        preloads.push_back(i);
        if (preloads.size() <= matmuls + kMaxPreloadsAhead) continue;
        findings_.add("preload",
                      std::to_string(preloads.size() - matmuls) + " without their matmul yet",
                      "at most " + std::to_string(kMaxPreloadsAhead));
      } else if (instruction.opcode == Opcode::matmul) {
        if (matmuls >= preloads.size()) {
          findings_.add("preload", "none for this matmul", "before it");
          return;
        }
        pair(std::get<Preload>(program_.instructions[preloads[matmuls]].fields),
             std::get<Matmul>(instruction.fields), preloads[matmuls]);
        ++matmuls;
      }
    }
    findings_.set_place("instructions");
    findings_.require(matmuls == preloads.size(), "preloads", std::to_string(preloads.size()),
                      "as many as matmuls, " + std::to_string(matmuls));
  }

  void pair(const Preload& preload, const Matmul& matmul, std::size_t preload_index) {
    const auto of = [&] {
      return " of instruction " + std::to_string(preload_index) + ", its preload";
    };
    const auto same = [&](const char* key, std::int64_t got, std::int64_t must_be) {
      if (got == must_be) return;
      findings_.add(key, std::to_string(got), std::to_string(must_be) + of());
    };
    same("k_begin", matmul.k_begin, preload.k_begin);
    same("k_end", matmul.k_end, preload.k_end);
    same("columns", matmul.columns, preload.columns);
    same("start_from_bias", matmul.start_from_bias, preload.load_bias);
    same("column_pixels", matmul.column_pixels, preload.column_pixels);
    if (preload.pixels == (matmul.mode == ArrayMode::output_stationary ? matmul.pixels : 0)) return;
    findings_.add("pixels" + of(), std::to_string(preload.pixels),
                  matmul.mode == ArrayMode::output_stationary
                      ? std::to_string(matmul.pixels) + ", this output stationary matmul's"
                      : "0: this matmul is not output stationary");
  }

  /// Runs the weight DMA alone: nothing else writes the weight scratchpad, and nothing writes the
  /// image, so its contents at every instruction are known here.
  void records() {
    ZeroedArray<std::uint8_t> memory(
        static_cast<std::size_t>(program_.hardware.weight_scratchpad.bytes));
    for (std::size_t i = 0; i < program_.instructions.size() && !findings_.full(); ++i) {
      const Instruction& instruction = program_.instructions[i];
      if (instruction.opcode == Opcode::load_weights) {
        replay_load_weights(program_, std::get<Dma>(instruction.fields), memory.data());
      } else {
        findings_.set_instruction(program_, i);
        verify_records(program_.hardware, instruction, memory.data(), findings_);
      }
    }
  }

  const Program& program_;
  Findings findings_;
  std::uint64_t steps_ = 0;  // of the instructions so far
};

}  // namespace

void verify(const Program& program) { Verifier(program).run(); }

}  // namespace npusim::isa
