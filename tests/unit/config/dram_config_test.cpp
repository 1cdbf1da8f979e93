// SPDX-License-Identifier: Apache-2.0
// The keys under `dram`: models, parts, and what must hold between values.
#include "sim/config/dram_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/config/hardware_fields.h"
#include "sim/config/hardware_reader.h"
#include "sim/config/hardware_yaml.h"
#include "tests/support/support.h"

namespace npusim::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::filesystem::path machine() { return test::source_dir() / "configs/npu_32x32.yaml"; }
Override set(const std::string& key, const std::string& value) {
  return {"--set hardware." + key, key, value};
}
HardwareConfig with(const std::vector<Override>& overrides) {
  return read_hardware_config(machine(), overrides);
}
std::vector<std::string> messages_of(const std::vector<Override>& overrides) {
  try {
    with(overrides);
  } catch (const base::InputError& error) {
    return error.messages();
  }
  return {};
}

TEST(DramConfigTest, APartImpliesBanksAndItsKeysAreReplacedOneByOne) {
  const HardwareConfig plain = with({set("dram.part", "lpddr4_3200")});
  EXPECT_EQ(plain.dram.model, DramModel::banks);
  EXPECT_EQ(plain.dram.timing.channels, 2);
  EXPECT_EQ(plain.dram.timing.rtp_ps, 7'500);
  const HardwareConfig changed =
      with({set("dram.part", "lpddr4_3200"), set("dram.timing.rtp_ns", "8.125"),
            set("dram.timing.address_mapping", "channel_row_bank_column")});
  EXPECT_EQ(changed.dram.timing.rtp_ps, 8'125);
  EXPECT_EQ(changed.dram.timing.refi_ps, plain.dram.timing.refi_ps);
  EXPECT_EQ(changed.dram.timing.address_mapping,
            (AddressMapping{AddressField::channel, AddressField::row, AddressField::bank,
                            AddressField::column}));
  EXPECT_NE(config_hash(plain), config_hash(changed));
}

TEST(DramConfigTest, WhatIsNotInForceChangesNothing) {
  const HardwareConfig flat = with({});
  const HardwareConfig back = with({set("dram.part", "ddr4_2400"), set("dram.model", "flat")});
  EXPECT_EQ(timing_only_text(flat), timing_only_text(back));
  EXPECT_THAT(timing_only_text(flat), Not(HasSubstr("dram.timing")));
  EXPECT_THAT(timing_only_text(flat), Not(HasSubstr("other_masters")));
  const HardwareConfig banks = with({set("dram.part", "ddr4_2400")});
  const HardwareConfig slow =
      with({set("dram.part", "ddr4_2400"), set("dram.bandwidth_bytes_per_second", "1000000")});
  EXPECT_EQ(config_hash(banks), config_hash(slow));
  EXPECT_THAT(timing_only_text(banks), Not(HasSubstr("bandwidth")));
  // Values are in range all the same.
  EXPECT_THAT(messages_of({set("dram.part", "ddr4_2400"), set("dram.read_latency_ns", "-1")}),
              ElementsAre(HasSubstr("dram.read_latency_ns: got -1")));
}

TEST(DramConfigTest, TextsReadBackExactly) {
  for (const char* part : {"lpddr4_3200", "ddr4_2400", "hbm2"}) {
    const HardwareConfig hardware =
        with({set("dram.part", part), set("dram.other_masters.share_percent", "30"),
              set("dram.other_masters.pattern", "bursty"),
              set("dram.other_masters.burst_requests", "8")});
    const HardwareConfig back = hardware_from_text(hardware.name, program_dependent_text(hardware),
                                                   timing_only_text(hardware));
    EXPECT_EQ(config_hash(back), config_hash(hardware)) << part;
    const HardwareConfig again = hardware_from_yaml(hardware_yaml(hardware), "again.yaml");
    EXPECT_EQ(config_hash(again), config_hash(hardware)) << part;
    EXPECT_THAT(timing_only_text(hardware), HasSubstr("dram.model: banks\n"));
  }
}

TEST(DramConfigTest, NanosecondsHaveOneText) {
  const HardwareConfig hardware = with({set("dram.part", "ddr4_2400")});
  const std::string text = timing_only_text(hardware);
  ASSERT_THAT(text, HasSubstr("dram.timing.rcd_ns: 13.32\n"));
  for (const char* other : {"13.320", "+13.32", "13.32ns", "0013.32", "1.332e1", "13.3205"}) {
    std::string changed = text;
    changed.replace(text.find("13.32\n"), 5, other);
    EXPECT_THROW(hardware_from_text("x", program_dependent_text(hardware), changed),
                 base::InputError)
        << other;
  }
  for (const char* bad : {"1.2345", "-0.5", "-1", ".5", "1.", "1e3", "2000000", "nan", "\"1\""}) {
    EXPECT_THAT(messages_of({set("dram.part", "ddr4_2400"), set("dram.timing.rp_ns", bad)}),
                ElementsAre(HasSubstr("must be a number of ns from 0 to 1000000 with at most three "
                                      "decimals")))
        << bad;
  }
}

TEST(DramConfigTest, ValuesMustFitEachOtherAllAtOnce) {
  EXPECT_THAT(
      messages_of({set("dram.part", "ddr4_2400"), set("dram.timing.interleave_bytes", "96"),
                   set("dram.timing.ccd_cycles", "3"), set("dram.timing.ras_ns", "13.319"),
                   set("dram.timing.faw_ns", "3"), set("dram.timing.refi_ns", "363.32")}),
      ElementsAre(
          "--set hardware.dram.timing.interleave_bytes: got 96, must be a multiple of "
          "dma.burst_bytes (64)",
          "--set hardware.dram.timing.interleave_bytes: got 96, must be a multiple of "
          "command_processor.fetch_bytes (256)",
          HasSubstr("ddr4_2400.yaml:9:12: dram.timing.row_bytes: got 8192, must be a multiple of "
                    "dram.timing.interleave_bytes (96)"),
          "--set hardware.dram.timing.ccd_cycles: got 3, must be at least dram.timing.burst_cycles "
          "(4), which the data takes",
          "--set hardware.dram.timing.ras_ns: got 13.319, must be at least dram.timing.rcd_ns "
          "(13.32)",
          "--set hardware.dram.timing.faw_ns: got 3, must be at least dram.timing.rrd_ns (3.333)",
          "--set hardware.dram.timing.refi_ns: got 363.32, must be 0, or more than "
          "dram.timing.rp_ns + dram.timing.rfc_ns (363.32)"));
  EXPECT_THAT(messages_of({set("dram.part", "ddr4_2400"), set("dram.timing.refi_ns", "363.321")}),
              IsEmpty());
  EXPECT_THAT(messages_of({set("dram.part", "ddr4_2400"), set("dram.timing.refi_ns", "0")}),
              IsEmpty());
}

TEST(DramConfigTest, RefusesPartsThatAreNotThereAndKeysThatAreNone) {
  EXPECT_THAT(
      messages_of({set("dram.part", "lpddr4_320")}),
      ElementsAre(testing::AllOf(HasSubstr("dram.part: got lpddr4_320, must be an existing "),
                                 HasSubstr("did you mean"), HasSubstr("lpddr4_3200.yaml?"))));
  EXPECT_THAT(messages_of({set("dram.part", "[1, 2]")}),
              ElementsAre(HasSubstr("dram.part: got a list, must be the name of a part")));
  EXPECT_THAT(messages_of({set("dram.part", "ddr4_2400"), set("dram.timing.bank", "8")}),
              ElementsAre(testing::AllOf(HasSubstr("dram.timing.bank: got an unknown key"),
                                         HasSubstr("did you mean banks?"))));
  EXPECT_THAT(messages_of({set("dram.model", "banks")}),
              ElementsAre(HasSubstr("dram.timing: got nothing, must be a mapping")));
  EXPECT_THAT(messages_of({set("dram.timing.banks", "8")}),
              Contains(HasSubstr("dram.timing.clock_hz: got nothing, must be an integer")));
  EXPECT_THAT(messages_of({set("dram.part", "ddr4_2400"),
                           set("dram.timing.address_mapping", "row_bank_row_channel")}),
              ElementsAre(HasSubstr("must be row, bank, column and channel, each once")));
}

TEST(DramConfigTest, PartsLieBesideTheFileOrInTheConfigFolders) {
  const test::TempFolder folder;
  std::filesystem::create_directories(folder / "here/dram");
  const std::string part = base::read_file_text(machine().parent_path() / "dram/hbm2.yaml");
  base::write_file_whole(folder / "here/dram/mine.yaml", part);
  base::write_file_whole(folder / "here/other.yaml", part);
  base::write_file_whole(folder / "here/npu.yaml", base::read_file_text(machine()));
  const auto channels = [&](const std::string& name,
                            const std::vector<std::filesystem::path>& folders) {
    return read_hardware_config(folder / "here/npu.yaml", {set("dram.part", name)}, folders)
        .dram.timing.channels;
  };
  EXPECT_EQ(channels("mine", {}), 8);
  EXPECT_EQ(channels("mine.yaml", {}), 8);
  EXPECT_EQ(channels("./other.yaml", {}), 8);
  EXPECT_EQ(channels("ddr4_2400", {machine().parent_path()}), 1);
  EXPECT_THROW(channels("ddr4_2400", {}), base::InputError);
  base::write_file_whole(folder / "here/dram/list.yaml", "- 1\n");
  EXPECT_THROW(channels("list", {}), base::InputError);
}

TEST(DramConfigTest, PeaksOfTheParts) {
  const auto peak = [](const char* part) {
    return dram_peak(with({set("dram.part", part)}).dram).bytes_per_second();
  };
  EXPECT_EQ(peak("lpddr4_3200"), 12.8e9);
  EXPECT_EQ(peak("ddr4_2400"), 19.2e9);
  EXPECT_EQ(peak("hbm2"), 256e9);
  EXPECT_EQ(dram_peak(with({}).dram).bytes_per_second(), 12.8e9);
}

TEST(DramConfigTest, EveryOrderOfTheFieldsOnce) {
  std::set<AddressMapping> seen(address_mappings().begin(), address_mappings().end());
  EXPECT_EQ(seen.size(), 24U);
  for (const AddressMapping& mapping : address_mappings()) {
    EXPECT_EQ(address_mappings().at(static_cast<std::size_t>(index_of(mapping))), mapping);
  }
  EXPECT_THROW(
      index_of({AddressField::row, AddressField::row, AddressField::bank, AddressField::column}),
      base::InternalError);
}

}  // namespace
}  // namespace npusim::config
