// SPDX-License-Identifier: Apache-2.0
// Bursts as a recurrence (ReadBursts, WriteBursts) against the same bursts one cycle after another,
// as sections 3 and 5 of docs/timing-model.md say it, among rivals of higher and lower priority.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "sim/model/read_bursts.h"
#include "sim/model/write_bursts.h"

namespace npusim::model {
namespace {

struct Stream {
  std::int64_t begin;
  std::int64_t accesses;
  bool operator==(const Stream& other) const {
    return begin == other.begin && accesses == other.accesses;
  }
};

// What is drawn, and what came of it.
struct Case {
  std::int64_t limit = 1;
  BurstTimes times{};
  std::int64_t burst_bytes = 1;
  RangeAccesses accesses = RangeAccesses::lines(1);
  std::vector<isa::Dma> transfers;
  std::vector<std::int64_t> gaps;  // from the unit being free to the transfer's start
  // Cycles in which a rival's burst becomes visible, ascending.
  std::vector<std::int64_t> higher, lower;
};

struct Outcome {
  std::vector<Stream> streams;
  std::vector<std::int64_t> finished;
  std::vector<std::int64_t> free_from;
  std::int64_t bytes = 0;
  std::int64_t bursts = 0;
};

Case draw_case(std::uint32_t seed) {
  std::mt19937 random(seed);
  const auto draw = [&](std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
  };
  Case c;
  c.limit = draw(0, 3) == 0 ? 1 : draw(1, 12);
  c.times.bus_cycles = draw(1, 6);
  c.times.data_cycles = c.times.bus_cycles + draw(0, 30);
  c.burst_bytes = std::int64_t{1} << draw(2, 6);
  c.accesses = draw(0, 1) == 0 ? RangeAccesses::lines(draw(3, 40))
                               : RangeAccesses::words(std::int64_t{1} << draw(0, 5), draw(1, 8));
  for (std::int64_t i = draw(1, 4); i > 0; --i) {
    isa::Dma dma;
    dma.dram_address = static_cast<std::uint64_t>(draw(0, 200));
    dma.local_address = static_cast<std::uint32_t>(draw(0, 200));
    const bool aligned = draw(0, 1) == 0;
    if (aligned) dma.dram_address = dma.local_address = 0;
    dma.bytes = static_cast<std::uint32_t>(draw(1, draw(0, 1) == 0 ? 60 : 3000));
    if (draw(0, 2) == 0) {
      const std::int64_t step = aligned ? c.burst_bytes * draw(0, 3) : draw(0, 300);
      dma.count1 = static_cast<std::uint32_t>(draw(1, 5));
      dma.dram_stride1 = static_cast<std::uint32_t>(step);
      dma.local_stride1 = static_cast<std::uint32_t>(draw(0, 300));
      dma.count2 = static_cast<std::uint32_t>(draw(1, 3));
      dma.dram_stride2 = static_cast<std::uint32_t>(step * draw(1, 5));
      dma.local_stride2 = static_cast<std::uint32_t>(draw(0, 300));
      dma.bytes = std::min<std::uint32_t>(dma.bytes, 300);
    }
    c.transfers.push_back(dma);
    c.gaps.push_back(draw(0, 2) == 0 ? draw(0, 80) : 0);
  }
  const auto rivals = [&](std::vector<std::int64_t>& cycles) {
    if (draw(0, 1) == 0) return;
    std::int64_t cycle = draw(0, 200);
    for (std::int64_t i = draw(1, 40); i > 0; --i) {
      cycles.push_back(cycle);
      cycle += draw(0, 1) == 0 ? draw(0, 3) : draw(0, 90);
    }
  };
  rivals(c.higher);
  rivals(c.lower);
  return c;
}

std::vector<std::pair<std::int64_t, std::int64_t>> bytes_and_accesses(const Case& c,
                                                                      const isa::Dma& dma) {
  std::vector<std::pair<std::int64_t, std::int64_t>> bursts;
  for (BurstCutter cutter(dma, c.burst_bytes); !cutter.done();) {
    const Burst burst = cutter.next();
    bursts.emplace_back(burst.bytes, c.accesses(burst.local_address, burst.bytes));
  }
  return bursts;
}

// One cycle after another.
class Plain {
 public:
  Plain(const Case& c, bool writes) : c_(c), writes_(writes) {}

