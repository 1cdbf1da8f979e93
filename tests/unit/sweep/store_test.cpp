// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/csv.h"
#include "sim/base/files.h"
#include "sim/sweep/points_csv.h"
#include "tests/support/support.h"

namespace npusim::sweep {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr char kSweep[] = R"(run: net.yaml
axes:
  hardware.mac_array.rows: [8, 16]
  quantization.layers: ['[{match: "a,b", weight_bits: 4}]', '[]']
derived: {hardware.mac_array.columns: 2 * hardware.mac_array.rows}
)";

class StoreTest : public testing::Test {
 protected:
  StoreTest() { store_.create(); }

  test::TempFolder folder_;
  Store store_{folder_ / "swept"};
  SweepConfig config_ = parse_sweep_config(kSweep, folder_ / "mine.yaml");
  std::vector<IndexEntry> index_ = {{0, "aa", {"8", "x,\"y\"", "16"}},
                                    {2, "bb", {"16", "[]", "32"}},
                                    {3, "cc", {"16", "two\nlines", "32"}}};
};

TEST_F(StoreTest, TheIndexComesBackAsItWas) {
  store_.write_index(config_, index_);
  const std::vector<IndexEntry> read = store_.index(config_);
  ASSERT_THAT(read, SizeIs(index_.size()));
  for (std::size_t i = 0; i < read.size(); ++i) {
    EXPECT_EQ(read[i].point, index_[i].point);
    EXPECT_EQ(read[i].hash, index_[i].hash);
    EXPECT_EQ(read[i].values, index_[i].values);
  }
}

TEST_F(StoreTest, ADamagedIndexIsRefused) {
  const std::string header =
      "point,hash,hardware.mac_array.rows,quantization.layers,hardware.mac_array.columns\n";
  for (const std::string& text : {std::string("point,hash\n"), header + "0,aa,8,[]\n",
                                  header + "zero,aa,8,[],16\n", header + "\"0"}) {
    base::write_file_whole(store_.folder() / "index.csv", text);
    EXPECT_THROW(store_.index(config_), base::InputError) << text;
  }
}

TEST_F(StoreTest, TheSweepFileIsKeptWithItsPlace) {
  EXPECT_THROW(store_.require_sweep(), base::InputError);
  store_.write_config(config_);
  store_.write_index(config_, index_);
  store_.require_sweep();
  const SweepConfig read = store_.config();
  EXPECT_EQ(read.text, kSweep);
  EXPECT_EQ(read.file, fs::absolute(folder_ / "mine.yaml"));
}

TEST_F(StoreTest, ARecordTakesThePlaceOfAFailure) {
  const Failure failure = {2, "bb", {"a=1", "b=[1, 2]"}, "died", 139, {"killed", "\xff twice"}};
  store_.put_failure(failure);
  EXPECT_TRUE(store_.has_failure("bb"));
  EXPECT_FALSE(store_.has_record("bb"));
  const Failure read = store_.failure("bb");
  EXPECT_EQ(read.point, 2);
  EXPECT_EQ(read.hash, "bb");
  EXPECT_EQ(read.assignments, failure.assignments);
  EXPECT_EQ(read.kind, "died");
  EXPECT_EQ(read.exit_code, 139);
  EXPECT_THAT(read.messages, ElementsAre("killed", "\xef\xbf\xbd twice"));
  store_.put_record("bb", "{}");
  EXPECT_TRUE(store_.has_record("bb"));
  EXPECT_FALSE(store_.has_failure("bb"));
  EXPECT_EQ(store_.record("bb"), "{}");
}

TEST_F(StoreTest, WhatAKilledWriterLeftGoesAfterAMinute) {
  const fs::path old_file = store_.record_file("aa").string() + ".Xy12Qz";
  const fs::path new_file = store_.record_file("bb").string() + ".Xy12Qz";
  const fs::path not_ours = store_.folder() / "notes.txt.backup";
  for (const fs::path& file : {old_file, new_file, not_ours}) base::write_file_whole(file, "x");
  const auto before = fs::file_time_type::clock::now() - std::chrono::minutes(2);
  fs::last_write_time(old_file, before);
  fs::last_write_time(not_ours, before);
  store_.create();
  EXPECT_FALSE(fs::exists(old_file));
  EXPECT_TRUE(fs::exists(new_file));
  EXPECT_TRUE(fs::exists(not_ours));
}

TEST_F(StoreTest, AFileInTheWayIsRefused) {
  base::write_file_whole(folder_ / "file", "x");
  EXPECT_THROW(Store(folder_ / "file").create(), base::InputError);
  EXPECT_THROW(Store(folder_ / "file" / "below").create(), base::InputError);
}

TEST_F(StoreTest, TablesHaveEveryColumnOfAnyRecordSorted) {
  store_.put_record("aa", R"({"cycles": {"total": 12, "latency_seconds": 0.1}, "layers": [1]})");
  store_.put_failure({7, "bb", {}, "bad_input", 2, {"rows: got 16, must be 8", "and more"}});
  store_.put_record("cc", R"({"cycles": {"total": 9007199254740991}, "area": {"z": -0.5},
                               "hardware": {"mac_array": {"rows": 16}}})");
  const Gathered gathered = gather(store_, config_, index_);
  EXPECT_THAT(gathered.missing, IsEmpty());
  EXPECT_EQ(points_csv(gathered.table),
            "point,hash,hardware.mac_array.rows,quantization.layers,hardware.mac_array.columns,"
            "area.z,cycles.latency_seconds,cycles.total\n"
            "0,aa,8,\"x,\"\"y\"\"\",16,,0.1,12\n"
            "3,cc,16,\"two\nlines\",32,-0.5,,9007199254740991\n");
  EXPECT_EQ(failures_csv(config_, index_, gathered.failures),
            "point,hash,hardware.mac_array.rows,quantization.layers,hardware.mac_array.columns,"
            "kind,message\n"
            "2,bb,16,[],32,bad_input,\"rows: got 16, must be 8; and more\"\n");
}

TEST_F(StoreTest, WhatIsMissingIsTold) {
  store_.put_record("bb", "{}");
  const Gathered gathered = gather(store_, config_, index_);
  ASSERT_THAT(gathered.missing, SizeIs(2));
  EXPECT_EQ(gathered.missing[0].point, 0);
  EXPECT_EQ(gathered.missing[1].point, 3);
}

TEST_F(StoreTest, ADamagedRecordIsNamed) {
  store_.put_record("aa", "{\"cycles\": ");
  try {
    gather(store_, config_, index_);
    FAIL() << "must be refused";
  } catch (const base::InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("aa.json"));
  }
}

TEST(Csv, FieldsComeBackAsTheyWere) {
  const std::vector<std::vector<std::string>> lines = {
      {"a", "", "c"}, {"\"", ",", "\n", "x\"y"}, {"", ""}};
  std::string text;
  for (const auto& line : lines) base::append_csv_line(line, text);
  std::size_t position = 0;
  std::vector<std::string> fields;
  for (const auto& line : lines) {
    ASSERT_TRUE(base::read_csv_line(text, position, fields));
    EXPECT_EQ(fields, line);
  }
  EXPECT_FALSE(base::read_csv_line(text, position, fields));
}

}  // namespace
}  // namespace npusim::sweep
