// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/cli/analysis.h"
#include "sim/cli/table.h"
#include "sim/report/format.h"

namespace npusim::cli {
namespace {

using report::Analysis;
using report::AnalyzedLayer;

constexpr std::size_t kLetters = 40;  // of a name within a sentence

std::string decimals_or_dash(const std::optional<double>& value, int digits) {
  return value ? fmt::format("{:.{}f}", *value, digits) : "-";
}

/// "0-11": the least and the greatest shift that a channel has.
std::string shifts_text(const std::vector<std::int64_t>& histogram) {
  const auto used = [](std::int64_t channels) { return channels > 0; };
  const auto first = std::find_if(histogram.begin(), histogram.end(), used);
  if (first == histogram.end()) return "-";
  const auto last = std::find_if(histogram.rbegin(), histogram.rend(), used);
  const auto least = first - histogram.begin();
  const auto greatest = histogram.rend() - last - 1;
  return least == greatest ? std::to_string(least) : fmt::format("{}-{}", least, greatest);
}

std::string points(double fraction) {
  const std::string text = fmt::format("{:.2f}", 100 * fraction);
  return text == "-0.00" ? "0.00" : text;
}

class TextWriter {
 public:
  TextWriter(const Analysis& analysis, bool colour)
      : analysis_(analysis), colour_(colour), has_top1_(analysis.float_top1.has_value()) {}

  std::string write() {
    header();
    out_ += '\n' + bold("Layers", colour_) + '\n' + table();
    legend();
    out_ += '\n' + bold("Findings", colour_) + '\n';
    widest();
    lowest_weights();
    most_sensitive();
    divergence();
    if (!analysis_.notes.empty()) out_ += '\n' + bold("Notes", colour_) + '\n';
    for (const std::string& note : analysis_.notes) paragraph(note);
    return std::move(out_);
  }

 private:
  void field(const std::string& label, const std::string& text) {
    out_ += fmt::format("{:<12}", label) + wrapped(text, kTerminalColumns, 12) + '\n';
  }

  /// Names come from files: nothing of them may move the cursor or tear the line.
  static std::string name(const AnalyzedLayer& layer) {
    return report::shortened(layer.name, kLetters);
  }

  void paragraph(const std::string& text) {
    out_ +=
        "  " + wrapped(report::shortened(text, 8 * kTerminalColumns), kTerminalColumns, 2) + '\n';
  }

  void header() {
    field("Network",
          fmt::format("{}, {} layers", report::shortened(analysis_.workload.network, kLetters),
                      analysis_.layers.size()));
    field("Scheme", report::quantization_text(analysis_.quantization));
    std::string images = fmt::format("{} of {} {}", report::grouped(analysis_.images),
                                     report::grouped(analysis_.images_total), analysis_.images_of);
    if (analysis_.images < analysis_.images_total) images += ", drawn with a fixed seed";
    images += " (--sample N: another number)";
    field("Images", images);
    if (!has_top1_) return;
    const auto share = [&](std::int64_t right) {
      return report::percent(static_cast<double>(right) / static_cast<double>(analysis_.images), 2);
    };
    field("Top-1", "float " + share(*analysis_.float_top1) + ", quantized " +
                       share(*analysis_.quantized_top1));
  }

  std::string table() const {
    std::vector<TableColumn> columns = {
        {"layer", ColumnKind::text},     {"spread", ColumnKind::number},
        {"shifts", ColumnKind::number},  {"lost", ColumnKind::number},
        {"weights", ColumnKind::number}, {"output", ColumnKind::number},
        {"alone", ColumnKind::number}};
    if (has_top1_) {
      columns.push_back({"loss", ColumnKind::number});
      columns.push_back({"s.e.", ColumnKind::number});
    }
    Table table(columns);
    for (const AnalyzedLayer& layer : analysis_.layers) {
      std::vector<std::string> cells = {report::shortened(layer.name, kLetters), "-", "-", "-",
                                        "-"};
      if (layer.weights) {
        cells[1] = decimals_or_dash(layer.weights->range_spread_octaves, 1);
        cells[2] = shifts_text(layer.weights->shift_histogram);
        cells[3] = report::grouped(layer.weights->lost_channels);
        cells[4] = decimals_or_dash(layer.weights->sqnr_db, 1);
      }
      cells.push_back(decimals_or_dash(layer.output_sqnr_db, 1));
      cells.push_back(decimals_or_dash(layer.network_sqnr_alone_db, 1));
      if (has_top1_) {
        cells.push_back(points(layer.top1_loss_alone->fraction));
        cells.push_back(points(layer.top1_loss_alone->standard_error));
      }
      table.add(std::move(cells));
    }
    return table.text(colour_);
  }

