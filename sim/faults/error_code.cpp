// SPDX-License-Identifier: Apache-2.0
#include "sim/faults/error_code.h"

#include <string>

#include "sim/base/errors.h"
#include "sim/base/math.h"

namespace npusim::faults {
namespace {

constexpr std::int64_t kLeastWordBits = 8;
constexpr std::int64_t kMostWordBits = 128;

constexpr bool is_power_of_two(std::int64_t value) { return (value & (value - 1)) == 0; }

std::uint32_t parity(DataBits bits) {
  const auto folded = static_cast<std::uint64_t>(bits) ^ static_cast<std::uint64_t>(bits >> 64);
  return static_cast<std::uint32_t>(__builtin_parityll(folded));
}

DataBits bit_at(std::int64_t bit) { return DataBits{1} << static_cast<unsigned>(bit); }

void refuse(const char* what, std::int64_t got, const std::string& must_be) {
  throw base::InternalError(std::string("error code: ") + what + ": got " + std::to_string(got) +
                            ", must be " + must_be);
}

}  // namespace

// Hamming's numbering from 1: the checks have the powers of two, the data bits the others in order,
// and check i covers the numbers with bit i. The syndrome is then the number of a single flip.
ErrorCode::ErrorCode(config::Protection protection, std::int64_t word_bits)
    : protection_(protection), word_bits_(word_bits) {
  if (word_bits < kLeastWordBits || word_bits > kMostWordBits || !is_power_of_two(word_bits)) {
    refuse("bits of a word", word_bits, "a power of two from 8 to 128");
  }
  data_bit_at_.fill(-1);
  if (protection == config::Protection::none) return;
  check_bits_ = 1;
  if (protection == config::Protection::parity) return;
  while ((std::int64_t{1} << hamming_checks_) < word_bits + hamming_checks_ + 1) ++hamming_checks_;
  check_bits_ = hamming_checks_ + 1;
  std::size_t number = 0;
  for (std::int64_t bit = 0; bit < word_bits; ++bit) {
    do ++number;
    while (is_power_of_two(static_cast<std::int64_t>(number)));
    data_bit_at_.at(number) = static_cast<std::int16_t>(bit);
    for (std::size_t i = 0; i < kMostHammingChecks; ++i) {
      if ((number >> i & 1U) != 0) covered_[i] |= bit_at(bit);
    }
  }
}

StoredWord ErrorCode::encode(DataBits data) const {
  if (word_bits_ < kMostWordBits && data >> static_cast<unsigned>(word_bits_) != 0) {
    throw base::InternalError("error code: data have more than " + std::to_string(word_bits_) +
                              " bits");
  }
  StoredWord word{data, 0};
  if (protection_ == config::Protection::none) return word;
  for (std::int64_t i = 0; i < hamming_checks_; ++i) {
    word.checks |= parity(data & covered_[static_cast<std::size_t>(i)]) << i;
  }
  word.checks |= (parity(data) ^ parity(word.checks)) << hamming_checks_;  // the whole is even
  return word;
}

StoredWord ErrorCode::with_flip(StoredWord word, std::int64_t bit) const {
  if (bit < 0 || bit >= stored_bits()) {
    refuse("stored bit", bit, "from 0 to " + std::to_string(stored_bits() - 1));
  }
  if (bit < word_bits_) {
    word.data ^= bit_at(bit);
  } else {
    word.checks ^= std::uint32_t{1} << (bit - word_bits_);
  }
  return word;
}

ReadWord ErrorCode::read(const StoredWord& word) const {
  ReadWord result{ReadOutcome::clean, word.data};
  if (protection_ == config::Protection::none) return result;
  const bool odd = (parity(word.data) ^ parity(word.checks)) != 0;
  std::uint32_t syndrome = 0;
  for (std::int64_t i = 0; i < hamming_checks_; ++i) {
    const std::uint32_t stored = word.checks >> i & 1U;
    syndrome |= (parity(word.data & covered_[static_cast<std::size_t>(i)]) ^ stored) << i;
  }
  if (!odd) {
    if (syndrome != 0) result.outcome = ReadOutcome::detected;
    return result;
  }
  const std::int16_t data_bit = data_bit_at_[syndrome];
  const bool is_check = is_power_of_two(syndrome) && protection_ == config::Protection::secded;
  if (data_bit < 0 && !is_check) {
    result.outcome = ReadOutcome::detected;
    return result;
  }
  result.outcome = ReadOutcome::corrected;
  if (data_bit >= 0) result.data ^= bit_at(data_bit);
  return result;
}

std::int64_t ErrorCode::check_bits_of(std::int64_t data_bits) const {
  return base::ceil_div(data_bits, word_bits_) * check_bits_;
}

}  // namespace npusim::faults
