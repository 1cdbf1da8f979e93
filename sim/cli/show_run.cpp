// SPDX-License-Identifier: Apache-2.0
// Run files and hardware files as `npusim show` writes them.
#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/cli/data_folders.h"
#include "sim/cli/show_text.h"
#include "sim/cli/table.h"
#include "sim/config/hardware_yaml.h"
#include "sim/config/yaml_writer.h"
#include "sim/report/format.h"

namespace npusim::cli {
namespace {

namespace fs = std::filesystem;
using config::fault_name;
using config::yaml_number;
using config::yaml_scalar;

/// "path: /a/b  # exists", or null and the flag that sets it.
std::string path_line(const std::string& key, const fs::path& path, const std::string& flag) {
  if (path.empty()) return key + ": null  # set it with " + flag + '\n';
  const fs::path whole = fs::absolute(path).lexically_normal();
  std::error_code unreadable;
  return key + ": " + yaml_scalar(whole.string()) +
         (fs::exists(whole, unreadable) ? "  # exists\n" : "  # missing\n");
}

std::string images_text(const config::DatasetConfig& data, const std::string& flag) {
  switch (data.kind) {
    case config::DatasetKind::image_folder:
      return "  kind: image_folder\n  " + path_line("path", data.path, flag) +
             (data.images ? fmt::format("  images: {}\n", *data.images)
                          : "  # images: left out, all of the folder\n");
    case config::DatasetKind::fractal:
    case config::DatasetKind::random:
      return fmt::format("  kind: {}\n  seed: {}\n  images: {}\n",
                         data.kind == config::DatasetKind::fractal ? "fractal" : "random",
                         data.seed, data.images.value_or(1));
  }
  throw base::InternalError("show: a kind of data set without a name");
}

std::string model_text(const config::RunConfig& run) {
  if (!run.topology_yaml.empty()) return "model:\n" + run.topology_yaml;
  return path_line("model", run.model, "--model F");
}

std::string dataset_text(const config::RunConfig& run) {
  if (run.dataset) return "dataset:\n" + images_text(*run.dataset, "--dataset DIR");
  if (run.accuracy_not_measured.empty())
    return "# dataset: left out; npusim compile needs none, npusim run does\n";
  return "dataset: null  # accuracy is not measured\n";
}

std::string input_text(const config::InputConfig& input) {
  if (input.size == 0) return "# input: left out, the network is shown no pictures\n";
  const auto side = [](const char* key, std::int64_t pixels) {
    return pixels == 0 ? fmt::format("  # {}: left out, none\n", key)
                       : fmt::format("  {}: {}\n", key, pixels);
  };
  const auto three = [](const std::array<double, 3>& values) {
    return '[' + yaml_number(values[0]) + ", " + yaml_number(values[1]) + ", " +
           yaml_number(values[2]) + "]\n";
  };
  return fmt::format("input:\n  size: {}\n", input.size) +
         side("resize_shorter_side", input.resize_shorter_side) +
         side("center_crop", input.center_crop) + "  mean: " + three(input.mean) +
         "  scale: " + three(input.scale);
}

std::string quantization_text(const config::QuantizationConfig& quantization) {
  std::string text = fmt::format(
      "quantization:\n  scheme: {}\n  field_bits: {}\n  rule: {}\n  bias_correction: {}\n"
      "  symmetric: {}\n  equalization: {}\n  weight_bits: {}\n  activation_bits: {}\n",
      quantization.scheme, quantization.field_bits, quantization.rule, quantization.bias_correction,
      quantization.symmetric, quantization.equalization, quantization.weight_bits,
      quantization.activation_bits);
  if (!quantization.layers.empty()) text += "  layers:\n";
  for (const config::LayerQuantizationConfig& entry : quantization.layers) {
    text += "    - {match: " + yaml_scalar(entry.match);
    const auto add = [&](const char* key, const auto& value) {
      if (value) text += fmt::format(", {}: {}", key, *value);
    };
    add("scheme", entry.scheme);
    add("field_bits", entry.field_bits);
    add("rule", entry.rule);
    add("symmetric", entry.symmetric);
    add("weight_bits", entry.weight_bits);
    add("activation_bits", entry.activation_bits);
    text += "}\n";
  }
  return text;
}

std::string flow_list(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : ", ") + item;
  return '[' + text + ']';
}

std::string site_text(const config::FaultSiteConfig& site) {
  std::string text = "    - {kind: " + fault_name(site.kind);
  if (site.field) text += ", field: " + fault_name(*site.field);
  if (site.layer) text += ", layer: " + yaml_scalar(*site.layer);
  if (site.instruction) text += fmt::format(", instruction: {}", *site.instruction);
  return text + fmt::format(", element: {}, bit: {}}}\n", site.element, site.bit);
}

std::string faults_text(const config::FaultsConfig& faults) {
  const std::string images = fmt::format("  images: {}\n", faults.images);
  std::string text = "faults:\n";
  if (!faults.is_drawn()) {
    text += images + "  sites:\n";
    for (const config::FaultSiteConfig& site : faults.sites) text += site_text(site);
    return text;
  }
  std::vector<std::string> kinds, rates, layers;
  for (const config::FaultKind kind : faults.kinds) kinds.push_back(fault_name(kind));
  for (const double rate : faults.rates) rates.push_back(yaml_number(rate));
  for (const std::string& layer : faults.layers) layers.push_back(yaml_scalar(layer));
  text += "  kinds: " + flow_list(kinds) + "\n  rate: " + flow_list(rates) + '\n' +
          fmt::format("  trials: {}\n  seed: {}\n", faults.trials, faults.seed) + images +
          fmt::format("  single_flips: {}\n", faults.single_flips);
  return text + (layers.empty() ? "" : "  layers: " + flow_list(layers) + '\n');
}

/// One that ships by its name, any other by its path.
std::string technology_text(const fs::path& file) {
  if (file.empty()) return "# technology: left out, the usual one was not found\n";
  std::error_code unreadable;
  for (const fs::path& configs : data_folders().configs) {
    if (fs::equivalent(configs / "technology" / file.filename(), file, unreadable))
      return "technology: " + yaml_scalar(file.stem().string()) + '\n';
  }
  return path_line("technology", file, "--technology F");
}

std::string derived(const std::string& label, const std::string& text) {
  return fmt::format("#   {:<23}{}\n", label, text);
}

std::string capacity(std::int64_t bytes) {
  constexpr double kKiB = 1024;
  return report::grouped(bytes) + " bytes, " + amount(static_cast<double>(bytes) / kKiB) + " KiB";
}

}  // namespace

