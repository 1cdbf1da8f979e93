// SPDX-License-Identifier: Apache-2.0
#include "sim/isa/assembler.h"

#include <xxhash.h>

#include <array>
#include <map>
#include <set>

#include "sim/config/hardware_fields.h"
#include "sim/config/hardware_reader.h"
#include "sim/isa/assembly_fields.h"
#include "sim/isa/encoding.h"
#include "sim/isa/text_fields.h"

namespace npusim::isa {
namespace {

constexpr char kTile[] = ".tile";
/// A Program's DRAM, at most 4 GiB, would hold four times as many.
constexpr std::size_t kMostInstructions = std::size_t{1} << 24;

bool is_digits(const std::string& text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::vector<std::string> opcode_names() {
  std::vector<std::string> names;
  names.reserve(kOpcodes);
  for (int o = 0; o < kOpcodes; ++o) names.emplace_back(opcode_name(static_cast<Opcode>(o)));
  return names;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

class Assembler {
 public:
  Assembler(std::string_view text, const std::string& name, const AssemblyOptions& options)
      : text_(text), options_(options), errors_(name) {}

  Program run() {
    refuse_bytes();
    find_sections();
    for (const Section& section : kSections) {
      const auto found = places_.find(section.name);
      if (found != places_.end()) {
        (this->*section.read)(found->second);
      } else if (!(options_.hardware && section.read == &Assembler::hardware)) {
        errors_.add({}, section.name, "nothing", "a section of the text");
      }
    }
    if (options_.hardware && places_.count(".hardware") == 0)
      program_.hardware = *options_.hardware;
    take_image();
    refuse_repeated_tensors();
    errors_.throw_if_any();
    verify_program();
    return std::move(program_);
  }

 private:
  /// Lines [begin, end) of the text, the directive's first.
  struct Lines {
    std::string_view text;
    std::size_t first_line = 0;
  };
  struct Section {
    const char* name;
    void (Assembler::*read)(const Lines&);
  };
  /// In the order in which they are read: instructions need the semaphores' names.
  static constexpr std::size_t kSectionCount = 9;
  static const std::array<Section, kSectionCount> kSections;

  /// A Program file, most likely.
  void refuse_bytes() {
    const std::size_t at = text_.find('\0');
    if (at == std::string_view::npos) return;
    const auto line =
        1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    errors_.add({static_cast<std::size_t>(line), 0}, "file", "a byte 0",
                "a text, such as disasm prints");
    errors_.throw_if_any();
  }

  void find_sections() {
    LineReader reader(text_);
    std::string_view line;
    std::map<std::string, std::size_t> begins;
    std::string current;
    std::size_t begin = 0;
    const auto close = [&](std::size_t end) {
      if (!current.empty()) places_[current].text = text_.substr(begin, end - begin);
    };
    std::size_t number = 0;
    for (std::size_t at = 0; reader.next(line); at = reader.at()) {
      ++number;
      const std::size_t first = line.find_first_not_of(" \t\r");
      if (first == std::string_view::npos || line[first] == ';') continue;
      const std::string word(line.substr(
          first, std::min(line.find_first_of(" \t\r;=,\"", first), line.size()) - first));
      if (line[first] == '.' && word != kTile) {
        close(at);
        current = open_section(word, {number, first + 1});
        begin = at;
      } else if (number_of_sections_ == 0) {
        errors_.add({number, first + 1}, "text", word, "in a section: the first line is .program");
        ++number_of_sections_;  // told once
      }
    }
    close(text_.size());
  }

  /// The section's name; empty for one whose lines are nobody's.
  std::string open_section(const std::string& word, TextPlace place) {
    ++number_of_sections_;
    std::vector<std::string> names;
    names.reserve(kSections.size());
    for (const Section& section : kSections) names.emplace_back(section.name);
    if (std::find(names.begin(), names.end(), word) == names.end()) {
      errors_.add(place, "section", word, config::list_choices(names) + near_hint(word, names));
      return "";
    }
    const auto [found, is_new] = places_.insert({word, {{}, place.line}});
    if (is_new) return word;
    errors_.add(place, word, "the section again",
                "there once: it is in line " + std::to_string(found->second.first_line));
    return "";
  }

  /// Calls for the items of every line that has any; of the first one without the directive.
  template <typename Read>
  void for_each_line(const Lines& lines, Read read) {
    LineReader reader(lines.text);
    std::string_view line;
    for (std::size_t number = lines.first_line; reader.next(line) && !errors_.full(); ++number) {
      TextItems items = read_line(line, number, errors_);
      if (number == lines.first_line && !items.empty()) {
        if (items.front().is_field) {
          errors_.add(items.front().word.place, items.front().word.text, "a field",
                      "a section, which has no value");
        }
        items.erase(items.begin());
      }
      if (!items.empty()) read(std::move(items), number);
    }
  }

  void too_many(TextPlace place, const char* what) {
    errors_.add(place, what, "more than " + std::to_string(kMostItems), "at most so many");
  }

  /// All items of a section.
  TextItems all_items(const Lines& lines) {
    TextItems all;
    for_each_line(lines, [&](TextItems items, std::size_t line) {
      if (all.size() > kMostItems) return too_many({line, 0}, "words");
      all.insert(all.end(), std::make_move_iterator(items.begin()),
                 std::make_move_iterator(items.end()));
    });
    return all;
  }

  /// Takes the name in front; the default where it is missing.
  std::string take_name(TextItems& items, TextPlace place, const std::string& must_be) {
    if (!items.empty() && !items.front().is_field) {
      std::string name = std::move(items.front().word.text);
      items.erase(items.begin());
      return name;
    }
    errors_.add(place, "name", items.empty() ? "nothing" : items.front().word.text, must_be);
    return "";
  }

  /// Takes the number in front, which must be that of the entry; it may be left out.
  void take_number(TextItems& items, std::size_t expected) {
    if (items.empty() || items.front().is_field || items.front().word.quoted ||
        !is_digits(items.front().word.text)) {
      return;
    }
    const TextValue& word = items.front().word;
    if (word.text != std::to_string(expected)) {
      errors_.add(word.place, "number", word.text,
                  std::to_string(expected) + ", its place in the list, or left out");
    }
    items.erase(items.begin());
  }

  void program(const Lines& lines) {
    TextItems items = all_items(lines);
    program_.metadata.name =
        take_name(items, {lines.first_line, 0}, "the network's name in double quotes");
    FieldParser fields(std::move(items), errors_);
    visit_program_text(program_, fields);
    fields.refuse_unknown();
  }

  void hardware(const Lines& lines) {
    if (options_.hardware) {
      errors_.add({lines.first_line, 0}, ".hardware", "a section beside another hardware",
                  "left out, or the only one");
    }
    TextItems items = all_items(lines);
    program_.hardware.name =
        take_name(items, {lines.first_line, 0}, "the hardware's name in double quotes");
    FieldParser fields(std::move(items), errors_);
    for (const config::HardwareField& field : config::hardware_fields()) {
      if (!field.applies(program_.hardware)) {
        refuse_without_meaning(fields, field);
      } else if (const TextItem* item = fields.take(field.key)) {
        hardware_field(field, *item);
      } else if (field.if_missing) {
        field.set(program_.hardware, *field.if_missing);
      } else {
        errors_.add({lines.first_line, 0}, field.key, "nothing", must_be(field));
      }
    }
    fields.refuse_unknown();
    if (errors_.empty()) check_hardware_text({lines.first_line, 0});
  }

  /// What a Program file could not hold.
  void check_hardware_text(TextPlace place) {
    try {
      config::hardware_from_text(program_.hardware.name,
                                 config::program_dependent_text(program_.hardware),
                                 config::timing_only_text(program_.hardware));
    } catch (const base::InputError& error) {
      for (const std::string& message : error.messages()) errors_.add(place, message);
    }
  }

  void refuse_without_meaning(FieldParser& fields, const config::HardwareField& field) {
    if (!fields.has(field.key)) return;
    const TextItem* item = fields.take(field.key);
    if (item == nullptr) return;
    errors_.add(item->word.place, field.key, "a value", "left out: it means nothing here");
  }

  void hardware_field(const config::HardwareField& field, const TextItem& item) {
    const std::string got = item.values.size() == 1 ? item.values.front().text : "no single value";
    std::optional<std::int64_t> value;
    if (field.choices.empty()) {
      value = config::parse_value(got, field.rule);
    } else {
      const auto found = std::find(field.choices.begin(), field.choices.end(), got);
      if (found != field.choices.end()) value = found - field.choices.begin();
    }
    if (value && (!field.choices.empty() || field.rule.accepts(*value))) {
      field.set(program_.hardware, *value);
      return;
    }
    errors_.add(item.is_field ? item.values.front().place : item.word.place, field.key, got,
                must_be(field) + near_hint(got, field.choices));
  }

  /// Lists of named entries, one a line.
  template <typename Entry, typename Read>
  void entries(const Lines& lines, const char* what, std::vector<Entry>& list, Read read) {
    for_each_line(lines, [&](TextItems items, std::size_t line) {
      if (list.size() == kMostItems) return too_many({line, 0}, what);
      take_number(items, list.size());
      Entry entry;
      entry.name = take_name(items, {line, 0}, std::string("the ") + what + "'s name");
      FieldParser fields(std::move(items), errors_);
      read(entry, fields, TextPlace{line, 0});
      fields.refuse_unknown();
      lines_of_[what].push_back(line);
      list.push_back(std::move(entry));
    });
  }

  void semaphores(const Lines& lines) {
    entries(lines, "semaphore", program_.semaphores,
            [&](Semaphore& semaphore, FieldParser& fields, TextPlace line) {
              fields.require("poster", line, "the unit that posts it");
              fields.require("waiter", line, "the unit that waits for it");
              visit_semaphore_text(semaphore, fields);
              const auto number = static_cast<std::uint32_t>(program_.semaphores.size());
              if (!semaphore_numbers_.insert({semaphore.name, number}).second) {
                errors_.add(line, "name", semaphore.name + " again", "a name of its own");
              } else if (number == kSemaphores) {
                errors_.add(line, "semaphore", std::to_string(kSemaphores + 1),
                            "at most " + std::to_string(kSemaphores));
              }
            });
  }

  void tensors(const Lines& lines) {
    entries(lines, "tensor", program_.tensors,
            [](TensorInfo& tensor, FieldParser& fields, TextPlace) {
              visit_tensor_text(tensor, fields);
            });
  }

  /// Of one image: the further ones have tensors of the same names.
  void refuse_repeated_tensors() {
    const std::size_t images = std::max<std::size_t>(1, program_.images());
    std::map<std::string, std::size_t> lines;
    for (std::size_t t = 0; t < program_.tensors.size() / images; ++t) {
      const std::string& name = program_.tensors[t].name;
      const std::size_t line = lines_of_["tensor"].at(t);
      const auto [first, is_new] = lines.insert({name, line});
      if (!is_new) {
        errors_.add({line, 0}, "name", name + " again",
                    "a name of its own: line " + std::to_string(first->second) + " has it");
      }
    }
  }

  void layers(const Lines& lines) {
    entries(lines, "layer", program_.layers, [](LayerInfo& layer, FieldParser& fields, TextPlace) {
      visit_layer_text(layer, fields);
      LayerQuantization own;
      FieldNames names;
      visit_layer_quantization_text(own, names);
      const bool is_own = std::any_of(names.list.begin(), names.list.end(),
                                      [&](const std::string& name) { return fields.has(name); });
      visit_layer_quantization_text(own, fields);
      if (is_own) layer.quantization = own;
    });
  }

  /// A visitor that only hears the names.
  struct FieldNames {
    template <typename T, typename Names>
    void flag(const char* name, unsigned, T&, const Names&) {
      list.emplace_back(name);
    }
    template <typename T>
    void number(const char* name, int, T&) {
      list.emplace_back(name);
    }
    void text(const char* name, std::string&) { list.emplace_back(name); }
    std::vector<std::string> list;
  };

  void inputs(const Lines& lines) { interface(lines, program_.inputs); }
  void outputs(const Lines& lines) { interface(lines, program_.outputs); }

  void interface(const Lines& lines, std::vector<std::uint32_t>& list) {
    for (const TextItem& item : all_items(lines)) {
      std::uint32_t tensor = 0;
      if (!item.is_field && !item.word.quoted && parse_text_integer(item.word.text, tensor)) {
        list.push_back(tensor);
      } else {
        errors_.add(item.word.place, "tensor", item.word.text, "the number of a tensor");
      }
    }
  }

  void dram(const Lines& lines) {
    TextItems fields;
    std::vector<std::uint8_t> image;
    for_each_line(lines, [&](TextItems items, std::size_t) {
      const auto is_field = [](const TextItem& item) { return item.is_field; };
      std::copy_if(items.begin(), items.end(), std::back_inserter(fields), is_field);
      items.erase(std::remove_if(items.begin(), items.end(), is_field), items.end());
      image_line(items, image);
    });
    FieldParser parser(std::move(fields), errors_);
    has_image_bytes_ = parser.has("image_bytes");
    has_image_hash_ = parser.has("image_hash");
    visit_dram_text(dram_, parser);
    parser.refuse_unknown();
    program_.dram_bytes = dram_.bytes;
    dram_line_ = lines.first_line;
    if (!image.empty()) program_.dram_image = std::move(image);
  }

  void image_line(const TextItems& items, std::vector<std::uint8_t>& image) {
    for (std::size_t i = 0; i < items.size(); ++i) {
      const TextValue& word = items[i].word;
      if (i == 0 && word.text.back() == ':') {
        std::uint64_t address = 0;
        if (!parse_text_integer(word.text.substr(0, word.text.size() - 1), address) ||
            address != image.size()) {
          errors_.add(word.place, "address", word.text,
                      std::to_string(image.size()) + ", behind the bytes before it, or left out");
        }
        continue;
      }
      append_hex(word, image);
    }
  }

  void append_hex(const TextValue& word, std::vector<std::uint8_t>& image) {
    for (std::size_t i = 0; i < word.text.size(); i += 2) {
      const int high = hex_value(word.text[i]);
      const int low = i + 1 < word.text.size() ? hex_value(word.text[i + 1]) : -1;
      if (high < 0 || low < 0) {
        errors_.add({word.place.line, word.place.column + i}, "image", word.text.substr(i, 2),
                    "two hexadecimal digits for every byte");
        return;
      }
      image.push_back(static_cast<std::uint8_t>(high * 16 + low));
    }
  }

  /// The image that the text has, or that of another file; what `.dram` says of it must hold.
  void take_image() {
    const bool own = !program_.dram_image.empty();
    const TextPlace place{dram_line_, 0};
    if (own && options_.image) {
      errors_.add(place, "image", "bytes of its own and those of " + options_.image_file,
                  "one of them");
      return;
    }
    if (options_.image) program_.dram_image = *options_.image;
    const std::string of = options_.image ? ", those of " + options_.image_file : "";
    if (has_image_bytes_ && dram_.image_bytes != program_.dram_image.size()) {
      const bool nothing = !own && !options_.image;
      errors_.add(place, "image", std::to_string(program_.dram_image.size()) + " bytes" + of,
                  std::to_string(dram_.image_bytes) +
                      (nothing ? ": the text has none (disasm --image); --image-of FILE.npu "
                                 "brings those of a Program file"
                               : ", as image_bytes says"));
    } else if (has_image_hash_ && dram_.image_hash != XXH64(program_.dram_image.data(),
                                                            program_.dram_image.size(), 0)) {
      errors_.add(place, "image", "other bytes" + of,
                  "those with image_hash, or leave image_hash out");
    }
  }

  void instructions(const Lines& lines) {
    InstructionOrigin origin;
    for_each_line(lines, [&](TextItems items, std::size_t line) {
      if (items.front().word.text == kTile && !items.front().is_field) {
        tile(items, origin);
        return;
      }
      if (program_.instructions.size() == kMostInstructions) {
        errors_.add({line, 0}, "instructions", "more than " + std::to_string(kMostInstructions),
                    "at most so many");
        return;
      }
      take_number(items, program_.instructions.size());
      lines_of_["instruction"].push_back(line);
      program_.instructions.push_back(instruction(std::move(items), line));
      program_.origins.push_back(origin);
    });
  }

  void tile(const TextItems& items, InstructionOrigin& origin) {
    if (items.size() != 3) {
      errors_.add(items.front().word.place, kTile, std::to_string(items.size() - 1) + " numbers",
                  "two: .tile LAYER TILE");
      return;
    }
    for (std::size_t i : {1U, 2U}) {
      const TextValue& word = items[i].word;
      if (!items[i].is_field &&
          parse_text_integer(word.text, i == 1 ? origin.layer : origin.tile)) {
        continue;
      }
      errors_.add(word.place, i == 1 ? "layer" : "tile", word.text, integer_rule<std::uint32_t>());
    }
  }

  Instruction instruction(TextItems items, std::size_t line) {
    std::vector<TextValue> words;
    while (!items.empty() && !items.front().is_field && words.size() < 2) {
      words.push_back(std::move(items.front().word));
      items.erase(items.begin());
    }
    if (words.empty()) {
      errors_.add({line, 0}, "opcode", "nothing", config::list_choices(opcode_names()));
      return {};
    }
    const std::vector<std::string> names = opcode_names();
    const auto found = std::find(names.begin(), names.end(), words.back().text);
    if (found == names.end()) {
      errors_.add(words.back().place, "opcode", words.back().text,
                  config::list_choices(names) + near_hint(words.back().text, names));
      return {};
    }
    Instruction result = make_instruction(static_cast<Opcode>(found - names.begin()));
    if (words.size() == 2) check_unit(words.front(), result.opcode);
    FieldParser fields(std::move(items), errors_);
    std::visit([&](auto& of_opcode) { visit_fields(of_opcode, fields); }, result.fields);
    result.wait_mask = mask(fields.take("wait"));
    result.post_mask = mask(fields.take("post"));
    fields.refuse_unknown();
    return result;
  }

  void check_unit(const TextValue& word, Opcode opcode) {
    const std::string unit = opcode == Opcode::end ? "" : unit_name(unit_of(opcode));
    if (word.text == unit) return;
    errors_.add(word.place, "unit", word.text,
                unit.empty() ? "nothing in front of end"
                             : unit + ", the unit of " + opcode_name(opcode) + ", or left out");
  }

  std::uint32_t mask(const TextItem* item) {
    std::uint32_t mask = 0;
    if (item == nullptr) return mask;
    for (const TextValue& value : item->values) {
      const auto found = semaphore_numbers_.find(value.text);
      std::uint32_t number = found == semaphore_numbers_.end() ? 0 : found->second;
      if (found == semaphore_numbers_.end() && !parse_text_integer(value.text, number)) {
        number = kSemaphores;
      }
      if (number >= kSemaphores) {
        std::vector<std::string> names;
        for (const auto& [name, n] : semaphore_numbers_) names.push_back(name);
        errors_.add(value.place, item->word.text, value.text,
                    "the name of a semaphore" + near_hint(value.text, names));
        continue;
      }
      const std::uint32_t bit = std::uint32_t{1} << number;
      if ((mask & bit) != 0) {
        errors_.add(value.place, item->word.text, value.text + " again", "every semaphore once");
      }
      mask |= bit;
    }
    return mask;
  }

  /// What verify() finds, with the line that says it where a message names one of a list.
  void verify_program() const {
    try {
      verify(program_);
    } catch (const base::InputError& error) {
      std::vector<std::string> messages;
      for (const std::string& message : error.messages()) {
        messages.push_back(errors_.text({line_of(message), 0}) + ": " + message);
      }
      throw base::InputError(std::move(messages));
    }
  }

  /// Of "instruction 12 (...": the line of that instruction; 0 where the message is of no entry.
  std::size_t line_of(const std::string& message) const {
    const std::size_t blank = message.find(' ');
    if (blank == std::string::npos) return 0;
    const auto list = lines_of_.find(message.substr(0, blank));
    if (list == lines_of_.end()) return 0;
    std::size_t index = 0;
    const char* const end = message.data() + message.size();
    if (std::from_chars(message.data() + blank + 1, end, index).ec != std::errc()) return 0;
    return index < list->second.size() ? list->second[index] : 0;
  }

  std::string_view text_;
  const AssemblyOptions& options_;
  AssemblyErrors errors_;
  std::map<std::string, Lines> places_;
  std::size_t number_of_sections_ = 0;
  std::map<std::string, std::uint32_t> semaphore_numbers_;
  std::map<std::string, std::vector<std::size_t>> lines_of_;  // by the first word of messages
  DramText dram_;
  bool has_image_bytes_ = false, has_image_hash_ = false;
  std::size_t dram_line_ = 0;
  Program program_;
};

const std::array<Assembler::Section, Assembler::kSectionCount> Assembler::kSections = {{
    {".program", &Assembler::program},
    {".hardware", &Assembler::hardware},
    {".semaphores", &Assembler::semaphores},
    {".tensors", &Assembler::tensors},
    {".inputs", &Assembler::inputs},
    {".outputs", &Assembler::outputs},
    {".layers", &Assembler::layers},
    {".dram", &Assembler::dram},
    {".instructions", &Assembler::instructions},
}};

}  // namespace

Program assemble(std::string_view text, const std::string& name, const AssemblyOptions& options) {
  return Assembler(text, name, options).run();
}

}  // namespace npusim::isa
