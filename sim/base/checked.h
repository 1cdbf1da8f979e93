// SPDX-License-Identifier: Apache-2.0
// Arithmetic on sizes that comes to an error instead of a wrong number.
//
// `Error` is InputError where the operands come from the user, InternalError (the default) where
// they have been checked before. `what` names the quantity: "conv_3: weights_bytes".
#pragma once

#include <limits>
#include <string>
#include <type_traits>

#include "sim/base/errors.h"

namespace npusim::base {
namespace detail {

template <typename Error, typename A, typename B>
[[noreturn]] void throw_overflow(const std::string& what, A a, char operation, B b) {
  throw Error(what + ": got " + std::to_string(a) + ' ' + operation + ' ' + std::to_string(b) +
              ", must be a result that fits the type of the quantity");
}

template <typename T>
inline constexpr bool kIsNumber = std::is_integral_v<T> && !std::is_same_v<T, bool>;

}  // namespace detail

/// a * b, or Error where it does not fit T.
template <typename Error = InternalError, typename T>
T checked_multiply(T a, std::common_type_t<T> b, const std::string& what) {
  static_assert(detail::kIsNumber<T>);
  T result;
  if (__builtin_mul_overflow(a, b, &result)) detail::throw_overflow<Error>(what, a, '*', b);
  return result;
}

/// a + b, or Error where it does not fit T.
template <typename Error = InternalError, typename T>
T checked_add(T a, std::common_type_t<T> b, const std::string& what) {
  static_assert(detail::kIsNumber<T>);
  T result;
  if (__builtin_add_overflow(a, b, &result)) detail::throw_overflow<Error>(what, a, '+', b);
  return result;
}

/// a - b, or Error where it does not fit T.
template <typename Error = InternalError, typename T>
T checked_subtract(T a, std::common_type_t<T> b, const std::string& what) {
  static_assert(detail::kIsNumber<T>);
  T result;
  if (__builtin_sub_overflow(a, b, &result)) detail::throw_overflow<Error>(what, a, '-', b);
  return result;
}

/// value as To, or Error where To cannot hold it: checked_narrow<std::int32_t>(size, "rows").
template <typename To, typename Error = InternalError, typename From>
To checked_narrow(From value, const std::string& what) {
  static_assert(detail::kIsNumber<To> && detail::kIsNumber<From>);
  To result;
  if (__builtin_add_overflow(value, From{0}, &result)) {
    throw Error(what + ": got " + std::to_string(value) + ", must be a value of " +
                std::to_string(8 * sizeof(To)) + " bits" +
                (std::is_signed_v<To> ? " with sign" : " without sign"));
  }
  return result;
}

/// a * b, or the largest value where it does not fit T: for quantities that are compared with a
/// limit.
template <typename T>
constexpr T saturated_multiply(T a, std::common_type_t<T> b) {
  static_assert(std::is_unsigned_v<T> && detail::kIsNumber<T>);
  T result = 0;
  return __builtin_mul_overflow(a, b, &result) ? std::numeric_limits<T>::max() : result;
}

/// a + b, likewise.
template <typename T>
constexpr T saturated_add(T a, std::common_type_t<T> b) {
  static_assert(std::is_unsigned_v<T> && detail::kIsNumber<T>);
  T result = 0;
  return __builtin_add_overflow(a, b, &result) ? std::numeric_limits<T>::max() : result;
}

/// The product of all values of a shape, at least 0 each; 1 for an empty one.
template <typename Error = InternalError, typename Shape>
auto checked_product(const Shape& shape, const std::string& what) {
  std::decay_t<decltype(*shape.begin())> product = 1;
  for (const auto extent : shape) product = checked_multiply<Error>(product, extent, what);
  return product;
}

}  // namespace npusim::base
