// SPDX-License-Identifier: Apache-2.0
#include "sim/trace/unit_track.h"

#include <algorithm>
#include <utility>

namespace npusim::trace {

using stats::Activity;

UnitTrack::UnitTrack(model::UnitId unit, bool by_instruction, EventWriter& writer, Started started)
    : unit_(unit), by_instruction_(by_instruction), writer_(writer), started_(std::move(started)) {}

void UnitTrack::interval(Activity activity, std::int64_t instruction, std::int64_t begin,
                         std::int64_t end) {
  if (activity == Activity::idle) return flush();
  if (extend(activity, instruction, begin, end - begin)) {
    end_ = end;
    return;
  }
  flush();
  parts_.push_back({activity, end - begin});
  instruction_ = instruction;
  begin_ = begin;
  end_ = end;
}

bool UnitTrack::extend(Activity activity, std::int64_t instruction, std::int64_t begin,
                       std::int64_t cycles) {
  if (parts_.empty() || instruction != instruction_ || begin != end_) return false;
  const auto part = by_instruction_
                        ? std::find_if(parts_.begin(), parts_.end(),
                                       [&](const Part& p) { return p.activity == activity; })
                        : parts_.end() - 1;
  if (part != parts_.end() && part->activity == activity) {
    part->cycles += cycles;
    return true;
  }
  if (by_instruction_) parts_.push_back({activity, cycles});
  return by_instruction_;
}

void UnitTrack::flush() {
  std::int64_t begin = begin_;
  for (const Part& part : parts_) {
    write(part.activity, begin, part.cycles);
    begin += part.cycles;
  }
  parts_.clear();
}

void UnitTrack::write(Activity activity, std::int64_t begin, std::int64_t cycles) {
  if (unit_ == model::UnitId::command_processor) {
    writer_.slice(unit_, activity, dispatched_, begin, cycles);
    if (activity == Activity::busy) dispatched_ += cycles;  // one in each
    return;
  }
  writer_.slice(unit_, activity, instruction_, begin, cycles);
  if (instruction_ < 0) return;
  const auto i = static_cast<std::size_t>(instruction_);
  const std::int64_t last = begin + std::max<std::int64_t>(cycles - 1, 0);
  if (lasts_.empty() || lasts_.back().instruction < i) {
    lasts_.push_back({i, last});
  } else if (lasts_.back().instruction == i) {
    lasts_.back().at = last;
  }
  const bool waits = activity >= Activity::wait_dma_in && activity <= Activity::wait_vector;
  if (waits || starts_.empty() || starts_.front().instruction != i) return;
  const Start start = starts_.front();
  starts_.pop_front();
  started_(i, std::clamp(start.cycle, begin, last), start.cycle);
}

std::int64_t UnitTrack::done(std::size_t instruction) {
  if (!parts_.empty() && instruction_ == static_cast<std::int64_t>(instruction)) flush();
  if (!starts_.empty() && starts_.front().instruction == instruction) {
    // No cycle of it was told: something for the arrows to hold on to.
    flush();
    instruction_ = static_cast<std::int64_t>(instruction);
    write(Activity::busy, starts_.front().cycle, 0);
  }
  while (lasts_.front().instruction != instruction) lasts_.pop_front();
  const std::int64_t at = lasts_.front().at;
  lasts_.pop_front();
  return at;
}

}  // namespace npusim::trace
