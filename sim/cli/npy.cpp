// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/npy.h"

#include <algorithm>
#include <cstring>

#include "sim/base/checked.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/config/yaml_reader.h"

namespace npusim::cli {
namespace {

constexpr char kMagic[] = "\x93NUMPY";
constexpr std::size_t kMagicBytes = 6;
constexpr std::size_t kPreludeBytes = 10;  // magic, version, header length
constexpr std::size_t kAlignBytes = 64;
constexpr std::uint64_t kMaxNpyBytes = std::uint64_t{1} << 30;

/// Reads the header's dictionary: quoted names, quoted strings, True, False, and a tuple of
/// integers.
class HeaderReader {
 public:
  HeaderReader(const std::string& header, const std::string& file) : text_(header), file_(file) {}

  std::vector<std::int64_t> shape() {
    expect('{');
    while (!accept('}')) {
      const std::string key = quoted();
      expect(':');
      value_of(key);
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    if (!has_type_ || !has_order_ || !has_shape_)
      refuse("header", "an incomplete one", "descr, fortran_order and shape");
    return shape_;
  }

 private:
  [[noreturn]] void refuse(const std::string& key, const std::string& got,
                           const std::string& must_be) const {
    throw base::InputError(base::refusal(file_, key, got, must_be));
  }

  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }
  bool accept(char c) {
    skip_blanks();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c))
      refuse("header", "a damaged one",
             std::string("'") + c + "' at position " + std::to_string(at_));
  }
  std::string quoted() {
    const char quote = accept('"') ? '"' : '\'';
    if (quote == '\'') expect('\'');
    const std::size_t end = text_.find(quote, at_);
    if (end == std::string::npos) refuse("header", "a damaged one", "strings that end");
    std::string value = text_.substr(at_, end - at_);
    at_ = end + 1;
    return value;
  }
  static bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '+' || c == '.';
  }
  /// A name or a number, which need not be a right one.
  std::string word() {
    skip_blanks();
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  void value_of(const std::string& key) {
    if (key == "descr") {
      if (accept('[')) refuse("descr", "a list of fields", "|i1 (int8)");
      const std::string type = quoted();
      if (type != "|i1" && type != "<i1" && type != "i1") refuse("descr", type, "|i1 (int8)");
      has_type_ = true;
    } else if (key == "fortran_order") {
      const std::string order = word();
      if (order != "False") refuse("fortran_order", order, "False");
      has_order_ = true;
    } else if (key == "shape") {
      read_shape();
      has_shape_ = true;
    } else {
      refuse("header", "the key " + key.substr(0, 40), "descr, fortran_order and shape");
    }
  }

  void read_shape() {
    expect('(');
    while (!accept(')')) {
      const std::string digits = word();
      const auto extent = config::parse_integer(digits);
      if (!extent || *extent < 0 || shape_.size() >= 8)
        refuse("shape", digits, "at most 8 integers, at least 0 each");
      shape_.push_back(*extent);
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
  }

  const std::string& text_;
  const std::string& file_;
  std::size_t at_ = 0;
  bool has_type_ = false, has_order_ = false, has_shape_ = false;
  std::vector<std::int64_t> shape_;
};

}  // namespace

NpyTensor read_npy(const std::filesystem::path& path) {
  return parse_npy(base::read_file_text(path, kMaxNpyBytes), path.string());
}

bool is_npy(const std::string& bytes) { return bytes.compare(0, kMagicBytes, kMagic) == 0; }

NpyTensor parse_npy(const std::string& bytes, const std::string& file) {
  if (bytes.size() < kPreludeBytes || !is_npy(bytes)) {
    throw base::InputError(base::refusal(file, "magic", "something else", "that of a .npy file"));
  }
  const int major = static_cast<unsigned char>(bytes[6]);
  const int minor = static_cast<unsigned char>(bytes[7]);
  if (major != 1 || minor != 0) {
    throw base::InputError(
        base::refusal(file, "version", std::to_string(major) + '.' + std::to_string(minor), "1.0"));
  }
  const std::size_t header_bytes = static_cast<unsigned char>(bytes[8]) |
                                   static_cast<std::size_t>(static_cast<unsigned char>(bytes[9]))
                                       << 8;
  if (header_bytes > bytes.size() - kPreludeBytes) {
    throw base::InputError(
        base::refusal(file, "header length", std::to_string(header_bytes),
                      "at most " + std::to_string(bytes.size() - kPreludeBytes)));
  }
  const std::string header = bytes.substr(kPreludeBytes, header_bytes);
  NpyTensor tensor;
  tensor.shape = HeaderReader(header, file).shape();
  const auto values = base::checked_product<base::InputError>(tensor.shape, file + ": shape");
  const std::size_t data_bytes = bytes.size() - kPreludeBytes - header_bytes;
  if (static_cast<std::uint64_t>(values) != data_bytes) {
    throw base::InputError(base::refusal(file, "data", std::to_string(data_bytes) + " bytes",
                                         std::to_string(values) + " bytes, as the shape says"));
  }
  tensor.values.resize(data_bytes);
  if (data_bytes > 0)
    std::memcpy(tensor.values.data(), bytes.data() + kPreludeBytes + header_bytes, data_bytes);
  return tensor;
}

std::string npy_bytes(const NpyTensor& tensor) {
  std::string shape;
  for (const std::int64_t extent : tensor.shape) shape += std::to_string(extent) + ", ";
  if (tensor.shape.size() > 1) shape.resize(shape.size() - 2);
  if (tensor.shape.size() == 1) shape.resize(shape.size() - 1);
  std::string header = "{'descr': '|i1', 'fortran_order': False, 'shape': (" + shape + "), }";
  while ((kPreludeBytes + header.size() + 1) % kAlignBytes != 0) header += ' ';
  header += '\n';

  std::string bytes(kMagic, kMagicBytes);
  bytes += '\1';
  bytes += '\0';
  bytes += static_cast<char>(header.size() & 255U);
  bytes += static_cast<char>(header.size() >> 8);
  bytes += header;
  bytes.append(reinterpret_cast<const char*>(tensor.values.data()), tensor.values.size());
  return bytes;
}

}  // namespace npusim::cli
