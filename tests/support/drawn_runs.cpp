// SPDX-License-Identifier: Apache-2.0
#include "tests/support/drawn_runs.h"

#include <algorithm>
#include <fstream>
#include <random>
#include <stdexcept>
#include <utility>
#include <vector>

#include "sim/base/errors.h"
#include "sim/config/hardware_fields.h"
#include "sim/config/hardware_reader.h"
#include "sim/config/hardware_yaml.h"
#include "tests/support/draw.h"
#include "tests/support/drawn_onnx.h"
#include "tests/support/drawn_programs.h"
#include "tests/support/random_network.h"

namespace npusim::test {
namespace {

using config::HardwareConfig;
using config::HardwareField;
using config::IntegerRule;

/// Any value that the rule accepts, small ones as likely as large ones.
std::int64_t any_value(const IntegerRule& rule, Draw& draw) {
  std::int64_t span = rule.greatest - rule.least;
  for (std::int64_t halvings = draw.integer(0, 62); halvings > 0 && span > 1; --halvings) span /= 2;
  std::int64_t value = rule.least + draw.integer(0, span);
  if (rule.form == IntegerRule::Form::multiple_of) value -= value % rule.step;
  if (rule.form == IntegerRule::Form::one_of_two) value = rule.least;
  if (rule.form == IntegerRule::Form::power_of_two) {
    std::int64_t power = rule.least;
    while (power * 2 <= value) power *= 2;
    value = power;
  }
  return std::max(value, rule.least);
}

std::int64_t rounded_up(std::int64_t value, std::int64_t step) {
  return (value + step - 1) / step * step;
}

/// Puts right what must hold between keys, by the keys that say less.
void reconcile(HardwareConfig& h) {
  auto& act = h.activation_scratchpad;
  act.bytes = std::max(act.bytes - act.bytes % act.bank_word_bytes, act.bank_word_bytes);
  if (act.bytes < 64) act.bytes = 64;
  config::OtherMastersConfig& others = h.dram.other_masters;
  if (h.dram.model == config::DramModel::flat) {
    others.share_percent = std::min<std::int64_t>(others.share_percent, 90);
    return;
  }
  config::DramTimingConfig& t = h.dram.timing;
  // Both steps are powers of two times 64 at most where the others are; a common multiple is found
  // in a few steps.
  const std::int64_t fetch = h.command_processor.fetch_bytes;
  std::int64_t step = std::max<std::int64_t>(fetch, 64);
  while (step % h.dma.burst_bytes != 0) step += fetch;
  t.interleave_bytes =
      std::min(rounded_up(t.interleave_bytes, step), (std::int64_t{1} << 20) / step * step);
  std::int64_t row = rounded_up(std::max(t.row_bytes, t.interleave_bytes), t.interleave_bytes);
  while (row % t.burst_bytes != 0) row += t.interleave_bytes;
  t.row_bytes = row;
  t.ccd_cycles = std::max(t.ccd_cycles, t.burst_cycles);
  t.ras_ps = std::max(t.ras_ps, t.rcd_ps);
  t.faw_ps = std::max(t.faw_ps, t.rrd_ps);
  constexpr std::int64_t kMostPs = 1'000'000'000;
  const std::int64_t refresh = t.rp_ps + t.rfc_ps;
  if (t.refi_ps != 0 && t.refi_ps <= refresh) {
    t.refi_ps = 2 * refresh < kMostPs ? 2 * refresh + 1 : 0;
  }
  // Above that the NPU may wait for ever.
  others.share_percent = std::min(others.share_percent, most_share_percent(h));
}

bool is_legal(const HardwareConfig& hardware) {
  try {
    config::check_hardware(hardware);
    return true;
  } catch (const base::InputError&) {
    return false;
  }
}

/// One key at either end of its range, or anywhere in it; nothing where the rest does not allow it.
void stretch(HardwareConfig& hardware, Draw& draw) {
  HardwareConfig changed = hardware;
  const HardwareField& field = draw.pick(config::hardware_fields());
  const std::int64_t choice = draw.integer(0, 2);
  if (!field.applies(changed)) return;
  field.set(changed, choice == 0   ? field.rule.least
                     : choice == 1 ? field.rule.greatest
                                   : any_value(field.rule, draw));
  // What else says less gives way.
  config::DramTimingConfig& t = changed.dram.timing;
  const std::string key = field.key;
  if (key == "dram.timing.ras_ns") t.rcd_ps = std::min(t.rcd_ps, t.ras_ps);
  if (key == "dram.timing.faw_ns") t.rrd_ps = std::min(t.rrd_ps, t.faw_ps);
  if (key == "dram.timing.ccd_cycles") t.burst_cycles = std::min(t.burst_cycles, t.ccd_cycles);
  // A millisecond is fewer cycles of a slow clock.
  const bool is_time = key.size() > 3 && key.compare(key.size() - 3, 3, "_ns") == 0;
  if (is_time && draw.chance(70)) changed.clock_hz = 1'000'000 * draw.integer(1, 50);
  reconcile(changed);
  if (is_legal(changed)) hardware = changed;
}

std::string one_of_names(Draw& draw, const std::vector<std::string>& names) {
  return draw.pick(names);
}

/// The run file's sections but for model and hardware.
std::string sections(Draw& draw, const HardwareConfig& hardware, DrawnRun& run) {
  const auto choose = [&](const std::string& key, const std::string& value) {
    run.choices.insert(key + " " + value);
    return key + ": " + value;
  };
  const std::string method = one_of_names(draw, {"min_max", "min_max", "percentile", "mse", "kl"});
  std::string text = "calibration: {kind: random, seed: " + std::to_string(draw.integer(0, 999)) +
                     ", images: " + std::to_string(draw.integer(1, 3)) + ", " +
                     choose("method", method);
  if (method == "percentile" && draw.chance(50)) text += ", percentile: 97.5";
  if (draw.chance(20)) text += ", output_headroom: " + one_of_names(draw, {"1", "1.5", "16"});
  text += "}\nquantization:\n";
  const std::string scheme =
      one_of_names(draw, {"shift_scaler", "shift_scaler", "per_layer", "per_channel"});
  text += "  " + choose("scheme", scheme) + "\n";
  if (draw.chance(70) || hardware.requantization.field_bits < 4) {
    // Wider fields than the machine's are refused.
    const std::int64_t most = draw.chance(97) ? hardware.requantization.field_bits : 4;
    text += "  " + choose("field_bits", std::to_string(draw.integer(0, most))) + "\n";
  }
  if (draw.chance(50)) text += "  " + choose("rule", draw.chance(50) ? "octave" : "floor") + "\n";
  if (draw.chance(50))
    text += "  " + choose("bias_correction", draw.chance(50) ? "true" : "false") + "\n";
  if (scheme == "per_layer" && draw.chance(50)) text += "  " + choose("symmetric", "false") + "\n";
  // A model that brings scales of its own refuses other widths and equalization.
  const bool has_scales = run.operators.count("DequantizeLinear") != 0;
  if (draw.chance(has_scales ? 2 : 25)) text += "  " + choose("equalization", "true") + "\n";
  if (draw.chance(has_scales ? 3 : 40))
    text += "  " + choose("weight_bits", std::to_string(draw.integer(2, 8))) + "\n";
  if (draw.chance(has_scales ? 3 : 40))
    text += "  " + choose("activation_bits", std::to_string(draw.integer(4, 8))) + "\n";
  if (draw.chance(has_scales ? 2 : 20)) {
    text += "  layers: [{match: \"" + one_of_names(draw, {"*", "?*", "*", "*a*"}) +
            "\", weight_bits: " + std::to_string(draw.integer(2, 8)) +
            ", activation_bits: " + std::to_string(draw.integer(4, 8)) + "}]\n";
    run.choices.insert("layers by pattern");
  }
  return text;
}

/// Rows of a SCALE-Sim file; one that does not follow from the row before begins a branch with an
/// input of its own.
std::string draw_rows(Draw& draw) {
  std::string text =
      "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, "
      "Num Filter, Strides,\n";
  for (std::int64_t i = draw.integer(1, 4); i > 0; --i) {
    const std::int64_t height = draw.integer(1, 12), width = draw.integer(1, 12);
    text += "layer" + std::to_string(i);
    for (const std::int64_t value :
         {height, width, draw.integer(1, std::min<std::int64_t>(height, 4)),
          draw.integer(1, std::min<std::int64_t>(width, 4)), draw.integer(1, 12),
          draw.integer(1, 20), draw.integer(1, 2)}) {
      text += ", " + std::to_string(value);
    }
    text += ",\n";
  }
  return text;
}

}  // namespace

HardwareConfig draw_hardware(std::uint64_t seed) {
  Draw draw(seed * 0x9E3779B97F4A7C15ULL + 3);
  std::mt19937 random(static_cast<std::uint32_t>(seed * 2654435761U));
  HardwareConfig h = random_hardware(seed, draw.one_of({1, 2, 4, 8, 16, 64}));
  if (draw.chance(60)) draw_timing(h, random);
  if (draw.chance(60)) draw_dram(h, random);
  if (draw.chance(60)) draw_dataflow(h, random);
  if (draw.chance(40)) {
    h.mac_array.rows = draw.one_of({1, 2, 3, 7, 13, 31, 64});
    h.mac_array.columns = draw.one_of({1, 2, 3, 5, 17, 33, 64});
  }
  if (draw.chance(40)) {
    h.mac_array.accumulator =
        draw.chance(50) ? config::AccumulatorOverflow::saturate : config::AccumulatorOverflow::wrap;
    h.mac_array.accumulator_bits = draw.integer(8, 32);
  } else if (draw.chance(30)) {
    h.mac_array.accumulator_bits = draw.integer(20, 32);
  }
  if (draw.chance(25)) h.requantization.field_bits = draw.integer(0, 4);
  reconcile(h);
  for (std::int64_t keys = draw.one_of({0, 1, 1, 2, 3, 4}); keys > 0; --keys) stretch(h, draw);
  h.name = "drawn_" + std::to_string(seed);
  config::check_hardware(h);
  return h;
}

DrawnRun draw_run(std::uint64_t seed) {
  Draw draw(seed * 0x9E3779B97F4A7C15ULL + 7);
  DrawnRun run;
  run.seed = seed;
  run.hardware = draw_hardware(seed);
  std::string text;
  if (draw.chance(7)) {
    run.model_file = "layers.csv";
    run.model = draw_rows(draw);
    text = "model: layers.csv\n";
  } else {
    run.model_file = "model.onnx";
    DrawnModel model = draw_onnx(seed);
    run.model = std::move(model.bytes);
    run.operators = std::move(model.operators);
    run.choices.insert("opset " + std::to_string(model.opset));
    text = "model: model.onnx\ndataset: null\n";
  }
  run.run_yaml = text + sections(draw, run.hardware, run) +
                 "simulation: {images: 1}\nhardware: hardware.yaml\n";
  run.images = draw.chance(85) ? 1 : draw.integer(2, 3);
  return run;
}

void write_run(const DrawnRun& run, const std::filesystem::path& folder) {
  const auto write = [&](const std::string& name, const std::string& text) {
    std::ofstream file(folder / name, std::ios::binary);
    file << text;
    file.close();
    if (!file) throw std::runtime_error("cannot write " + (folder / name).string());
  };
  write(run.model_file, run.model);
  write("run.yaml", run.run_yaml);
  write("hardware.yaml", config::hardware_yaml(run.hardware));
}

}  // namespace npusim::test
