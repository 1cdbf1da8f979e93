// SPDX-License-Identifier: Apache-2.0
#include "tests/soak/soak_case.h"

#include <algorithm>
#include <optional>
#include <random>
#include <typeinfo>
#include <utility>

#include "frontend/compile/pipeline.h"
#include "frontend/data/random_tensors.h"
#include "frontend/execute/classify.h"
#include "frontend/execute/integer_executor.h"
#include "sim/base/errors.h"
#include "sim/config/hardware_fields.h"
#include "sim/config/run_config.h"
#include "sim/functional/interpreter.h"
#include "sim/functional/race_check.h"
#include "sim/isa/assembler.h"
#include "sim/isa/disassembler.h"
#include "sim/isa/program_file.h"
#include "sim/model/simulate.h"
#include "tests/oracle/oracle.h"
#include "tests/soak/float_values.h"
#include "tests/soak/report_sums.h"
#include "tests/support/drawn_programs.h"
#include "tests/support/support.h"

namespace npusim::soak {
namespace {

using Codes = std::vector<std::int8_t>;
using Tensors = std::vector<Codes>;

constexpr std::size_t kMostMismatches = 10;

class Case {
 public:
  Case(const test::DrawnRun& drawn, const std::filesystem::path& folder)
      : drawn_(drawn), folder_(folder) {}

  CaseResult run() {
    try {
      test::write_run(drawn_, folder_);
      if (const auto program = compiled()) check(*program);
    } catch (const std::exception& error) {
      mismatch(std::string("threw ") + typeid(error).name() + ": " + error.what());
    }
    return std::move(result_);
  }

 private:
  void mismatch(const std::string& text) {
    if (result_.mismatches.size() < kMostMismatches) result_.mismatches.push_back(text);
  }

  /// Every message says what was found and what must be.
  void refused(const std::string& stage, const base::InputError& error) {
    const std::string prefix = stage + ": ";
    for (std::string text : error.messages()) {
      if (text.find("got ") == std::string::npos || text.find("must ") == std::string::npos) {
        mismatch("a refusal that does not say what would be right: " + text);
      }
      const std::string here = folder_.string() + "/";
      if (text.rfind(here, 0) == 0) text.erase(0, here.size());
      result_.refusals.push_back(prefix + text);
    }
  }

  /// Nothing where the run is refused for good.
  std::optional<isa::Program> compiled() {
    const std::string file = (folder_ / "run.yaml").string();
    std::string stage = "read";
    try {
      const config::SearchFolders folders{{}, {test::source_dir() / "configs"}};
      run_ = config::read_run_config(file, {}, {}, folders);
      if (config::config_hash(run_.hardware) != config::config_hash(drawn_.hardware)) {
        mismatch("hardware.yaml reads back as another machine");
      }
      pipeline_.emplace(run_, 1);
      stage = "import";
      pipeline_->network();
      if (compares_floats(drawn_)) {
        result_.was_compared_in_float = true;
        for (const std::string& text : wrong_floats(drawn_, *pipeline_)) mismatch(text);
      }
      stage = "calibrate";
      pipeline_->calibration();
    } catch (const base::InputError& error) {
      refused(stage, error);
      return std::nullopt;
    }
    constexpr int kTries = 26;  // from the smallest memory to the largest
    for (int i = 0; i < kTries; ++i) {
      try {
        return pipeline_->program(run_.quantization.scheme,
                                  static_cast<std::int32_t>(drawn_.images));
      } catch (const base::InputError& error) {
        refused("compile", error);
        if (!grow(run_.hardware, error)) return std::nullopt;
        pipeline_->set_hardware(run_.hardware);
      }
    }
    mismatch("refused by the largest memories too: " + result_.refusals.back());
    return std::nullopt;
  }

  /// What the refusal asks for; false where it is about something else.
  static bool grow(config::HardwareConfig& hardware, const base::InputError& error) {
    const std::string text = error.what();
    const auto names = [&](const char* key) { return text.find(key) != std::string::npos; };
    constexpr std::int64_t kMost = std::int64_t{1} << 30;
    bool grown = false;
    const auto twice = [&](std::int64_t& bytes, std::int64_t step, std::int64_t most) {
      if (bytes >= most) return;
      bytes = std::min((bytes * 2 + step - 1) / step * step, most);
      grown = true;
    };
    if (names("activation_scratchpad")) {
      twice(hardware.activation_scratchpad.bytes, hardware.activation_scratchpad.bank_word_bytes,
            kMost);
    }
    if (names("weight_scratchpad")) twice(hardware.weight_scratchpad.bytes, 1, kMost);
    if (names("accumulator_bits") && hardware.mac_array.accumulator_bits < 32) {
      hardware.mac_array.accumulator_bits = 32;
      grown = true;
    }
    if (names("dram.bytes")) twice(hardware.dram.bytes, 4096, kMost * 1024);
    return grown;
  }

