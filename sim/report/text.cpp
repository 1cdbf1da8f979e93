// SPDX-License-Identifier: Apache-2.0
#include "sim/report/text.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/report/colours.h"
#include "sim/report/faults_text.h"
#include "sim/report/format.h"

namespace npusim::report {
namespace {

constexpr std::size_t kIndent = 2;

/// Writes the sections one after another.
class TextWriter {
 public:
  TextWriter(const Report& report, const TextStyle& style) : report_(report), style_(style) {
    // Of several images the last one is shown, whose cycles have settled.
    for (const Layer& layer : report.layers) {
      if (layer.image == report.layers.back().image) layers_.push_back(layer);
    }
  }

  std::string write() {
    header();
    if (report_.accuracy) accuracy(*report_.accuracy);
    if (!report_.accuracy_not_measured.empty()) {
      heading("Accuracy", " not measured");
      wrapped(report_.accuracy_not_measured);
    }
    if (report_.faults) faults(*report_.faults);
    simulation();
    cycles();
    layers();
    memory();
    if (report_.dram) dram(*report_.dram);
    if (report_.energy) energy(*report_.energy);
    notes();
    return std::move(out_);
  }

 private:
  std::string coloured(const std::string& text, const char* colour) const {
    return style_.colour ? colour + text + kPlain : text;
  }

  void line(const std::string& text) {
    const std::size_t end = text.find_last_not_of(' ');
    out_ += text.substr(0, end == std::string::npos ? 0 : end + 1) + '\n';
  }

  void heading(const std::string& title, const std::string& rest = "") {
    out_ += '\n';
    line(coloured(title, kBold) + rest);
  }

  /// "label   text", broken at ", " where it would be too long, continued under the text.
  void field(const std::string& label, const std::string& text) {
    constexpr std::size_t kLabel = 12;
    std::string current = fmt::format("{:<{}}", label, kLabel);
    std::size_t begin = 0;
    while (begin < text.size()) {
      const std::size_t comma = text.find(", ", begin);
      const std::string part =
          text.substr(begin, comma == std::string::npos ? comma : comma + 2 - begin);
      if (current.size() + part.size() > kTextColumns && current.size() > kLabel) {
        line(current);
        current.assign(kLabel, ' ');
      }
      current += part;
      begin = comma == std::string::npos ? text.size() : comma + 2;
    }
    line(current);
  }

  void header() {
    const Hardware& h = report_.hardware;
    std::int64_t macs = 0;
    for (const Layer& layer : layers_) macs += layer.macs;
    field("Network", fmt::format("{}, {} layers, {}", shortened(report_.workload.network, 40),
                                 layers_.size(), grouped(macs) + " MACs"));
    const auto own = std::count_if(layers_.begin(), layers_.end(), [](const Layer& layer) {
      return layer.quantization || layer.activation_bits;
    });
    field("Scheme", quantization_text(report_.quantization) +
                        (own == 0 ? "" : fmt::format(", {} of the layers otherwise", own)));
    field("Hardware",
          fmt::format("{}, {} x {} MACs at {}, peak {}, DRAM {}", shortened(h.name, 40), h.rows,
                      h.columns, si(static_cast<double>(h.clock_hz), "Hz"),
                      si(static_cast<double>(h.peak_macs_per_second), "MAC/s"),
                      si(static_cast<double>(h.dram_bandwidth_bytes_per_second), "B/s")));
    accumulator();
  }

  /// Which accumulator, and the layers that need the widest one.
  void accumulator() {
    const Hardware& h = report_.hardware;
    std::string text = fmt::format("{} bits, {}", h.accumulator_bits, h.accumulator);
    if (report_.quantization.safe_accumulator_bits) {
      const std::int64_t bits = *report_.quantization.safe_accumulator_bits;
      text += fmt::format(", {} hold every sum", bits);
      for (const Layer& layer : layers_) {
        if (layer.safe_accumulator_bits != bits) continue;
        text += " (widest: " + shortened(layer.name, 40) + ')';
        break;
      }
    }
    field("Accumulator", text);
  }

