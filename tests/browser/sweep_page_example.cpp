// SPDX-License-Identifier: Apache-2.0
// usage: sweep_page_example POINTS: a sweep of drawn results, for sweep_page.js and for eyes:
// page.html, points.csv, and commands.txt with a point and its command a line. Names in it must be
// escaped to be harmless.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>

#include "sim/sweep/metrics.h"
#include "sim/sweep/page.h"
#include "sim/sweep/space.h"

namespace npusim {
namespace {

constexpr char kSweep[] =
    "run: 'it''s </script><b>mobilenet.yaml'\n"
    "set: {simulation.timing_only: true}\n"
    "axes:\n"
    "  hardware.mac_array.rows: {from: 8, to: 128, times: 2}\n"
    "  hardware.mac_array.columns: {from: 8, to: 128, times: 2}\n"
    "  hardware.weight_scratchpad.bytes: {from: 32KiB, to: 512KiB, times: 2}\n"
    "  hardware.dram.bandwidth_bytes_per_second: {from: 2000000000, to: 16000000000, step: "
    "2000000000}\n"
    "  quantization.scheme: [per_layer, shift_scaler, per_channel, equalization]\n"
    "  quantization.field_bits: [2, 4]\n"
    "derived: {hardware.requantization.lanes: hardware.mac_array.columns}\n"
    "where: [hardware.mac_array.rows * hardware.mac_array.columns <= 8192]\n"
    "objectives: {minimise: [cycles.total, area.total_square_micrometres], maximise: "
    "[accuracy.quantized_top1]}\n"
    "constraints: [cycles.total <= 1000000]\n";

double noise(std::uint64_t point, std::uint64_t salt) {
  std::uint64_t x = (point + 1) * 0x9e3779b97f4a7c15U ^ (salt + 1) * 0xd1b54a32d192ed03U;
  x = (x ^ x >> 31) * 0xbf58476d1ce4e5b9U;
  return static_cast<double>((x ^ x >> 29) >> 11) / 9007199254740992.0;
}

sweep::Row drawn_row(const sweep::Space& space, std::int64_t number, std::size_t metrics) {
  const sweep::Point point = space.at(number);
  sweep::Row row;
  row.point = number;
  row.hash = space.hash(1, point);
  row.axis_values = point.values;
  row.axis_values.insert(row.axis_values.end(), point.derived.begin(), point.derived.end());
  const auto value = [&](std::size_t i) { return std::strtod(point.values[i].c_str(), nullptr); };
  const auto salt = static_cast<std::uint64_t>(number);
  const double macs = value(0) * value(1);
  const std::string& scheme = point.values[4];
  const double lost = scheme == "per_layer" ? 0.4 : scheme == "shift_scaler" ? 0.01 : 0.005;
  const double cycles = std::floor(3e7 / std::pow(macs, 0.7) * (1 + 0.2 * noise(salt, 1)) +
                                   4e15 / value(3) / value(2) * 32);
  row.metrics = {std::round((0.71 - lost * (1 + 0.3 * noise(salt, 2))) * 4000) / 4000,
                 std::floor(macs * 600 + value(2) * 2.5 + (scheme == "per_channel" ? 60000 : 4000)),
                 cycles / 1e9};
  for (std::size_t i = 0; row.metrics.size() < metrics - 2; ++i) {
    row.metrics.push_back(i % 7 == 6 ? sweep::kNoMetric : std::floor(noise(salt, 9 + i) * 1e6));
  }
  row.metrics.insert(row.metrics.end(), {cycles, 1024});
  return row;
}

void write_points(const sweep::SweepConfig& config, const sweep::Table& table) {
  std::ofstream csv("points.csv"), commands("commands.txt");
  csv << "point,hash";
  for (const std::string& name : table.axes) csv << ',' << name;
  for (const std::string& name : table.metrics) csv << ',' << name;
  csv << '\n';
  for (const sweep::Row& row : table.rows) {
    commands << row.point << '\t' << sweep::command_of(config, row.axis_values) << '\n';
    csv << row.point << ',' << row.hash;
    for (const std::string& value : row.axis_values) csv << ',' << value;
    for (const double value : row.metrics) csv << ',' << sweep::metric_text(value);
    csv << '\n';
  }
}

void write(const std::string& points) {
  std::string text = kSweep;
  text += "sample: {points: " + points + ", seed: 3}\n";
  const sweep::SweepConfig config = sweep::parse_sweep_config(text, "<b>example.yaml");
  const sweep::Space space(config);
  sweep::Table table;
  for (const sweep::Axis& axis : config.axes) table.axes.push_back(axis.key);
  table.axes.emplace_back("hardware.requantization.lanes");
  table.derived = 1;
  table.metrics = {"accuracy.quantized_top1", "area.total_square_micrometres",
                   "cycles.latency_seconds"};
  for (int i = 10; i < 90; ++i) {
    table.metrics.push_back("cycles.stalls.unit_" + std::to_string(i) + ".cause");
  }
  table.metrics.insert(table.metrics.end(), {"cycles.total", "memory.weights_bytes"});
  std::vector<sweep::FailedPoint> failures;
  for (std::size_t i = 0; i < space.points().size(); ++i) {
    sweep::Row row = drawn_row(space, space.points()[i], table.metrics.size());
    if (i % 40 == 7) {
      failures.push_back({row.point, row.hash, row.axis_values, "refused",
                          "layer <conv_1> needs 70,000 bytes; weight_scratchpad.bytes: got 32768"});
    } else {
      table.rows.push_back(std::move(row));
    }
  }
  write_points(config, table);
  sweep::SweepSize size = sweep::size_of(config, static_cast<std::int64_t>(space.points().size()));
  size.dropped_points = space.dropped();
  const sweep::Results results =
      sweep::results_of(config, size, std::move(table), std::move(failures));
  std::ofstream("page.html", std::ios::binary) << sweep::results_page(results, "example");
}

}  // namespace
}  // namespace npusim

int main(int argc, char** argv) {
  if (argc != 2) return EXIT_FAILURE;
  npusim::write(argv[1]);
  return EXIT_SUCCESS;
}
