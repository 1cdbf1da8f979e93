// SPDX-License-Identifier: Apache-2.0
// A small report with every part filled, for the tests of both forms.
#pragma once

#include "sim/report/report.h"

namespace npusim::report {

inline Report example_report() {
  Report report;
  report.workload = {"example", "example_net", 2000};
  report.hardware = {"npu_test",      "0123456789abcdef", 32, 16, 500'000'000,
                     256'000'000'000, 12'800'000'000};
  report.quantization = {"shift_scaler", 4, "floor", true};
  report.accuracy = Accuracy{2000,
                             1900,
                             1999,
                             {{"per_layer", 1000, 1500, 1010, 45},
                              {"shift_scaler", 1890, 1998, 1950, 77},
                              {"per_channel", 1901, 1999, 1960, 320}}};
  report.simulation.images = 2;
  report.simulation.mismatched_values = 0;
  report.simulation.output_sha256 = {"aa", "bb"};
  report.cycles.total = 1'234'567;
  report.cycles.latency_seconds = 0.002469134;
  report.cycles.utilization = 0.25;
  report.cycles.units = {
      {"mac_array", 1'000'000, 34'567, {{"port", 150'000}, {"wait_dma_in", 50'000}}},
      {"vector", 0, 1'234'567, {}}};
  report.layers = {{"conv_1", "conv", 158'033'920, 1'200'000, 1'100'000, 0.28, 900'000, 100'000, 7,
                    64, 0, 864, true},
                   {"pool", "pool", 0, 34'567, 30'000, 0, 20'000, 40'000, 3, 0, 10, 0}};
  report.layers[0].dataflow = "output_stationary";
  report.memory = {864, 128, 45, 32, 6400, 65536, 401408, 12345678, 4096};
  report.host = {1.5, 2.5, 2, {{"npusim", "0.1.0"}}};
  return report;
}

}  // namespace npusim::report
