// SPDX-License-Identifier: Apache-2.0
#include "sim/report/faults_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/report/format.h"

namespace npusim::report {
namespace {

constexpr std::size_t kLayersShown = 10;

std::string interval_text(const MeanEstimate& estimate) {
  if (!estimate.low) return "-";
  return fmt::format("{:.2f} to {:.2f} %", 100 * *estimate.low, 100 * *estimate.high);
}

std::string points(double share) { return fmt::format("{:.3f}", 100 * share); }

void add_rates(const Faults& faults, std::vector<std::string>& lines) {
  const bool has_codes =
      std::any_of(faults.rates.begin(), faults.rates.end(),
                  [](const FaultRate& each) { return each.detected.has_value(); });
  lines.push_back(fmt::format("  {:<13}{:>9}{:>12}{:>10}{:>20}{:>11}", "kind", "rate", "flips",
                              "top-1", "95 % interval", "agreement"));
  for (const FaultRate& each : faults.rates) {
    lines.push_back(fmt::format("  {:<13}{:>9}{:>12}{:>10}{:>20}{:>11}", each.kind,
                                fmt::format("{:.2g}", each.rate),
                                fmt::format("{:.1f}", each.flips_mean), percent(each.top1.mean, 2),
                                interval_text(each.top1), percent(each.agreement_top1, 2)));
    if (has_codes && each.detected) {
      lines.push_back(fmt::format("  {:<13}{:>9}words detected {:.1f}, corrected {:.1f}", "", "",
                                  *each.detected, *each.corrected));
    }
  }
}

void add_costs(const std::string& title, const std::vector<FlipCost>& costs,
               std::vector<std::string>& lines) {
  if (costs.empty()) return;
  lines.push_back(title);
  lines.push_back(fmt::format("  {:<24}{:<14}{:>9}{:>11}{:>11}{:>9}", "", "kind", "flips",
                              "loss pts", "changed %", "logits"));
  for (std::size_t i = 0; i < std::min(costs.size(), kLayersShown); ++i) {
    const FlipCost& each = costs[i];
    lines.push_back(fmt::format("  {:<24}{:<14}{:>9}{:>11}{:>11}{:>9}",
                                each.layer.empty() ? "anywhere" : shortened(each.layer, 23),
                                each.kind, grouped(each.flips), points(each.top1_loss.mean),
                                points(each.changed_top1),
                                fmt::format("{:.2f}", each.logit_error)));
  }
}

void add_sites(const Faults& faults, std::vector<std::string>& lines) {
  if (faults.sites_top1) {
    lines.push_back(fmt::format("  {} bits flipped: top-1 {}, agreement {}",
                                grouped(static_cast<std::int64_t>(faults.sites.size())),
                                percent(*faults.sites_top1, 2),
                                percent(*faults.sites_agreement_top1, 2)));
  }
  for (const FaultSiteRow& site : faults.sites) {
    lines.push_back(fmt::format("  {} {}, element {}, bit {}",
                                site.kind + (site.field.empty() ? "" : ' ' + site.field),
                                shortened(site.layer, 30), site.element, site.bit));
    lines.push_back(
        fmt::format("    instruction {}, element {}", site.instruction, site.instruction_element));
  }
}

}  // namespace

std::vector<std::string> faults_lines(const Faults& faults) {
  std::vector<std::string> lines;
  if (!faults.rates.empty()) add_rates(faults, lines);
  add_costs("  One flip alone: points of top-1 lost, % of classes changed, steps of a logit",
            faults.per_flip, lines);
  add_costs("  Layers that suffer most from one flip", faults.layers, lines);
  add_sites(faults, lines);
  return lines;
}

}  // namespace npusim::report
