// SPDX-License-Identifier: Apache-2.0
#include "sim/model/port_schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "sim/base/errors.h"

namespace npusim::model {
namespace {

TEST(PortSchedule, AloneTakesOneCyclePerAccess) {
  PortSchedule port(2, 1);
  port.begin(1, 10, 5);
  EXPECT_EQ(port.earliest_end(1, 10), 15);
  EXPECT_EQ(port.earliest_end(1, 14), 15);
  EXPECT_EQ(port.earliest_end(1, 15), 15);  // over: the answer is now
  EXPECT_EQ(port.granted(1, 15), 5);
}

TEST(PortSchedule, HigherPriorityThatComesLaterDelays) {
  PortSchedule port(2, 1);
  port.begin(1, 0, 10);
  EXPECT_EQ(port.earliest_end(1, 0), 10);
  port.begin(0, 9, 3);
  EXPECT_EQ(port.earliest_end(0, 9), 12);
  EXPECT_EQ(port.earliest_end(1, 10), 13);  // not at 12, at 13
  EXPECT_EQ(port.earliest_end(1, 12), 13);
  EXPECT_EQ(port.earliest_end(1, 13), 13);
}

TEST(PortSchedule, LowerPriorityDoesNotDelay) {
  PortSchedule port(2, 1);
  port.begin(1, 0, 10);
  port.begin(0, 2, 4);
  EXPECT_EQ(port.earliest_end(0, 2), 6);
}

TEST(PortSchedule, PortsAreForTheHighestThatWantThem) {
  PortSchedule port(3, 2);
  port.begin(0, 0, 4);
  port.begin(1, 0, 8);
  port.begin(2, 0, 2);
  EXPECT_EQ(port.earliest_end(0, 0), 4);
  EXPECT_EQ(port.earliest_end(1, 0), 8);
  EXPECT_EQ(port.earliest_end(2, 0), 6);
}

TEST(PortSchedule, ReservationsOfTheFirstLevelAreKnownBefore) {
  PortSchedule port(2, 1);
  port.begin(1, 0, 10);
  port.reserve(0, {4, 3});
  port.reserve(0, {8, 1});
  EXPECT_EQ(port.earliest_end(1, 0), 14);  // 0-3, 7, 9-13
  EXPECT_EQ(port.granted(0, 5), 1);
  EXPECT_EQ(port.granted(1, 5), 4);
  EXPECT_EQ(port.earliest_end(1, 14), 14);
  EXPECT_EQ(port.granted(0, 14), 4);
}

TEST(PortSchedule, RefusesWhatCannotBe) {
  EXPECT_THROW(PortSchedule(0, 1), base::InternalError);
  EXPECT_THROW(PortSchedule(PortSchedule::kMaxLevels + 1, 1), base::InternalError);
  EXPECT_THROW(PortSchedule(1, 0), base::InternalError);
  PortSchedule port(2, 1);
  EXPECT_THROW(port.begin(0, 5, 0), base::InternalError);
  port.begin(0, 5, 2);
  EXPECT_THROW(port.begin(0, 6, 1), base::InternalError);
  EXPECT_THROW(port.earliest_end(0, 4), base::InternalError);
  EXPECT_THROW(port.reserve(0, {4, 1}), base::InternalError);
  port.reserve(0, {10, 3});
  EXPECT_THROW(port.reserve(0, {12, 1}), base::InternalError);
  EXPECT_THROW(port.reserve(0, {13, 0}), base::InternalError);
}

// One cycle after another: rule 6 in its own words.
struct NaivePort {
  struct Stream {
    std::int64_t begin;
    std::int64_t accesses;
    std::int64_t end = -1;
  };
  // streams[level], one after another; a stream begins `gap` cycles after the end of the one
  // before.
  static void run(std::vector<std::vector<Stream>>& streams,
                  const std::vector<std::vector<std::int64_t>>& gaps, std::int64_t ports) {
    std::vector<std::size_t> at(streams.size(), 0);
    std::vector<std::int64_t> done(streams.size(), 0);
    bool some = true;
    for (std::int64_t cycle = 0; some; ++cycle) {
      some = false;
      std::int64_t granted = 0;
      for (std::size_t level = 0; level < streams.size(); ++level) {
        if (at[level] == streams[level].size()) continue;
        some = true;
        Stream& stream = streams[level][at[level]];
        if (cycle < stream.begin || granted == ports) continue;
        ++granted;
        if (++done[level] < stream.accesses) continue;
        stream.end = cycle + 1;
        done[level] = 0;
        if (++at[level] < streams[level].size()) {
          streams[level][at[level]].begin = stream.end + gaps[level][at[level]];
        }
      }
    }
  }
};

class Drawn {
 public:
  explicit Drawn(std::uint32_t seed) : random_(seed) {
    const auto levels = static_cast<std::size_t>(draw(1, 6));
    ports_ = draw(1, 3);
    const std::int64_t longest = draw(1, 40);
    expected_.resize(levels);
    gaps_.resize(levels);
    for (std::size_t l = 0; l < levels; ++l) {
      for (std::int64_t i = draw(0, 12); i > 0; --i) {
        expected_[l].push_back({0, draw(1, longest)});
        gaps_[l].push_back(draw(0, 1) == 0 ? 0 : draw(0, longest));
      }
      if (!expected_[l].empty()) expected_[l][0].begin = gaps_[l][0];
    }
  }