  void check(const isa::Program& program) {
    for (const std::string& race : functional::find_races(program)) mismatch("race: " + race);
    check_files(program);
    const graph::QuantizedGraph& graph = pipeline_->quantized(run_.quantization.scheme).graph;
    const std::vector<Tensors> inputs = draw_inputs(graph);
    stats::SimulationResult result;
    try {
      result = check_values(program, graph, inputs);
    } catch (const base::SimulationError& error) {
      return ended_early(error);
    }
    check_cycles(program, result);
    for (const std::string& sum : wrong_sums(program, result, run_.technology)) mismatch(sum);
    describe(program, result);
  }

  /// A run may be too long, or its DRAM so busy with others that the NPU never gets it; any other
  /// failure is thrown on.
  void ended_early(const base::SimulationError& error) {
    const std::string text = error.what();
    if (text.find("dram.other_masters.share_percent: ") != std::string::npos) {
      result_.refusals.push_back("simulate: " + text);
    } else if (text.find("cycle limit: ") == 0) {
      result_.is_too_long = true;
    } else {
      throw base::SimulationError(text);
    }
  }

  void check_files(const isa::Program& program) {
    const std::vector<std::uint8_t> bytes = isa::serialize(program);
    if (isa::serialize(isa::deserialize(bytes.data(), bytes.size(), "drawn")) != bytes) {
      mismatch("the Program file reads back as other bytes");
    }
    isa::DisassemblyOptions options;
    options.image = true;
    const std::string text = isa::disassemble(program, options);
    if (isa::serialize(isa::assemble(text, "drawn")) != bytes) {
      mismatch("the disassembly assembles to other bytes");
    }
  }

  /// Per image the codes of every input. The first image has values of the calibration's kind, the
  /// others any codes.
  std::vector<Tensors> draw_inputs(const graph::QuantizedGraph& graph) {
    std::int64_t elements = 0;
    for (const graph::QuantizedNode& node : graph.nodes) {
      if (std::holds_alternative<graph::Input>(node.op)) elements += node.shape.elements();
    }
    const auto tensors = data::random_tensors(drawn_.seed, drawn_.images, elements);
    std::vector<Tensors> images;
    for (std::int64_t image = 0; image < drawn_.images; ++image) {
      const data::Sample sample = tensors->sample(image);
      Tensors inputs;
      const float* rest = sample.tensor.data();
      for (const graph::QuantizedNode& node : graph.nodes) {
        if (!std::holds_alternative<graph::Input>(node.op)) continue;
        const std::int64_t count = node.shape.elements();
        inputs.emplace_back(static_cast<std::size_t>(count));
        execute::quantize_input(rest, count, node.quantization, node.clamps, inputs.back().data());
        rest += count;
      }
      images.push_back(std::move(inputs));
    }
    return images;
  }

  /// Tensors that a reader of the Program completes, compared with the graph's.
  class Comparison final : public model::Observer {
   public:
    Comparison(const isa::Program& program, const Tensors& wanted)
        : program_(program), wanted_(wanted), same_(wanted.size(), false) {}
    void on_tensor(std::size_t tensor, const std::uint8_t* data, std::size_t bytes,
                   std::int64_t /*cycle*/) override {
      compare(tensor, reinterpret_cast<const std::int8_t*>(data), bytes);
    }
    void compare(std::size_t tensor, const std::int8_t* codes, std::size_t count) {
      const Codes& wanted = wanted_.at(tensor);
      same_.at(tensor) = count == wanted.size() && std::equal(wanted.begin(), wanted.end(), codes);
    }
    void tell(Case& to, const char* who) const {
      for (std::size_t t = 0; t < same_.size(); ++t) {
        if (!same_[t]) {
          to.mismatch(std::string(who) + ": tensor " + std::to_string(t) + ", " +
                      program_.tensors.at(t).name + ", differs from the graph's");
        }
      }
    }

   private:
    const isa::Program& program_;
    const Tensors& wanted_;
    std::vector<bool> same_;
  };

