// SPDX-License-Identifier: Apache-2.0
#include "sim/config/scale_sim_reader.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "sim/base/files.h"
#include "sim/base/math.h"
#include "sim/config/scale_sim_rows.h"

namespace npusim::config {
namespace {

constexpr std::uint64_t kMaxFileBytes = 16 << 20;
constexpr std::size_t kNamedRows = 4;  // in a note

/// One of a row's two dimensions.
struct Span {
  std::int64_t input, filter, stride;
  std::int64_t output(std::int64_t padding) const {
    return (input + padding - filter) / stride + 1;
  }
  /// Padding that makes the output ceil(input / stride); none where one filter covers the input.
  std::int64_t same_padding() const {
    if (filter == input) return 0;
    return std::max<std::int64_t>(0, (base::ceil_div(input, stride) - 1) * stride + filter - input);
  }
};

std::array<Span, 2> spans(const ScaleSimRow& row) {
  return {Span{row.input.height, row.filter.height, row.stride.height},
          Span{row.input.width, row.filter.width, row.stride.width}};
}

/// A row that has been understood.
struct Layer {
  const ScaleSimRow* row = nullptr;
  bool is_depthwise = false;
  std::int64_t in_channels = 0, out_channels = 0;
  bool follows = false;                          // reads the row before
  std::array<std::int64_t, 2> padding = {0, 0};  // in all, of rows and of columns
};

class Reading {
 public:
  explicit Reading(const ScaleSimRows& rows) : rows_(rows) {
    for (std::size_t i = 0; i < rows.rows.size(); ++i) layers_.push_back(understood(i));
  }

  TopologyConfig topology() {
    decide_padding();
    for (std::size_t i = 0; i < layers_.size(); ++i) follow(i);
    TopologyConfig topology;
    for (const Layer& layer : layers_) append(layer, topology);
    topology.notes = notes();
    return topology;
  }

 private:
  Layer understood(std::size_t i) const {
    const ScaleSimRow& row = rows_.rows[i];
    Layer layer;
    layer.row = &row;
    layer.in_channels = row.channels;
    layer.out_channels = row.filters;
    if (rows_.are_gemms) return layer;
    const bool one_filter = row.filters == 1 && row.channels > 1;
    const bool one_channel = row.channels == 1 && row.filters > 1;
    const bool is_named = is_named_depthwise(row.name);
    const bool has_next = i + 1 < rows_.rows.size();
    const bool next_takes_channels = has_next && rows_.rows[i + 1].channels == row.channels;
    // Matrix products are written as a filter that covers the width of a map of one channel.
    const bool slides = row.filter.height < row.input.height && row.filter.width < row.input.width;
    const bool before_gives_filters = i > 0 && layers_[i - 1].out_channels == row.filters && slides;
    layer.is_depthwise = (one_filter && (is_named || next_takes_channels)) ||
                         (one_channel && (is_named || before_gives_filters));
    if (layer.is_depthwise)
      layer.in_channels = layer.out_channels = std::max(row.channels, row.filters);
    // One channel of the map is written; how many there are is said by its neighbours.
    if (row.filters == 1 && row.channels == 1 && is_named && (i > 0 || has_next)) {
      layer.is_depthwise = true;
      layer.in_channels = layer.out_channels =
          i > 0 ? layers_[i - 1].out_channels : rows_.rows[i + 1].channels;
    }
    return layer;
  }

  static bool is_named_depthwise(const std::string& name) {
    std::string lower = name;
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower.find("dw") != std::string::npos || lower.find("depthwise") != std::string::npos;
  }

  bool channels_fit(std::size_t i) const {
    return i > 0 && layers_[i - 1].out_channels == layers_[i].in_channels;
  }

  /// Padding before row `i` where the sizes hold it already: what its input is larger than the
  /// output of the row before, less than a filter.
  std::optional<std::int64_t> held_padding(std::size_t i, std::size_t dimension) const {
    const Span span = spans(*layers_[i].row).at(dimension);
    const std::int64_t padding = span.input - spans(*layers_[i - 1].row).at(dimension).output(0);
    if (padding < 0 || padding >= span.filter) return std::nullopt;
    return padding;
  }

  bool is_held(std::size_t i) const {
    return channels_fit(i) && held_padding(i, 0) && held_padding(i, 1);
  }

  /// Whether the output of row i - 1 with padding of its own, or without, is the input of row i.
  bool is_missing(std::size_t i, bool with_padding) const {
    if (!channels_fit(i)) return false;
    for (std::size_t d = 0; d < 2; ++d) {
      const Span before = spans(*layers_[i - 1].row).at(d);
      const std::int64_t output = before.output(with_padding ? before.same_padding() : 0);
      if (output != spans(*layers_[i].row).at(d).input) return false;
    }
    return true;
  }

  void decide_padding() {
    std::size_t held = 0, missing = 0;
    for (std::size_t i = 1; i < layers_.size(); ++i) {
      held += is_held(i) ? 1 : 0;
      missing += is_missing(i, true) ? 1 : 0;
    }
    sizes_hold_padding_ = held > missing;
  }