  void overflows(const Overflows& overflows) {
    std::string text = "  " + grouped(overflows.additions) + " additions overflowed";
    const auto most =
        std::max_element(overflows.by_layer.begin(), overflows.by_layer.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    if (most != overflows.by_layer.end()) {
      text += fmt::format(", most in {}: {}", shortened(most->first, 30), grouped(most->second));
    }
    line(text);
  }

  void faults(const Faults& faults) {
    heading("Faults", fmt::format(" over {} images, without any top-1 {}", grouped(faults.images),
                                  percent(faults.fault_free_top1, 2)));
    for (const std::string& each : faults_lines(faults)) line(each);
  }

  void accuracy(const Accuracy& accuracy) {
    const auto images = static_cast<double>(accuracy.images);
    const auto share = [&](std::int64_t count) {
      return percent(static_cast<double>(count) / images, 2);
    };
    heading("Accuracy", fmt::format(" over {} images of {}", grouped(accuracy.images),
                                    shortened(report_.workload.name, 40)));
    line(fmt::format("  {:<14}{:>10}{:>10}{:>18}{:>12}{:>14}", "", "top-1", "top-5",
                     "top-1 to float", "agreement", "parameters"));
    line(fmt::format("  {:<14}{:>10}{:>10}", "float", share(accuracy.float_top1),
                     share(accuracy.float_top5)));
    for (const SchemeAccuracy& scheme : accuracy.schemes) {
      const double points = 100 * static_cast<double>(scheme.top1 - accuracy.float_top1) / images;
      line(fmt::format("{} {:<14}{:>10}{:>10}{:>18}{:>12}{:>14}",
                       scheme.scheme == report_.quantization.scheme ? '>' : ' ', scheme.scheme,
                       share(scheme.top1), share(scheme.top5),
                       fmt::format("{:+.2f} points", points), share(scheme.agreement_top1),
                       grouped(scheme.parameter_bytes) + " bytes"));
    }
    for (const SchemeAccuracy& scheme : accuracy.schemes) {
      if (scheme.scheme == report_.quantization.scheme && scheme.overflows)
        overflows(*scheme.overflows);
    }
  }

  void simulation() {
    const Simulation& simulation = report_.simulation;
    heading("Simulation", fmt::format(" of {} {}", grouped(simulation.images),
                                      simulation.images == 1 ? "image" : "images"));
    if (simulation.overflows) overflows(*simulation.overflows);
    if (!simulation.mismatched_values) return compared_with_nothing();
    if (*simulation.mismatched_values == 0) {
      line("  " + coloured("bit-exact", kGreen) +
           ": every value of every layer equals the integer network's");
      return;
    }
    line("  " + coloured("NOT bit-exact", kRed) + ": " + grouped(*simulation.mismatched_values) +
         " values differ from the integer network's");
    if (!simulation.first_mismatch) return;
    const Mismatch& first = *simulation.first_mismatch;
    line(fmt::format("  first: image {}, layer {}", first.image, shortened(first.layer, 50)));
    line(fmt::format("         row {}, column {}, channel {}: got {}, must be {}", first.row,
                     first.column, first.channel, first.simulated, first.expected));
  }

  void compared_with_nothing() {
    if (report_.simulation.output_sha256.empty()) {
      line("  timing only, no values");
      return;
    }
    for (const std::string& hash : report_.simulation.output_sha256)
      line("  output sha256 " + hash);
  }

  /// Columns for numbers up to `greatest`, at least `usual`, with a blank before each.
  static std::size_t column_width(std::size_t usual, std::int64_t greatest) {
    return std::max(usual, grouped(greatest).size() + 1);
  }

  void cycles() {
    const Cycles& cycles = report_.cycles;
    heading("Cycles", consecutive()
                          ? fmt::format(" of {} consecutive images from reset", grouped(images()))
                          : " of one inference from reset");
    line(fmt::format("  total {} cycles, latency {}, utilisation {}", grouped(cycles.total),
                     time_text(cycles.latency_seconds), percent(cycles.utilization, 1)));
    if (cycles.steady_state_total) {
      line(fmt::format("  steady state {} cycles for one more image, utilisation {}",
                       grouped(*cycles.steady_state_total),
                       percent(cycles.steady_state_utilization, 1)));
    }
    image_ends();
    const std::size_t width = column_width(12, cycles.total);
    line(fmt::format("  {:<18}{:>{}}{:>{}}{:>{}}", "unit (cycles)", "busy", width, "stalled", width,
                     "idle", width));
    for (const UnitCycles& unit : cycles.units) unit_line(unit, width);
  }

  bool consecutive() const { return !report_.cycles.images.empty(); }
  std::int64_t images() const { return static_cast<std::int64_t>(report_.cycles.images.size()); }

  /// The first and the last few images.
  void image_ends() {
    constexpr std::int64_t kMostAtOneEnd = 4;
    for (std::int64_t i = 0; i < images(); ++i) {
      if (i == kMostAtOneEnd && images() > 2 * kMostAtOneEnd) {
        line("  ...");
        i = images() - kMostAtOneEnd;
      }
      const ImageCycles& image = report_.cycles.images[static_cast<std::size_t>(i)];
      const std::string after =
          i == 0 ? "" : ", " + grouped(image.cycles) + " after the one before";
      line(fmt::format("  image {} ends at {}{}", i, grouped(image.end_cycle), after));
    }
  }

  void unit_line(const UnitCycles& unit, std::size_t width) {
    std::int64_t stalled = 0;
    for (const auto& stall : unit.stall_cycles) stalled += stall.second;
    line(fmt::format("  {:<18}{:>{}}{:>{}}{:>{}}", unit.name, grouped(unit.busy_cycles), width,
                     grouped(stalled), width, grouped(unit.idle_cycles), width));
    if (unit.stall_cycles.empty()) return;
    std::string current(2 * kIndent, ' ');
    for (const auto& [cause, count] : unit.stall_cycles) {
      const std::string part = cause + ' ' + grouped(count);
      if (current.size() + 2 + part.size() + 1 > kTextColumns) {  // 1: the comma at the end
        line(current + ',');
        current.assign(2 * kIndent, ' ');
      }
      if (current.size() > 2 * kIndent) current += ", ";
      current += part;
    }
    line(current);
  }

  void layers() {
    constexpr std::size_t kNameMacsCycles = 48;  // columns that the three share
    constexpr std::size_t kLeastName = 8;
    std::int64_t most_macs = 0;
    std::int64_t most_cycles = 0;
    for (const Layer& layer : layers_) {
      most_macs = std::max(most_macs, layer.macs);
      most_cycles = std::max(most_cycles, layer.cycles);
    }
    const std::size_t macs = column_width(14, most_macs);
    const std::size_t cycles = column_width(12, most_cycles);
    const std::size_t name = std::max(kLeastName + macs + cycles, kNameMacsCycles) - macs - cycles;
    heading("Layers", consecutive() ? fmt::format(" of image {}", images() - 1) : "");
    line(fmt::format("  {:<{}} {:<14}{:>{}}{:>{}}{:>6}  {}", "name", name, "kind", "MACs", macs,
                     "cycles", cycles, "util", "bound"));
    for (const Layer& layer : layers_) {
      line(fmt::format("  {:<{}} {:<14}{:>{}}{:>{}}{:>6}  {}", shortened(layer.name, name), name,
                       layer.kind, grouped(layer.macs), macs, grouped(layer.cycles), cycles,
                       layer.macs == 0 ? "-" : percent(layer.utilization, 0), layer.bound_by()));
    }
    line("  cycles: what a layer adds to the total; layers overlap");
    line("  util: MACs to the array's peak, from the layer's first to its last busy cycle");
  }

  void amount(const std::string& label, std::int64_t bytes, const std::string& note = "") {
    line(fmt::format("  {:<28}{:>14} bytes{}", label, grouped(bytes), note));
  }

  void memory() {
    const Memory& memory = report_.memory;
    heading("Memory");
    amount("weights", memory.weights_bytes);
    amount("biases", memory.bias_bytes);
    amount("requantization parameters", memory.requant_bytes);
    amount("channel shifts", memory.channel_shift_bytes);
    amount("instructions", memory.instructions_bytes);
    amount("activations, peak on chip", memory.activation_peak_bytes);
    spills(memory.spilled_activation_bytes);
    const std::string per = consecutive() ? ", all images" : " per inference";
    amount("DRAM read" + per, memory.dram_read_bytes);
    amount("DRAM written" + per, memory.dram_write_bytes);
    for (const ProtectedScratchpad& scratchpad : memory.protection) protection(scratchpad);
  }

  void protection(const ProtectedScratchpad& scratchpad) {
    const double more =
        static_cast<double>(scratchpad.check_bits) / static_cast<double>(scratchpad.data_bits);
    line(fmt::format("  {:<28}{:>14} check bits ({}, {} more)", scratchpad.name,
                     grouped(scratchpad.check_bits), scratchpad.protection, percent(more, 1)));
  }

  void count(const std::string& label, std::int64_t value, const std::string& note = "") {
    line(fmt::format("  {:<28}{:>14}{}", label, grouped(value), note));
  }

  void dram(const Dram& dram) {
    heading("DRAM");
    const std::int64_t requests = dram.row_hits + dram.row_misses + dram.row_conflicts;
    const auto of_all = [&](std::int64_t part) {
      return requests == 0
                 ? std::string()
                 : ", " + percent(static_cast<double>(part) / static_cast<double>(requests), 0);
    };
    if (dram.has_banks) {
      count("row hits", dram.row_hits, of_all(dram.row_hits));
      count("row misses", dram.row_misses, of_all(dram.row_misses));
      count("row conflicts", dram.row_conflicts, of_all(dram.row_conflicts));
      count("refreshes", dram.refreshes);
      count("read/write turnarounds", dram.read_write_turnarounds);
    }
    count("requests of other masters", dram.other_masters_requests);
  }

  void energy(const energy::Estimate& estimate) {
    constexpr double kSquareMicrometresPerSquareMillimetre = 1e6;
    const auto area = [](std::int64_t square_micrometres) {
      return fmt::format("{:.3f}", static_cast<double>(square_micrometres) /
                                       kSquareMicrometresPerSquareMillimetre);
    };
    const energy::Picojoules total = energy::sum_of(estimate.units);
    heading("Energy and area", ", estimated with " + shortened(estimate.technology, 40));
    line(fmt::format("  {:<24}{:>14}{:>14}{:>14}", "unit", "dynamic", "static", "area, mm2"));
    const auto row = [&](const std::string& name, const energy::Picojoules& energy,
                         const std::string& area_text) {
      line(fmt::format("  {:<24}{:>14}{:>14}{:>14}", name, joules_text(energy.dynamic_picojoules),
                       joules_text(energy.static_picojoules), area_text));
    };
    for (std::size_t u = 0; u < energy::kUnits; ++u) {
      const auto unit = static_cast<energy::Unit>(u);
      row(energy::unit_name(unit), estimate.units[u],
          unit == energy::Unit::dram ? "-" : area(estimate.area.square_micrometres[u]));
    }
    row("all", total, area(estimate.area.total()));
    most_energy(estimate, total.total());
    if (estimate.not_counted.empty()) return;
    std::string text = "not counted, as the technology has no number:";
    for (const std::string& missing : estimate.not_counted) text += ' ' + missing + ',';
    text.pop_back();
    wrapped(text);
  }

  void most_energy(const energy::Estimate& estimate, std::int64_t total) {
    std::string text = joules_text(total);
    text += consecutive() ? " for all images" : " per inference";
    std::size_t most = 0;
    for (std::size_t l = 0; l < estimate.layers.size(); ++l) {
      if (energy::sum_of(estimate.layers[l]).total() >
          energy::sum_of(estimate.layers[most]).total())
        most = l;
    }
    if (most < report_.layers.size() && total > 0) {
      const std::int64_t layer = energy::sum_of(estimate.layers[most]).total();
      text += fmt::format("; most in {}: {}, {}", shortened(report_.layers[most].name, 30),
                          joules_text(layer),
                          percent(static_cast<double>(layer) / static_cast<double>(total), 0));
    }
    line("  " + text);
  }

  /// Which layers' results do not stay on chip.
  void spills(std::int64_t bytes) {
    constexpr std::size_t kMostNames = 12;
    std::vector<std::string> names;
    for (const Layer& layer : layers_) {
      if (layer.is_spilled) names.push_back(shortened(layer.name, 30));
    }
    amount("activations, through DRAM", bytes,
           fmt::format(", {} of {} layers", names.size(), layers_.size()));
    std::string current(2 * kIndent, ' ');
    for (std::size_t i = 0; i < std::min(names.size(), kMostNames); ++i) {
      const bool is_last = i + 1 == names.size();
      const bool more = !is_last && i + 1 == kMostNames;
      const std::string part =
          names[i] + (more ? fmt::format(" and {} more", names.size() - kMostNames)
                           : std::string(is_last ? "" : ","));
      if (current.size() + 1 + part.size() > kTextColumns) {
        line(current);
        current.assign(2 * kIndent, ' ');
      }
      if (current.size() > 2 * kIndent) current += ' ';
      current += part;
    }
    if (!names.empty()) line(current);
  }

  void notes() {
    if (!report_.notes.empty()) heading("Notes");
    for (const std::string& note : report_.notes) wrapped(note);
  }

  /// Broken at blanks; a word that is wider than the line is cut.
  void wrapped(const std::string& text) {
    const std::string clean = shortened(text, 4 * kTextColumns);
    std::string current(kIndent, ' ');
    std::size_t begin = 0;
    while (begin < clean.size()) {
      const std::size_t blank = clean.find(' ', begin);
      const std::string word =
          shortened(clean.substr(begin, blank == std::string::npos ? blank : blank - begin),
                    kTextColumns - 2 * kIndent);
      if (current.size() + 1 + word.size() > kTextColumns) {
        line(current);
        current.assign(kIndent, ' ');
      }
      if (current.size() > kIndent) current += ' ';
      current += word;
      begin = blank == std::string::npos ? clean.size() : blank + 1;
    }
    line(current);
  }

  const Report& report_;
  std::vector<Layer> layers_;  // those shown
  const TextStyle& style_;
  std::string out_;
};

}  // namespace

std::string to_text(const Report& report, const TextStyle& style) {
  return TextWriter(report, style).write();
}

}  // namespace npusim::report
