// SPDX-License-Identifier: Apache-2.0
#include "sim/isa/instruction.h"

#include <string>

#include "sim/base/errors.h"

namespace npusim::isa {

Unit unit_of(Opcode opcode) {
  switch (opcode) {
    case Opcode::load_activations:
      return Unit::dma_in;
    case Opcode::load_weights:
      return Unit::dma_weights;
    case Opcode::store_activations:
      return Unit::dma_out;
    case Opcode::preload:
      return Unit::weight_loader;
    case Opcode::matmul:
      return Unit::mac_array;
    case Opcode::requantize:
      return Unit::requantization;
    case Opcode::pool:
    case Opcode::elementwise:
      return Unit::vector;
    case Opcode::end:
      break;
  }
  throw base::InternalError("unit_of: opcode " + std::to_string(static_cast<int>(opcode)) +
                            " has no unit");
}

const char* unit_name(Unit unit) {
  switch (unit) {
    case Unit::dma_in:
      return "dma_in";
    case Unit::dma_weights:
      return "dma_weights";
    case Unit::dma_out:
      return "dma_out";
    case Unit::weight_loader:
      return "weight_loader";
    case Unit::mac_array:
      return "mac_array";
    case Unit::requantization:
      return "requantization";
    case Unit::vector:
      return "vector";
  }
  throw base::InternalError("unit_name: there is no unit " +
                            std::to_string(static_cast<int>(unit)));
}

const char* opcode_name(Opcode opcode) {
  switch (opcode) {
    case Opcode::end:
      return "end";
    case Opcode::load_activations:
      return "load_activations";
    case Opcode::load_weights:
      return "load_weights";
    case Opcode::store_activations:
      return "store_activations";
    case Opcode::preload:
      return "preload";
    case Opcode::matmul:
      return "matmul";
    case Opcode::requantize:
      return "requantize";
    case Opcode::pool:
      return "pool";
    case Opcode::elementwise:
      return "elementwise";
  }
  throw base::InternalError("opcode_name: there is no opcode " +
                            std::to_string(static_cast<int>(opcode)));
}

}  // namespace npusim::isa
