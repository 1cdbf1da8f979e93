// SPDX-License-Identifier: Apache-2.0
#include "sim/launch/message_stream.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <system_error>

namespace npusim::launch {
namespace {

constexpr std::size_t kHeaderBytes = sizeof(std::uint64_t) + 1;
constexpr std::size_t kChunkBytes = std::size_t{1} << 16;

bool other_side_is_gone(int error) { return error == EPIPE || error == ECONNRESET; }

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

bool send_all(int descriptor, const char* bytes, std::size_t left) {
  while (left != 0) {
    const ssize_t sent = ::send(descriptor, bytes, left, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && other_side_is_gone(errno)) return false;
    if (sent < 0) fail("send to a worker");
    bytes += sent;
    left -= static_cast<std::size_t>(sent);
  }
  return true;
}

}  // namespace

Socket& Socket::operator=(Socket&& other) noexcept {
  if (this != &other) {
    close();
    descriptor_ = other.descriptor_;
    other.descriptor_ = -1;
  }
  return *this;
}

void Socket::close() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

bool send_message(const Socket& socket, char kind, std::string_view bytes) {
  std::array<char, kHeaderBytes> header = {};
  const std::uint64_t length = bytes.size();
  std::memcpy(header.data(), &length, sizeof length);
  header.back() = kind;
  return send_all(socket.get(), header.data(), header.size()) &&
         send_all(socket.get(), bytes.data(), bytes.size());
}

std::optional<Message> receive_message(const Socket& socket) {
  MessageReader reader;
  for (;;) {
    if (std::optional<Message> message = reader.next()) return message;
    if (!reader.take(socket)) return std::nullopt;
  }
}

bool MessageReader::take(const Socket& socket) {
  std::array<char, kChunkBytes> chunk;  // NOLINT(*-member-init): recv fills it
  for (;;) {
    const ssize_t taken = ::recv(socket.get(), chunk.data(), chunk.size(), 0);
    if (taken < 0 && errno == EINTR) continue;
    if (taken < 0 && !other_side_is_gone(errno)) fail("receive from a worker");
    if (taken <= 0) return false;
    bytes_.append(chunk.data(), static_cast<std::size_t>(taken));
    return true;
  }
}

std::optional<Message> MessageReader::next() {
  if (bytes_.size() < kHeaderBytes) return std::nullopt;
  std::uint64_t length = 0;
  std::memcpy(&length, bytes_.data(), sizeof length);
  if (bytes_.size() - kHeaderBytes < length) return std::nullopt;
  const auto size = static_cast<std::size_t>(length);
  Message message = {bytes_[kHeaderBytes - 1], bytes_.substr(kHeaderBytes, size)};
  bytes_.erase(0, kHeaderBytes + size);
  return message;
}

}  // namespace npusim::launch
