// SPDX-License-Identifier: Apache-2.0
// The bytes that lie in the DRAM before a Program begins.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace npusim::isa {

/// Bytes that are read where they are, in a vector of their own or in a mapped Program file, and
/// kept alive as long as an image shows them. Copies share the bytes, so a Program of 140 MB is
/// copied in no time; edit() gives an image bytes of its own first. A value like a vector: two
/// images never change each other. Copying and reading from several threads is safe.
class DramImage {
 public:
  DramImage() = default;
  DramImage(std::vector<std::uint8_t> bytes)  // NOLINT(google-explicit-constructor): a value
      : owned_(std::make_shared<std::vector<std::uint8_t>>(std::move(bytes))) {}
  /// `size` bytes from `bytes` on, which holds on to whatever they lie in.
  DramImage(std::shared_ptr<const std::uint8_t> bytes, std::size_t size)
      : shown_(std::move(bytes)), shown_bytes_(size) {}

  const std::uint8_t* data() const { return owned_ ? owned_->data() : shown_.get(); }
  std::size_t size() const { return owned_ ? owned_->size() : shown_bytes_; }
  bool empty() const { return size() == 0; }
  const std::uint8_t* begin() const { return data(); }
  const std::uint8_t* end() const { return data() + size(); }
  /// i below size().
  const std::uint8_t& operator[](std::size_t i) const { return data()[i]; }

  /// The bytes to be changed; a reference until the image is next copied, assigned or gone.
  std::vector<std::uint8_t>& edit() {
    if (!owned_ || owned_.use_count() > 1) {
      owned_ = std::make_shared<std::vector<std::uint8_t>>(begin(), end());
    }
    shown_.reset();
    shown_bytes_ = 0;
    return *owned_;
  }

 private:
  std::shared_ptr<std::vector<std::uint8_t>> owned_;  // where set, instead of shown_
  std::shared_ptr<const std::uint8_t> shown_;
  std::size_t shown_bytes_ = 0;
};

inline bool operator==(const DramImage& a, const DramImage& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin());
}
inline bool operator!=(const DramImage& a, const DramImage& b) { return !(a == b); }

}  // namespace npusim::isa
