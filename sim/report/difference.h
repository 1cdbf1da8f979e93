// SPDX-License-Identifier: Apache-2.0
// Two reports compared, as JSON (read_report): every value that differs, by its path, and what kind
// of thing it tells of. `host` says nothing of a run and is left out.
//
// Layers are matched by name (and image, and count where several have one name). The same fact is
// told once: `hardware.config_hash` is left out where `configuration.hardware` differs, and so are
// the keys of `hardware` and `quantization` whose change `configuration` has too.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace npusim::report {

/// What a value tells of.
enum class ChangeKind {
  configuration,  // what was asked for: machine, quantization, images
  program,        // which layers there are, of what kind, in which dataflow, what is spilled
  values,         // what the machine computed: outputs, overflows, widths that hold every sum
  accuracy,
  cycles,     // cycles, stalls, bounds, utilization, what the DRAM did
  footprint,  // bytes stored and moved
  energy,     // and area
  other,      // notes, and keys of versions to come
};
const char* change_kind_name(ChangeKind kind);  // "configuration", "program", ...

/// A value of one side. `json` is it as JSON without line breaks, empty where the side lacks it.
struct SideValue {
  std::string json;

  bool is_there() const { return !json.empty(); }
  /// For people: texts without quotes, "nothing" where the side lacks it.
  std::string text() const;
  /// Of a number.
  std::optional<double> number() const;
};

struct Change {
  /// Dotted: "cycles.total", "layers.conv_1.cycles" ("layers.conv_1[image 2].cycles" where the
  /// report has several images, "layers.conv_1#2.cycles" for the second of that name),
  /// "simulation.output_sha256.0". A layer that one side lacks is "layers.NAME", with its kind, and
  /// "layers.NAME.cycles".
  std::string path;
  std::string layer;  // its name with image and count as in `path`; empty: of the whole
  std::string key;    // behind the layer, "stalls.wait_dma_in"; of the whole: `path`
  ChangeKind kind = ChangeKind::other;
  SideValue before, after;

  /// after - before; nothing where one is no number.
  std::optional<double> delta() const;
  /// delta() / |before|; nothing where `before` is 0.
  std::optional<double> relative() const;
};

/// Numbers may differ by so much where `path_pattern` matches the whole path: `*` stands for any
/// text, `?` for any character. A change is tolerated where one tolerance allows it.
struct Tolerance {
  std::string path_pattern;
  double absolute = 0;  // |after - before| <= absolute, or
  double relative = 0;  // |after - before| <= relative * |before|
};

/// A number of the whole that a reader looks for first, whether it changed or not.
struct Quantity {
  const char* path;   // "cycles.total"
  const char* label;  // "cycles"
  SideValue before, after;
};

struct Difference {
  /// In the order of the documents: sections by name, layers as the second report has them, those
  /// that only the first one has behind.
  std::vector<Change> changes;
  /// Those that at least one side has.
  std::vector<Quantity> summary;

  bool is_same() const { return changes.empty(); }
};

/// Both as read_report() gives them.
Difference difference(const nlohmann::json& before, const nlohmann::json& after,
                      const std::vector<Tolerance>& tolerances = {});

/// Whether `*` and `?` of the pattern can stand for what makes it the text.
bool matches_pattern(const std::string& pattern, const std::string& text);

}  // namespace npusim::report