  void check() {
    NaivePort::run(expected_, gaps_, ports_);
    PortSchedule port(static_cast<int>(expected_.size()), ports_);
    // Every level is a process that wakes at times of its own; those of one cycle run in drawn
    // order.
    struct Process {
      std::size_t stream = 0;
      std::int64_t wake = 0;
      bool streaming = false;
    };
    std::vector<Process> processes(expected_.size());
    for (std::size_t l = 0; l < expected_.size(); ++l) {
      if (!expected_[l].empty()) processes[l].wake = expected_[l][0].begin;
    }
    // Half of the schedules announce the first level's streams ahead, some of them early.
    const bool reserves = draw(0, 1) == 0;
    if (reserves) processes[0].stream = expected_[0].size();
    std::size_t reserved = 0;
    std::vector<int> order(expected_.size());
    for (std::size_t l = 0; l < order.size(); ++l) order[l] = static_cast<int>(l);
    for (std::int64_t now = 0;; ++now) {
      bool some = reserves && reserved < expected_[0].size();
      while (reserves && reserved < expected_[0].size() &&
             (expected_[0][reserved].begin == now || draw(0, 9) == 0)) {
        port.reserve(0, {expected_[0][reserved].begin, expected_[0][reserved].accesses});
        ++reserved;
      }
      if (reserves && reserved > 0) some |= expected_[0][reserved - 1].end > now;
      std::shuffle(order.begin(), order.end(), random_);
      // Twice, as a process may run again in the same cycle.
      for (int round = 0; round < 2; ++round) {
        for (const int level : order) {
          const auto l = static_cast<std::size_t>(level);
          Process& p = processes[l];
          some |= p.stream < expected_[l].size();
          while (p.stream < expected_[l].size() && p.wake == now) {
            const NaivePort::Stream& stream = expected_[l][p.stream];
            if (!p.streaming) {
              port.begin(level, now, stream.accesses);
              p.streaming = true;
            }
            p.wake = port.earliest_end(level, now);
            ASSERT_LE(p.wake, stream.end) << "later than the real end";
            if (p.wake != now) break;
            ASSERT_EQ(now, stream.end);
            p.streaming = false;
            ++p.stream;
            if (p.stream < expected_[l].size()) p.wake = now + gaps_[l][p.stream];
          }
        }
      }
      if (!some) {
        end_ = now;
        break;
      }
      ASSERT_LT(now, 100000);
    }
    for (std::size_t l = 0; l < expected_.size(); ++l) {
      std::int64_t accesses = 0;
      for (const NaivePort::Stream& stream : expected_[l]) accesses += stream.accesses;
      EXPECT_EQ(port.granted(static_cast<int>(l), end_), accesses);
    }
  }

 private:
  std::int64_t draw(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
  }

  std::mt19937 random_;
  std::int64_t ports_ = 1;
  std::int64_t end_ = 0;
  std::vector<std::vector<NaivePort::Stream>> expected_;
  std::vector<std::vector<std::int64_t>> gaps_;
};

TEST(PortSchedule, EqualsACycleByCycleLoopOnDrawnSchedules) {
  for (std::uint32_t seed = 1; seed <= 5000; ++seed) {
    Drawn(seed).check();
    if (HasFatalFailure() || HasNonfatalFailure()) FAIL() << "seed " << seed;
  }
}

}  // namespace
}  // namespace npusim::model