  void follow(std::size_t i) {
    Layer& layer = layers_[i];
    if (sizes_hold_padding_) {
      layer.follows = is_held(i);
      for (std::size_t d = 0; layer.follows && d < 2; ++d)
        layer.padding.at(d) = *held_padding(i, d);
      return;
    }
    const bool padded = is_missing(i, true);
    layer.follows = padded || is_missing(i, false);
    for (std::size_t d = 0; d < 2; ++d)
      layer.padding.at(d) = spans(*layer.row).at(d).same_padding();
    // A row that gives exactly its successor's input without padding has none.
    if (layer.follows && !padded) layers_[i - 1].padding = {0, 0};
  }

  /// What the row reads, where it has an input of its own: its size less the padding that it holds.
  static TopologyLayer own_input(const Layer& layer) {
    TopologyLayer input;
    input.kind = LayerKind::input;
    input.place = layer.row->place;
    input.input = layer.row->input;
    input.channels = layer.in_channels;
    return input;
  }

  void append(const Layer& layer, TopologyConfig& topology) {
    const std::string name = unique(layer.row->name);
    if (!layer.follows) {
      topology.layers.push_back(own_input(layer));
      topology.layers.back().name = unique(layer.row->name + "/input");
    }
    TopologyLayer out;
    out.name = name;
    out.place = layer.row->place;
    out.inputs = {topology.layers.size() - 1};
    out.kind = layer.is_depthwise ? LayerKind::depthwise : LayerKind::conv;
    out.channels = layer.out_channels;
    const ScaleSimRow& row = *layer.row;
    const bool covers = row.filter.height == row.input.height &&
                        row.filter.width == row.input.width && layer.padding[0] == 0 &&
                        layer.padding[1] == 0;
    if (covers && !layer.is_depthwise) out.kind = LayerKind::gemm;
    out.window.kernel = row.filter;
    out.window.stride = row.stride;
    out.window.pads = {layer.padding[0] / 2, layer.padding[1] / 2,
                       layer.padding[0] - layer.padding[0] / 2,
                       layer.padding[1] - layer.padding[1] / 2};
    topology.layers.push_back(std::move(out));
  }

  std::string unique(const std::string& name) {
    std::string candidate = name;
    for (std::int64_t i = 2; !names_.insert(candidate).second; ++i)
      candidate = name + '_' + std::to_string(i);
    return candidate;
  }

  std::vector<std::string> notes() const {
    std::vector<std::string> depthwise, alone;
    std::size_t padded = 0;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      const Layer& layer = layers_[i];
      if (layer.is_depthwise) depthwise.push_back(layer.row->name);
      if (!layer.follows && i > 0) alone.push_back(layer.row->name);
      padded += layer.padding[0] + layer.padding[1] > 0 ? 1 : 0;
    }
    std::vector<std::string> notes;
    if (padded == 0 && !rows_.are_gemms) {
      notes.emplace_back("the file has no padding and needs none: no row was padded");
    } else if (sizes_hold_padding_) {
      notes.push_back("the file's sizes hold the padding: " + std::to_string(padded) + " of " +
                      std::to_string(layers_.size()) +
                      " rows read the row before with padding around it");
    } else if (!rows_.are_gemms) {
      notes.push_back("the file has no padding: " + std::to_string(padded) + " of " +
                      std::to_string(layers_.size()) +
                      " rows were padded so that the output has ceil(input / stride) rows and "
                      "columns");
    }
    if (rows_.has_remarks)
      notes.emplace_back("columns behind the strides were not read: an empty one parts them off");
    if (!depthwise.empty())
      notes.push_back(
          counted(depthwise, "read as depthwise: one filter or channel is written for all"));
    if (!alone.empty())
      notes.push_back(
          counted(alone, "with an input of their own: what the row before gives does not fit"));
    return notes;
  }

  static std::string counted(const std::vector<std::string>& names, const std::string& what) {
    std::string text =
        std::to_string(names.size()) + (names.size() == 1 ? " row " : " rows ") + what + " (";
    for (std::size_t i = 0; i < std::min(names.size(), kNamedRows); ++i)
      text += (i == 0 ? "" : ", ") + names[i];
    return text + (names.size() > kNamedRows ? ", ...)" : ")");
  }

  const ScaleSimRows& rows_;
  std::vector<Layer> layers_;
  std::set<std::string> names_;
  bool sizes_hold_padding_ = false;
};

}  // namespace

TopologyConfig read_scale_sim(const std::filesystem::path& file, base::ErrorList& errors) {
  base::ErrorList found;
  ScaleSimRows rows;
  try {
    rows = parse_scale_sim(base::read_file_text(file, kMaxFileBytes), file.string(), found);
  } catch (const base::InputError& error) {
    found.add(error);
  }
  if (found.empty()) return Reading(rows).topology();
  errors.add(base::InputError(found.messages()));
  return {};
}

}  // namespace npusim::config
