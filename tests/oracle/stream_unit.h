// SPDX-License-Identifier: Apache-2.0
// Requantization lanes and vector unit (sections 7 and 8): parameters, which may have to be
// decoded, then one stream, then a pipeline, in which the lanes are free and the vector unit is
// not.
#pragma once

#include "tests/oracle/accesses.h"
#include "tests/oracle/unit.h"

namespace npusim::oracle {

class StreamUnit : public Unit {
 public:
  StreamUnit(Machine& machine, isa::Unit name);
  void tick() override;

 private:
  const Cycle pipeline_depth_;
  Streams left_;
  Cycle decoded_ = 0;       // when the parameters are there
  Cycle pipeline_end_ = 0;  // of the vector unit: free from then on
};

}  // namespace npusim::oracle
