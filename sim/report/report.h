// SPDX-License-Identifier: Apache-2.0
// What a run or a simulation has to say, as plain values; json.h and text.h write it.
//
// Counts are integers here, fractions are made when they are written. What is not known stays empty
// and is left out of both forms: `simulate` measures no accuracy and compares with nothing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/energy/estimate.h"
#include "sim/isa/program.h"
#include "sim/report/configuration.h"
#include "sim/report/faults.h"
#include "sim/stats/simulation_result.h"

namespace npusim::report {

/// Grows whenever a key changes its meaning or goes; new keys do not count.
inline constexpr int kSchemaVersion = 1;

struct Workload {
  std::string name;         // the run file's
  std::string network;      // text only
  std::int64_t images = 0;  // of the data set; 0 where a run has none
};

struct Hardware {
  std::string name;
  std::string config_hash;
  // Text only.
  std::int64_t rows = 0, columns = 0;
  std::int64_t clock_hz = 0;
  std::int64_t peak_macs_per_second = 0;
  std::int64_t dram_bandwidth_bytes_per_second = 0;
  // Both forms.
  std::string accumulator = "guaranteed";  // or saturate, wrap
  std::int64_t accumulator_bits = 32;
};

struct Quantization {
  std::string scheme;
  std::int64_t field_bits = 0;
  std::string rule;
  bool bias_correction = false;
  bool symmetric = true, equalization = false;
  std::int64_t weight_bits = 8, activation_bits = 8;
  // Where scales and codes come from where the model is quantized already: "model", or "model and
  // calibration"; empty where all are of the calibration, or of a Program, which does not say.
  std::string source = {};
  // The smallest accumulator that holds every sum for every input; a Program does not say.
  std::optional<std::int64_t> safe_accumulator_bits = {};
};

/// Additions whose sum the accumulator did not hold; not `guaranteed` only.
struct Overflows {
  std::int64_t additions = 0;
  std::map<std::string, std::int64_t> by_layer;  // those with any