  void legend() {
    paragraph(
        "spread: octaves, log2 of the largest over the median range (largest |weight|) of "
        "the live out channels; lost: live channels whose codes are all 0");
    paragraph(
        "weights: dB SQNR of the weights, mean over channels; output: dB SQNR of the "
        "integer network's tensor against float; alone: dB SQNR of the network's output "
        "when only this layer is quantized");
    if (has_top1_) {
      paragraph(
          "loss: points of top-1 lost when only this layer is quantized, s.e.: its standard "
          "error (paired)");
    }
  }

  void widest() {
    const auto at = analysis_.widest_layer();
    if (!at) return paragraph("No layer has weights other than 0.");
    const AnalyzedLayer& layer = analysis_.layers[*at];
    const report::AnalyzedWeights& weights = *layer.weights;
    std::string text = fmt::format(
        "Widest channel ranges: {}. The largest channel's is {} times the median's ({:.1f} "
        "octaves) and {:.1f} octaves above the smallest live one's.",
        name(layer), amount(*weights.range_spread), *weights.range_spread_octaves,
        *weights.range_full_octaves);
    if (weights.lost_channels > 0) {
      text += fmt::format(
          " Of its {} live channels {} {} no code but 0.", report::grouped(weights.live_channels),
          report::grouped(weights.lost_channels), weights.lost_channels == 1 ? "has" : "have");
    }
    paragraph(text);
  }

  void lowest_weights() {
    const AnalyzedLayer* lowest = nullptr;
    for (const AnalyzedLayer& layer : analysis_.layers) {
      if (!layer.weights || !layer.weights->sqnr_db) continue;
      if (lowest == nullptr || *layer.weights->sqnr_db < *lowest->weights->sqnr_db) lowest = &layer;
    }
    if (lowest == nullptr) return;
    paragraph(fmt::format("Coarsest weights: {}, SQNR {:.1f} dB; its worst channel {:.1f} dB.",
                          name(*lowest), *lowest->weights->sqnr_db,
                          *lowest->weights->worst_sqnr_db));
  }

  void most_sensitive() {
    const auto at = analysis_.most_sensitive_layer();
    if (!at) return;
    const AnalyzedLayer& layer = analysis_.layers[*at];
    std::string text = "Most sensitive: " + name(layer) + ". Quantized alone it ";
    if (has_top1_) {
      const report::Top1Loss& loss = *layer.top1_loss_alone;
      if (loss.fraction > 0) {
        text += fmt::format("costs {} points of top-1 (standard error {}{}) and ",
                            points(loss.fraction), points(loss.standard_error),
                            loss.fraction > 2 * loss.standard_error ? "" : ": within the noise");
      } else {
        text += "costs no top-1, as no other layer does, and ";
      }
    }
    paragraph(text +
              fmt::format("leaves the network's output {:.1f} dB.", layer.network_sqnr_alone_db));
  }

  void divergence() {
    if (const auto at = analysis_.first_divergent_layer()) {
      const AnalyzedLayer& layer = analysis_.layers[*at];
      return paragraph(fmt::format(
          "First divergence: {}. It is the first layer whose output in the integer network is "
          "below the threshold of {} dB: {:.1f} dB.",
          name(layer), analysis_.threshold_db, layer.output_sqnr_db));
    }
    const auto least = std::min_element(analysis_.layers.begin(), analysis_.layers.end(),
                                        [](const AnalyzedLayer& a, const AnalyzedLayer& b) {
                                          return a.output_sqnr_db < b.output_sqnr_db;
                                        });
    if (least == analysis_.layers.end()) return;
    paragraph(fmt::format(
        "No divergence: no layer's output in the integer network is below the threshold of {} dB; "
        "the least is {:.1f} dB, of {}.",
        analysis_.threshold_db, least->output_sqnr_db, name(*least)));
  }

  const Analysis& analysis_;
  const bool colour_;
  const bool has_top1_;
  std::string out_;
};

}  // namespace

std::string analysis_text(const report::Analysis& analysis, bool colour) {
  return TextWriter(analysis, colour).write();
}

}  // namespace npusim::cli
