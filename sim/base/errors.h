// SPDX-License-Identifier: Apache-2.0
// The three kinds of failure, and the collector that reports all errors of an input at once.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace npusim::base {

/// The user's input, flags or files are wrong (exit 2). Carries at least one message; each names
/// the place, the value and what would be right: `file:line:col: key: got X, must be Y`.
class InputError : public std::runtime_error {
 public:
  explicit InputError(const std::string& message);
  /// An empty list is a broken invariant of the caller: throws InternalError instead.
  explicit InputError(std::vector<std::string> messages);

  /// The messages in the order found; what() has them one a line.
  const std::vector<std::string>& messages() const noexcept { return messages_; }

 private:
  std::vector<std::string> messages_;
};

/// The simulated machine failed: deadlock, a limit reached, a refused instruction (exit 3).
class SimulationError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An invariant of the program itself is broken; never the user's fault (exit 4).
class InternalError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// Collects messages while an input is read, so that the user sees all of them at once.
///
///     ErrorList errors;
///     if (rows < 1) errors.add(place, "rows", std::to_string(rows), "at least 1");
///     errors.throw_if_any();
class ErrorList {
 public:
  void add(std::string message) { messages_.push_back(std::move(message)); }
  /// Adds `place: key: got X, must be Y`; an empty place is left out.
  void add(const std::string& place, const std::string& key, const std::string& got,
           const std::string& must_be);
  /// Takes over the messages of an error caught from a nested reader.
  void add(const InputError& error);

  bool empty() const noexcept { return messages_.empty(); }
  const std::vector<std::string>& messages() const noexcept { return messages_; }

  /// Throws InputError with all messages when there are any.
  void throw_if_any() const;

 private:
  std::vector<std::string> messages_;
};

/// `place: key: got X, must be Y`, the form of every refusal; an empty place is left out. An empty
/// key or value reads "", a very long one is cut.
std::string refusal(const std::string& place, const std::string& key, const std::string& got,
                    const std::string& must_be);

}  // namespace npusim::base
