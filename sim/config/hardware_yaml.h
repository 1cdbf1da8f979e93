// SPDX-License-Identifier: Apache-2.0
// HardwareConfig -> the text of a hardware file, and what follows from its values.
#pragma once

#include <cstdint>
#include <string>

#include "sim/config/hardware_config.h"
#include "sim/config/hardware_fields.h"

namespace npusim::config {

/// Every key in force with its value and, as a comment, its meaning; read_hardware_config gives the
/// same description back. `indent` blanks stand before every line that is not empty.
std::string hardware_yaml(const HardwareConfig& hardware, std::size_t indent = 0);

/// A value as hardware_yaml writes it: sizes with KiB, MiB or GiB where that is exact.
std::string field_yaml(const HardwareField& field, const HardwareConfig& hardware);

/// What the values amount to. A MAC is one multiplication and one addition, two operations.
struct HardwarePeaks {
  std::int64_t macs_per_cycle = 0;        // rows * columns
  double macs_per_second = 0;             // macs_per_cycle * clock_hz
  double operations_per_second = 0;       // 2 * macs_per_second
  double dram_bytes_per_cycle = 0;        // dram_bytes_per_second / clock_hz
  double dram_bytes_per_second = 0;       // dram_peak
  double balance_macs_per_dram_byte = 0;  // macs_per_second / dram_bytes_per_second
};
HardwarePeaks hardware_peaks(const HardwareConfig& hardware);

}  // namespace npusim::config
