// SPDX-License-Identifier: Apache-2.0
// The module that brings pagmo: sim/sweep/nsga2.cpp loads it and calls its one function.
#include <pagmo/algorithm.hpp>
#include <pagmo/algorithms/nsga2.hpp>
#include <pagmo/batch_evaluators/member_bfe.hpp>
#include <pagmo/bfe.hpp>
#include <pagmo/population.hpp>
#include <pagmo/problem.hpp>
#include <utility>

#include "sim/sweep/nsga2.h"

namespace npusim::sweep {
namespace {

/// As pagmo asks for it; copies share the generation.
struct Problem {
  const Generation* generation = nullptr;

  pagmo::vector_double fitness(const pagmo::vector_double& chromosome) const {
    return generation->fitness(chromosome);
  }
  pagmo::vector_double batch_fitness(const pagmo::vector_double& chromosomes) const {
    return generation->fitness(chromosomes);
  }
  std::pair<pagmo::vector_double, pagmo::vector_double> get_bounds() const {
    return {pagmo::vector_double(generation->last_values.size(), 0), generation->last_values};
  }
  pagmo::vector_double::size_type get_nobj() const { return generation->objectives; }
  pagmo::vector_double::size_type get_nix() const { return generation->last_values.size(); }
};

}  // namespace

extern "C" void npusim_next_generation(const Generation& generation, Population& population) {
  constexpr double kCrossover = 0.9, kCrossoverIndex = 10, kMutationIndex = 50;
  const double mutation = 1.0 / static_cast<double>(generation.last_values.size());
  pagmo::nsga2 one_generation(1, kCrossover, kCrossoverIndex, mutation, kMutationIndex,
                              generation.seed);
  one_generation.set_bfe(pagmo::bfe(pagmo::member_bfe()));
  pagmo::population members(pagmo::problem(Problem{&generation}), 0, 0);
  for (std::size_t i = 0; i < population.size(); ++i)
    members.push_back(population.chromosomes[i], population.fitness[i]);
  members = pagmo::algorithm(std::move(one_generation)).evolve(members);
  population.chromosomes = members.get_x();
  population.fitness = members.get_f();
}

}  // namespace npusim::sweep
