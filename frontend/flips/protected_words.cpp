// SPDX-License-Identifier: Apache-2.0
#include "frontend/flips/protected_words.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "frontend/flips/spaces.h"

namespace npusim::flips {
namespace {

using faults::FaultKind;
using faults::FaultSite;
using faults::FaultSpace;

// Their draws are apart from those of every field.
constexpr auto kCheckBits = static_cast<config::ParameterField>(config::kParameterFields);

struct Word {
  std::vector<std::int64_t> flipped;                     // stored bits, checks behind the data
  std::vector<std::pair<std::int64_t, FaultSite>> data;  // which of them are whose
};
using Words = std::map<std::pair<std::int32_t, std::uint64_t>, Word>;  // by layer and number

bool is_set(faults::DataBits data, std::int64_t bit) { return (data >> bit & 1) != 0; }

}  // namespace

ProtectedWords::ProtectedWords(const graph::QuantizedGraph& graph, const ProgramSites& sites,
                               const config::HardwareConfig& hardware)
    : graph_(graph),
      sites_(sites),
      activations_(faults::error_code_of(hardware.activation_scratchpad)),
      weights_(faults::error_code_of(hardware.weight_scratchpad)) {}

bool ProtectedWords::protects(FaultKind kind) const {
  return kind != FaultKind::accumulators && code(kind).check_bits() > 0;
}

std::vector<std::uint64_t> ProtectedWords::words_of(FaultKind kind, std::int32_t layer) const {
  const auto word_bytes = static_cast<std::uint64_t>(code(kind).word_bits() / 8);
  std::vector<ImageRange> ranges;
  if (kind == FaultKind::activations) {
    ranges = {{0, static_cast<std::uint64_t>(graph_.node(layer).shape.elements())}};
  } else {
    ranges = sites_.image_ranges(kind, layer);
  }
  std::vector<std::uint64_t> words;
  for (const ImageRange& range : ranges) {
    for (std::uint64_t word = range.begin / word_bytes; word * word_bytes < range.end; ++word)
      words.push_back(word);
  }
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

// Whose data bit of a word it is; of nothing that can flip: none.
std::vector<FaultSite> ProtectedWords::site_at(FaultKind kind, std::int32_t layer,
                                               std::uint64_t word, std::int64_t bit) const {
  const auto word_bytes = static_cast<std::uint64_t>(code(kind).word_bits() / 8);
  const std::uint64_t address = word * word_bytes + static_cast<std::uint64_t>(bit / 8);
  const auto bit_of_byte = static_cast<std::int32_t>(bit % 8);
  std::vector<bool> only(graph_.nodes.size());
  only[static_cast<std::size_t>(layer)] = true;
  if (kind == FaultKind::activations) {
    const auto element = static_cast<std::int64_t>(address);
    if (element >= graph_.node(layer).shape.elements()) return {};
    return {{kind, {}, layer, element, bit_of_byte}};
  }
  for (const FaultKind of : {FaultKind::weights, FaultKind::shift_fields, FaultKind::parameters}) {
    for (const FaultSpace& space : spaces_of(graph_, of, only)) {
      for (std::int64_t number = 0; number < space.bits(); ++number) {
        for (const ProgramSites::ImageBit& at : sites_.image_bits(space.site(number))) {
          if (at.address == address && at.bit == bit_of_byte) return {space.site(number)};
        }
      }
    }
  }
  return {};
}

DrawnFlips ProtectedWords::read(const std::vector<FaultSpace>& spaces,
                                const std::vector<FaultSite>& drawn, const faults::Gaps& gaps,
                                const faults::DrawKey& key) const {
  DrawnFlips result;
  if (spaces.empty()) return result;
  const FaultKind kind = spaces.front().kind;
  const faults::ErrorCode& code = this->code(kind);
  const auto word_bytes = static_cast<std::uint64_t>(code.word_bits() / 8);
  Words words;
  for (const FaultSite& site : drawn) {
    std::optional<ProgramSites::ImageBit> at;
    if (kind == FaultKind::activations) {
      at = ProgramSites::ImageBit{static_cast<std::uint64_t>(site.element), site.bit};
    } else if (const auto bits = sites_.image_bits(site); !bits.empty()) {
      at = bits.front();
    }
    if (!at) {  // zero points lie in instructions
      result.sites.push_back(site);
      continue;
    }
    const auto bit = static_cast<std::int64_t>(at->address % word_bytes * 8) + at->bit;
    Word& word = words[{site.layer, at->address / word_bytes}];
    word.flipped.push_back(bit);
    word.data.emplace_back(bit, site);
  }
  std::int32_t last = -1;
  for (const FaultSpace& space : spaces) {
    if (std::exchange(last, space.layer) == space.layer) continue;  // fields share their words
    const std::vector<std::uint64_t> numbers = words_of(kind, space.layer);
    const FaultSpace checks{kind, kCheckBits, space.layer,
                            static_cast<std::int64_t>(numbers.size()),
                            static_cast<std::int32_t>(code.check_bits())};
    std::vector<FaultSite> flipped;
    faults::draw(checks, gaps, faults::draws_for(key, checks), flipped);
    for (const FaultSite& site : flipped) {
      const std::uint64_t number = numbers[static_cast<std::size_t>(site.element)];
      words[{space.layer, number}].flipped.push_back(code.word_bits() + site.bit);
    }
  }
  // A code is linear: what it makes of a word depends on the flips alone, so zeros stand for all.
  for (const auto& [at, word] : words) {
    faults::StoredWord stored = code.encode(0);
    for (const std::int64_t bit : word.flipped) stored = code.with_flip(stored, bit);
    const faults::ReadWord read = code.read(stored);
    result.detected += read.outcome == faults::ReadOutcome::detected ? 1 : 0;
    result.corrected += read.outcome == faults::ReadOutcome::corrected ? 1 : 0;
    faults::DataBits wrong = read.data;
    for (const auto& [bit, site] : word.data) {
      if (is_set(wrong, bit)) result.sites.push_back(site);
      wrong &= ~(faults::DataBits{1} << bit);
    }
    for (std::int64_t bit = 0; wrong != 0 && bit < code.word_bits(); ++bit) {
      if (!is_set(wrong, bit)) continue;  // wrong only since it was "corrected"
      for (const FaultSite& site : site_at(kind, at.first, at.second, bit))
        result.sites.push_back(site);
    }
  }
  return result;
}

}  // namespace npusim::flips
