// SPDX-License-Identifier: Apache-2.0
#include "sim/stats/activity.h"

#include "sim/base/errors.h"

namespace npusim::stats {
namespace {

struct Text {
  const char* name;
  const char* description;
};

constexpr std::array<Text, kActivities> kTexts{{
    {"busy", "does its work"},
    {"fetch", "the next instruction has not arrived"},
    {"queue_full", "the queue of the next instruction's unit is full"},
    {"port", "the scratchpad port is granted to units of higher priority"},
    {"dram", "data or room in flight to or from DRAM is not there"},
    {"feeder", "the feeder reads further words of the same input row"},
    {"shadow_free", "the array has not taken the weights loaded before"},
    {"shadow_full", "the weights of the next fold are not loaded"},
    {"drain", "the sums of the tile before have not left the array"},
    {"decode", "the parameters read last are in the weight scratchpad's decoder"},
    {"pipeline", "the pipeline drains"},
    {"wait_dma_in", "waits for a semaphore of dma_in"},
    {"wait_dma_weights", "waits for a semaphore of dma_weights"},
    {"wait_dma_out", "waits for a semaphore of dma_out"},
    {"wait_weight_loader", "waits for a semaphore of weight_loader"},
    {"wait_mac_array", "waits for a semaphore of mac_array"},
    {"wait_requantization", "waits for a semaphore of requantization"},
    {"wait_vector", "waits for a semaphore of vector"},
    {"idle", "has no instruction"},
}};

const Text& text_of(Activity activity) {
  const auto index = static_cast<std::size_t>(activity);
  if (index >= kTexts.size()) {
    throw base::InternalError("activity: got " + std::to_string(index) + ", must be below " +
                              std::to_string(kTexts.size()));
  }
  return kTexts[index];
}

}  // namespace

const char* activity_name(Activity activity) { return text_of(activity).name; }
const char* activity_description(Activity activity) { return text_of(activity).description; }

}  // namespace npusim::stats