  Outcome run() {
    const std::int64_t longest = 1'000'000;
    std::int64_t start = c_.gaps[0];
    for (std::size_t t = 0; t < c_.transfers.size(); ++t) {
      const auto bursts = bytes_and_accesses(c_, c_.transfers[t]);
      for (std::size_t i = 0; i < bursts.size();) {
        if (cycle_ > longest) return {};
        if (may_begin(start)) {
          post(bursts[i].first, bursts[i].second, t, i + 1 == bursts.size());
          ++i;
        }
        step();
      }
      const std::int64_t free = writes_ ? out_.streams.back().begin + out_.streams.back().accesses
                                        : issued_.back().visible;
      out_.free_from.push_back(free);
      if (t + 1 < c_.transfers.size()) start = free + c_.gaps[t + 1];
    }
    while (granted_ < issued_.size()) step();
    return out_;
  }

 private:
  struct Issued {
    std::int64_t visible;
    std::int64_t accesses;
    bool last;
    std::int64_t over = -1;  // the burst is retired in the cycle before; -1: not known
  };

  // State at the end of the previous cycle.
  bool may_begin(std::int64_t start) const {
    if (cycle_ < start) return false;
    if (writes_ && !issued_.empty() && issued_.back().visible > cycle_) return false;
    std::int64_t outstanding = 0;
    for (const Issued& i : issued_) {
      if (i.over < 0 || i.over > cycle_) ++outstanding;
    }
    return outstanding < c_.limit;
  }

  void post(std::int64_t bytes, std::int64_t accesses, std::size_t /*transfer*/, bool last) {
    out_.bytes += bytes;
    ++out_.bursts;
    issued_.push_back({writes_ ? cycle_ + accesses : cycle_ + 1, accesses, last});
    if (writes_) out_.streams.push_back({cycle_, accesses});
  }

  // The grant of this cycle, if any.
  void step() {
    if (bus_free_ <= cycle_) {
      if (higher_ < c_.higher.size() && c_.higher[higher_] <= cycle_) {
        ++higher_;
        bus_free_ = cycle_ + c_.times.bus_cycles;
      } else if (granted_ < issued_.size() && issued_[granted_].visible <= cycle_) {
        grant(issued_[granted_++]);
        bus_free_ = cycle_ + c_.times.bus_cycles;
      } else if (lower_ < c_.lower.size() && c_.lower[lower_] <= cycle_) {
        ++lower_;
        bus_free_ = cycle_ + c_.times.bus_cycles;
      }
    }
    ++cycle_;
  }

  void grant(Issued& burst) {
    burst.over = cycle_ + c_.times.data_cycles;
    if (!writes_) {
      const std::int64_t begin = std::max(burst.over, stream_end_);
      out_.streams.push_back({begin, burst.accesses});
      stream_end_ = burst.over = begin + burst.accesses;
    }
    if (burst.last) out_.finished.push_back(burst.over);
  }

  const Case& c_;
  const bool writes_;
  Outcome out_;
  std::vector<Issued> issued_;
  std::size_t granted_ = 0, higher_ = 0, lower_ = 0;
  std::int64_t cycle_ = 0;
  std::int64_t bus_free_ = 0;
  std::int64_t stream_end_ = 0;
};

// As the flat DRAM does it: grants are made late and several at once, but everything is told in
// time.
template <typename Bursts>
class Lazy : private TransferListener {
 public:
  Lazy(const Case& c, std::uint32_t seed)
      : c_(c), random_(seed), bursts_(c.limit, c.times, *this) {}

