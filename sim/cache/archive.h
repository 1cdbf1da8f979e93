// SPDX-License-Identifier: Apache-2.0
// Values to bytes and back, by cereal. Only for the .cpp file of a type that is stored: the library
// is all templates. Such a file includes cereal/types/... for what its type holds and defines
// serialize(archive, value) for its own structs, in their namespaces.
#pragma once

#include <boost/interprocess/streams/bufferstream.hpp>
#include <cereal/archives/binary.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

namespace npusim::cache {

template <typename Value>
std::string to_bytes(const Value& value) {
  std::ostringstream stream;
  cereal::BinaryOutputArchive archive(stream);
  archive(value);
  return std::move(stream).str();
}

/// Empty where the bytes are not those of such a value. They must have come out of to_bytes of the
/// same program, undamaged (Store sees to both): what they say is not checked further.
template <typename Value>
std::optional<Value> from_bytes(std::string_view bytes) {
  boost::interprocess::ibufferstream stream(bytes.data(), bytes.size());
  try {
    Value value;
    cereal::BinaryInputArchive archive(stream);
    archive(value);
    if (stream.peek() != std::char_traits<char>::eof()) return std::nullopt;
    return value;
  } catch (const cereal::Exception&) {
    return std::nullopt;
  }
}

}  // namespace npusim::cache
