// SPDX-License-Identifier: Apache-2.0
#include "sim/report/sha256.h"

#include <openssl/evp.h>

#include <array>

#include "sim/base/errors.h"

namespace npusim::report {

std::string sha256_hex(const void* data, std::size_t bytes) {
  std::array<unsigned char, 32> digest{};
  if (EVP_Digest(data, bytes, digest.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    throw base::InternalError("OpenSSL has no SHA-256");
  }
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const unsigned char byte : digest) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

}  // namespace npusim::report
