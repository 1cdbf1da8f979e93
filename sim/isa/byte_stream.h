// SPDX-License-Identifier: Apache-2.0
// Little-endian bytes written one value after another, and read back with every read checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "sim/base/errors.h"
#include "sim/isa/dram_image.h"

namespace npusim::isa {

class ByteWriter {
 public:
  ByteWriter() = default;
  /// Begins with that many zeros, for overwrite(), and has room for `capacity` bytes.
  ByteWriter(std::size_t zeros, std::size_t capacity) {
    bytes_.reserve(capacity);
    bytes_.resize(zeros);
  }

  /// An integer, enumeration or bool, as many bytes as its type has.
  template <typename T>
  void put(T value) {
    const auto bits = static_cast<std::uint64_t>(value);
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      bytes_.push_back(static_cast<std::uint8_t>(bits >> (8 * i)));
    }
  }
  /// The bits of an IEEE 754 binary64.
  void put_double(double value) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    put(bits);
  }
  /// u32 length, then the characters.
  void put_string(const std::string& text) {
    put_count(text.size());
    bytes_.insert(bytes_.end(), text.begin(), text.end());
  }
  /// u32 number of what follows. Throws base::InternalError above 2^32 - 1.
  void put_count(std::size_t count) {
    if (count > 0xffffffffU) {
      throw base::InternalError("a program file has no room for " + std::to_string(count) +
                                " elements of one kind");
    }
    put(static_cast<std::uint32_t>(count));
  }
  template <typename Container>
  void put_bytes(const Container& bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  void pad_to_multiple_of(std::size_t alignment) {
    while (bytes_.size() % alignment != 0) bytes_.push_back(0);
  }

  /// Puts bytes in place of those from `at` on, which are there.
  void overwrite(std::size_t at, const std::vector<std::uint8_t>& bytes) {
    std::memcpy(bytes_.data() + at, bytes.data(), bytes.size());
  }

  std::size_t size() const { return bytes_.size(); }
  const std::vector<std::uint8_t>& bytes() const { return bytes_; }
  std::vector<std::uint8_t> take() { return std::move(bytes_); }

 private:
  std::vector<std::uint8_t> bytes_;
};

/// Throws the messages of `error` again, each behind `place`.
[[noreturn]] inline void throw_with_place(const std::string& place, const base::InputError& error) {
  std::vector<std::string> messages;
  for (std::string message : error.messages()) messages.push_back(message.insert(0, place + ": "));
  throw base::InputError(std::move(messages));
}

/// Reads what a ByteWriter wrote. Every failure is an InputError that names `place` and the value.
class ByteReader {
 public:
  /// The bytes must outlive the reader, and belong to `owner` where there is one.
  ByteReader(const std::uint8_t* bytes, std::size_t size, std::string place,
             std::shared_ptr<const void> owner = nullptr)
      : bytes_(bytes), size_(size), place_(std::move(place)), owner_(std::move(owner)) {}

  template <typename T>
  T get(const char* what) {
    static_assert(std::is_integral_v<T> && !std::is_same_v<T, bool>);
    need(sizeof(T), what);
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) bits |= std::uint64_t{bytes_[at_ + i]} << (8 * i);
    at_ += sizeof(T);
    return static_cast<T>(bits);
  }
  /// A one-byte enumeration or bool whose values are 0 to greatest.
  template <typename T>
  T get_choice(const char* what, int greatest) {
    const auto value = get<std::uint8_t>(what);
    if (value > greatest) {
      refuse(what, std::to_string(value), "at most " + std::to_string(greatest));
    }
    return static_cast<T>(value);
  }
  double get_double(const char* what) {
    const auto bits = get<std::uint64_t>(what);
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }
  std::string get_string(const char* what) {
    const std::size_t length = get_count(1, what);
    const char* first = reinterpret_cast<const char*>(bytes_ + at_);
    at_ += length;
    return std::string(first, length);
  }
  /// A count of records of at least `record_bytes` bytes each; they must fit what is left, so that
  /// a damaged count allocates nothing.
  std::size_t get_count(std::size_t record_bytes, const char* what) {
    const auto count = get<std::uint32_t>(what);
    if (count > left() / record_bytes) {
      refuse(what, std::to_string(count) + " records",
             "as many as fit the " + std::to_string(left()) + " bytes that follow");
    }
    return count;
  }
  /// All that follows: shared with the owner where there is one, copied otherwise.
  DramImage get_rest() {
    const std::uint8_t* const rest = bytes_ + std::exchange(at_, size_);
    const auto bytes = static_cast<std::size_t>(bytes_ + size_ - rest);
    if (!owner_) return std::vector<std::uint8_t>(rest, rest + bytes);
    return {std::shared_ptr<const std::uint8_t>(owner_, rest), bytes};
  }
  /// What is not read yet; advances by `bytes`.
  const std::uint8_t* skip(std::size_t bytes, const char* what) {
    need(bytes, what);
    const std::uint8_t* first = bytes_ + at_;
    at_ += bytes;
    return first;
  }

  std::size_t left() const { return size_ - at_; }
  const std::string& place() const { return place_; }
  void expect_end() const {
    if (left() != 0) refuse("size", std::to_string(size_) + " bytes", std::to_string(at_));
  }
  [[noreturn]] void refuse(const std::string& what, const std::string& got,
                           const std::string& must_be) const {
    throw base::InputError(base::refusal(place_, what, got, must_be));
  }

 private:
  void need(std::size_t bytes, const char* what) const {
    if (left() < bytes) {
      refuse(what, "the end after " + std::to_string(size_) + " bytes",
             "there: " + std::to_string(bytes) + " more bytes");
    }
  }

  const std::uint8_t* bytes_;
  std::size_t size_;
  std::size_t at_ = 0;
  std::string place_;
  std::shared_ptr<const void> owner_;
};

}  // namespace npusim::isa
