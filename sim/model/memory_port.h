// SPDX-License-Identifier: Apache-2.0
// The way to the DRAM: whoever asks and whatever answers meet here, so that another memory can take
// the place of the built-in one.
#pragma once

#include <cstdint>
#include <systemc>

#include "sim/model/observer.h"

namespace npusim::model {

/// Told by the memory about the requester's bursts, each once, in any order: channels answer out of
/// order.
class BurstListener {
 public:
  virtual ~BurstListener() = default;
  /// The burst of that BurstRequest::sequence is granted: read data is usable in cycle `complete`
  /// >= now, a write is done in it.
  virtual void burst_scheduled(std::int64_t sequence, std::int64_t complete) = 0;
};

/// At most one burst of one requester.
struct BurstRequest {
  UnitId requester = UnitId::dma_in;
  BurstListener* listener = nullptr;
  std::uint64_t address = 0;
  std::int64_t bytes = 0;
  std::int64_t visible = 0;   // first cycle in which the arbiter sees it
  std::int64_t sequence = 0;  // of the requester: 0, 1, 2, ...

  bool is_write() const { return requester == UnitId::dma_out; }
};

class MemoryPort : public virtual sc_core::sc_interface {
 public:
  /// Called in a cycle <= request.visible; per requester `visible` never decreases. DMA out writes,
  /// everyone else reads. Values do not pass here (see dram_storage.h): only time does.
  virtual void request(const BurstRequest& request) = 0;
};

}  // namespace npusim::model
