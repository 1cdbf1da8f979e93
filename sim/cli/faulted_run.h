// SPDX-License-Identifier: Apache-2.0
// The `faults` section of a run file, done: which bits flip in the simulation, and what all of them
// cost over the data set.
#pragma once

#include <memory>
#include <vector>

#include "frontend/data/dataset.h"
#include "frontend/flips/campaign.h"
#include "frontend/flips/flipped_program.h"
#include "frontend/graph/quantized_graph.h"
#include "sim/cli/progress.h"
#include "sim/config/faults_config.h"
#include "sim/isa/program.h"
#include "sim/report/faults.h"

namespace npusim::cli {

class FaultedRun {
 public:
  /// `program` was compiled from `graph`; all of these outlive this. Throws base::InputError with
  /// every layer, site or rate that the network cannot have.
  FaultedRun(const config::FaultsConfig& faults, const isa::Program& program,
             const graph::QuantizedGraph& graph);

  /// The bits of the simulation: the sites, or what trial 0 draws of all kinds at the highest rate.
  const flips::Injection& simulated() const { return simulated_; }

  /// Over the first images of the data set; `skip_bad`: those that cannot be had are left out.
  report::Faults measure(const data::Dataset& dataset, bool skip_bad, int threads,
                         Progress& progress) const;

 private:
  flips::CodedImages coded_images(const data::Dataset& dataset, bool skip_bad, int threads) const;
  void describe_sites(report::Faults& result) const;
  void put_campaign(const flips::CampaignResult& campaign, report::Faults& result) const;
  void check_flips() const;

  const config::FaultsConfig& faults_;
  const graph::QuantizedGraph& graph_;
  std::unique_ptr<const flips::ProgramSites> sites_;
  std::unique_ptr<const flips::ProtectedWords> words_;  // where bits are drawn
  flips::Campaign campaign_;
  std::vector<faults::FaultSite> listed_;
  flips::Injection simulated_;
};

}  // namespace npusim::cli