  void add(const std::string& layer, std::int64_t count) {
    if (count == 0) return;
    additions += count;
    by_layer[layer] += count;
  }
};

/// One quantized network over the data set; counts of images.
struct SchemeAccuracy {
  std::string scheme;
  std::int64_t top1 = 0, top5 = 0;   // the label is the greatest, among the five greatest logits
  std::int64_t agreement_top1 = 0;   // the same class as the float network
  std::int64_t parameter_bytes = 0;  // requantization records and channel shifts
  std::optional<Overflows> overflows = {};  // over all images
};

/// What --skip-bad-images left out.
struct SkippedImages {
  std::int64_t images = 0;
  std::vector<std::string> names;  // of the first few
};

struct Accuracy {
  std::int64_t images = 0;  // at least 1
  std::int64_t float_top1 = 0, float_top5 = 0;
  std::vector<SchemeAccuracy> schemes;        // holds Quantization::scheme
  std::optional<SkippedImages> skipped = {};  // not among `images`
};

struct Calibration {
  std::int64_t images = 0;  // at least 1
  SkippedImages skipped;    // not among `images`
};

/// A value of the machine that differs from the integer network's.
struct Mismatch {
  std::int64_t image = 0;
  std::string layer;
  std::int64_t row = 0, column = 0, channel = 0;
  std::int64_t simulated = 0, expected = 0;
};

struct Simulation {
  std::int64_t images = 0;
  std::optional<std::int64_t>
      mismatched_values;  // over all layers and images; empty: nothing compared
  std::optional<Mismatch> first_mismatch;
  std::vector<std::string>
      output_sha256;  // of the output tensors' bytes, one per image; empty with timing only
  std::optional<Overflows> overflows = {};  // of the machine, over all images; not by timing only
};

struct UnitCycles {
  std::string name;
  std::int64_t busy_cycles = 0, idle_cycles = 0;
  std::map<std::string, std::int64_t> stall_cycles;  // by cause, those that occurred
};

/// One of several consecutive images.
struct ImageCycles {
  std::int64_t end_cycle =
      0;                    // the largest done of its instructions and those of the images before
  std::int64_t cycles = 0;  // from the end of the image before, or from reset
};

struct Cycles {
  std::int64_t total = 0;  // of all images, from reset
  /// Cycles by which one more image lengthens a stream (docs/timing-model.md); of one image, where
  /// it was measured.
  std::optional<std::int64_t> steady_state_total = {};
  std::vector<ImageCycles> images = {};  // empty where the Program has one
  double latency_seconds = 0;
  double utilization = 0;               // all MACs of all images / (total * array size)
  double steady_state_utilization = 0;  // of one image / (steady_state_total * array size)
  std::vector<UnitCycles> units;
};

struct Layer {
  std::string name;
  std::string kind;
  std::int64_t macs = 0;
  std::int64_t cycles = 0, span_cycles = 0;
  double utilization = 0;  // macs / (span_cycles * array size)
  std::int64_t compute_bound_cycles = 0, memory_bound_cycles = 0;
  std::int64_t stall_cycles = 0;
  std::int64_t dram_read_bytes = 0, dram_write_bytes = 0;
  std::int64_t weights_bytes = 0;
  bool is_spilled = false;  // its result does not stay on chip: layers read it back from DRAM
  std::optional<std::int64_t> safe_accumulator_bits = {};  // as Quantization's; with weights only
  // Where they differ from the report's Quantization.
  std::optional<isa::LayerQuantization> quantization = std::nullopt;  // of the weights
  std::optional<std::int64_t> activation_bits = std::nullopt;         // of the result
  std::string dataflow = {};  // the mode of the array; empty for layers of the vector unit
  std::int64_t image = 0;     // of several consecutive ones
  /// Of span_cycles; what is left of it the compute unit had no instruction of this layer.
  std::int64_t busy_cycles = 0;
  std::map<std::string, std::int64_t> stalls = {};  // by cause, those that occurred
  /// "memory" where the layer's DRAM traffic alone takes longer than its arithmetic alone, else
  /// "compute".
  const char* bound_by() const {
    return memory_bound_cycles > compute_bound_cycles ? "memory" : "compute";
  }
};

/// A scratchpad whose words have check bits.
struct ProtectedScratchpad {
  std::string name;  // "activation_scratchpad", ...
  std::string protection;
  std::int64_t word_bits = 0;
  std::int64_t data_bits = 0, check_bits = 0;  // of the whole memory
};

struct Memory {
  std::int64_t weights_bytes = 0, bias_bytes = 0, requant_bytes = 0, channel_shift_bytes = 0;
  std::int64_t instructions_bytes = 0;
  std::int64_t activation_peak_bytes = 0;
  std::int64_t spilled_activation_bytes = 0;  // of the layers' results that do not stay on chip
  std::int64_t dram_read_bytes = 0, dram_write_bytes = 0;
  std::vector<ProtectedScratchpad> protection = {};  // those that have any
};

/// What the DRAM did for everybody in one inference.
struct Dram {
  bool has_banks = false;  // else the counts of rows and refreshes mean nothing
  std::int64_t row_hits = 0, row_misses = 0, row_conflicts = 0;  // requests
  std::int64_t refreshes = 0, read_write_turnarounds = 0;
  std::int64_t other_masters_requests = 0;
};

/// All that may differ between two runs of the same thing.
struct Host {
  double wall_seconds = 0, cpu_seconds = 0;
  std::int64_t threads = 1;
  std::map<std::string, std::string> versions;
  bool is_measured = true;  // false: the JSON has the versions only
};

struct Report {
  Workload workload;
  Hardware hardware;
  Quantization quantization;
  std::optional<Configuration> configuration = {};  // JSON only
  std::optional<Accuracy> accuracy;
  std::string accuracy_not_measured;  // why a run has none; empty where it has, and for `simulate`
  std::optional<Calibration> calibration;  // where pictures may be left out
  std::optional<Faults> faults = {};       // of a run whose bits flip
  Simulation simulation;
  Cycles cycles;
  std::vector<Layer> layers;  // image after image
  Memory memory;
  std::optional<Dram> dram = {};                // where it has banks or other masters
  std::optional<energy::Estimate> energy = {};  // its layers are those above
  std::vector<std::string> notes;  // what the reader should know, such as a scheme that is missing
  Host host;
};

Hardware hardware_of(const config::HardwareConfig& config);
/// All but `source` and what sums need.
Quantization quantization_of(const isa::Metadata& metadata);
/// "shift_scaler, 4-bit field, rule floor, bias correction".
std::string quantization_text(const Quantization& quantization);

/// What the machine counted; nothing where sums are guaranteed or values were not simulated.
std::optional<Overflows> overflows_of(const isa::Program& program,
                                      const stats::SimulationResult& result);

/// Everything that one simulation of the Program tells: hardware, quantization, cycles, layers (of
/// every image), memory, the workload's network, and what of the configuration the Program carries.
/// `result` is of this Program.
Report report_of(const isa::Program& program, const stats::SimulationResult& result);

/// Puts in what one more image costs. `report` is of a Program of one image.
void set_steady_state(const isa::Program& program, std::int64_t cycles, Report& report);

}  // namespace npusim::report