std::string derived_text(const config::HardwareConfig& hardware) {
  const config::HardwarePeaks peaks = config::hardware_peaks(hardware);
  return "# Derived, with two operations per MAC\n" +
         derived("peak", report::grouped(peaks.macs_per_cycle) + " MACs/cycle, " +
                             report::si(peaks.macs_per_second, "MAC/s") + ", " +
                             report::si(peaks.operations_per_second, "OPS")) +
         derived("DRAM", amount(peaks.dram_bytes_per_cycle) + " bytes/cycle, " +
                             report::si(peaks.dram_bytes_per_second, "B/s")) +
         derived("machine balance",
                 amount(peaks.balance_macs_per_dram_byte) + " MACs per DRAM byte") +
         derived("activation scratchpad", capacity(hardware.activation_scratchpad.bytes)) +
         derived("weight scratchpad", capacity(hardware.weight_scratchpad.bytes)) +
         derived("feeder", report::grouped(hardware.feeder.bytes_per_cycle) + " bytes/cycle") +
         derived("requantization",
                 report::grouped(hardware.requantization.lanes) + " results/cycle") +
         derived("vector unit", report::grouped(hardware.vector_unit.lanes) + " results/cycle") +
         derived("config hash", config::config_hash(hardware));
}

std::string hardware_text(const config::HardwareConfig& hardware) {
  return config::hardware_yaml(hardware) + '\n' + derived_text(hardware);
}

std::string run_text(const config::RunConfig& run) {
  std::string method = run.calibration.method;
  if (method == "percentile")
    method += fmt::format("\n  percentile: {}", run.calibration.percentile);
  if (run.calibration.output_headroom !=
      config::usual_output_headroom(run.calibration.data, run.dataset))
    method += fmt::format("\n  output_headroom: {}", run.calibration.output_headroom);
  std::string text = model_text(run) + '\n' + dataset_text(run);
  text += "\ncalibration:\n" + images_text(run.calibration.data, "--calibration DIR") +
          "  method: " + method + "\n\n" + input_text(run.input);
  text += '\n' + quantization_text(run.quantization);
  text +=
      fmt::format("\nsimulation:\n  images: {}\n  timing_only: {}\n  steady_state: {}\n",
                  run.simulation.images, run.simulation.timing_only, run.simulation.steady_state);
  if (run.faults) text += '\n' + faults_text(*run.faults);
  text += '\n' + technology_text(run.technology);
  if (run.hardware.name.empty()) return text + "\nhardware: null  # set it with --hardware F\n";
  text += "\nhardware:\n" + config::hardware_yaml(run.hardware, 2) + '\n';
  return text + derived_text(run.hardware);
}

}  // namespace npusim::cli
