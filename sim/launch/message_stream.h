// SPDX-License-Identifier: Apache-2.0
// Messages between processes of one machine, over a stream socket: a header of the length and one
// byte that says what the message is, then its bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace npusim::launch {

struct Message {
  char kind = 0;
  std::string bytes;
};

/// A descriptor, closed at the end of its life.
class Socket {
 public:
  Socket() = default;
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  ~Socket() { close(); }
  Socket(Socket&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
  Socket& operator=(Socket&& other) noexcept;

  int get() const { return descriptor_; }
  void close();

 private:
  int descriptor_ = -1;
};

/// Sends the message whole, waiting where the other side does not read. False where the other side
/// is gone; no SIGPIPE comes. A broken system call is a std::system_error.
bool send_message(const Socket& socket, char kind, std::string_view bytes);

/// Waits for one message; empty where the other side is gone.
std::optional<Message> receive_message(const Socket& socket);

/// Messages from a socket that is polled: what has come is taken without waiting.
class MessageReader {
 public:
  /// Takes what is there; false once the other side is gone.
  bool take(const Socket& socket);
  /// The next message that is whole.
  std::optional<Message> next();

 private:
  std::string bytes_;
};

}  // namespace npusim::launch
