// SPDX-License-Identifier: Apache-2.0
#include "sim/base/errors.h"

#include <utility>

namespace npusim::base {
namespace {

constexpr std::size_t kShownBytes = 200;

/// A value that a person can take in: an empty one is seen, a long one is cut between characters.
std::string shown(const std::string& value) {
  if (value.empty()) return "\"\"";
  if (value.size() <= kShownBytes) return value;
  std::size_t end = kShownBytes;
  while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xC0U) == 0x80U) --end;
  return value.substr(0, end) + "...";
}

std::string joined(const std::vector<std::string>& messages) {
  if (messages.empty()) throw InternalError("InputError made without a message");
  std::string lines = messages.front();
  for (std::size_t i = 1; i < messages.size(); ++i) lines += '\n' + messages[i];
  return lines;
}

}  // namespace

InputError::InputError(const std::string& message)
    : std::runtime_error(message), messages_{message} {}

InputError::InputError(std::vector<std::string> messages)
    : std::runtime_error(joined(messages)), messages_(std::move(messages)) {}

void ErrorList::add(const std::string& place, const std::string& key, const std::string& got,
                    const std::string& must_be) {
  add(refusal(place, key, got, must_be));
}

void ErrorList::add(const InputError& error) {
  messages_.insert(messages_.end(), error.messages().begin(), error.messages().end());
}

void ErrorList::throw_if_any() const {
  if (!messages_.empty()) throw InputError(messages_);
}

std::string refusal(const std::string& place, const std::string& key, const std::string& got,
                    const std::string& must_be) {
  const std::string prefix = place.empty() ? "" : place + ": ";
  return prefix + shown(key) + ": got " + shown(got) + ", must be " + must_be;
}

}  // namespace npusim::base
