// SPDX-License-Identifier: Apache-2.0
#include "frontend/import/external_data.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>
#include <system_error>

#include "frontend/import/model_reader.h"
#include "frontend/import/tensors.h"
#include "sim/base/errors.h"

namespace npusim::import {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse_entry(const std::string& key, const std::string& got,
                               const std::string& must_be) {
  throw base::InputError(base::refusal("", "external data: " + key, got, must_be));
}

std::string quoted(const std::string& text) { return "'" + printable(text) + "'"; }

struct Entries {
  std::string location;
  std::int64_t offset = 0;
  std::optional<std::int64_t> length;
};

std::int64_t number_of(const onnx::StringStringEntryProto& entry) {
  const std::string& text = entry.value();
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) {
    refuse_entry(entry.key(), quoted(text), "a number of bytes, not negative");
  }
  return value;
}

Entries entries_of(const onnx::TensorProto& tensor) {
  Entries entries;
  for (const onnx::StringStringEntryProto& entry : tensor.external_data()) {
    if (entry.key() == "location") entries.location = entry.value();
    if (entry.key() == "offset") entries.offset = number_of(entry);
    if (entry.key() == "length") entries.length = number_of(entry);
  }
  if (entries.location.empty()) refuse_entry("location", "none", "a file beside the model");
  return entries;
}

// The file itself, links resolved: inside the model's folder.
fs::path resolved(const std::string& location, const fs::path& folder) {
  const fs::path relative(location);
  const bool climbs = std::any_of(relative.begin(), relative.end(),
                                  [](const fs::path& part) { return part == ".."; });
  if (relative.is_absolute() || climbs || location.find('\0') != std::string::npos) {
    refuse_entry("location", quoted(location), "a path inside the model's folder, without ..");
  }
  std::error_code error;
  const fs::path root = fs::canonical(folder.empty() ? fs::path(".") : folder, error);
  fs::path target;
  if (!error) target = fs::canonical(root / relative, error);
  if (error)
    refuse_entry("location", quoted(location) + " (" + error.message() + ")", "a file to read");
  const auto [root_end, unused] =
      std::mismatch(root.begin(), root.end(), target.begin(), target.end());
  if (root_end != root.end()) {
    refuse_entry("location", quoted(location) + ", a link out of the model's folder",
                 "a file inside it");
  }
  return target;
}

class ExternalFile {
 public:
  ExternalFile(const fs::path& path, const std::string& location)
      : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)),
        location_(location) {
    struct stat status = {};
    if (number_ < 0 || ::fstat(number_, &status) != 0) {
      const std::string reason = std::generic_category().message(errno);
      close();
      refuse_entry("location", quoted(location_) + " (" + reason + ")", "a file to read");
    }
    if (!S_ISREG(status.st_mode)) {
      close();
      refuse_entry("location", quoted(location_) + ", not a regular file", "a regular file");
    }
    bytes_ = status.st_size;
  }
  ~ExternalFile() { close(); }
  ExternalFile(const ExternalFile&) = delete;
  ExternalFile& operator=(const ExternalFile&) = delete;

  std::int64_t bytes() const { return bytes_; }

  std::string read(std::int64_t offset, std::int64_t bytes) const {
    std::string data(static_cast<std::size_t>(bytes), '\0');
    std::size_t filled = 0;
    while (filled < data.size()) {
      const ssize_t got = ::pread(number_, data.data() + filled, data.size() - filled,
                                  offset + static_cast<std::int64_t>(filled));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) {
        refuse_entry("location", quoted(location_) + ", which ended while it was read",
                     "left alone");
      }
      filled += static_cast<std::size_t>(got);
    }
    return data;
  }

 private:
  void close() const {
    if (number_ >= 0) ::close(number_);
  }
  int number_;
  const std::string& location_;
  std::int64_t bytes_ = 0;
};

class Loader {
 public:
  Loader(const fs::path& folder, ByteHasher& hasher) : folder_(folder), hasher_(hasher) {}

  void load(onnx::TensorProto& tensor) {
    if (tensor.has_raw_data()) {
      refuse_entry("location", "a tensor that has data of its own too", "one of the two");
    }
    const std::int64_t bytes_each = value_bytes(tensor.data_type());
    if (bytes_each == 0) {
      refuse_entry("type", data_type_name(tensor.data_type()), "a type of numbers, such as FLOAT");
    }
    const std::int64_t needed = static_cast<std::int64_t>(element_count(tensor)) * bytes_each;
    const Entries entries = entries_of(tensor);
    if (entries.length && *entries.length != needed) {
      refuse_entry("length", std::to_string(*entries.length),
                   std::to_string(needed) + " bytes for " + to_text(dims_of(tensor)) + " of " +
                       data_type_name(tensor.data_type()));
    }
    loaded_bytes_ += needed;
    if (loaded_bytes_ > kMaxExternalBytes) {
      refuse_entry("size", "more in all tensors together",
                   "at most " + std::to_string(kMaxExternalBytes) + " bytes");
    }
    const ExternalFile file(resolved(entries.location, folder_), entries.location);
    if (entries.offset > file.bytes() || needed > file.bytes() - entries.offset) {
      refuse_entry("location",
                   quoted(entries.location) + " of " + std::to_string(file.bytes()) + " bytes",
                   "of at least " + std::to_string(entries.offset) + " + " +
                       std::to_string(needed) + " bytes (offset and length)");
    }
    if (!entries.length && needed != file.bytes() - entries.offset) {
      refuse_entry(
          "length",
          "none, with " + std::to_string(file.bytes() - entries.offset) +
              " bytes to the end of the file",
          "given, or " + std::to_string(needed) + " bytes for " + to_text(dims_of(tensor)));
    }
    tensor.set_raw_data(file.read(entries.offset, needed));
    tensor.clear_external_data();
    tensor.clear_data_location();
    hasher_.add(tensor.raw_data().data(), tensor.raw_data().size());
  }

 private:
  const fs::path& folder_;
  ByteHasher& hasher_;
  std::int64_t loaded_bytes_ = 0;
};

}  // namespace

void load_external_data(onnx::ModelProto& model, const fs::path& folder, const std::string& file,
                        ByteHasher& hasher) {
  base::ErrorList errors;
  Loader loader(folder, hasher);
  for (onnx::TensorProto& tensor : *model.mutable_graph()->mutable_initializer()) {
    if (tensor.data_location() != onnx::TensorProto::EXTERNAL) continue;
    try {
      loader.load(tensor);
    } catch (const base::InputError& error) {
      const std::string& message = error.messages().front();
      const std::string place = "tensor '" + printable(tensor.name()) + "': ";
      const bool has_place = message.compare(0, place.size(), place) == 0;
      std::string text = file + ": ";
      if (!has_place) text += place;
      errors.add(text += message);
    }
  }
  errors.throw_if_any();
}

}  // namespace npusim::import