  Outcome run() {
    std::optional<std::int64_t> start = c_.gaps[0];
    std::size_t next = 0;
    for (; out_.finished.size() < c_.transfers.size() && cycle_ < 1'000'000; ++cycle_) {
      const bool asked = std::uniform_int_distribution<>(0, 60)(random_) == 0;
      if (asked || bursts_.deadline(bus_free_) <= cycle_) advance();
      if (next == c_.transfers.size()) continue;
      if (out_.free_from.size() < next) continue;
      if (next > 0) start = out_.free_from[next - 1] + c_.gaps[next];
      if (*start != cycle_) continue;
      advance();
      bursts_.begin(Transfer(next, c_.transfers[next], c_.burst_bytes, c_.accesses, cycle_));
      ++next;
    }
    return out_;
  }

 private:
  static std::int64_t visible(const std::vector<std::int64_t>& rival, std::size_t i) {
    return i < rival.size() ? rival[i] : kNever;
  }

  // All grants before this cycle.
  void advance() {
    for (;;) {
      const std::int64_t high = visible(c_.higher, higher_);
      const std::int64_t low = visible(c_.lower, lower_);
      const std::int64_t grant = std::max(bus_free_, std::min({high, low, bursts_.visible()}));
      if (grant >= cycle_) return;
      bus_free_ = grant + c_.times.bus_cycles;
      if (high <= grant) {
        ++higher_;
      } else if (bursts_.visible() <= grant) {
        const GrantedBursts granted = bursts_.grant(grant, {std::min(cycle_, high), low});
        bus_free_ = granted.last_cycle + c_.times.bus_cycles;
        out_.bytes += granted.bytes;
        out_.bursts += granted.count;
        EXPECT_LT(granted.last_cycle, cycle_);
      } else {
        ++lower_;
      }
    }
  }

  void streams(const Reservation& r, std::int64_t end) override {
    for (std::int64_t i = 0; i < r.count; ++i) {
      out_.streams.push_back({r.begin + i * r.period, r.accesses});
    }
    EXPECT_EQ(end, out_.streams.back().begin + out_.streams.back().accesses);
  }
  void finished(std::size_t instruction, std::int64_t end) override {
    EXPECT_GE(end, cycle_) << "told too late";
    EXPECT_EQ(instruction, out_.finished.size());
    out_.finished.push_back(end);
  }
  void free_from(std::int64_t cycle) override {
    EXPECT_GE(cycle, cycle_) << "told too late";
    out_.free_from.push_back(cycle);
  }

  const Case& c_;
  std::mt19937 random_;
  Bursts bursts_;
  Outcome out_;
  std::size_t higher_ = 0, lower_ = 0;
  std::int64_t cycle_ = 0;
  std::int64_t bus_free_ = 0;
};

template <typename Bursts>
void expect_plain(bool writes) {
  for (std::uint32_t seed = 1; seed <= 150; ++seed) {
    const Case c = draw_case(seed);
    const Outcome plain = Plain(c, writes).run();
    const Outcome lazy = Lazy<Bursts>(c, seed).run();
    ASSERT_EQ(lazy.finished, plain.finished) << "seed " << seed;
    ASSERT_EQ(lazy.free_from, plain.free_from) << "seed " << seed;
    ASSERT_TRUE(lazy.streams == plain.streams) << "seed " << seed;
    ASSERT_EQ(lazy.bytes, plain.bytes) << "seed " << seed;
    ASSERT_EQ(lazy.bursts, plain.bursts) << "seed " << seed;
  }
}

TEST(BurstRecurrence, ReadsEqualThemselvesCycleByCycle) {
  expect_plain<ReadBursts>(/*writes=*/false);
}
TEST(BurstRecurrence, WritesEqualThemselvesCycleByCycle) {
  expect_plain<WriteBursts>(/*writes=*/true);
}

// One transfer alone on the bus, its grants all at once: what is told, and in how many steps.
struct Told : TransferListener {
  void streams(const Reservation& r, std::int64_t end) override {
    ++steps;
    for (std::int64_t k = 1; k <= r.count; ++k) ends.push_back(end - (r.count - k) * r.period);
  }
  void finished(std::size_t, std::int64_t end) override { finish = end; }
  void free_from(std::int64_t cycle) override { free = cycle; }

