// SPDX-License-Identifier: Apache-2.0
#include "frontend/flips/campaign.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "frontend/flips/spaces.h"
#include "sim/faults/draw.h"

namespace npusim::flips {
namespace {

using faults::FaultKind;
using faults::FaultSite;
using faults::FaultSpace;

constexpr double kSingle = -1;  // in place of the rate, where a number of flips is drawn

using Spaces = std::vector<FaultSpace>;

std::int64_t bits_of(const Spaces& spaces) {
  std::int64_t bits = 0;
  for (const FaultSpace& space : spaces) bits += space.bits();
  return bits;
}

/// What readers get of flips that are drawn in spaces of one kind.
DrawnFlips drawn_flips(const Spaces& spaces, const faults::Gaps& gaps, const faults::DrawKey& key,
                       const ProtectedWords* words) {
  DrawnFlips flips;
  for (const FaultSpace& space : spaces)
    faults::draw(space, gaps, faults::draws_for(key, space), flips.sites);
  const bool is_protected =
      words != nullptr && !spaces.empty() && words->protects(spaces.front().kind);
  return is_protected ? words->read(spaces, flips.sites, gaps, key) : flips;
}

void append(const DrawnFlips& more, DrawnFlips& flips) {
  flips.sites.insert(flips.sites.end(), more.sites.begin(), more.sites.end());
  flips.detected += more.detected;
  flips.corrected += more.corrected;
}

/// One of all bits of these spaces.
FaultSite one_site(const Spaces& spaces, const faults::DrawKey& key) {
  std::int64_t number = faults::draws_for(key, spaces.front()).below(bits_of(spaces));
  auto space = spaces.begin();
  for (; number >= space->bits(); ++space) number -= space->bits();
  return space->site(number);
}

/// The bits of one kind in one layer, and what flips among them have cost.
struct Group {
  FaultKind kind = FaultKind::weights;
  Spaces spaces;
  std::vector<double> losses;
  double changed = 0, logit_error = 0;  // sums
};

std::vector<Group> groups_of(const Campaign& campaign) {
  std::vector<Group> groups;
  for (const FaultKind kind : campaign.faults->kinds) {
    for (const FaultSpace& space : spaces_of(*campaign.graph, kind, campaign.layers)) {
      const bool is_new = groups.empty() || groups.back().kind != kind ||
                          groups.back().spaces.front().layer != space.layer;
      if (is_new) groups.push_back({kind, {}, {}, 0, 0});
      groups.back().spaces.push_back(space);
    }
  }
  return groups;
}

Injection single(const Group& group, std::int64_t seed, std::int64_t number) {
  Injection injection;
  if (config::is_stored(group.kind)) {
    injection.stored.sites = {one_site(group.spaces, {seed, kSingle, number, -1})};
  } else {
    injection.passing = [spaces = group.spaces, seed, number](std::int64_t image) {
      return DrawnFlips{{one_site(spaces, {seed, kSingle, number, image})}, 0, 0};
    };
  }
  return injection;
}

LayerCost cost_of(const Group& group) {
  LayerCost cost;
  const auto count = static_cast<double>(group.losses.size());
  cost.layer = group.spaces.front().layer;
  cost.kind = group.kind;
  cost.bits = bits_of(group.spaces);
  cost.flips = static_cast<std::int64_t>(group.losses.size());
  cost.top1_loss = interval_of(group.losses);
  cost.changed = group.changed / count;
  cost.logit_error = group.logit_error / count;
  return cost;
}

/// A flip of any bit of the kind.
LayerCost cost_anywhere(FaultKind kind, const std::vector<Group>& groups) {
  LayerCost all;
  all.kind = kind;
  for (const Group& group : groups) all.bits += group.kind == kind ? bits_of(group.spaces) : 0;
  std::vector<Stratum> strata;
  for (const Group& group : groups) {
    if (group.kind != kind) continue;
    const LayerCost own = cost_of(group);
    const double share = static_cast<double>(own.bits) / static_cast<double>(all.bits);
    strata.push_back({share, group.losses});
    all.flips += own.flips;
    all.changed += share * own.changed;
    all.logit_error += share * own.logit_error;
  }
  all.top1_loss = interval_of(strata);
  return all;
}

RateResult rate_result(FaultKind kind, double rate, const std::vector<TrialResult>& trials,
                       std::int64_t images) {
  RateResult result;
  result.kind = kind;
  result.rate = rate;
  const auto count = static_cast<double>(images);
  const auto number = static_cast<double>(trials.size());
  std::vector<double> shares;
  for (const TrialResult& trial : trials) {
    shares.push_back(static_cast<double>(trial.correct) / count);
    result.agreement += static_cast<double>(trial.agreeing) / count / number;
    result.flips_mean += static_cast<double>(trial.flips) / number;
    result.detected += static_cast<double>(trial.detected) / number;
    result.corrected += static_cast<double>(trial.corrected) / number;
  }
  if (!config::is_stored(kind)) {
    for (double* mean : {&result.flips_mean, &result.detected, &result.corrected}) *mean /= count;
  }
  result.top1 = interval_of(shares);
  if (result.top1.low) {
    result.top1.low = std::max(0.0, *result.top1.low);
    result.top1.high = std::min(1.0, *result.top1.high);
  }
  return result;
}

void measure_single_flips(const Campaign& campaign, const Trials& trials, std::int64_t images,
                          const std::function<void(std::int64_t)>& progress,
                          CampaignResult& result) {
  const std::int64_t each = campaign.faults->single_flips;
  if (each == 0) return;
  std::vector<Group> groups = groups_of(campaign);
  const auto count = static_cast<std::int64_t>(groups.size()) * each;
  const auto group_of = [&](std::int64_t i) -> Group& {
    return groups[static_cast<std::size_t>(i / each)];
  };
  const std::vector<TrialResult> results = trials.run(
      count, [&](std::int64_t i) { return single(group_of(i), campaign.faults->seed, i % each); },
      progress);
  const auto shown = static_cast<double>(images);
  for (std::int64_t i = 0; i < count; ++i) {
    const TrialResult& trial = results[static_cast<std::size_t>(i)];
    Group& group = group_of(i);
    group.losses.push_back(static_cast<double>(trials.fault_free_correct() - trial.correct) /
                           shown);
    group.changed += 1 - static_cast<double>(trial.agreeing) / shown;
    group.logit_error += trial.logit_error;
  }
  for (const Group& group : groups) result.layers.push_back(cost_of(group));
  std::stable_sort(result.layers.begin(), result.layers.end(),
                   [](const LayerCost& a, const LayerCost& b) {
                     return std::make_tuple(a.top1_loss.mean, a.changed, a.logit_error) >
                            std::make_tuple(b.top1_loss.mean, b.changed, b.logit_error);
                   });
  for (const FaultKind kind : campaign.faults->kinds) {
    LayerCost cost = cost_anywhere(kind, groups);
    if (cost.bits > 0) result.kinds.push_back(std::move(cost));
  }
}

}  // namespace

std::int64_t Campaign::bits(FaultKind kind) const {
  return bits_of(spaces_of(*graph, kind, layers));
}

Injection Campaign::drawn(const std::vector<FaultKind>& kinds, double rate,
                          std::int64_t trial) const {
  const faults::Gaps gaps(rate);
  Injection injection;
  std::vector<Spaces> passing;
  for (const FaultKind kind : kinds) {
    Spaces spaces = spaces_of(*graph, kind, layers);
    if (config::is_stored(kind)) {
      append(drawn_flips(spaces, gaps, {faults->seed, rate, trial, -1}, words), injection.stored);
    } else {
      passing.push_back(std::move(spaces));
    }
  }
  if (passing.empty()) return injection;
  injection.passing = [passing, gaps, rate, trial, seed = faults->seed,
                       codes = words](std::int64_t image) {
    DrawnFlips flips;
    for (const Spaces& spaces : passing)
      append(drawn_flips(spaces, gaps, {seed, rate, trial, image}, codes), flips);
    return flips;
  };
  return injection;
}

std::int64_t trials_of(const Campaign& campaign) {
  const config::FaultsConfig& faults = *campaign.faults;
  std::int64_t with_bits = 0;
  for (const FaultKind kind : faults.kinds) with_bits += campaign.bits(kind) > 0 ? 1 : 0;
  return with_bits * static_cast<std::int64_t>(faults.rates.size()) * faults.trials +
         static_cast<std::int64_t>(groups_of(campaign).size()) * faults.single_flips;
}

CampaignResult run_campaign(const Campaign& campaign, const Trials& trials, std::int64_t images,
                            const std::function<void(std::int64_t)>& progress) {
  CampaignResult result;
  const config::FaultsConfig& faults = *campaign.faults;
  std::int64_t before = 0;
  const auto advance = [&](std::int64_t done) {
    if (progress) progress(before + done);
  };
  for (const FaultKind kind : faults.kinds) {
    if (campaign.bits(kind) == 0) continue;
    for (const double rate : faults.rates) {
      const auto results = trials.run(
          faults.trials, [&](std::int64_t trial) { return campaign.drawn({kind}, rate, trial); },
          advance);
      result.rates.push_back(rate_result(kind, rate, results, images));
      result.rates.back().is_protected =
          campaign.words != nullptr && campaign.words->protects(kind);
      before += faults.trials;
    }
  }
  measure_single_flips(campaign, trials, images, advance, result);
  return result;
}

}  // namespace npusim::flips
