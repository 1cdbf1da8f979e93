// SPDX-License-Identifier: Apache-2.0
// The document that page/data.js reads: the report as it is, and beside it what it does not have.
#include "sim/report/report_page.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "sim/report/format.h"
#include "sim/report/html_page.h"
#include "sim/report/json.h"
#include "sim/report/json_sections.h"
#include "sim/stats/activity.h"

namespace npusim::report {

std::string_view report_page_html();
std::string_view report_page_css();
std::string_view report_page_js();

namespace {

using nlohmann::json;

/// Whole images, and of one image as many layers as there is room for.
Report shown_part(const Report& report) {
  Report part = report;
  part.host.is_measured = false;
  if (report.layers.size() <= kMostPageLayers) return part;
  const auto of_one =
      static_cast<std::size_t>(std::count_if(report.layers.begin(), report.layers.end(),
                                             [](const Layer& layer) { return layer.image == 0; }));
  const std::size_t layers =
      of_one > kMostPageLayers ? kMostPageLayers : kMostPageLayers / of_one * of_one;
  part.layers.resize(layers);
  if (part.energy) part.energy->layers.resize(layers);
  return part;
}

json activation_json(const stats::ActivationMap& map, const ActivationNames& names,
                     std::size_t most) {
  json allocations = json::array();
  std::set<std::size_t> tensors;
  for (const stats::Allocation& what : map.allocations) {
    if (allocations.size() == most) break;
    allocations.push_back({what.tensor, what.layer, what.last_layer, what.is_loaded ? 1 : 0,
                           what.tile, what.tiles, what.address, what.bytes, what.begin_cycle,
                           what.end_cycle});
    if (what.tensor >= 0) tensors.insert(static_cast<std::size_t>(what.tensor));
  }
  json tensor_names = json::object();
  for (const std::size_t tensor : tensors)
    tensor_names[std::to_string(tensor)] = names.tensors.at(tensor);
  json occupancy = json::array();
  for (const stats::OccupancyStep& step : map.occupancy) {
    if (occupancy.size() == 4 * most) break;
    occupancy.push_back({step.cycle, step.bytes});
  }
  return {{"capacityBytes", map.capacity_bytes},
          {"allocations", std::move(allocations)},
          {"leftOut", map.allocations.size() - std::min(map.allocations.size(), most)},
          {"tensors", std::move(tensor_names)},
          {"layers", names.layers.size() <= kMostPageLayers
                         ? json(names.layers)
                         : json(std::vector<std::string>(
                               names.layers.begin(),
                               names.layers.begin() + std::ptrdiff_t{kMostPageLayers}))},
          {"occupancy", std::move(occupancy)},
          {"peakBytes", map.peak_bytes},
          {"peakCycle", map.peak_cycle},
          {"layerPeakBytes", map.layer_peak_bytes},
          {"peakLayer", map.peak_layer}};
}

/// Hundredths of an octave, which is finer than a pixel.
json hundredths(const std::vector<std::optional<double>>& octaves) {
  json list = json::array();
  for (const std::optional<double>& value : octaves)
    list.push_back(value ? json(std::lround(100 * *value)) : json());
  return list;
}

}  // namespace

json channel_ranges_json(const std::vector<ChannelRangesOfLayer>& layers) {
  json list = json::array();
  for (const ChannelRangesOfLayer& layer : layers) {
    json shifts = json::array();
    for (const std::uint8_t shift : layer.shifts) shifts.push_back(int{shift});
    list.push_back({{"layer", layer.layer},
                    {"kind", layer.kind},
                    {"scheme", layer.scheme},
                    {"bits", layer.weight_bits},
                    {"lostBelow", std::lround(100 * layer.lost_below_octaves)},
                    {"before", hundredths(layer.before_octaves)},
                    {"after", hundredths(layer.after_octaves)},
                    {"shifts", std::move(shifts)}});
  }
  return list;
}

namespace {

json units_json(const std::vector<UnitCycles>& units) {
  json list = json::array();
  for (const UnitCycles& unit : units) {
    list.push_back({{"name", unit.name},
                    {"busy", unit.busy_cycles},
                    {"stalls", json(unit.stall_cycles)},
                    {"idle", unit.idle_cycles}});
  }
  return list;
}

json activities_json() {
  json list = json::array();
  for (std::size_t i = 0; i < stats::kActivities; ++i) {
    const auto activity = static_cast<stats::Activity>(i);
    list.push_back({stats::activity_name(activity), stats::activity_description(activity)});
  }
  return list;
}

json hardware_json_of_page(const Hardware& hardware) {
  return {{"rows", hardware.rows},
          {"columns", hardware.columns},
          {"clockHz", hardware.clock_hz},
          {"peakMacsPerSecond", hardware.peak_macs_per_second},
          {"dramBytesPerSecond", hardware.dram_bandwidth_bytes_per_second}};
}

std::string document(const Report& report, const PageData& data, const std::string& version) {
  const Report part = shown_part(report);
  stats::ActivationMap map = data.activation;
  stats::join_tiles(map, kMostPageAllocations);
  const json extra = {{"network", report.workload.network},
                      {"quantizationText", quantization_text(report.quantization)},
                      {"hardware", hardware_json_of_page(report.hardware)},
                      {"layersLeftOut", report.layers.size() - part.layers.size()},
                      {"units", units_json(report.cycles.units)},
                      {"activities", activities_json()},
                      {"activation", activation_json(map, data.names, kMostPageAllocations)},
                      {"channels", channel_ranges_json(data.channels)},
                      {"channelsLeftOut", data.channels_left_out},
                      {"version", version}};
  return "{\"extra\":" + extra.dump(-1, ' ', false, json::error_handler_t::replace) +
         ",\"report\":" + to_json(part) + "}";
}

}  // namespace

std::string report_page(const Report& report, const PageData& data, const std::string& version) {
  HtmlPage page;
  page.title = report.workload.name + " - npusim report";
  page.description = report.workload.network + " on " + report.hardware.name + ": " +
                     grouped(report.cycles.total) + " cycles";
  page.style = report_page_css();
  page.body = report_page_html();
  page.script = report_page_js();
  page.data = document(report, data, version);
  return html_page(page);
}

}  // namespace npusim::report
