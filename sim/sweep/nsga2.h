// SPDX-License-Identifier: Apache-2.0
// One generation of NSGA-II (Deb et al., 2002), by pagmo.
//
// pagmo's library is large: loading it takes 10 ms and 25 MB. So it is linked with a module of its
// own (nsga2/module.cpp), which only a search loads.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace npusim::sweep {

struct Population {
  std::vector<std::vector<double>> chromosomes;
  std::vector<std::vector<double>> fitness;  // of each; to be minimised

  std::size_t size() const { return chromosomes.size(); }
};

struct Generation {
  std::vector<double> last_values;  // of each gene: a whole number from 0 to it
  std::size_t objectives = 2;       // at least 2
  unsigned seed = 0;
  /// The fitness of chromosomes, all of one behind the other; so are the results.
  std::function<std::vector<double>(const std::vector<double>& chromosomes)> fitness;
};

/// The population after one generation; its size is a multiple of 4 and stays. The same seed and
/// fitness give the same result. Throws base::InputError where the module cannot be loaded, and
/// what `fitness` throws.
Population next_generation(const Generation& generation, const Population& population);

}  // namespace npusim::sweep
