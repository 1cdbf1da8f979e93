// SPDX-License-Identifier: Apache-2.0
// model → graph → quantize → compile: the frontend as a list of pure stages over a run file. Each
// stage runs at most once for the same inputs and is known by a hash of them; with a cache,
// calibrations and quantizations are taken from there where any process has made them before. Only
// quantize and compile look at the hardware, and quantize only at its limits: another point of a
// sweep over hardware is set_hardware() and program().
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "frontend/compile/stored_calibration.h"
#include "frontend/compile/weight_layout.h"
#include "frontend/data/dataset.h"
#include "frontend/data/image_reader.h"
#include "frontend/graph/graph.h"
#include "frontend/import/interface.h"
#include "frontend/quantize/calibration.h"
#include "frontend/quantize/quantize.h"
#include "sim/cache/store.h"
#include "sim/config/run_config.h"
#include "sim/isa/program.h"

namespace npusim::compile {

/// A stage whose result was needed. Equal names and hashes give equal results; of "compile", all
/// but the hardware's name and timing-only keys, which a Program carries along.
struct StageRecord {
  std::string stage;  // "import", "calibrate", "quantize", "compile"
  std::uint64_t inputs_hash = 0;
  bool from_cache = false;  // taken from there, not computed
};

/// Of the imported network: the tensors that calibration would choose a scale for, the layers with
/// weights, and how many of each are quantized in the model already.
struct GivenQuantization {
  std::int64_t tensors = 0, given_tensors = 0;
  std::int64_t layers = 0, given_layers = 0;
};

/// All that a quantization takes of the hardware: accumulators (mac_array.accumulator and
/// accumulator_bits) and requantization (field_bits, multiplier_bits, placement). A quantized
/// network serves every hardware with the same limits (quantize::content_hash); a change of any
/// other key asks for no more than compile().
quantize::HardwareLimits quantization_limits(const config::HardwareConfig& hardware);

class Pipeline {
 public:
  /// `threads`: for calibration, at least 1; results do not depend on it. `started`, if given, is
  /// told a stage's name before it runs. `cache`, if given, outlives the pipeline; results do not
  /// depend on it.
  Pipeline(config::RunConfig run, int threads, std::function<void(const std::string&)> started = {},
           const cache::Store* cache = nullptr);

  /// From here on for other hardware in place of the run file's. The network and its calibration
  /// are kept, and so is what quantized() made where quantization_limits() stay the same; otherwise
  /// its references end here. So points with the same limits should follow each other.
  void set_hardware(config::HardwareConfig hardware);
  /// From here on for another run. What its inputs allow is kept: the network where the model is
  /// the same, its calibration where that is too, and the quantized networks where the quantization
  /// and the limits of the hardware are. Other references end here. notes() are the run's own.
  void set_run(config::RunConfig run);
  const config::HardwareConfig& hardware() const { return run_.hardware; }

  // Each throws base::InputError as its stage does.

  /// The imported network, or the topology with its synthetic weights, after all passes: what the
  /// float executor runs.
  const graph::Graph& network();
  /// Of the content of the model, with its external data, or of the topology.
  std::uint64_t model_hash();
  /// Names and dimensions of the network's inputs and outputs, as its file has them.
  const import::Interface& interface();
  const quantize::Calibration& calibration();
  /// The same of a choice of quantization: with `equalization` the network with its channels
  /// scaled to each other (graph/equalize.h), and the calibration of that. Without an argument it
  /// is the run file's choice.
  const graph::Graph& network(const config::QuantizationConfig& choice);
  const quantize::Calibration& calibration(const config::QuantizationConfig& choice);
  /// The images of a data set as tensors of the network's inputs, all of an image one behind the
  /// other.
  std::unique_ptr<data::Dataset> open(const config::DatasetConfig& dataset);
  /// Of all that decides what open() of it shows.
  std::uint64_t images_hash(const config::DatasetConfig& dataset);
  /// How much of the quantization the model brings itself.
  GivenQuantization given();
  /// The calibration images that were left out; none before calibration(). The same for every
  /// choice.
  const data::SkippedImages& skipped_calibration_images() const;
  /// The network quantized by `scheme`, everything else as the run file says; kept. Field bits
  /// count for shift_scaler only.
  const quantize::Quantization& quantized(const std::string& scheme);
  /// quantize::content_hash of its graph.
  std::uint64_t quantized_hash(const std::string& scheme);
  /// The Program for `scheme` on the hardware: of one image, or of consecutive ones, at
  /// most isa::kMostImages.
  isa::Program program(const std::string& scheme, std::int32_t images = 1);
  /// The Program of one image, which stays until it is asked for with other inputs: hardware that
  /// differs in timing alone is put under it without compiling.
  const isa::Program& kept_program(const std::string& scheme);

  /// The same with any choice in place of the run file's `quantization` section; not kept, so that
  /// many can be had one after another.
  quantize::Quantization quantization(const config::QuantizationConfig& choice);
  /// `graph`: of quantization(choice).
  isa::Program program(const graph::QuantizedGraph& graph, const config::QuantizationConfig& choice,
                       std::int32_t images = 1);

  /// What is told of a network so quantized, and of its preprocessing.
  isa::Metadata metadata(const config::QuantizationConfig& choice);
  /// The run file's choice with another scheme: what quantized() takes.
  config::QuantizationConfig choice(const std::string& scheme) const;

  /// What the import took otherwise than the model says; empty before network().
  const std::vector<std::string>& notes() const { return notes_; }
  /// What has run or come from the cache, in order.
  const std::vector<StageRecord>& stages() const { return stages_; }

 private:
  void record(const char* stage, std::uint64_t inputs_hash);
  template <typename Result, typename Parse, typename Compute>
  Result cached(const char* stage, std::uint64_t inputs_hash, const Parse& parse,
                const Compute& compute);
  const graph::Graph& imported();
  bool same_widths(const config::QuantizationConfig& choice) const;
  Calibrated calibrate(const graph::Graph& folded);
  Calibrated observe_images(const graph::Graph& folded, const std::vector<std::int32_t>& widths);
  std::uint64_t program_hash(std::uint64_t graph_hash, const config::QuantizationConfig& choice,
                             std::int32_t images) const;
  isa::Program compile_program(const graph::QuantizedGraph& graph, std::uint64_t graph_hash,
                               KeptWeightLayout& weights, const config::QuantizationConfig& choice,
                               std::int32_t images);

  struct Quantized {
    quantize::Quantization result;
    std::optional<std::uint64_t> graph_hash;  // taking it reads all weights
    KeptWeightLayout weights;
  };
  Quantized& kept(const std::string& scheme);
  std::uint64_t graph_hash(Quantized& network);
  struct KeptProgram {
    std::uint64_t inputs_hash = 0;
    isa::Program program;
  };

  config::RunConfig run_;
  int threads_;
  std::function<void(const std::string&)> started_;
  const cache::Store* cache_;
  std::vector<StageRecord> stages_;
  std::vector<std::string> notes_, import_notes_;
  std::optional<graph::Graph> network_, equalized_;
  std::uint64_t model_hash_ = 0;  // of network_
  bool equalization_noted_ = false, nothing_to_equalize_ = false;
  import::Interface interface_;
  std::optional<Calibrated> calibration_, equalized_calibration_;
  std::optional<KeptProgram> program_;
  std::map<std::string, Quantized> quantized_;  // by scheme, for the limits of run_.hardware
};

}  // namespace npusim::compile
