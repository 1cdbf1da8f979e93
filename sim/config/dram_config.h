// SPDX-License-Identifier: Apache-2.0
// The DRAM of a machine: what the keys under `dram` of a hardware file say. What each means in
// cycles: section 3 of docs/timing-model.md.
#pragma once

#include <array>
#include <cstdint>

namespace npusim::config {

enum class DramModel {
  flat,  // a latency and a bandwidth
  banks  // channels, banks, open rows, refresh, a clock of its own
};

enum class AddressField { row, bank, column, channel };
// The four fields, each once, from the most to the least significant one.
using AddressMapping = std::array<AddressField, 4>;

// A part and its controller; in force where DramConfig::model is banks. Times in DRAM clock cycles
// or in picoseconds (in files: ns with up to three decimals), named as in the data sheets; sizes
// and counts of one channel where nothing else is said.
struct DramTimingConfig {
  std::int64_t clock_hz = 1'600'000'000;  // of the commands; data moves twice in a cycle
  std::int64_t channels = 1;
  std::int64_t banks = 8;
  std::int64_t row_bytes = 4096;
  std::int64_t burst_bytes = 64;  // of one column command
  std::int64_t burst_cycles = 8;  // that its data takes the bus
  std::int64_t ccd_cycles = 8;    // from one column command to the next, at least burst_cycles
  std::int64_t read_latency_cycles = 28;
  std::int64_t write_latency_cycles = 14;
  std::int64_t read_to_write_cycles = 2;  // from a read's data end to a write's data begin
  std::int64_t rcd_ps = 18'000;           // opening of a row to a column command
  std::int64_t rp_ps = 18'000;            // closing of a row to the bank's next opening
  std::int64_t ras_ps = 42'000;           // opening of a row to its closing
  std::int64_t rrd_ps = 10'000;           // opening to opening of another bank
  std::int64_t faw_ps = 40'000;           // at most four openings within it
  std::int64_t rtp_ps = 7'500;            // read command to closing
  std::int64_t wr_ps = 18'000;            // write data end to closing
  std::int64_t wtr_ps = 10'000;           // write data end to a read command
  std::int64_t rfc_ps = 280'000;          // one refresh of all banks
  std::int64_t refi_ps = 3'904'000;       // from one refresh to the next; 0: none
  std::int64_t controller_latency_ps = 20'000;
  std::int64_t lookahead = 4;           // granted requests whose data has not ended
  std::int64_t interleave_bytes = 256;  // consecutive bytes in one row of one bank
  AddressMapping address_mapping = {AddressField::row, AddressField::bank, AddressField::column,
                                    AddressField::channel};
};

enum class OtherMastersPattern { constant, bursty };

// Requests of others in front of the NPU's, in both models; none where share_percent is 0.
struct OtherMastersConfig {
  std::int64_t share_percent = 0;  // of each channel's data bus
  OtherMastersPattern pattern = OtherMastersPattern::constant;
  std::int64_t burst_requests = 1;  // that come together; 1 where constant
  std::int64_t seed = 0;
};

struct DramConfig {
  DramModel model = DramModel::flat;
  std::int64_t bytes = std::int64_t{1} << 30;  // [P] address space
  // Where model is flat.
  std::int64_t bandwidth_bytes_per_second = 12'800'000'000;
  std::int64_t read_latency_ns = 100;
  std::int64_t write_latency_ns = 50;
  // Where model is banks.
  DramTimingConfig timing;
  OtherMastersConfig other_masters;
};

// What the data bus moves at most, exactly: bytes / seconds. flat: the bandwidth; banks: the
// column commands of all channels, ccd_cycles apart.
struct DramPeak {
  std::int64_t bytes = 0;
  std::int64_t seconds = 1;
  double bytes_per_second() const {
    return static_cast<double>(bytes) / static_cast<double>(seconds);
  }
};
DramPeak dram_peak(const DramConfig& dram);

// The 24 orders of the four fields, row_bank_column_channel first.
const std::array<AddressMapping, 24>& address_mappings();
// Where the mapping stands in address_mappings(); base::InternalError where it is none of them.
std::int64_t index_of(const AddressMapping& mapping);

}  // namespace npusim::config
