// SPDX-License-Identifier: Apache-2.0
#include "sim/model/banked_dram.h"

#include <string>

#include "sim/base/math.h"
#include "sim/model/request_queues.h"

namespace npusim::model {

/// A channel: its arbiter, its banks, and how many granted requests it may have under way.
class BankedDram::OneChannel : private Channel {
 public:
  OneChannel(BankedDram& dram, std::int64_t number)
      : dram_(dram),
        config_(dram.machine_.hardware().dram.timing),
        banks_(config_.banks, dram.timings_),
        data_ends_(static_cast<std::size_t>(config_.lookahead), 0),
        other_commands_(
            base::ceil_div(dram.machine_.hardware().dma.burst_bytes, config_.burst_bytes)),
        arbiter_("channel " + std::to_string(number) + " of the DRAM", *this,
                 OtherMasters(dram.machine_.hardware().dram.other_masters, number,
                              other_commands_ * config_.ccd_cycles)) {}

  void push(const BurstRequest& request, std::int64_t visible) { queues_.push(request, visible); }
  Arbiter& arbiter() { return arbiter_; }
  const Arbiter& arbiter() const { return arbiter_; }
  const DramCounters& counters() const { return banks_.counters(); }

 private:
  std::int64_t free_from() const override {
    return std::max(last_grant_ + 1, data_ends_[next_data_end_]);
  }

  std::int64_t first_visible() const override { return queues_.first_visible(); }

  std::int64_t serve(std::int64_t cycle, std::int64_t /*before*/) override {
    serve(queues_.take(cycle), cycle);
    return cycle;
  }

  void serve(const BurstRequest& request, std::int64_t cycle) {
    // The last block of instructions takes the bus like any other.
    const bool fetch = request.requester == UnitId::command_processor;
    const std::int64_t bytes =
        fetch ? dram_.machine_.hardware().command_processor.fetch_bytes : request.bytes;
    const auto piece = static_cast<std::uint64_t>(config_.burst_bytes);
    const auto last = request.address + static_cast<std::uint64_t>(bytes) - 1;
    const auto commands = static_cast<std::int64_t>(last / piece - request.address / piece) + 1;
    const DramPlace place = dram_.map_.locate(request.address);
    const std::int64_t end = access(cycle, {place.bank, place.row, commands, request.is_write()});
    const DramClock& clock = dram_.clock_;
    dram_.granted(request, clock.to_npu(cycle), clock.to_npu(end + dram_.timings_.controller),
                  (commands - 1) * config_.ccd_cycles + config_.burst_cycles);
  }

  void serve_other(std::uint64_t place, std::int64_t cycle) override {
    const auto banks = static_cast<std::uint64_t>(config_.banks);
    const auto rows = static_cast<std::uint64_t>(dram_.map_.rows());
    access(cycle, {static_cast<std::int64_t>(place % banks),
                   static_cast<std::int64_t>((place >> 32U) % rows), other_commands_,
                   /*write=*/false});
  }

  std::int64_t access(std::int64_t cycle, const ColumnAccess& access) {
    const std::int64_t end = banks_.access(cycle, access);
    last_grant_ = cycle;
    data_ends_[next_data_end_] = end;
    next_data_end_ = (next_data_end_ + 1) % data_ends_.size();
    return end;
  }

  BankedDram& dram_;
  const config::DramTimingConfig& config_;
  DramBanks banks_;
  std::vector<std::int64_t> data_ends_;  // of the last `lookahead` requests, oldest at next_
  std::size_t next_data_end_ = 0;
  std::int64_t last_grant_ = -1;
  std::int64_t other_commands_;
  RequestQueues queues_;
  Arbiter arbiter_;
};

BankedDram::BankedDram(const sc_core::sc_module_name& name, Machine& machine)
    : Dram(name, machine),
      timings_(machine.hardware().dram.timing),
      clock_(machine.hardware().clock_hz, machine.hardware().dram.timing.clock_hz),
      map_(machine.hardware().dram) {
  for (std::int64_t c = 0; c < machine.hardware().dram.timing.channels; ++c) {
    channels_.push_back(std::make_unique<OneChannel>(*this, c));
  }
  SC_HAS_PROCESS(BankedDram);
  SC_METHOD(arbitrate);
  sensitive << decide_;
  dont_initialize();
}

BankedDram::~BankedDram() = default;

void BankedDram::request(const BurstRequest& request) {
  OneChannel& channel = *channels_[static_cast<std::size_t>(map_.locate(request.address).channel)];
  channel.push(request, clock_.to_dram(request.visible));
  schedule(channel);
}

void BankedDram::schedule(const OneChannel& channel) {
  const std::int64_t grant = channel.arbiter().earliest_grant();
  if (grant == kNever) return;
  decide_.notify(cycles(clock_.to_npu(grant + timings_.least_cycles()) - now()));
}

void BankedDram::arbitrate() {
  guarded(machine_, [this] {
    // Visible in a DRAM cycle before this is visible in an NPU cycle before now: known.
    const std::int64_t known = clock_.to_dram(now());
    for (const auto& channel : channels_) channel->arbiter().advance(known);
    for (const auto& channel : channels_) schedule(*channel);
  });
}

void BankedDram::finish(std::int64_t total_cycles, stats::DramResult& result) {
  for (const auto& channel : channels_) {
    channel->arbiter().finish(clock_.to_dram(total_cycles));
    const DramCounters& counters = channel->counters();
    result.row_hits += counters.row_hits;
    result.row_misses += counters.row_misses;
    result.row_conflicts += counters.row_conflicts;
    result.refreshes += counters.refreshes;
    result.read_write_turnarounds += counters.read_write_turnarounds;
    result.other_masters_requests += channel->arbiter().other_requests();
  }
}

void BankedDram::add_statistics(stats::Group& group) const {
  Dram::add_statistics(group);
  for (std::size_t c = 0; c < channels_.size(); ++c) {
    stats::Group& own = group.child("channel" + std::to_string(c));
    const DramCounters& counters = channels_[c]->counters();
    own.add("row_hits", "requests", "found their row open", counters.row_hits);
    own.add("row_misses", "requests", "found no row open in their bank", counters.row_misses);
    own.add("row_conflicts", "requests", "found another row open", counters.row_conflicts);
    own.add("refreshes", "refreshes", "of all banks of the channel", counters.refreshes);
    own.add("read_write_turnarounds", "requests", "the bus changed its direction for",
            counters.read_write_turnarounds);
    own.add("other_masters_requests", "requests", "of other masters",
            channels_[c]->arbiter().other_requests());
  }
}

}  // namespace npusim::model
