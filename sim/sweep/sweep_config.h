// SPDX-License-Identifier: Apache-2.0
// The sweep file: what varies, what is kept, what is looked for.
//
//     run: mobilenet_v1_224.yaml      # as FILE of `npusim run`: beside this file, or a bare name
//     set:                            # for every point; keys as of --set
//       simulation.timing_only: true
//     axes:                           # keys as of --set; or `run`, in place of the key above
//       hardware.mac_array.rows: [8, 16, 32]
//       hardware.mac_array.columns: {from: 8, to: 128, times: 2}
//       hardware.weight_scratchpad.bytes: {from: 64KiB, to: 256KiB, step: 64KiB}
//       quantization.scheme: [per_layer, shift_scaler]
//     derived:                        # keys that follow from axes (expression.h)
//       hardware.requantization.lanes: hardware.mac_array.columns
//     where: [hardware.mac_array.rows * hardware.mac_array.columns <= 4096]
//     sample: {points: 200, seed: 1}  # so many of the grid, drawn by the seed; or
//     search: {points: 200, seed: 1}  # at most so many, looked for by NSGA-II
//     objectives: {minimise: [cycles.total], maximise: [accuracy.quantized_top1]}
//     constraints: [cycles.latency_seconds <= 0.005]
//
// Only run (or the axis of that name) and axes must be there. Sizes in ranges and lists become
// plain numbers of bytes: 64KiB and 65536 are the same point. A value that names a file (`run`,
// `model`, `hardware`, any `path`) is looked for beside the sweep file first, if its key is an axis
// or in `set`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/sweep/expression.h"

namespace npusim::sweep {

/// The most points of a grid that is looked through, and of a sweep that is evaluated. Sampling and
/// searching take grids of any size below 2^63.
inline constexpr std::int64_t kMostGridPoints = 10'000'000;
inline constexpr std::int64_t kMostPoints = 1'000'000;
/// The most numbers drawn from a grid too large to be looked through.
inline constexpr std::int64_t kMostDrawn = 500'000;

struct Axis {
  std::string key;
  std::vector<std::string> values;  // as YAML values; at least one, no two alike
  std::string place;
};

struct Derived {
  std::string key;
  Expression value;
};

struct Sample {
  std::int64_t points = 0;
  std::uint64_t seed = 0;
};
using Search = Sample;

struct Objective {
  std::string metric;  // of the record, or the key of an axis
  bool maximise = false;
  std::string place;
};

struct SweepConfig {
  std::string name;  // the file's name without folder and suffix
  std::filesystem::path file;
  std::string text;  // of the file
  std::string run;   // as written; empty where `run` is an axis
  std::string run_place;
  std::vector<Derived> derived;
  std::vector<Axis> axes;        // in the order of the file
  std::vector<std::string> set;  // "key=value"
  std::vector<Expression> where;
  std::optional<Sample> sample;
  std::optional<Search> search;       // never beside sample
  std::vector<Objective> objectives;  // in the order of the file
  std::vector<Expression> constraints;
};

/// Reads the file. Throws base::InputError with every error found. Whether run file, keys and
/// values are right is not looked at here.
SweepConfig read_sweep_config(const std::filesystem::path& file);

/// The same from a text; `file` names it in messages.
SweepConfig parse_sweep_config(const std::string& text, const std::filesystem::path& file);

}  // namespace npusim::sweep
