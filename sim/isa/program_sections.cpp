// SPDX-License-Identifier: Apache-2.0
#include "sim/isa/program_sections.h"

#include <xxhash.h>

#include <algorithm>

#include "sim/config/hardware_reader.h"
#include "sim/isa/encoding.h"
#include "sim/isa/settings.h"

namespace npusim::isa {
namespace {

/// The u64 xxHash64 of the text, then the text.
void write_text(const std::string& text, ByteWriter& writer) {
  writer.put(std::uint64_t{XXH64(text.data(), text.size(), 0)});
  writer.put_string(text);
}

std::string read_text(ByteReader& reader, const char* what) {
  const auto hash = reader.get<std::uint64_t>("hash");
  std::string text = reader.get_string(what);
  if (hash != XXH64(text.data(), text.size(), 0)) {
    reader.refuse(what, "a text that does not have its hash", "the text that was written");
  }
  return text;
}

void write_hardware(const Program& program, ByteWriter& writer) {
  writer.put_string(program.hardware.name);
  write_text(config::program_dependent_text(program.hardware), writer);
  write_text(config::timing_only_text(program.hardware), writer);
}

void read_hardware(ByteReader& reader, Program& program) {
  const std::string name = reader.get_string("name");
  const std::string program_dependent = read_text(reader, "program-dependent text");
  const std::string timing_only = read_text(reader, "timing-only text");
  try {
    program.hardware = config::hardware_from_text(name, program_dependent, timing_only);
  } catch (const base::InputError& error) {
    throw_with_place(reader.place(), error);
  }
}

void write_instructions(const Program& program, ByteWriter& writer) {
  for (const Instruction& instruction : program.instructions) {
    writer.put_bytes(encode(instruction));
  }
}

void read_instructions(ByteReader& reader, Program& program) {
  program.instructions.reserve(reader.left() / kInstructionBytes);
  while (reader.left() > 0) {
    const std::uint8_t* bytes = reader.skip(kInstructionBytes, "instruction");
    try {
      program.instructions.push_back(decode(bytes));
    } catch (const base::InputError& error) {
      throw_with_place(
          reader.place() + ": instruction " + std::to_string(program.instructions.size()), error);
    }
  }
}

void write_origins(const Program& program, ByteWriter& writer) {
  for (const InstructionOrigin& origin : program.origins) {
    writer.put(origin.layer);
    writer.put(origin.tile);
  }
}

void read_origins(ByteReader& reader, Program& program) {
  program.origins.reserve(reader.left() / sizeof(InstructionOrigin));
  while (reader.left() > 0) {
    InstructionOrigin origin;
    origin.layer = reader.get<std::uint32_t>("layer");
    origin.tile = reader.get<std::uint32_t>("tile");
    program.origins.push_back(origin);
  }
}

void write_semaphores(const Program& program, ByteWriter& writer) {
  writer.put_count(program.semaphores.size());
  for (const Semaphore& semaphore : program.semaphores) {
    writer.put_string(semaphore.name);
    writer.put(static_cast<std::uint8_t>(semaphore.poster));
    writer.put(static_cast<std::uint8_t>(semaphore.waiter));
    writer.put(semaphore.initial);
  }
}

void read_semaphores(ByteReader& reader, Program& program) {
  program.semaphores.resize(reader.get_count(10, "semaphores"));
  for (Semaphore& semaphore : program.semaphores) {
    semaphore.name = reader.get_string("name");
    semaphore.poster = reader.get_choice<Unit>("poster", kUnits - 1);
    semaphore.waiter = reader.get_choice<Unit>("waiter", kUnits - 1);
    semaphore.initial = reader.get<std::uint32_t>("initial");
  }
}

void write_dram_image(const Program& program, ByteWriter& writer) {
  writer.put(program.dram_bytes);
  writer.put_bytes(program.dram_image);
}

void read_dram_image(ByteReader& reader, Program& program) {
  program.dram_bytes = reader.get<std::uint64_t>("DRAM bytes");
  program.dram_image = reader.get_rest();
}

/// The widths that are not the usual one; nothing where all are.
void write_code_widths(const std::vector<TensorInfo>& tensors, ByteWriter& writer) {
  const auto is_narrow = [](const TensorInfo& t) { return t.code_bits != kMostCodeBits; };
  const auto narrow = std::count_if(tensors.begin(), tensors.end(), is_narrow);
  if (narrow == 0) return;
  writer.put_count(static_cast<std::size_t>(narrow));
  for (std::size_t t = 0; t < tensors.size(); ++t) {
    if (!is_narrow(tensors[t])) continue;
    writer.put(static_cast<std::uint32_t>(t));
    writer.put(static_cast<std::uint8_t>(tensors[t].code_bits));
  }
}

/// An index above the one before it and below `size`.
std::size_t read_next_index(ByteReader& reader, const char* what, std::size_t first,
                            std::size_t size) {
  const auto index = reader.get<std::uint32_t>(what);
  if (index < first || index >= size) {
    reader.refuse(what, std::to_string(index),
                  "from " + std::to_string(first) + " up and below " + std::to_string(size));
  }
  return index;
}

/// A list that is written only where it has something to say.
std::size_t read_exceptions(ByteReader& reader, std::size_t record_bytes, const char* what) {
  const std::size_t count = reader.get_count(record_bytes, what);
  if (count == 0) reader.refuse(what, "none", "left out or at least one");
  return count;
}

void read_code_widths(ByteReader& reader, std::vector<TensorInfo>& tensors) {
  std::size_t next = 0;
  for (std::size_t left = read_exceptions(reader, 5, "widths"); left > 0; --left) {
    next = read_next_index(reader, "tensor of a width", next, tensors.size());
    const auto bits = reader.get<std::uint8_t>("width");
    if (bits < kLeastCodeBits || bits >= kMostCodeBits) {
      reader.refuse("width", std::to_string(bits),
                    std::to_string(kLeastCodeBits) + " to " + std::to_string(kMostCodeBits - 1));
    }
    tensors[next++].code_bits = bits;
  }
}

void write_tensors(const Program& program, ByteWriter& writer) {
  writer.put_count(program.tensors.size());
  for (const TensorInfo& tensor : program.tensors) {
    writer.put_string(tensor.name);
    for (const std::int64_t extent : {tensor.height, tensor.width, tensor.channels}) {
      writer.put(extent);
    }
    writer.put(static_cast<std::uint8_t>(tensor.type));
    writer.put(static_cast<std::uint8_t>(tensor.memory));
    writer.put_double(tensor.scale);
    writer.put(tensor.zero_point);
    writer.put(tensor.address);
    writer.put(tensor.complete_after);
  }
  write_code_widths(program.tensors, writer);
}

void read_tensors(ByteReader& reader, Program& program) {
  program.tensors.resize(reader.get_count(58, "tensors"));
  for (TensorInfo& tensor : program.tensors) {
    tensor.name = reader.get_string("name");
    tensor.height = reader.get<std::int64_t>("height");
    tensor.width = reader.get<std::int64_t>("width");
    tensor.channels = reader.get<std::int64_t>("channels");
    tensor.type = reader.get_choice<DataType>("type", 2);
    tensor.memory = reader.get_choice<Memory>("memory", 1);
    tensor.scale = reader.get_double("scale");
    tensor.zero_point = reader.get<std::int32_t>("zero point");
    tensor.address = reader.get<std::uint64_t>("address");
    tensor.complete_after = reader.get<std::int64_t>("complete after");
  }
  if (reader.left() > 0) read_code_widths(reader, program.tensors);
}

void write_interface(const Program& program, ByteWriter& writer) {
  for (const auto* list : {&program.inputs, &program.outputs}) {
    writer.put_count(list->size());
    for (const std::uint32_t tensor : *list) writer.put(tensor);
  }
}

void read_interface(ByteReader& reader, Program& program) {
  for (auto* list : {&program.inputs, &program.outputs}) {
    list->resize(reader.get_count(4, list == &program.inputs ? "inputs" : "outputs"));
    for (std::uint32_t& tensor : *list) tensor = reader.get<std::uint32_t>("tensor");
  }
}

/// Of the layers that have their own; nothing where none has.
void write_layer_quantizations(const std::vector<LayerInfo>& layers, ByteWriter& writer) {
  const auto own = std::count_if(layers.begin(), layers.end(), [](const LayerInfo& layer) {
    return layer.quantization.has_value();
  });
  if (own == 0) return;
  writer.put_count(static_cast<std::size_t>(own));
  for (std::size_t l = 0; l < layers.size(); ++l) {
    if (!layers[l].quantization) continue;
    const LayerQuantization& quantization = *layers[l].quantization;
    writer.put(static_cast<std::uint32_t>(l));
    writer.put_string(quantization.scheme);
    writer.put(quantization.field_bits);
    writer.put_string(quantization.rule);
    writer.put(quantization.symmetric);
    writer.put(quantization.weight_bits);
  }
}

void read_layer_quantizations(ByteReader& reader, std::vector<LayerInfo>& layers) {
  std::size_t next = 0;
  for (std::size_t left = read_exceptions(reader, 21, "quantizations"); left > 0; --left) {
    next = read_next_index(reader, "layer of a quantization", next, layers.size());
    LayerQuantization quantization;
    quantization.scheme = reader.get_string("scheme");
    quantization.field_bits = reader.get<std::int32_t>("field bits");
    quantization.rule = reader.get_string("rule");
    quantization.symmetric = reader.get_choice<bool>("symmetric", 1);
    quantization.weight_bits = reader.get<std::int32_t>("weight bits");
    layers[next++].quantization = std::move(quantization);
  }
}

void write_layers(const Program& program, ByteWriter& writer) {
  writer.put_count(program.layers.size());
  for (const LayerInfo& layer : program.layers) {
    writer.put_string(layer.name);
    writer.put_string(layer.kind);
    writer.put(layer.macs);
    writer.put(layer.output_tensor);
    for (const std::int64_t bytes :
         {layer.weights_bytes, layer.bias_bytes, layer.requant_bytes, layer.channel_shift_bytes}) {
      writer.put(bytes);
    }
  }
  write_layer_quantizations(program.layers, writer);
}

void read_layers(ByteReader& reader, Program& program) {
  program.layers.resize(reader.get_count(52, "layers"));
  for (LayerInfo& layer : program.layers) {
    layer.name = reader.get_string("name");
    layer.kind = reader.get_string("kind");
    layer.macs = reader.get<std::int64_t>("macs");
    layer.output_tensor = reader.get<std::uint32_t>("output tensor");
    layer.weights_bytes = reader.get<std::int64_t>("weights bytes");
    layer.bias_bytes = reader.get<std::int64_t>("bias bytes");
    layer.requant_bytes = reader.get<std::int64_t>("requant bytes");
    layer.channel_shift_bytes = reader.get<std::int64_t>("channel shift bytes");
  }
  if (reader.left() > 0) read_layer_quantizations(reader, program.layers);
}

/// Written only where a setting is not the usual one.
void write_settings(const Metadata& metadata, ByteWriter& writer) {
  const std::vector<Setting> unusual = unusual_settings(metadata);
  if (unusual.empty()) return;
  writer.put_count(unusual.size());
  for (const Setting& setting : unusual) {
    writer.put_string(setting.name);
    writer.put(setting.get(metadata));
  }
}

void read_settings(ByteReader& reader, Metadata& metadata) {
  const std::size_t count = reader.get_count(8, "settings");
  if (count == 0) reader.refuse("settings", "none", "left out or at least one");
  auto next = settings().begin();
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = reader.get_string("setting");
    next = std::find_if(next, settings().end(),
                        [&](const Setting& setting) { return setting.name == name; });
    if (next == settings().end()) {
      reader.refuse("setting", "'" + name + "'", "a known one, in their order");
    }
    const auto value = reader.get<std::int32_t>(next->name);
    if (value < next->least || value > next->greatest || value == next->usual) {
      reader.refuse(next->name, std::to_string(value),
                    std::to_string(next->least) + " to " + std::to_string(next->greatest) +
                        " and not the usual " + std::to_string(next->usual));
    }
    next++->set(metadata, value);
  }
}

void write_metadata(const Program& program, ByteWriter& writer) {
  const Metadata& metadata = program.metadata;
  const Preprocessing& preprocessing = metadata.preprocessing;
  writer.put_string(metadata.name);
  writer.put_string(metadata.scheme);
  writer.put(metadata.field_bits);
  writer.put_string(metadata.rule);
  writer.put(metadata.bias_correction);
  writer.put(preprocessing.size);
  writer.put(preprocessing.resize_shorter_side);
  writer.put(preprocessing.center_crop);
  for (const double mean : preprocessing.mean) writer.put_double(mean);
  for (const double scale : preprocessing.scale) writer.put_double(scale);
  writer.put(program.activation_peak_bytes);
  write_settings(metadata, writer);
}

void read_metadata(ByteReader& reader, Program& program) {
  Metadata& metadata = program.metadata;
  Preprocessing& preprocessing = metadata.preprocessing;
  metadata.name = reader.get_string("name");
  metadata.scheme = reader.get_string("scheme");
  metadata.field_bits = reader.get<std::int32_t>("field bits");
  metadata.rule = reader.get_string("rule");
  metadata.bias_correction = reader.get_choice<bool>("bias correction", 1);
  preprocessing.size = reader.get<std::int64_t>("size");
  preprocessing.resize_shorter_side = reader.get<std::int64_t>("resize shorter side");
  preprocessing.center_crop = reader.get<std::int64_t>("center crop");
  for (double& mean : preprocessing.mean) mean = reader.get_double("mean");
  for (double& scale : preprocessing.scale) scale = reader.get_double("scale");
  program.activation_peak_bytes = reader.get<std::int64_t>("activation peak bytes");
  if (reader.left() > 0) read_settings(reader, metadata);
}

constexpr SectionFormat kFormats[kSections] = {
    {"hardware", write_hardware, read_hardware},
    {"instructions", write_instructions, read_instructions},
    {"origins", write_origins, read_origins},
    {"semaphores", write_semaphores, read_semaphores},
    {"dram_image", write_dram_image, read_dram_image},
    {"tensors", write_tensors, read_tensors},
    {"interface", write_interface, read_interface},
    {"layers", write_layers, read_layers},
    {"metadata", write_metadata, read_metadata},
};

}  // namespace

const SectionFormat* section_formats() { return kFormats; }

}  // namespace npusim::isa
