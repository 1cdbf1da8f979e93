// SPDX-License-Identifier: Apache-2.0
// What generated sources call at every mutation point. A point has the mutants `first`, `first` +
// 1,
// ... (the functions say which is what); at most one mutant is alive in a process, chosen by the
// environment variable NPUSIM_MUTANT. Each function is the original operation where that is
// another.
#pragma once

#include <algorithm>
#include <initializer_list>

namespace npusim::mutants {

/// The mutant of this process; -1: none.
struct Selection {
  Selection();
  int mutant;
};
extern const Selection selection;
/// By first mutant: whether the point was reached. NPUSIM_MUTANTS_REACHED names a file for it.
extern unsigned char reached[];
extern const int numbers;  // of mutants, with gaps; both are generated

/// Which of the point's mutants is alive, counted from 0; any other number: none.
inline int variant(int first) {
  reached[first] = 1;
  return selection.mutant < 0 ? -1 : selection.mutant - first;
}
inline bool active(int first) { return variant(first) == 0; }

/// A constant: 0: one more, 1: one less.
template <typename T>
T constant(int first, T value) {
  const int v = variant(first);
  return v == 0 ? static_cast<T>(value + 1) : v == 1 ? static_cast<T>(value - 1) : value;
}
/// An enumerator: 0, 1: its neighbours.
template <typename E>
E enumerator(int first, E value, E other, E another) {
  const int v = variant(first);
  return v == 0 ? other : v == 1 ? another : value;
}
template <typename E>
E enumerator(int first, E value, E other) {
  return active(first) ? other : value;
}
/// Element `place` of an order; mutant v swaps elements v and v + 1.
template <typename E>
E swapped(int first, int place, E before, E value, E after) {
  const int v = variant(first);
  return v == place ? after : v == place - 1 ? before : value;
}

/// A condition: 0: its opposite.
inline bool flip(int first, bool value) { return value != active(first); }
/// A term of && (0: left out) and of ||.
inline bool and_term(int first, bool value) { return value || active(first); }
inline bool or_term(int first, bool value) { return value && !active(first); }
/// What is added or subtracted: 0: the other way round.
template <typename T>
T sign(int first, T value) {
  return active(first) ? static_cast<T>(-value) : value;
}

// Arithmetic: 0, 1, ...: as the comments say; a and b stand for one operand alone.
template <typename A, typename B>
auto add(int first, A a, B b) {  // -, a, b
  using R = decltype(a + b);
  const int v = variant(first);
  return v == 0   ? static_cast<R>(a - b)
         : v == 1 ? static_cast<R>(a)
         : v == 2 ? static_cast<R>(b)
                  : a + b;
}
template <typename A, typename B>
auto subtract(int first, A a, B b) {  // +, a
  using R = decltype(a - b);
  const int v = variant(first);
  return v == 0 ? static_cast<R>(a + b) : v == 1 ? static_cast<R>(a) : a - b;
}
template <typename A, typename B>
auto multiply(int first, A a, B b) {  // a, b
  using R = decltype(a * b);
  const int v = variant(first);
  return v == 0 ? static_cast<R>(a) : v == 1 ? static_cast<R>(b) : a * b;
}
template <typename A, typename B>
auto divide(int first, A a, B b) {  // a
  using R = decltype(a / b);
  return active(first) ? static_cast<R>(a) : a / b;
}
template <typename A, typename B>
auto remainder(int first, A a, B b) {  // a
  using R = decltype(a % b);
  return active(first) ? static_cast<R>(a) : a % b;
}
template <typename A, typename B>
auto shift_left(int first, A a, B b) {  // a
  using R = decltype(a << b);
  return active(first) ? static_cast<R>(a) : a << b;
}
template <typename A, typename B>
auto shift_right(int first, A a, B b) {  // a
  using R = decltype(a >> b);
  return active(first) ? static_cast<R>(a) : a >> b;
}
template <typename A, typename B>
auto bit_and(int first, A a, B b) {  // a, b
  using R = decltype(a & b);
  const int v = variant(first);
  return v == 0 ? static_cast<R>(a) : v == 1 ? static_cast<R>(b) : a & b;
}
template <typename A, typename B>
auto bit_or(int first, A a, B b) {  // a, b
  using R = decltype(a | b);
  const int v = variant(first);
  return v == 0 ? static_cast<R>(a) : v == 1 ? static_cast<R>(b) : a | b;
}
template <typename A, typename B>
auto bit_xor(int first, A a, B b) {  // a, b
  using R = decltype(a ^ b);
  const int v = variant(first);
  return v == 0 ? static_cast<R>(a) : v == 1 ? static_cast<R>(b) : a ^ b;
}

// Comparisons.
template <typename A, typename B>
bool less(int first, A a, B b) {  // <=, >=
  const int v = variant(first);
  return v == 0 ? a <= b : v == 1 ? a >= b : a < b;
}
template <typename A, typename B>
bool less_equal(int first, A a, B b) {  // <, >
  const int v = variant(first);
  return v == 0 ? a < b : v == 1 ? a > b : a <= b;
}
template <typename A, typename B>
bool greater(int first, A a, B b) {  // >=, <=
  const int v = variant(first);
  return v == 0 ? a >= b : v == 1 ? a <= b : a > b;
}
template <typename A, typename B>
bool greater_equal(int first, A a, B b) {  // >, <
  const int v = variant(first);
  return v == 0 ? a > b : v == 1 ? a < b : a >= b;
}
template <typename A, typename B>
bool equal(int first, A a, B b) {  // !=, <=, >=
  const int v = variant(first);
  return v == 0 ? a != b : v == 1 ? a <= b : v == 2 ? a >= b : a == b;
}
template <typename A, typename B>
bool not_equal(int first, A a, B b) {  // ==, <, >
  const int v = variant(first);
  return v == 0 ? a == b : v == 1 ? a < b : v == 2 ? a > b : a != b;
}
/// Of enumerators and pointers, which have no order.
template <typename A, typename B>
bool same(int first, A a, B b) {  // !=
  return (a == b) != active(first);
}
template <typename A, typename B>
bool other(int first, A a, B b) {  // ==
  return (a != b) != active(first);
}

// Functions; the template argument, where one is written, is kept.
template <typename T>
T min(int first, T a, T b) {  // max
  return active(first) ? std::max(a, b) : std::min(a, b);
}
template <typename T>
T max(int first, T a, T b) {  // min
  return active(first) ? std::min(a, b) : std::max(a, b);
}
template <typename T>
T min(int first, std::initializer_list<T> values) {  // max
  return active(first) ? std::max(values) : std::min(values);
}
template <typename T>
T max(int first, std::initializer_list<T> values) {  // min
  return active(first) ? std::min(values) : std::max(values);
}
template <typename T>
T clamp(int first, T value, T low, T high) {  // without low, without high
  const int v = variant(first);
  return v == 0   ? std::min(value, high)
         : v == 1 ? std::max(value, low)
                  : std::clamp(value, low, high);
}
template <typename T>
T ceil_div(int first, T a, T b) {  // rounded down
  return active(first) ? a / b : a / b + (a % b > 0 ? 1 : 0);
}

}  // namespace npusim::mutants