  std::int64_t steps = 0, finish = -1, free = -1;
  std::vector<std::int64_t> ends;
};

constexpr std::uint32_t kLongBytes = 16'000;  // 1000 bursts of 16

Transfer long_transfer(std::int64_t line_bytes, std::int64_t start) {
  isa::Dma dma;
  dma.bytes = kLongBytes;
  return {0, dma, 16, RangeAccesses::lines(line_bytes), start};
}

// All grants, those of each call as far as the deadline lets them be made at once.
GrantedBursts grant_all(ReadBursts& bursts) {
  GrantedBursts all;
  std::int64_t bus_free = 0;
  while (bursts.visible() != kNever) {
    const std::int64_t cycle = std::max(bus_free, bursts.visible());
    const GrantedBursts some = bursts.grant(cycle, {bursts.deadline(bus_free), kNever});
    all = {some.last_cycle, all.count + some.count, all.bytes + some.bytes};
    bus_free = some.last_cycle + bursts.bus_cycles();
  }
  return all;
}

TEST(BurstRecurrence, RunsBoundByTheBusTakeOneStepOnceNEndsAreAPeriodApart) {
  Told told;
  ReadBursts bursts(8, {2, 12}, told);
  bursts.begin(long_transfer(16, 5));
  EXPECT_EQ(bursts.visible(), 6);
  const std::int64_t deadline = bursts.deadline(0);
  const GrantedBursts granted = grant_all(bursts);
  EXPECT_EQ(granted.count, 1000);
  EXPECT_EQ(granted.last_cycle, 6 + 999 * 2);
  EXPECT_EQ(told.finish, 6 + 999 * 2 + 12 + 1);
  // The first nine, whose ends are eight times 2 apart, all others before the deadline, which is
  // 2001 (burst 997), and the last two.
  EXPECT_EQ(told.steps, 9 + 1 + 2);
  EXPECT_EQ(deadline, 2001);
  // Burst 991's end is what the last issue waits for.
  EXPECT_EQ(deadline, told.ends[991]);
  EXPECT_EQ(told.free, told.ends[991] + 1);
}

TEST(BurstRecurrence, RunsBoundByTheStreamsTakeOneStepToo) {
  Told told;
  ReadBursts bursts(4, {2, 12}, told);
  bursts.begin(long_transfer(3, 0));  // 6 accesses each
  bursts.grant(1, {1000, kNever});
  // The fifth end is the fourth in a row that is 6 after the one before; its grant comes 6 after
  // the one before it only in the burst behind.
  EXPECT_EQ(told.steps, 6 + 1);
  grant_all(bursts);
  EXPECT_EQ(told.finish, 1 + 12 + 1000 * 6);
}

TEST(BurstRecurrence, OneBurstAtATimeIsAStepOfThirtyCycles) {
  Told told;
  ReadBursts bursts(1, {2, 27}, told);
  bursts.begin(long_transfer(8, 0));
  const std::int64_t deadline = bursts.deadline(0);
  bursts.grant(1, {100'000, 7});  // a rival has the bus in between
  EXPECT_EQ(told.steps, 1);
  bursts.grant(31, {1000, kNever});
  EXPECT_EQ(told.ends.back(), 30 * 34);  // granted in 30 * 33 + 1
  EXPECT_EQ(told.steps, 1 + 1 + 1);
  grant_all(bursts);
  EXPECT_EQ(told.finish, 30'000);
  EXPECT_EQ(told.free, 999 * 30 + 1);
  EXPECT_LE(deadline, 999 * 30);
  EXPECT_GE(deadline, 999 * 29);  // an access less than the burst has
}

TEST(BurstRecurrence, ARivalIsAskedOnlyWhereTheBusIsLeftFree) {
  Told told;
  ReadBursts bursts(8, {2, 12}, told);
  bursts.begin(long_transfer(16, 0));
  EXPECT_EQ(bursts.grant(1, {1001, 3}).count, 500);
  Told others;
  ReadBursts slow(8, {2, 40}, others);  // 42 cycles for 8 bursts
  slow.begin(long_transfer(16, 0));
  EXPECT_EQ(slow.grant(1, {1000, 3}).count, 8);
  EXPECT_EQ(slow.visible(), 43);
}

}  // namespace
}  // namespace npusim::model
