// SPDX-License-Identifier: Apache-2.0
#include "sim/isa/verify_instruction.h"

#include <algorithm>
#include <limits>

#include "sim/isa/encoding.h"
#include "sim/isa/records.h"
#include "sim/isa/windows.h"
#include "sim/isa/work.h"

namespace npusim::isa {
namespace {

constexpr std::int64_t kMax16 = 0xffff;
constexpr std::int64_t kMax32 = 0xffffffff;
/// Cells of an average's window: they are summed in 64 bits and looked up by a 16-bit divisor.
constexpr std::int64_t kMaxAverageCells = kMax16;

/// The checks of one instruction, one overload for the fields of each opcode.
class FieldChecks {
 public:
  FieldChecks(const Program& program, Opcode opcode, Findings& findings)
      : program_(program), hardware_(program.hardware), opcode_(opcode), findings_(findings) {}

  void operator()(const End&) {}

  void operator()(const Dma& f) {
    findings_.in_range("bytes", f.bytes, 1, kMax32);
    findings_.in_range("count1", f.count1, 1, kMax32);
    findings_.in_range("count2", f.count2, 1, kMax32);
    const Region local = local_region(f);
    const Region dram = dram_region(f);
    if (opcode_ == Opcode::load_weights) {
      inside_weights("local region", local);
      findings_.inside("DRAM region (weights and parameters come from the image)", dram,
                       Space::dram, program_.dram_image.size());
    } else {
      inside_activations("local region", local);
      findings_.inside("DRAM region", dram, Space::dram, program_.dram_bytes);
    }
    if (opcode_ == Opcode::store_activations) {
      behind_image(dram.address);
    }
    // With the local runs apart, no transfer is larger than the scratchpad.
    disjoint("local region", local);
    disjoint("DRAM region", opcode_ == Opcode::store_activations ? dram : Region{});
    at_most("count1 * count2", std::uint64_t{f.count1} * f.count2,
            opcode_ == Opcode::load_weights ? kMostWeightRuns : kMostActivationRuns);
  }

  void operator()(const Preload& f) {
    columns(f.columns);
    findings_.in_range("weight_bits", f.weight_bits, kLeastWeightBits, kMostWeightBits);
    weight_zero_point(f);
    k_range(f.k_begin, f.k_end, kMax32);
    column_pixels(f.column_pixels, hardware_.mac_array.depthwise_pixels);
    inside_weights("weights", weights_region(f));
    inside_weights("biases", bias_region(f));
    const std::int64_t reduction = std::int64_t{f.k_end} - f.k_begin;
    if (reduction < 1) return;
    findings_.in_range("k_end - k_begin", reduction, 1, kMostReduction);
    findings_.in_range("(k_end - k_begin) * columns", reduction * f.columns, 0, kMostWeights);
    findings_.in_range("folds", folds_of(f, hardware_.mac_array.rows), 1, kMostFolds);
  }

  void operator()(const Matmul& f) {
    columns(f.columns);
    accumulators(f.acc_row, f.pixels);
    window_shape(f);
    findings_.in_range("kernel_h", f.kernel_h, 1, 255);
    findings_.in_range("kernel_w", f.kernel_w, 1, 255);
    findings_.in_range("dilation_h", f.dilation_h, 1, 255);
    findings_.in_range("dilation_w", f.dilation_w, 1, 255);
    const bool depthwise = f.mode == ArrayMode::depthwise;
    if (depthwise && f.channels != f.columns) {
      findings_.add("channels", std::to_string(f.channels),
                    "the columns, " + std::to_string(f.columns) + ", in depthwise mode");
    }
    const std::int64_t taps = std::int64_t{f.kernel_h} * f.kernel_w;
    const std::int64_t reduction = depthwise ? taps : taps * f.channels;
    k_range(f.k_begin, f.k_end, reduction);
    const std::int64_t pixels_that_fit =
        taps == 0 ? 0
                  : std::min(hardware_.mac_array.depthwise_pixels, hardware_.mac_array.rows / taps);
    column_pixels(f.column_pixels, depthwise ? pixels_that_fit : 0);
    if (f.mode == ArrayMode::output_stationary) output_stationary(f, reduction);
  }

  void operator()(const Requantize& f) {
    columns(f.columns);
    accumulators(f.acc_row, f.pixels);
    clamps(f.low, f.high);
    findings_.in_range("field_bits", f.field_bits, 0, hardware_.requantization.field_bits);
    output(output_region(f));
    inside_weights("record", record_region(f));
    inside_weights("channel shifts", shifts_region(f));
    inside_weights("channel clamps", clamps_region(f));
    if (f.channel_clamps || f.clamps_address == 0) return;
    findings_.add("clamps_address", std::to_string(f.clamps_address), "0 without channel_clamps");
  }

  void operator()(const Pool& f) {
    findings_.in_range("pixels", f.pixels, 1, kMax16);
    findings_.in_range("kernel_h", f.kernel_h, 1, kMax16);
    findings_.in_range("kernel_w", f.kernel_w, 1, kMax16);
    window_shape(f);
    clamps(f.low, f.high);
    const Region out = output_region(f);
    output(out);
    if (may_overlap(out, input_region(f))) {
      findings_.add("output region", "bytes of the input", "apart from it");
    }
    const bool average = f.operation == PoolOperation::average;
    const std::int64_t cells = std::min<std::int64_t>(f.kernel_h, f.in_height) *
                               std::min<std::int64_t>(f.kernel_w, f.in_width);
    findings_.in_range("cells of a window", cells, 1, average ? kMaxAverageCells : kMostMaxCells);
    if (average) inside_weights("record", record_region(f, 1));
  }

