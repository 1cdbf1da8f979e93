// SPDX-License-Identifier: Apache-2.0
// The numbers of a record, which is what `npusim run --json` writes.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/sweep/sweep_config.h"

namespace npusim::sweep {

/// Every number outside `layers`, `configuration` and `host`, by dotted path ("cycles.total"),
/// sorted; elements of lists by their index. `schema_version` is none. Throws base::InputError
/// where the text is no JSON object; `name` is how messages call it.
std::vector<std::pair<std::string, double>> metrics_of(std::string_view record_json,
                                                       const std::string& name);

/// A metric as text: whole numbers as integers, others in the shortest form that reads back as the
/// same; "" for NaN.
std::string metric_text(double value);

/// Refuses objectives and constraints that name neither a metric of `known` nor an axis, with the
/// nearest name. For the first record of a sweep.
void check_metric_names(const SweepConfig& config, const std::vector<std::string>& known);

}  // namespace npusim::sweep
