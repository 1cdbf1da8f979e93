// SPDX-License-Identifier: Apache-2.0
#include "sim/isa/program_file.h"

#include <xxhash.h>

#include <algorithm>
#include <array>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/base/math.h"
#include "sim/isa/program_sections.h"

namespace npusim::isa {
namespace {

constexpr std::size_t kHeaderBytes = 32;
constexpr std::size_t kTableEntryBytes = 24;
constexpr std::size_t kTableBytes = kSections * kTableEntryBytes;
constexpr std::size_t kSectionAlignment = 8;

std::uint64_t checksum_of(const std::uint8_t* data, std::size_t bytes) {
  return XXH64(data + kHeaderBytes, bytes - kHeaderBytes, 0);
}

void check_header(ByteReader& reader, const std::uint8_t* data, std::size_t bytes) {
  const std::uint8_t* magic = reader.skip(kProgramMagic.size(), "magic");
  if (!std::equal(kProgramMagic.begin(), kProgramMagic.end(), magic)) {
    reader.refuse("magic", "other bytes", "those of a program file ('NPUSIM')");
  }
  const auto version = reader.get<std::uint32_t>("version");
  if (version != kProgramFileVersion) {
    reader.refuse("version", std::to_string(version), std::to_string(kProgramFileVersion));
  }
  const auto sections = reader.get<std::uint32_t>("sections");
  if (sections != kSections) {
    reader.refuse("sections", std::to_string(sections), std::to_string(kSections));
  }
  const auto file_bytes = reader.get<std::uint64_t>("file size");
  if (file_bytes != bytes) {
    reader.refuse("file size", std::to_string(bytes) + " bytes",
                  std::to_string(file_bytes) + ", as the header says");
  }
  const auto checksum = reader.get<std::uint64_t>("checksum");
  if (checksum != checksum_of(data, bytes)) {
    reader.refuse("checksum", "damaged contents", "what was written");
  }
}

/// Sections lie one after another in the order of their ids; there is one place for each.
std::vector<SectionInfo> read_table(ByteReader& reader, const std::uint8_t* data,
                                    std::size_t bytes) {
  reader.skip(0, "section table");
  std::vector<SectionInfo> sections;
  std::uint64_t expected = kHeaderBytes + kTableBytes;
  for (int i = 0; i < kSections; ++i) {
    const std::string name = section_formats()[i].name;
    SectionInfo section;
    section.name = section_formats()[i].name;
    section.id = reader.get<std::uint32_t>("section id");
    const auto reserved = reader.get<std::uint32_t>("section reserved");
    section.offset = reader.get<std::uint64_t>("section offset");
    section.bytes = reader.get<std::uint64_t>("section size");
    const auto id = static_cast<std::uint32_t>(i + 1);
    if (section.id != id || reserved != 0 || section.offset != expected ||
        section.bytes > bytes - expected) {
      reader.refuse(
          "section " + name,
          "id " + std::to_string(section.id) + " at " + std::to_string(section.offset) + " of " +
              std::to_string(section.bytes) + " bytes",
          "id " + std::to_string(id) + " at " + std::to_string(expected) + " and inside the file");
    }
    const std::uint64_t end = section.offset + section.bytes;
    expected = base::round_up<std::uint64_t>(end, kSectionAlignment);
    if (expected > bytes ||
        std::any_of(data + end, data + expected, [](auto b) { return b != 0; })) {
      reader.refuse("section " + name, "other bytes behind it",
                    "followed by zeros up to " + std::to_string(expected));
    }
    sections.push_back(section);
  }
  if (expected != bytes) {
    reader.refuse("file size", std::to_string(bytes) + " bytes", std::to_string(expected));
  }
  return sections;
}

}  // namespace

std::vector<std::uint8_t> serialize(const Program& program) {
  constexpr std::size_t kBegin = kHeaderBytes + kTableBytes;
  const std::size_t most =
      program.dram_image.size() +
      program.instructions.size() * 2 * static_cast<std::size_t>(kInstructionBytes);
  ByteWriter file(kBegin, kBegin + most);  // one buffer: there are files of 140 MB
  ByteWriter table;
  for (int i = 0; i < kSections; ++i) {
    const std::size_t begin = file.size();
    section_formats()[i].write(program, file);
    table.put(static_cast<std::uint32_t>(i + 1));
    table.put(std::uint32_t{0});
    table.put(std::uint64_t{begin});
    table.put(std::uint64_t{file.size() - begin});
    file.pad_to_multiple_of(kSectionAlignment);
  }
  file.overwrite(kHeaderBytes, table.bytes());

  ByteWriter header;
  header.put_bytes(kProgramMagic);
  header.put(kProgramFileVersion);
  header.put(std::uint32_t{kSections});
  header.put(std::uint64_t{file.size()});
  header.put(checksum_of(file.bytes().data(), file.size()));
  file.overwrite(0, header.bytes());
  return file.take();
}

std::vector<SectionInfo> list_sections(const std::uint8_t* data, std::size_t bytes,
                                       const std::string& name) {
  ByteReader header(data, bytes, name + ": header");
  check_header(header, data, bytes);
  ByteReader table(data + kHeaderBytes, bytes - kHeaderBytes, name + ": section table");
  return read_table(table, data, bytes);
}

namespace {

Program deserialize(const std::uint8_t* data, std::size_t bytes, const std::string& name,
                    const std::shared_ptr<const void>& owner) {
  Program program;
  const std::vector<SectionInfo> sections = list_sections(data, bytes, name);
  for (std::size_t i = 0; i < sections.size(); ++i) {
    ByteReader reader(data + sections[i].offset, sections[i].bytes,
                      name + ": section " + sections[i].name, owner);
    section_formats()[i].read(reader, program);
    reader.expect_end();
  }
  return program;
}

}  // namespace

Program deserialize(const std::uint8_t* data, std::size_t bytes, const std::string& name) {
  return deserialize(data, bytes, name, nullptr);
}

Program deserialize(const base::FileBytes& file, const std::string& name) {
  return deserialize(file.data.get(), file.size, name, file.data);
}

void write_program(const std::filesystem::path& path, const Program& program) {
  base::write_file_whole(path, serialize(program));
}

Program read_program(const std::filesystem::path& path) {
  return read_program(base::map_file(path), path.string());
}

Program read_program(const base::FileBytes& file, const std::string& name) {
  Program program = deserialize(file, name);
  try {
    verify(program);
  } catch (const base::InputError& error) {
    throw_with_place(name, error);
  }
  return program;
}

}  // namespace npusim::isa
