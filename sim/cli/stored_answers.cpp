// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/stored_answers.h"

#include <cereal/types/array.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/vector.hpp>

#include "sim/cache/archive.h"

namespace npusim::cli {

template <typename Archive>
void serialize(Archive& archive, NetworkAnswers& answers) {
  archive(answers.rankings, answers.overflows);
  archive(answers.skipped.indices, answers.skipped.names, answers.skipped.reasons);
}

std::string to_bytes(const NetworkAnswers& answers) { return cache::to_bytes(answers); }

std::optional<NetworkAnswers> answers_from_bytes(std::string_view bytes) {
  return cache::from_bytes<NetworkAnswers>(bytes);
}

}  // namespace npusim::cli
