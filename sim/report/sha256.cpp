// SPDX-License-Identifier: Apache-2.0
#include "sim/report/sha256.h"

#include <nettle/sha2.h>

#include <array>
#include <cstdint>

namespace npusim::report {

std::string sha256_hex(const void* data, std::size_t bytes) {
  sha256_ctx state;
  sha256_init(&state);
  sha256_update(&state, bytes, static_cast<const std::uint8_t*>(data));
  std::array<std::uint8_t, SHA256_DIGEST_SIZE> digest{};
  sha256_digest(&state, digest.size(), digest.data());
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const std::uint8_t byte : digest) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

}  // namespace npusim::report
