// SPDX-License-Identifier: Apache-2.0
// Streams that are reserved with a period, against a port that is served cycle by cycle: rule 6 of
// docs/timing-model.md.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "sim/model/port_schedule.h"

namespace npusim::model {
namespace {

TEST(PortPeriods, OnePortLeavesWhatIsBetween) {
  PortSchedule port(3, 1);
  port.begin(1, 0, 10);
  port.begin(2, 0, 3);
  port.reserve(0, {4, 2, 5, 3});           // 4-5, 9-10, 14-15
  EXPECT_EQ(port.earliest_end(1, 0), 14);  // 0-3, 6-8, 11-13
  EXPECT_EQ(port.earliest_end(2, 0), 19);  // 16-18
  EXPECT_EQ(port.granted(0, 5), 1);
  EXPECT_EQ(port.granted(0, 10), 3);
  EXPECT_EQ(port.granted(1, 10), 7);
  EXPECT_EQ(port.earliest_end(1, 13), 14);
  EXPECT_EQ(port.earliest_end(1, 14), 14);
  EXPECT_EQ(port.earliest_end(2, 17), 19);
  EXPECT_EQ(port.granted(0, 19), 6);
  EXPECT_EQ(port.granted(2, 19), 3);
}

TEST(PortPeriods, TwoPortsAreBothTakenOnlyWhereBothReserve) {
  PortSchedule port(4, 2);
  port.begin(2, 0, 8);
  port.begin(3, 0, 8);
  port.reserve(0, {1, 1, 3, 4});           // 1, 4, 7, 10
  port.reserve(1, {1, 2, 4, 2});           // 1-2, 5-6
  EXPECT_EQ(port.earliest_end(2, 0), 9);   // all but 1
  EXPECT_EQ(port.earliest_end(3, 0), 14);  // 0, 3, 8 (level 2's last), 9, 11-13, ...
}

// A reserving level's streams, and one stream of each other level.
class Drawn {
 public:
  explicit Drawn(std::uint32_t seed) : random_(seed), ports_(draw(1, 3)) {
    reserving_ = static_cast<std::size_t>(std::min<std::int64_t>(ports_, draw(1, 2)));
    for (std::size_t l = 0; l < reserving_; ++l) {
      std::int64_t cycle = draw(0, 20);
      for (std::int64_t i = draw(1, 4); i > 0; --i) {
        Reservation r;
        r.begin = cycle;
        r.accesses = draw(1, 4);
        r.period = r.accesses + draw(0, 4);
        r.count = draw(0, 2) == 0 ? 1 : draw(1, 20);
        reservations_[l].push_back(r);
        for (std::int64_t k = 0; k < r.count; ++k) {
          for (std::int64_t a = 0; a < r.accesses; ++a)
            taken_[l].push_back(r.begin + k * r.period + a);
        }
        cycle = taken_[l].back() + 1 + draw(0, 5);
      }
    }
    for (std::int64_t s = draw(1, 3); s > 0; --s) streams_.push_back({draw(0, 60), draw(1, 90)});
  }

  void check() {
    serve();
    const int levels = static_cast<int>(reserving_ + streams_.size());
    PortSchedule port(levels, ports_);
    std::vector<std::size_t> told(reserving_, 0);
    for (std::int64_t now = 0; now < 1000; ++now) {
      for (std::size_t l = 0; l < reserving_; ++l) {
        // Late, or ahead.
        while (told[l] < reservations_[l].size() &&
               (reservations_[l][told[l]].begin == now || draw(0, 30) == 0)) {
          port.reserve(static_cast<int>(l), reservations_[l][told[l]++]);
        }
      }
      for (std::size_t s = 0; s < streams_.size(); ++s) {
        const int level = static_cast<int>(reserving_ + s);
        if (streams_[s].begin == now) port.begin(level, now, streams_[s].accesses);
        const bool runs = streams_[s].begin <= now && now <= streams_[s].end;
        if (!runs || (now != streams_[s].end && draw(0, 9) != 0)) continue;
        const std::int64_t end = port.earliest_end(level, now);
        ASSERT_LE(end, streams_[s].end) << "in " << now;
        ASSERT_EQ(end == now, streams_[s].end == now) << "in " << now;
      }
      if (draw(0, 19) != 0) continue;
      for (std::size_t l = 0; l < reserving_; ++l) {
        const auto before = std::lower_bound(taken_[l].begin(), taken_[l].end(), now);
        if (told[l] < reservations_[l].size()) continue;
        ASSERT_EQ(port.granted(static_cast<int>(l), now), before - taken_[l].begin());
      }
    }
  }

 private:
  struct Stream {
    std::int64_t begin;
    std::int64_t accesses;
    std::int64_t end = -1;
  };

  void serve() {
    std::vector<std::int64_t> done(streams_.size(), 0);
    for (std::int64_t cycle = 0; cycle < 1000; ++cycle) {
      std::int64_t free = ports_;
      for (std::size_t l = 0; l < reserving_; ++l) {
        free -= std::binary_search(taken_[l].begin(), taken_[l].end(), cycle) ? 1 : 0;
      }
      for (std::size_t s = 0; s < streams_.size() && free > 0; ++s) {
        if (cycle < streams_[s].begin || done[s] == streams_[s].accesses) continue;
        --free;
        if (++done[s] == streams_[s].accesses) streams_[s].end = cycle + 1;
      }
    }
  }

  std::int64_t draw(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
  }

  std::mt19937 random_;
  std::int64_t ports_;
  std::size_t reserving_;
  std::vector<Reservation> reservations_[PortSchedule::kReservingLevels];
  std::vector<std::int64_t> taken_[PortSchedule::kReservingLevels];
  std::vector<Stream> streams_;
};

TEST(PortPeriods, EqualACycleByCycleLoop) {
  for (std::uint32_t seed = 1; seed <= 150; ++seed) {
    Drawn(seed).check();
    if (HasFatalFailure() || HasNonfatalFailure()) FAIL() << "seed " << seed;
  }
}

}  // namespace
}  // namespace npusim::model