  void operator()(const Elementwise& f) {
    findings_.in_range("pixels", f.pixels, 1, kMax32);
    findings_.in_range("channels", f.channels, 1, kMax32);
    clamps(f.low, f.high);
    const Region out = output_region(f);
    output(out);
    inside_activations("operand a", a_region(f));
    inside_activations("operand b", b_region(f));
    inside_weights("record", record_region(f));
    in_place_or_apart("operand a", a_region(f), out);
    in_place_or_apart("operand b", b_region(f), out);
  }

 private:
  void at_most(const char* key, std::uint64_t value, std::uint64_t most) {
    if (value <= most) return;
    findings_.add(key, std::to_string(value), "at most " + std::to_string(most));
  }
  void behind_image(std::uint64_t address) {
    const std::uint64_t image_bytes = program_.dram_image.size();
    if (address >= image_bytes) return;
    findings_.add(
        "dram_address", std::to_string(address),
        "behind the image of " + std::to_string(image_bytes) + " bytes, which nothing overwrites");
  }
  template <typename Fields>
  void window_shape(const Fields& f) {
    findings_.in_range("out_width", f.out_width, 1, kMax16);
    findings_.in_range("in_height", f.in_height, 1, kMax16);
    findings_.in_range("in_width", f.in_width, 1, kMax16);
    findings_.in_range("channels", f.channels, 1, kMax32);
    findings_.in_range("stride_h", f.stride_h, 1, 255);
    findings_.in_range("stride_w", f.stride_w, 1, 255);
    inside_activations("input region", input_region(f));
  }
  void columns(std::uint16_t columns) {
    findings_.in_range("columns", columns, 1, hardware_.mac_array.columns);
  }
  void weight_zero_point(const Preload& f) {
    if (f.weight_bits < kLeastWeightBits || f.weight_bits > kMostWeightBits) return;
    const int half = 1 << (f.weight_bits - 1);
    findings_.in_range("weight_zero_point", f.weight_zero_point, -half, half - 1);
  }
  void accumulators(std::uint16_t acc_row, std::uint16_t pixels) {
    findings_.in_range("pixels", pixels, 1, kMax16);
    findings_.in_range("acc_row + pixels", std::int64_t{acc_row} + pixels, 1,
                       hardware_.mac_array.accumulator_rows);
  }
  void k_range(std::int64_t k_begin, std::int64_t k_end, std::int64_t limit) {
    findings_.in_range("k_end", k_end, 1, limit);
    findings_.in_range("k_begin", k_begin, 0, k_end - 1);
  }
  /// 0 stands for one pixel, so that 1 is never written.
  void column_pixels(std::int64_t pixels, std::int64_t most) {
    if (pixels == 0 || (pixels >= 2 && pixels <= most)) return;
    findings_.add("column_pixels", std::to_string(pixels),
                  most < 2 ? "0" : "0 (for one pixel) or 2 to " + std::to_string(most));
  }
  void output_stationary(const Matmul& f, std::int64_t reduction) {
    if (hardware_.mac_array.dataflow != config::Dataflow::output_stationary) {
      findings_.add("mode", "output_stationary",
                    "another, where mac_array.dataflow is weight_stationary");
    }
    if (f.k_begin == 0 && f.k_end == reduction && f.start_from_bias) return;
    findings_.add("reduction of an output stationary matmul",
                  std::to_string(f.k_begin) + " to " + std::to_string(f.k_end) +
                      (f.start_from_bias ? "" : " without bias"),
                  "all of it, 0 to " + std::to_string(reduction) + ", from the bias on");
  }
  void clamps(std::int8_t low, std::int8_t high) { findings_.in_range("low", low, -128, high); }
  void inside_activations(const char* key, const Region& region) {
    findings_.inside(key, region, Space::activation_scratchpad,
                     static_cast<std::uint64_t>(hardware_.activation_scratchpad.bytes));
  }
  void inside_weights(const char* key, const Region& region) {
    findings_.inside(key, region, Space::weight_scratchpad,
                     static_cast<std::uint64_t>(hardware_.weight_scratchpad.bytes));
  }
  void disjoint(const char* key, const Region& region) {
    if (region.runs_are_disjoint()) return;
    findings_.add(key, "runs that overlap", "strides that step over the runs");
  }
  void output(const Region& region) {
    inside_activations("output region", region);
    disjoint("output region", region);
  }
  void in_place_or_apart(const char* key, const Region& operand, const Region& out) {
    const bool in_place = operand.address == out.address && operand.count1 == out.count1 &&
                          (operand.count1 == 1 || operand.stride1 == out.stride1);
    if (in_place || !may_overlap(operand, out)) return;
    findings_.add(key, "some bytes of the output", "apart from the output or exactly in its place");
  }

  const Program& program_;
  const config::HardwareConfig& hardware_;
  Opcode opcode_;
  Findings& findings_;
};

}  // namespace

void verify_fields(const Program& program, const Instruction& instruction, Findings& findings) {
  std::visit(FieldChecks(program, instruction.opcode, findings), instruction.fields);
}

}  // namespace npusim::isa
