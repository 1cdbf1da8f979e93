// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/listings.h"

#include <nlohmann/json.hpp>

namespace npusim::cli {

const std::vector<Listing>& listings() {
  static const std::vector<Listing> all = {{"workloads", true, workloads_text, workloads_json},
                                           {"configs", true, configs_text, configs_json},
                                           {"schemes", true, schemes_text, schemes_json},
                                           {"keys", false, keys_text, keys_json}};
  return all;
}

}  // namespace npusim::cli
