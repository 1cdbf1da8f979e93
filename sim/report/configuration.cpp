// SPDX-License-Identifier: Apache-2.0
#include "sim/report/configuration.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "sim/config/hardware_fields.h"
#include "sim/report/json_sections.h"

namespace npusim::report {
namespace {

using nlohmann::json;

/// As a YAML file has it: a number, true, false or a text.
json field_json(const config::HardwareField& field, const config::HardwareConfig& hardware) {
  const std::string text = config::field_text(field, hardware);
  if (field.choices.empty()) return json::parse(text);  // 13.75 of nanoseconds stays as written
  if (text == "true" || text == "false") return text == "true";
  return text;
}

/// The keys in force, nested as in a hardware file.
json machine_json(const config::HardwareConfig& hardware) {
  json result = {{"name", hardware.name}};
  for (const config::HardwareField& field : config::hardware_fields()) {
    if (!field.is_reported(hardware)) continue;
    std::string pointer = '/' + std::string(field.key);
    std::replace(pointer.begin(), pointer.end(), '.', '/');
    result[json::json_pointer(pointer)] = field_json(field, hardware);
  }
  return result;
}

json choice_json(const config::QuantizationConfig& quantization) {
  json result = {{"scheme", quantization.scheme},
                 {"field_bits", quantization.field_bits},
                 {"rule", quantization.rule},
                 {"bias_correction", quantization.bias_correction},
                 {"symmetric", quantization.symmetric},
                 {"equalization", quantization.equalization},
                 {"weight_bits", quantization.weight_bits},
                 {"activation_bits", quantization.activation_bits}};
  for (const config::LayerQuantizationConfig& entry : quantization.layers) {
    json row = {{"match", entry.match}};
    const auto put = [&](const char* key, const auto& value) {
      if (value) row[key] = *value;
    };
    put("scheme", entry.scheme);
    put("field_bits", entry.field_bits);
    put("rule", entry.rule);
    put("symmetric", entry.symmetric);
    put("weight_bits", entry.weight_bits);
    put("activation_bits", entry.activation_bits);
    result["layers"].push_back(std::move(row));
  }
  return result;
}

const char* kind_name(config::DatasetKind kind) {
  switch (kind) {
    case config::DatasetKind::fractal:
      return "fractal";
    case config::DatasetKind::image_folder:
      return "image_folder";
    case config::DatasetKind::random:
      return "random";
  }
  throw base::InternalError("report: a kind of data set without a name");
}

json images_json(const config::DatasetConfig& data) {
  json result = {{"kind", kind_name(data.kind)}};
  if (data.kind != config::DatasetKind::image_folder) result["seed"] = data.seed;
  if (data.images) result["images"] = *data.images;
  return result;
}

json calibration_json(const config::CalibrationConfig& calibration) {
  json result = images_json(calibration.data);
  result["method"] = calibration.method;
  if (calibration.method == "percentile") result["percentile"] = calibration.percentile;
  result["output_headroom"] = calibration.output_headroom;
  return result;
}

json input_json(const config::InputConfig& input) {
  return {{"size", input.size},
          {"resize_shorter_side", input.resize_shorter_side},
          {"center_crop", input.center_crop},
          {"mean", input.mean},
          {"scale", input.scale}};
}

json simulation_choice_json(const SimulationChoice& simulation) {
  json result = {{"timing_only", simulation.timing_only}};
  if (simulation.images) result["images"] = *simulation.images;
  if (simulation.consecutive_images) result["consecutive_images"] = *simulation.consecutive_images;
  if (simulation.steady_state) result["steady_state"] = *simulation.steady_state;
  if (!simulation.input_sha256.empty()) result["input_sha256"] = simulation.input_sha256;
  return result;
}

std::string hash_text(std::uint64_t hash) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  for (int shift = 60; shift >= 0; shift -= 4)
    text += kHex[hash >> static_cast<unsigned>(shift) & 15U];
  return text;
}

}  // namespace

Configuration configuration_of(const isa::Program& program) {
  const isa::Metadata& metadata = program.metadata;
  const isa::Preprocessing& preprocessing = metadata.preprocessing;
  Configuration configuration;
  configuration.hardware = program.hardware;
  config::QuantizationConfig& quantization = configuration.quantization;
  quantization.scheme = metadata.scheme;
  quantization.field_bits = metadata.field_bits;
  quantization.rule = metadata.rule;
  quantization.bias_correction = metadata.bias_correction;
  quantization.symmetric = metadata.symmetric;
  quantization.equalization = metadata.equalization;
  quantization.weight_bits = metadata.weight_bits;
  quantization.activation_bits = metadata.activation_bits;
  config::InputConfig& input = configuration.input;
  input.size = preprocessing.size;
  input.resize_shorter_side = preprocessing.resize_shorter_side;
  input.center_crop = preprocessing.center_crop;
  std::copy(std::begin(preprocessing.mean), std::end(preprocessing.mean), input.mean.begin());
  std::copy(std::begin(preprocessing.scale), std::end(preprocessing.scale), input.scale.begin());
  configuration.simulation.consecutive_images = metadata.images;
  return configuration;
}

json configuration_json(const Configuration& configuration) {
  json result = {{"hardware", machine_json(configuration.hardware)},
                 {"quantization", choice_json(configuration.quantization)},
                 {"simulation", simulation_choice_json(configuration.simulation)}};
  if (!configuration.technology.empty()) result["technology"] = configuration.technology;
  if (configuration.input.size != 0) result["input"] = input_json(configuration.input);
  if (configuration.model) {
    result["model"] = {{"name", configuration.model->name},
                       {"hash", hash_text(configuration.model->hash)}};
  }
  if (configuration.dataset) result["dataset"] = images_json(*configuration.dataset);
  if (configuration.calibration)
    result["calibration"] = calibration_json(*configuration.calibration);
  if (configuration.skip_bad_images) result["skip_bad_images"] = *configuration.skip_bad_images;
  if (configuration.faults) result["faults"] = faults_choice_json(*configuration.faults);
  return result;
}

}  // namespace npusim::report