  stats::SimulationResult check_values(const isa::Program& program,
                                       const graph::QuantizedGraph& graph,
                                       const std::vector<Tensors>& images) {
    Tensors wanted, inputs;
    std::vector<std::int64_t> overflows;  // by layer of the Program
    execute::IntegerExecutor executor(graph);
    for (const Tensors& image : images) {
      Codes all;
      for (const Codes& input : image) all.insert(all.end(), input.begin(), input.end());
      inputs.insert(inputs.end(), image.begin(), image.end());
      executor.run(all.data(), [&](graph::NodeId, const std::int8_t* codes, std::int64_t count) {
        wanted.emplace_back(codes, codes + count);
      });
      for (std::size_t layer = 0; layer < program.image_layers(); ++layer) {
        overflows.push_back(executor.overflows().at(program.layers[layer].output_tensor));
      }
    }
    if (wanted.size() != program.tensors.size()) {
      throw base::InternalError("the Program has " + std::to_string(program.tensors.size()) +
                                " tensors, the graph " + std::to_string(wanted.size()));
    }

    Comparison interpreted(program, wanted);
    functional::Interpreter interpreter(program);
    interpreter.set_observer([&](std::uint32_t tensor, const Codes& values) {
      interpreted.compare(tensor, values.data(), values.size());
    });
    interpreter.start(inputs);
    while (interpreter.step()) {
    }
    interpreted.tell(*this, "interpreter");
    if (interpreter.overflows() != overflows) mismatch("interpreter: other counts of overflows");

    Comparison simulated(program, wanted);
    model::SimulationOptions options;
    options.observer = &simulated;
    options.cycle_limit = kMostCycles;
    stats::SimulationResult result = model::simulate(program, inputs, options);
    simulated.tell(*this, "machine");
    for (std::size_t layer = 0; layer < overflows.size(); ++layer) {
      result_.overflows += overflows[layer];
      if (result.layers.at(layer).accumulator_overflows != overflows[layer]) {
        mismatch("machine: layer " + program.layers[layer].name + ": " +
                 std::to_string(result.layers[layer].accumulator_overflows) +
                 " overflows, must be " + std::to_string(overflows[layer]));
      }
    }
    return result;
  }

  void check_cycles(const isa::Program& program, const stats::SimulationResult& result) {
    const stats::SimulationResult shuffled = timing(program);
    for (const std::string& line : oracle::differences(program, result, shuffled)) {
      mismatch("machine without values, its units in another order: " + line);
    }
    result_.was_ticked = check_ticks(program, result);
    if (drawn_.seed % 2 == 0) return;
    // The same Program on a machine of other timing.
    std::mt19937 random(static_cast<std::uint32_t>(drawn_.seed));
    isa::Program other = program;
    test::draw_timing(other.hardware, random);
    test::draw_dram(other.hardware, random);
    try {
      result_.was_retimed = check_ticks(other, timing(other));
    } catch (const base::SimulationError& error) {
      ended_early(error);
    }
  }

  stats::SimulationResult timing(const isa::Program& program) const {
    model::SimulationOptions options;
    options.timing_only = true;
    options.construction_seed = static_cast<std::uint32_t>(drawn_.seed) + 1;
    options.cycle_limit = kMostCycles;
    return model::simulate(program, {}, options);
  }

  bool check_ticks(const isa::Program& program, const stats::SimulationResult& result) {
    if (result.total_cycles > kMostTicks) return false;
    const stats::SimulationResult ticked = oracle::run(program, 4 * result.total_cycles + 1000);
    for (const std::string& line : oracle::differences(program, result, ticked)) {
      mismatch("tick oracle: " + line);
    }
    return true;
  }

  void describe(const isa::Program& program, const stats::SimulationResult& result) {
    result_.has_run = true;
    result_.cycles = result.total_cycles;
    for (const isa::LayerInfo& layer : program.layers) result_.layer_kinds.insert(layer.kind);
    for (const isa::Instruction& instruction : program.instructions) {
      const auto* matmul = std::get_if<isa::Matmul>(&instruction.fields);
      if (matmul == nullptr) continue;
      static const std::vector<std::string> kModes = {"weight stationary", "depthwise",
                                                      "output stationary"};
      result_.array_modes.insert(kModes.at(static_cast<std::size_t>(matmul->mode)));
    }
    for (const config::HardwareField& field : config::hardware_fields()) {
      if (!field.applies(program.hardware)) continue;
      const std::int64_t value = field.get(program.hardware);
      if (value == field.rule.least) result_.ends.insert(field.key + std::string(" least"));
      if (value == field.rule.greatest) result_.ends.insert(field.key + std::string(" greatest"));
    }
  }

  const test::DrawnRun& drawn_;
  const std::filesystem::path& folder_;
  config::RunConfig run_;
  std::optional<compile::Pipeline> pipeline_;
  CaseResult result_;
};

}  // namespace

CaseResult run_case(const test::DrawnRun& run, const std::filesystem::path& folder) {
  return Case(run, folder).run();
}

}  // namespace npusim::soak
