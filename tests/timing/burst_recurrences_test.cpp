// SPDX-License-Identifier: Apache-2.0
// Bursts as a recurrence (ReadBursts, WriteBursts) against the same bursts one cycle after another,
// as sections 3 and 5 of docs/timing-model.md say it, among rivals of higher and lower priority.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <type_traits>
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
  std::vector<std::pair<std::int64_t, std::int64_t>> grants;  // cycle, bytes
  std::vector<std::int64_t> finished;
  std::vector<std::int64_t> free_from;
  std::vector<std::int64_t> rivals;  // their grants
  std::int64_t bytes = 0;
  std::int64_t bursts = 0;
};

// Half of the scratchpads: words that must be read before they are written in part, a decoder.
void draw_protection(Case& c, std::mt19937& random) {
  if (random() % 2 == 0) return;
  c.accesses = c.accesses.writing(std::int64_t{1} << random() % 5);
  c.times.decode_cycles = static_cast<std::int64_t>(random() % 3);
}

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
  draw_protection(c, random);
  return c;
}

// Few outstanding bursts and long transfers, which repeat themselves whatever it is that they wait
// for, until a rival, a partial burst, another row or the next transfer changes something.
Case draw_long_case(std::uint32_t seed) {
  std::mt19937 random(seed);
  const auto draw = [&](std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
  };
  Case c;
  c.limit = draw(1, 4);
  c.burst_bytes = std::int64_t{16} << draw(0, 2);
  c.times.bus_cycles = draw(1, 4);
  c.accesses = RangeAccesses::lines(c.burst_bytes / draw(1, 3));
  if (draw(0, 1) == 0) c.accesses = RangeAccesses::words(c.burst_bytes / 4, draw(1, 4));
  std::int64_t wait_cycles = draw(0, 12);
  switch (draw(0, 3)) {
    case 0:  // the bus
      c.times.bus_cycles = draw(5, 16);
      break;
    case 1:  // the done N bursts before
      wait_cycles = draw(30, 90);
      break;
    case 2:  // the streams
      c.accesses = RangeAccesses::lines(draw(2, 4));
      break;
    default:
      break;
  }
  c.times.data_cycles = c.times.bus_cycles + wait_cycles;
  for (std::int64_t i = draw(1, 3); i > 0; --i) {
    isa::Dma dma;
    std::int64_t bytes = draw(3000, draw(0, 3) == 0 ? 20'000 : 6000);
    if (draw(0, 1) == 0) bytes -= bytes % c.burst_bytes;
    if (draw(0, 2) == 0) dma.dram_address = static_cast<std::uint64_t>(draw(1, 60));
    if (draw(0, 3) == 0) {
      dma.count1 = static_cast<std::uint32_t>(draw(2, 5));
      bytes /= dma.count1;
      dma.dram_stride1 = static_cast<std::uint32_t>(64 * draw(0, 100) + draw(0, 1));
      dma.local_stride1 = static_cast<std::uint32_t>(64 * draw(0, 100) + draw(0, 1));
    }
    dma.bytes = static_cast<std::uint32_t>(bytes);
    c.transfers.push_back(dma);
    c.gaps.push_back(draw(0, 2) == 0 ? draw(0, 80) : 0);
  }
  // Crowds that come and go while a run lasts.
  const auto rivals = [&](std::vector<std::int64_t>& cycles) {
    std::int64_t cycle = 0;
    for (std::int64_t crowds = draw(0, 4); crowds > 0; --crowds) {
      cycle += draw(0, 3000);
      for (std::int64_t i = draw(1, 12); i > 0; --i) cycles.push_back(cycle += draw(0, 9));
    }
  };
  rivals(c.higher);
  rivals(c.lower);
  draw_protection(c, random);
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
      const std::int64_t free = writes_ ? stream_over() : issued_.back().visible;
      out_.free_from.push_back(free);
      if (t + 1 < c_.transfers.size()) start = free + c_.gaps[t + 1];
    }
    while (granted_ < issued_.size() || higher_ < c_.higher.size() || lower_ < c_.lower.size()) {
      step();
    }
    return out_;
  }

 private:
  struct Issued {
    std::int64_t visible;
    std::int64_t bytes;
    std::int64_t accesses;
    bool last;
    std::int64_t over = -1;  // the burst is retired in the cycle before; -1: not known
  };

  std::int64_t stream_over() const {
    return out_.streams.back().begin + out_.streams.back().accesses;
  }

  // State at the end of the previous cycle.
  bool may_begin(std::int64_t start) const {
    if (cycle_ < start) return false;
    if (writes_ && !issued_.empty() && stream_over() > cycle_) return false;
    // They retire in order.
    const auto limit = static_cast<std::size_t>(c_.limit);
    if (issued_.size() < limit) return true;
    const Issued& earlier = issued_[issued_.size() - limit];
    return earlier.over >= 0 && earlier.over <= cycle_;
  }

  void post(std::int64_t bytes, std::int64_t accesses, std::size_t /*transfer*/, bool last) {
    out_.bytes += bytes;
    ++out_.bursts;
    const std::int64_t read = cycle_ + accesses + c_.times.decode_cycles;
    issued_.push_back({writes_ ? read : cycle_ + 1, bytes, accesses, last});
    if (writes_) out_.streams.push_back({cycle_, accesses});
  }

  // The grant of this cycle, if any.
  void step() {
    if (bus_free_ <= cycle_) {
      if (higher_ < c_.higher.size() && c_.higher[higher_] <= cycle_) {
        ++higher_;
        grant_rival();
      } else if (granted_ < issued_.size() && issued_[granted_].visible <= cycle_) {
        grant(issued_[granted_++]);
        bus_free_ = cycle_ + c_.times.bus_cycles;
      } else if (lower_ < c_.lower.size() && c_.lower[lower_] <= cycle_) {
        ++lower_;
        grant_rival();
      }
    }
    ++cycle_;
  }

  void grant_rival() {
    out_.rivals.push_back(cycle_);
    bus_free_ = cycle_ + c_.times.bus_cycles;
  }

  void grant(Issued& burst) {
    burst.over = cycle_ + c_.times.data_cycles;
    out_.grants.emplace_back(cycle_, burst.bytes);
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
      if (std::uniform_int_distribution<>(0, 1)(random_) == 0) advance();
      bursts_.begin(Transfer(next, c_.transfers[next], c_.burst_bytes, c_.accesses, cycle_));
      ++next;
    }
    cycle_ = kNever;
    advance();
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
        out_.rivals.push_back(grant);
      } else if (bursts_.visible() <= grant) {
        const GrantedBursts granted = bursts_.grant(grant, {std::min(cycle_, high), low});
        bus_free_ = granted.last_cycle + c_.times.bus_cycles;
        out_.bytes += granted.bytes;
        out_.bursts += granted.count;
        EXPECT_LT(granted.last_cycle, cycle_);
      } else {
        ++lower_;
        out_.rivals.push_back(grant);
      }
    }
  }

  void granted(const GrantRun& run) override {
    for (std::int64_t i = 0; i < run.count; ++i)
      out_.grants.emplace_back(run.first_cycle + i * run.period, run.burst_bytes);
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
void expect_plain(const Case& c, std::uint32_t seed) {
  const Outcome plain = Plain(c, std::is_same_v<Bursts, WriteBursts>).run();
  const Outcome lazy = Lazy<Bursts>(c, seed).run();
  ASSERT_EQ(lazy.finished, plain.finished) << "seed " << seed;
  ASSERT_EQ(lazy.free_from, plain.free_from) << "seed " << seed;
  ASSERT_TRUE(lazy.streams == plain.streams) << "seed " << seed;
  ASSERT_TRUE(lazy.grants == plain.grants) << "seed " << seed;
  ASSERT_EQ(lazy.bytes, plain.bytes) << "seed " << seed;
  ASSERT_EQ(lazy.bursts, plain.bursts) << "seed " << seed;
  ASSERT_EQ(lazy.rivals, plain.rivals) << "seed " << seed;
}

TEST(BurstRecurrence, EqualsItselfCycleByCycle) {
  for (std::uint32_t seed = 1; seed <= 150; ++seed) {
    const Case c = draw_case(seed);
    expect_plain<ReadBursts>(c, seed);
    expect_plain<WriteBursts>(c, seed);
    if (HasFatalFailure()) return;
  }
}

TEST(BurstRecurrence, LongRunsEqualThemselvesCycleByCycle) {
  for (std::uint32_t seed = 1; seed <= 150; ++seed) {
    const Case c = draw_long_case(seed);
    expect_plain<ReadBursts>(c, seed);
    expect_plain<WriteBursts>(c, seed);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace npusim::model
