// SPDX-License-Identifier: Apache-2.0
// Who is granted when on one channel: other masters first, then the NPU's requesters, among whom
// the channel chooses. Grants are decided as late as possible, all at once, and depend on nothing
// that is not known by then.
#pragma once

#include <cstdint>
#include <string>

#include "sim/model/other_masters.h"

namespace npusim::model {

/// What a channel does with a granted request. All cycles are those of the arbiter's clock.
class Channel {
 public:
  virtual ~Channel() = default;
  /// The first cycle in which it can take one more request.
  virtual std::int64_t free_from() const = 0;
  /// The first cycle in which a request of the NPU is visible; kNever where none waits.
  virtual std::int64_t first_visible() const = 0;
  /// Grants the NPU's request of highest priority among those visible in `cycle`; there is one. May
  /// grant more of them, each in its cycle, before `before`. Returns the cycle of the last grant.
  virtual std::int64_t serve(std::int64_t cycle, std::int64_t before) = 0;
  /// A read of dma.burst_bytes by somebody else.
  virtual void serve_other(std::uint64_t place, std::int64_t cycle) = 0;
};

class Arbiter {
 public:
  /// `name` for messages; the channel must outlive the arbiter.
  Arbiter(std::string name, Channel& channel, const OtherMasters& masters);

  /// Makes all grants of the NPU's requests in cycles before `known`: all requests visible in those
  /// are here already. Others' grants are made as far as it takes. Throws base::SimulationError
  /// where others leave the NPU nothing for very long.
  void advance(std::int64_t known);
  /// No NPU request is granted earlier; kNever where none waits. Not before `known` after
  /// advance(known).
  std::int64_t earliest_grant() const;
  /// Makes all others' grants in cycles before `end`; the NPU asks no more.
  void finish(std::int64_t end);

  std::int64_t other_requests() const { return other_requests_; }

 private:
  // Of anybody, as long as an NPU request waits; kNever otherwise.
  std::int64_t next_grant() const;
  void serve_other(std::int64_t cycle);
  void check_wait(std::int64_t cycle) const;

  std::string name_;
  Channel& channel_;
  OtherMasters masters_;
  std::int64_t other_requests_ = 0;
  std::int64_t last_grant_ = 0;  // of an NPU request
};

}  // namespace npusim::model
