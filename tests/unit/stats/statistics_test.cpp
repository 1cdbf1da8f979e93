// SPDX-License-Identifier: Apache-2.0
#include "sim/stats/statistics.h"

#include <gtest/gtest.h>

#include <set>

#include "sim/base/errors.h"
#include "sim/stats/activity.h"

namespace npusim::stats {
namespace {

TEST(Statistics, KeysArePathsThroughTheTree) {
  Group npu("npu");
  npu.child("dram").add("read_bytes", "bytes", "read from DRAM", 17);
  npu.child("mac_array").add("busy_cycles", "cycles", "works", 4);
  npu.child("dram").add("write_bytes", "bytes", "written to DRAM", 18);
  npu.add("total_cycles", "cycles", "the whole run", 99);
  const auto all = npu.flatten();
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all.at("npu.dram.read_bytes").value, 17);
  EXPECT_EQ(all.at("npu.dram.write_bytes").description, "written to DRAM");
  EXPECT_EQ(all.at("npu.mac_array.busy_cycles").unit, "cycles");
  EXPECT_EQ(all.at("npu.total_cycles").value, 99);
  EXPECT_EQ(npu.children().size(), 2U);
}

TEST(Statistics, ReferencesToGroupsStay) {
  Group npu("npu");
  Group& first = npu.child("a");
  for (char c = 'b'; c <= 'z'; ++c) npu.child(std::string(1, c));
  first.add("x_cycles", "cycles", "", 1);
  EXPECT_EQ(npu.flatten().count("npu.a.x_cycles"), 1U);
}

TEST(Statistics, NothingIsCountedTwice) {
  Group group("g");
  group.add("x", "cycles", "", 1);
  EXPECT_THROW(group.add("x", "cycles", "", 2), base::InternalError);
}

TEST(Activity, NamesAreDifferent) {
  std::set<std::string> names;
  for (std::size_t a = 0; a < kActivities; ++a) {
    names.insert(activity_name(static_cast<Activity>(a)));
    EXPECT_STRNE(activity_description(static_cast<Activity>(a)), "");
  }
  EXPECT_EQ(names.size(), kActivities);
  EXPECT_THROW(activity_name(static_cast<Activity>(kActivities)), base::InternalError);
}

TEST(Activity, WaitsAreNamedAfterThePoster) {
  for (int u = 0; u < isa::kUnits; ++u) {
    const auto unit = static_cast<isa::Unit>(u);
    EXPECT_EQ(activity_name(wait_for(unit)), std::string("wait_") + isa::unit_name(unit));
  }
}

TEST(Activity, StallsAreNeitherBusyNorIdle) {
  ActivityCycles cycles;
  cycles[Activity::busy] = 5;
  cycles[Activity::port] = 2;
  cycles[Activity::wait_vector] = 4;
  cycles[Activity::idle] = 8;
  EXPECT_EQ(cycles.stalls(), 6);
  EXPECT_EQ(cycles.total(), 19);
  EXPECT_FALSE(is_stall(Activity::busy));
  EXPECT_FALSE(is_stall(Activity::idle));
  EXPECT_TRUE(is_stall(Activity::pipeline));
}

}  // namespace
}  // namespace npusim::stats
