// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/report_page_data.h"

#include "frontend/study/channel_ranges.h"
#include "frontend/study/decibels.h"
#include "sim/base/errors.h"
#include "sim/base/version.h"

namespace npusim::cli {
namespace {

std::vector<std::optional<double>> octaves_of(const std::vector<double>& uses) {
  std::vector<std::optional<double>> octaves;
  octaves.reserve(uses.size());
  for (const double use : uses)
    octaves.push_back(use > 0 ? std::optional<double>(study::octaves(use)) : std::nullopt);
  return octaves;
}

report::ChannelRangesOfLayer channel_ranges_of(const graph::Node& node, const graph::Conv& conv,
                                               const graph::QuantizedConv& codes) {
  const study::ChannelRanges ranges = study::channel_ranges(conv);
  report::ChannelRangesOfLayer layer;
  layer.layer = node.name;
  layer.kind = graph::kind_name(node.op);
  layer.weight_bits = codes.weight_bits;
  layer.lost_below_octaves = study::octaves(0.5 / study::largest_magnitude(codes));
  layer.before_octaves = octaves_of(study::range_use_before(ranges));
  layer.after_octaves = octaves_of(study::range_use_after(ranges, codes));
  layer.shifts = codes.requantization.channel_shifts;
  layer.scheme = !layer.shifts.empty()            ? "shift_scaler"
                 : codes.weight_scales.size() > 1 ? "per_channel"
                                                  : "per_layer";
  return layer;
}

}  // namespace

std::vector<report::ChannelRangesOfLayer> channel_ranges_of_layers(compile::Pipeline& pipeline,
                                                                   const std::string& scheme) {
  const graph::Graph& network = pipeline.network(pipeline.choice(scheme));
  const graph::QuantizedGraph& quantized = pipeline.quantized(scheme).graph;
  std::vector<report::ChannelRangesOfLayer> layers;
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    const auto* conv = std::get_if<graph::Conv>(&network.nodes[n].op);
    if (conv == nullptr) continue;
    layers.push_back(channel_ranges_of(network.nodes[n], *conv,
                                       std::get<graph::QuantizedConv>(quantized.nodes.at(n).op)));
  }
  return layers;
}

void ReportPageData::on_program(const isa::Program& program) {
  program_ = &program;
  cycles_.assign(program.instructions.size(), {});
  for (const isa::TensorInfo& tensor : program.tensors) data_.names.tensors.push_back(tensor.name);
  for (const isa::LayerInfo& layer : program.layers) data_.names.layers.push_back(layer.name);
  data_.channels_left_out =
      "A Program holds codes only: npusim run, which has the float weights too, shows them.";
}

void ReportPageData::on_compiled(compile::Pipeline& pipeline, const isa::Program& program) {
  on_program(program);
  data_.channels = channel_ranges_of_layers(pipeline, scheme_);
  data_.channels_left_out = data_.channels.empty() ? "The network has no layer with weights." : "";
}

void ReportPageData::on_simulated(const stats::SimulationResult& /*result*/) {
  data_.activation = stats::activation_map(*program_, cycles_);
  cycles_ = {};
  program_ = nullptr;
  is_complete_ = true;
}

void ReportPageData::on_instruction_start(model::UnitId /*unit*/, std::size_t instruction,
                                          std::int64_t cycle) {
  cycles_[instruction].start_cycle = cycle;
}

void ReportPageData::on_instruction_done(model::UnitId /*unit*/, std::size_t instruction,
                                         std::int64_t cycle) {
  cycles_[instruction].done_cycle = cycle;
}

std::string ReportPageData::page(const report::Report& report) const {
  if (!is_complete_)
    throw base::InternalError("the page of a report: the simulation has not ended");
  return report::report_page(report, data_, base::kVersion);
}

}  // namespace npusim::cli
