// SPDX-License-Identifier: Apache-2.0
// An array that starts as zeros and takes memory only where it is written: a scratchpad of 1 GiB
// costs nothing until a Program uses it.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <type_traits>

namespace npusim::isa {

template <typename T>
class ZeroedArray {
  static_assert(std::is_integral_v<T>);

 public:
  explicit ZeroedArray(std::size_t size)
      : size_(size), data_(static_cast<T*>(std::calloc(size == 0 ? 1 : size, sizeof(T)))) {
    if (!data_) throw std::bad_alloc();
  }

  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }

 private:
  struct Free {
    void operator()(T* memory) const { std::free(memory); }
  };
  std::size_t size_;
  std::unique_ptr<T[], Free> data_;
};

}  // namespace npusim::isa
