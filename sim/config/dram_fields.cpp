// SPDX-License-Identifier: Apache-2.0
#include "sim/config/dram_fields.h"

#include <algorithm>

#include "sim/config/field_rules.h"

namespace npusim::config {
namespace {

using rules::bytes;
using rules::Form;
using rules::kGiB;
using rules::kMiB;
using rules::range;
using Timing = DramTimingConfig;
using Masters = OtherMastersConfig;
constexpr std::int64_t kMostSeed = 1'000'000'000'000'000'000;

bool is_flat(const HardwareConfig& hardware) { return hardware.dram.model == DramModel::flat; }
bool is_banks(const HardwareConfig& hardware) { return hardware.dram.model == DramModel::banks; }
bool is_shared(const HardwareConfig& hardware) {
  return hardware.dram.other_masters.share_percent != 0;
}
bool is_bursty(const HardwareConfig& hardware) {
  return is_shared(hardware) && hardware.dram.other_masters.pattern == OtherMastersPattern::bursty;
}

IntegerRule nanoseconds() {
  IntegerRule rule{0, 1'000'000'000};  // in ps
  rule.is_nanoseconds = true;
  return rule;
}

HardwareField timing_only(const char* key, const char* meaning, const IntegerRule& rule) {
  HardwareField field{key, meaning, /*program_dependent=*/false, rule, {}, nullptr, nullptr};
  return field;
}

template <auto Member>
HardwareField flat_field(const char* key, const char* meaning, const IntegerRule& rule) {
  HardwareField field = timing_only(key, meaning, rule);
  field.get = [](const HardwareConfig& h) { return h.dram.*Member; };
  field.set = [](HardwareConfig& h, std::int64_t value) { h.dram.*Member = value; };
  field.in_force = is_flat;
  return field;
}

template <auto Member>
HardwareField timing_field(const char* key, const char* meaning, const IntegerRule& rule) {
  HardwareField field = timing_only(key, meaning, rule);
  field.get = [](const HardwareConfig& h) { return h.dram.timing.*Member; };
  field.set = [](HardwareConfig& h, std::int64_t value) { h.dram.timing.*Member = value; };
  field.in_force = is_banks;
  return field;
}

template <auto Member>
HardwareField masters_field(const char* key, const char* meaning, const IntegerRule& rule) {
  HardwareField field = timing_only(key, meaning, rule);
  field.get = [](const HardwareConfig& h) { return h.dram.other_masters.*Member; };
  field.set = [](HardwareConfig& h, std::int64_t value) { h.dram.other_masters.*Member = value; };
  field.in_force = is_shared;
  field.if_missing = Masters().*Member;
  return field;
}

HardwareField model_field() {
  HardwareField field =
      timing_only("dram.model", "which of the keys below are in force", range(0, 1));
  field.choices = {"flat", "banks"};
  field.get = [](const HardwareConfig& h) { return static_cast<std::int64_t>(h.dram.model); };
  field.set = [](HardwareConfig& h, std::int64_t value) {
    h.dram.model = static_cast<DramModel>(value);
  };
  field.if_missing = 0;
  return field;
}

HardwareField bytes_field() {
  HardwareField field =
      timing_only("dram.bytes", "address space", bytes(4096, 1024 * kGiB, Form::multiple_of, 4096));
  field.program_dependent = true;
  field.get = [](const HardwareConfig& h) { return h.dram.bytes; };
  field.set = [](HardwareConfig& h, std::int64_t value) { h.dram.bytes = value; };
  return field;
}

HardwareField mapping_field() {
  HardwareField field = timing_only("dram.timing.address_mapping",
                                    "fields of an address, most significant first", range(0, 23));
  for (const AddressMapping& mapping : address_mappings()) {
    static constexpr std::array<const char*, 4> kNames = {"row", "bank", "column", "channel"};
    std::string name;
    for (const AddressField part : mapping) {
      name += (name.empty() ? "" : "_") + std::string(kNames.at(static_cast<std::size_t>(part)));
    }
    field.choices.push_back(name);
  }
  field.get = [](const HardwareConfig& h) { return index_of(h.dram.timing.address_mapping); };
  field.set = [](HardwareConfig& h, std::int64_t value) {
    h.dram.timing.address_mapping = address_mappings().at(static_cast<std::size_t>(value));
  };
  field.in_force = is_banks;
  field.choices_text =
      "row, bank, column and channel, each once, joined by '_', such as row_bank_column_channel";
  return field;
}

HardwareField pattern_field() {
  HardwareField field = timing_only("dram.other_masters.pattern",
                                    "one request at a time, or several together", range(0, 1));
  field.choices = {"constant", "bursty"};
  field.get = [](const HardwareConfig& h) {
    return static_cast<std::int64_t>(h.dram.other_masters.pattern);
  };
  field.set = [](HardwareConfig& h, std::int64_t value) {
    h.dram.other_masters.pattern = static_cast<OtherMastersPattern>(value);
  };
  field.in_force = is_shared;
  field.if_missing = 0;
  return field;
}

std::vector<HardwareField> geometry_fields() {
  const IntegerRule cycles = range(1, 1024);
  const IntegerRule latency = range(0, 4096);
  return {
      timing_field<&Timing::clock_hz>("dram.timing.clock_hz",
                                      "cycles per second of the DRAM's command clock",
                                      range(1'000'000, 10'000'000'000)),
      timing_field<&Timing::channels>("dram.timing.channels", "with an arbiter and a data bus each",
                                      range(1, 64)),
      timing_field<&Timing::banks>("dram.timing.banks", "of a channel, each with one open row",
                                   range(1, 1024)),
      timing_field<&Timing::row_bytes>("dram.timing.row_bytes", "of one row of one bank",
                                       bytes(64, kMiB)),
      timing_field<&Timing::burst_bytes>("dram.timing.burst_bytes", "moved by one column command",
                                         bytes(8, 4096, Form::power_of_two)),
      timing_field<&Timing::burst_cycles>("dram.timing.burst_cycles",
                                          "that one column command's data takes the bus", cycles),
      timing_field<&Timing::ccd_cycles>("dram.timing.ccd_cycles",
                                        "CCD: from one column command to the next", cycles),
      timing_field<&Timing::read_latency_cycles>("dram.timing.read_latency_cycles",
                                                 "RL: from a read command to its data", latency),
      timing_field<&Timing::write_latency_cycles>("dram.timing.write_latency_cycles",
                                                  "WL: from a write command to its data", latency),
      timing_field<&Timing::read_to_write_cycles>("dram.timing.read_to_write_cycles",
                                                  "RTW: from a read's data end to a write's data",
                                                  latency),
  };
}

std::vector<HardwareField> delay_fields() {
  const IntegerRule ns = nanoseconds();
  return {
      timing_field<&Timing::rcd_ps>("dram.timing.rcd_ns", "RCD: row opened to column command", ns),
      timing_field<&Timing::rp_ps>("dram.timing.rp_ns", "RP: row closed to the bank's next", ns),
      timing_field<&Timing::ras_ps>("dram.timing.ras_ns", "RAS: row opened to closed", ns),
      timing_field<&Timing::rrd_ps>("dram.timing.rrd_ns", "RRD: row opened to another bank's", ns),
      timing_field<&Timing::faw_ps>("dram.timing.faw_ns", "FAW: at most four rows opened in it",
                                    ns),
      timing_field<&Timing::rtp_ps>("dram.timing.rtp_ns", "RTP: read command to row closed", ns),
      timing_field<&Timing::wr_ps>("dram.timing.wr_ns", "WR: write data end to row closed", ns),
      timing_field<&Timing::wtr_ps>("dram.timing.wtr_ns", "WTR: write data end to read command",
                                    ns),
      timing_field<&Timing::rfc_ps>("dram.timing.rfc_ns", "RFC: one refresh of all banks", ns),
      timing_field<&Timing::refi_ps>("dram.timing.refi_ns",
                                     "REFI: from one refresh to the next; 0: none", ns),
      timing_field<&Timing::controller_latency_ps>("dram.timing.controller_latency_ns",
                                                   "added behind a request's data", ns),
      timing_field<&Timing::lookahead>("dram.timing.lookahead",
                                       "granted requests of a channel whose data has not ended",
                                       range(1, 1024)),
      timing_field<&Timing::interleave_bytes>("dram.timing.interleave_bytes",
                                              "consecutive bytes in one row of one bank",
                                              bytes(16, kMiB)),
      mapping_field(),
  };
}

HardwareField burst_requests_field() {
  HardwareField field = masters_field<&Masters::burst_requests>(
      "dram.other_masters.burst_requests", "requests that come together where bursty",
      range(1, 4096));
  field.in_force = is_bursty;
  return field;
}

HardwareField share_field() {
  HardwareField field = masters_field<&Masters::share_percent>(
      "dram.other_masters.share_percent", "of each data bus that others take; 0: none",
      range(0, 90));
  field.in_force = nullptr;
  return field;
}

}  // namespace

std::vector<HardwareField> dram_fields() {
  std::vector<HardwareField> all = {
      model_field(),
      bytes_field(),
      flat_field<&DramConfig::bandwidth_bytes_per_second>("dram.bandwidth_bytes_per_second",
                                                          "of the data bus (flat)",
                                                          range(1'000'000, 100'000'000'000'000)),
      flat_field<&DramConfig::read_latency_ns>("dram.read_latency_ns", "from grant to data (flat)",
                                               range(0, 1'000'000)),
      flat_field<&DramConfig::write_latency_ns>("dram.write_latency_ns",
                                                "from grant to done (flat)", range(0, 1'000'000)),
  };
  for (const auto& more : {geometry_fields(), delay_fields()}) {
    all.insert(all.end(), more.begin(), more.end());
  }
  all.push_back(share_field());
  all.push_back(pattern_field());
  all.push_back(burst_requests_field());
  all.push_back(masters_field<&Masters::seed>("dram.other_masters.seed",
                                              "of their addresses, and where bursty of their times",
                                              range(0, kMostSeed)));
  return all;
}

namespace {

class DramRules {
 public:
  DramRules(const HardwareConfig& hardware, std::vector<CrossError>& found)
      : hardware_(hardware), t_(hardware.dram.timing), found_(found) {}

  void check() {
    multiple("dram.timing.interleave_bytes", t_.interleave_bytes, "dma.burst_bytes",
             hardware_.dma.burst_bytes);
    multiple("dram.timing.interleave_bytes", t_.interleave_bytes, "command_processor.fetch_bytes",
             hardware_.command_processor.fetch_bytes);
    multiple("dram.timing.row_bytes", t_.row_bytes, "dram.timing.interleave_bytes",
             t_.interleave_bytes);
    multiple("dram.timing.row_bytes", t_.row_bytes, "dram.timing.burst_bytes", t_.burst_bytes);
    if (t_.ccd_cycles < t_.burst_cycles) {
      found_.push_back({"dram.timing.ccd_cycles", std::to_string(t_.ccd_cycles),
                        "at least dram.timing.burst_cycles (" + std::to_string(t_.burst_cycles) +
                            "), which the data takes"});
    }
    at_least("dram.timing.ras_ns", t_.ras_ps, "dram.timing.rcd_ns", t_.rcd_ps);
    at_least("dram.timing.faw_ns", t_.faw_ps, "dram.timing.rrd_ns", t_.rrd_ps);
    const std::int64_t refresh = t_.rp_ps + t_.rfc_ps;
    if (t_.refi_ps != 0 && t_.refi_ps <= refresh) {
      found_.push_back({"dram.timing.refi_ns", nanoseconds_text(t_.refi_ps),
                        "0, or more than dram.timing.rp_ns + dram.timing.rfc_ns (" +
                            nanoseconds_text(refresh) + ")"});
    }
  }

 private:
  void multiple(const char* key, std::int64_t value, const char* of, std::int64_t step) {
    if (value % step == 0) return;
    found_.push_back({key, std::to_string(value),
                      "a multiple of " + std::string(of) + " (" + std::to_string(step) + ")"});
  }
  void at_least(const char* key, std::int64_t value, const char* of, std::int64_t least) {
    if (value >= least) return;
    found_.push_back({key, nanoseconds_text(value),
                      "at least " + std::string(of) + " (" + nanoseconds_text(least) + ")"});
  }

  const HardwareConfig& hardware_;
  const DramTimingConfig& t_;
  std::vector<CrossError>& found_;
};

}  // namespace

void add_dram_cross_errors(const HardwareConfig& hardware, std::vector<CrossError>& found) {
  if (is_banks(hardware)) DramRules(hardware, found).check();
}

}  // namespace npusim::config
