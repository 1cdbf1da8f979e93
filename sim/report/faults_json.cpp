// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "sim/report/json_sections.h"

namespace npusim::report {
namespace {

using nlohmann::json;

void put_interval(json& row, const MeanEstimate& estimate) {
  row["ci95_low"] = estimate.low ? json(*estimate.low) : json(nullptr);
  row["ci95_high"] = estimate.high ? json(*estimate.high) : json(nullptr);
}

json flip_cost_json(const FlipCost& cost) {
  json row = {{"bits", cost.bits},
              {"flips", cost.flips},
              {"top1_loss_per_flip", cost.top1_loss.mean},
              {"changed_top1_per_flip", cost.changed_top1},
              {"logit_error_per_flip", cost.logit_error}};
  put_interval(row, cost.top1_loss);
  return row;
}

json fault_rate_json(const FaultRate& each) {
  json row = {{"kind", each.kind},
              {"rate", each.rate},
              {"trials", each.trials},
              {"flips_mean", each.flips_mean},
              {"quantized_top1", each.top1.mean},
              {"agreement_top1", each.agreement_top1}};
  put_interval(row, each.top1);
  if (each.detected) row["detected"] = *each.detected;
  if (each.corrected) row["corrected"] = *each.corrected;
  return row;
}

json site_json(const FaultSiteRow& site) {
  json row = {{"kind", site.kind},
              {"layer", site.layer},
              {"element", site.element},
              {"bit", site.bit},
              {"instruction", site.instruction},
              {"instruction_element", site.instruction_element}};
  if (!site.field.empty()) row["field"] = site.field;
  return row;
}

}  // namespace

json faults_json(const Faults& faults) {
  json result = {{"images", faults.images}, {"fault_free_top1", faults.fault_free_top1}};
  for (const FaultRate& each : faults.rates) result["rates"].push_back(fault_rate_json(each));
  for (const FlipCost& each : faults.per_flip) result["per_flip"][each.kind] = flip_cost_json(each);
  for (const FlipCost& each : faults.layers) {
    json row = flip_cost_json(each);
    row["name"] = each.layer;
    row["kind"] = each.kind;
    result["layers"].push_back(row);
  }
  for (const FaultSiteRow& site : faults.sites) result["sites"].push_back(site_json(site));
  if (faults.sites_top1) {
    result["quantized_top1"] = *faults.sites_top1;
    result["agreement_top1"] = *faults.sites_agreement_top1;
  }
  return result;
}

json faults_choice_json(const config::FaultsConfig& faults) {
  json result = {{"images", faults.images}};
  if (!faults.is_drawn()) {
    for (const config::FaultSiteConfig& site : faults.sites) {
      json row = {
          {"kind", config::fault_name(site.kind)}, {"element", site.element}, {"bit", site.bit}};
      if (site.field) row["field"] = config::fault_name(*site.field);
      if (site.layer) row["layer"] = *site.layer;
      if (site.instruction) row["instruction"] = *site.instruction;
      result["sites"].push_back(row);
    }
    return result;
  }
  for (const config::FaultKind kind : faults.kinds)
    result["kinds"].push_back(config::fault_name(kind));
  result["rate"] = faults.rates;
  result["trials"] = faults.trials;
  result["seed"] = faults.seed;
  result["single_flips"] = faults.single_flips;
  if (!faults.layers.empty()) result["layers"] = faults.layers;
  return result;
}

}  // namespace npusim::report
