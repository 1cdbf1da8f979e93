// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/stage_cache.h"

#include <memory>

#include "sim/cache/place.h"

namespace npusim::cli {

const cache::Store* stage_cache() {
  static const std::unique_ptr<const cache::Store> store = [] {
    const auto folder = cache::default_folder();
    return folder ? std::make_unique<const cache::Store>(*folder) : nullptr;
  }();
  return store.get();
}

const cache::Store* stage_cache(const RunArguments& arguments) {
  return arguments.no_cache ? nullptr : stage_cache();
}

}  // namespace npusim::cli
