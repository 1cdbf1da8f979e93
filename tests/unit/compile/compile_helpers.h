// SPDX-License-Identifier: Apache-2.0
// What the tests of the compiler share.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <regex>
#include <string>

#include "sim/base/errors.h"
#include "sim/config/hardware_config.h"

namespace npusim::compile {

/// A machine of `rows` x `columns` with scratchpads of the given bytes and words of 8 bytes.
inline config::HardwareConfig small_machine(std::int64_t rows, std::int64_t columns,
                                            std::int64_t activation_bytes,
                                            std::int64_t weight_bytes) {
  config::HardwareConfig hardware;
  hardware.name = "small";
  hardware.mac_array.rows = rows;
  hardware.mac_array.columns = columns;
  hardware.mac_array.accumulator_rows = 16;
  hardware.activation_scratchpad.bank_word_bytes = 8;
  hardware.activation_scratchpad.bytes = activation_bytes;
  hardware.weight_scratchpad.bytes = weight_bytes;
  return hardware;
}

/// The text of the InputError that `action` throws; a failure and "" where it throws none.
template <typename Action>
std::string input_error_of(const Action& action) {
  try {
    action();
  } catch (const base::InputError& error) {
    return error.what();
  }
  ADD_FAILURE() << "no InputError";
  return "";
}

/// The largest of the numbers that follow "at least " in a message.
inline std::int64_t least_named(const std::string& message) {
  static const std::regex pattern("at least ([0-9]+)");
  std::int64_t least = -1;
  for (auto match = std::sregex_iterator(message.begin(), message.end(), pattern);
       match != std::sregex_iterator(); ++match) {
    least = std::max<std::int64_t>(least, std::stoll((*match)[1].str()));
  }
  EXPECT_GE(least, 0) << message;
  return least;
}

}  // namespace npusim::compile
