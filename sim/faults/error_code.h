// SPDX-License-Identifier: Apache-2.0
// The codes that may guard the words of a scratchpad: one bit of even parity, or SECDED, the
// extended Hamming code (R. W. Hamming, Error Detecting and Error Correcting Codes, Bell System
// Technical Journal 29, 1950) with its checks in the order of their weight. docs/protection.md.
#pragma once

#include <array>
#include <cstdint>

#include "sim/config/hardware_config.h"

namespace npusim::faults {

/// Data bits of a word, bit 0 the least significant one of its first byte.
using DataBits = unsigned __int128;

/// What the memory holds of one word.
struct StoredWord {
  DataBits data = 0;
  std::uint32_t checks = 0;

  friend bool operator==(const StoredWord& a, const StoredWord& b) {
    return a.data == b.data && a.checks == b.checks;
  }
};

/// What a reader is told of a word: nothing, that a bit was put right, or that bits are wrong.
enum class ReadOutcome { clean, corrected, detected };

struct ReadWord {
  ReadOutcome outcome = ReadOutcome::clean;
  DataBits data = 0;  // as stored where detected
};

/// A code and the bits of its words. Pure: reading a word does not write it back.
class ErrorCode {
 public:
  /// word_bits: a power of two, 8..128; base::InternalError otherwise. With Protection::none a word
  /// has no checks and every word is clean.
  ErrorCode(config::Protection protection, std::int64_t word_bits);

  std::int64_t word_bits() const { return word_bits_; }
  /// none 0; parity 1; SECDED r + 1 with the least r of 2^r >= word_bits + r + 1: 5, 6, 7, 8 and 9
  /// for words of 8, 16, 32, 64 and 128 bits.
  std::int64_t check_bits() const { return check_bits_; }
  std::int64_t stored_bits() const { return word_bits_ + check_bits_; }

  /// The data with their checks. Bits of data beyond word_bits must be 0 (base::InternalError).
  StoredWord encode(DataBits data) const;
  /// The word with one stored bit flipped: 0..word_bits-1 the data, then the checks;
  /// base::InternalError beyond stored_bits.
  StoredWord with_flip(StoredWord word, std::int64_t bit) const;
  /// What a reader gets. Parity: an odd number of flips is detected, an even one is not seen.
  /// SECDED: one flip is corrected, two are detected; of three and more an even number is detected
  /// or, where it is a code word of its own, not seen, and an odd number is taken for the one flip
  /// that would look the same and the wrong bit is "corrected", or detected where none would.
  ReadWord read(const StoredWord& word) const;

  /// Checks that the code has for `data_bits` bits of memory: a whole set for the last word, too.
  std::int64_t check_bits_of(std::int64_t data_bits) const;

 private:
  static constexpr std::size_t kMostHammingChecks = 8;

  config::Protection protection_;
  std::int64_t word_bits_;
  std::int64_t check_bits_ = 0;
  std::int64_t hamming_checks_ = 0;                     // all but that of the whole word
  std::array<DataBits, kMostHammingChecks> covered_{};  // the data bits of each of them
  std::array<std::int16_t, 256> data_bit_at_{};         // by syndrome; -1: no data bit's
};

/// The code of a scratchpad's words.
template <typename ScratchpadConfig>
ErrorCode error_code_of(const ScratchpadConfig& scratchpad) {
  return {scratchpad.protection, scratchpad.protected_word_bits};
}

}  // namespace npusim::faults
