// SPDX-License-Identifier: Apache-2.0
#include "frontend/execute/layer_plan.h"

#include <algorithm>
#include <cstddef>

namespace npusim::execute {
namespace {

constexpr std::int32_t kNone = -1;

// The free buffer that wastes least: the smallest that is large enough, else the largest, grown.
std::int32_t take(std::vector<std::int32_t>& free_buffers, std::vector<std::int64_t>& sizes,
                  std::int64_t elements) {
  const auto better = [&](std::int32_t a, std::int32_t b) {
    const std::int64_t size_a = sizes[static_cast<std::size_t>(a)];
    const std::int64_t size_b = sizes[static_cast<std::size_t>(b)];
    return size_b < elements ? size_a > size_b : size_a >= elements && size_a < size_b;
  };
  const auto best = std::min_element(free_buffers.begin(), free_buffers.end(), better);
  if (best == free_buffers.end()) {
    sizes.push_back(elements);
    return static_cast<std::int32_t>(sizes.size()) - 1;
  }
  const std::int32_t buffer = *best;
  free_buffers.erase(best);
  std::int64_t& chosen = sizes[static_cast<std::size_t>(buffer)];
  chosen = std::max(chosen, elements);
  return buffer;
}

}  // namespace

BufferPlan plan_buffers(const std::vector<std::vector<graph::NodeId>>& inputs,
                        const std::vector<std::int64_t>& elements,
                        const std::vector<graph::NodeId>& outputs,
                        const std::vector<graph::NodeId>& network_inputs) {
  const std::size_t count = elements.size();
  std::vector<std::size_t> last_use(count);
  for (std::size_t id = 0; id < count; ++id) {
    last_use[id] = id;
    for (const graph::NodeId from : inputs[id]) last_use[static_cast<std::size_t>(from)] = id;
  }
  for (const graph::NodeId id : outputs) last_use[static_cast<std::size_t>(id)] = count;

  BufferPlan plan;
  plan.buffer_of_node.assign(count, kNone);
  std::vector<bool> is_input(count, false);
  for (const graph::NodeId id : network_inputs) is_input[static_cast<std::size_t>(id)] = true;
  std::vector<std::int32_t> free_buffers;
  for (std::size_t id = 0; id < count; ++id) {
    if (!is_input[id]) {
      plan.buffer_of_node[id] = take(free_buffers, plan.buffer_elements, elements[id]);
    }
    for (std::size_t other = 0; other <= id; ++other) {
      if (last_use[other] == id && plan.buffer_of_node[other] != kNone) {
        free_buffers.push_back(plan.buffer_of_node[other]);
      }
    }
  }
  return plan;
}

}  // namespace npusim::execute
