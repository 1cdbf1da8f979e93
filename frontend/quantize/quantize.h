// SPDX-License-Identifier: Apache-2.0
// Folded float graph + calibration -> integer graph. The rules are those of docs/arithmetic.md,
// numbered as there; the rounding functions are those of sim/arith.
//
// Decisions where the rules leave a choice:
// - The network's input is a tensor like any other: rule 10 on its calibrated range, in codes of
//   the network's activation_bits (or of an entry of `layers` that names it). No constant is folded
//   into the first layer's bias.
// - A gemm that reads a tensor with height and width takes, in bias correction, the mean of k's
//   channel (rule 5), not of k's position.
// - What lowers a channel shift (rules 7 and 8) starts from the shift of rule 3: a dead channel is
//   decided there once.
// - Max pooling keeps scale and zero point of its input, and its clamps are the input's clamps,
//   restricted by its own activation.
// - Average pooling without count_include_pad has one divisor per distinct number of real cells; a
//   window of padding only is refused.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "frontend/graph/graph.h"
#include "frontend/graph/quantized_graph.h"
#include "frontend/quantize/calibration.h"
#include "frontend/quantize/options.h"

namespace npusim::quantize {

/// What reports say of a layer with weights.
struct LayerSummary {
  graph::NodeId node = 0;
  // The smallest P that holds every prefix of every sum of these codes. On a narrower accumulator
  // the layer may still quantize, coarser; a coarsened layer needs close to all bits it was given.
  std::int32_t safe_accumulator_bits = 0;
  std::int64_t dead_channels = 0;       // all codes 0: only the bias is left
  std::int64_t coarsened_channels = 0;  // shift lowered or scale doubled by rules 7 and 8
};

struct QuantizationSummary {
  std::vector<LayerSummary> layers;        // in the order of the graph
  std::int32_t safe_accumulator_bits = 0;  // of the network: the largest of the layers'
};

struct Quantization {
  graph::QuantizedGraph graph;
  QuantizationSummary summary;
};

/// Quantizes the network. Deterministic: the same bits on every machine and compiler and for any
/// number of threads, which share a layer's channels.
///
/// `folded`: only Input, Conv, Add, Mul, Concat, Pool and Lookup remain (else base::InternalError);
/// `calibration`: made from this graph (else base::InternalError).
///
/// Throws base::InputError with all reasons: options out of range (as layer_options) or beyond the
/// hardware; a width other than 8 of codes that the model brings; and per
/// layer a weight that is not finite, a scale that no shift in [1, 62] expresses, an accumulator
/// that the layer does not fit even at its coarsest, naming the channel that needs most:
///   layer 'conv_3', channel 17: hardware.mac_array.accumulator_bits: got 16, must be at least 19
Quantization quantize_graph(const graph::Graph& folded, const Calibration& calibration,
                            const QuantizationOptions& options, const HardwareLimits& limits,
                            int threads = 1);

}  // namespace npusim::quantize
