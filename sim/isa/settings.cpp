// SPDX-License-Identifier: Apache-2.0
#include "sim/isa/settings.h"

#include <algorithm>
#include <iterator>

namespace npusim::isa {
namespace {

template <auto Member>
constexpr Setting yes_no(const char* name, bool usual) {
  return {name,
          usual,
          0,
          1,
          [](const Metadata& m) -> std::int32_t { return m.*Member ? 1 : 0; },
          [](Metadata& m, std::int32_t value) { m.*Member = value != 0; }};
}

template <auto Member>
constexpr Setting width(const char* name, std::int32_t usual, std::int32_t least) {
  return {name,
          usual,
          least,
          usual,
          [](const Metadata& m) { return m.*Member; },
          [](Metadata& m, std::int32_t value) { m.*Member = value; }};
}

}  // namespace

const std::vector<Setting>& settings() {
  static const std::vector<Setting> list = {
      yes_no<&Metadata::symmetric>("symmetric", true),
      yes_no<&Metadata::equalization>("equalization", false),
      width<&Metadata::weight_bits>("weight_bits", kMostWeightBits, kLeastWeightBits),
      width<&Metadata::activation_bits>("activation_bits", kMostCodeBits, kLeastCodeBits),
      {"images", 1, 1, kMostImages, [](const Metadata& m) { return m.images; },
       [](Metadata& m, std::int32_t value) { m.images = value; }},
  };
  return list;
}

std::vector<Setting> unusual_settings(const Metadata& metadata) {
  std::vector<Setting> unusual;
  std::copy_if(settings().begin(), settings().end(), std::back_inserter(unusual),
               [&](const Setting& setting) { return setting.get(metadata) != setting.usual; });
  return unusual;
}

}  // namespace npusim::isa
