// SPDX-License-Identifier: Apache-2.0
#include "frontend/import/model_parser.h"

#include <fcntl.h>
#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/stubs/logging.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "frontend/import/file_kind.h"
#include "frontend/import/onnx_importer.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"

namespace npusim::import {
namespace {

namespace io = google::protobuf::io;

constexpr int kBlockBytes = 1 << 20;

/// Hashes what it hands on and keeps the beginning of it. A piece may be given back in part, so it
/// is hashed when the next one is asked for.
class HashingStream : public io::ZeroCopyInputStream {
 public:
  HashingStream(io::ZeroCopyInputStream& from, ByteHasher& hasher) : from_(from), hasher_(hasher) {}

  bool Next(const void** data, int* size) override {
    flush();
    if (!from_.Next(data, size)) return false;
    pending_ = {static_cast<const char*>(*data), static_cast<std::size_t>(*size)};
    return true;
  }
  void BackUp(int count) override {
    pending_.remove_suffix(static_cast<std::size_t>(count));
    from_.BackUp(count);
  }
  bool Skip(int count) override {
    const void* data = nullptr;
    int size = 0;
    while (count > 0 && Next(&data, &size)) {
      const int used = std::min(count, size);
      if (used < size) BackUp(size - used);
      count -= used;
    }
    return count == 0;
  }
  std::int64_t ByteCount() const override { return from_.ByteCount(); }

  void flush() {
    hasher_.add(pending_.data(), pending_.size());
    const std::size_t wanted = kFormatHeadBytes - std::min(kFormatHeadBytes, head_.size());
    head_.append(pending_.substr(0, wanted));
    pending_ = {};
  }
  const std::string& head() const { return head_; }

 private:
  io::ZeroCopyInputStream& from_;
  ByteHasher& hasher_;
  std::string_view pending_;
  std::string head_;
};

void check_size(std::uint64_t bytes, const std::string& file) {
  if (bytes >= 1 && bytes <= kMaxModelBytes) return;
  throw base::InputError(base::refusal(
      file, "size", std::to_string(bytes) + " bytes",
      "in [1, " + std::to_string(kMaxModelBytes) + "]" +
          (bytes == 0 ? "" : ": save the weights as external data beside the model")));
}

onnx::ModelProto parse(io::ZeroCopyInputStream& input, const std::string& file,
                       ByteHasher& hasher) {
  const google::protobuf::LogSilencer silence;
  HashingStream stream(input, hasher);
  onnx::ModelProto model;
  const bool is_parsed = model.ParseFromZeroCopyStream(&stream);
  stream.flush();
  if (is_parsed && model.has_graph()) return model;
  if (const ForeignFormat* format = foreign_format(stream.head())) {
    throw base::InputError(base::refusal(file, "content", format->is, format->must_be));
  }
  throw base::InputError(base::refusal(
      file, "content", is_parsed ? "a message without a graph" : "bytes that do not parse",
      "an ONNX model (damaged or cut short?)"));
}

/// A regular file, opened; anything else is closed again.
class RegularFile {
 public:
  explicit RegularFile(const std::filesystem::path& path)
      : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    struct stat status = {};
    if (number_ < 0 || ::fstat(number_, &status) != 0 || !S_ISREG(status.st_mode)) return;
    is_regular_ = true;
    bytes_ = static_cast<std::uint64_t>(status.st_size);
  }
  ~RegularFile() {
    if (number_ >= 0) ::close(number_);
  }
  RegularFile(const RegularFile&) = delete;
  RegularFile& operator=(const RegularFile&) = delete;

  bool is_regular() const { return is_regular_; }
  std::uint64_t bytes() const { return bytes_; }
  int number() const { return number_; }

 private:
  int number_;
  bool is_regular_ = false;
  std::uint64_t bytes_ = 0;
};

}  // namespace

onnx::ModelProto parse_model(const std::filesystem::path& path, ByteHasher& hasher) {
  {
    const RegularFile file(path);
    if (file.is_regular()) {
      check_size(file.bytes(), path.string());
      io::FileInputStream stream(file.number(), kBlockBytes);
      onnx::ModelProto model = parse(stream, path.string(), hasher);
      if (stream.GetErrno() != 0) {
        throw base::InputError(
            path.string() + ": cannot read: " + std::generic_category().message(stream.GetErrno()));
      }
      return model;
    }
  }
  // A pipe, or something that the general reader refuses with its reason.
  return parse_model(base::read_file_text(path, kMaxModelBytes), path.string(), hasher);
}

onnx::ModelProto parse_model(std::string_view bytes, const std::string& file, ByteHasher& hasher) {
  check_size(bytes.size(), file);
  io::ArrayInputStream stream(bytes.data(), static_cast<int>(bytes.size()), kBlockBytes);
  return parse(stream, file, hasher);
}

}  // namespace npusim::import
