// SPDX-License-Identifier: Apache-2.0
// What is best in a table: the non-dominated points under the constraints.
#pragma once

#include <vector>

#include "sim/sweep/sweep_config.h"
#include "sim/sweep/table.h"

namespace npusim::sweep {

/// Whether the row keeps all constraints; one on a metric that the row has not is not kept. Throws
/// base::InputError for names that are no columns.
bool satisfies(const Table& table, const Row& row, const std::vector<Expression>& constraints);

/// The rows that satisfy the constraints.
std::vector<std::size_t> feasible_rows(const Table& table,
                                       const std::vector<Expression>& constraints);

/// The values of the objectives, all to be minimised (those to maximise are negated); NaN where the
/// row has none.
std::vector<double> objective_values(const Table& table, const Row& row,
                                     const std::vector<Objective>& objectives);

/// Whether a is nowhere worse than b and somewhere better; both to be minimised.
bool dominates(const std::vector<double>& a, const std::vector<double>& b);

/// The indices of vectors that no other dominates, ascending; of equal ones all. Vectors with NaN
/// are left out.
std::vector<std::size_t> non_dominated(const std::vector<std::vector<double>>& values);

/// The indices of rows that satisfy the constraints and that no other such row dominates; rows
/// without a value of an objective are left out. Sorted by the first objective, best first, then
/// the next, then by point. Throws base::InputError for names that are no columns.
std::vector<std::size_t> pareto_front(const Table& table, const std::vector<Objective>& objectives,
                                      const std::vector<Expression>& constraints);

/// The volume between the vectors and a reference that is worse than all in every objective: exact,
/// by slicing along the last objective. Vectors not better than the reference add nothing. Time
/// grows as n^(objectives - 1) * log n.
double hypervolume(const std::vector<std::vector<double>>& values,
                   const std::vector<double>& reference);

}  // namespace npusim::sweep
