// SPDX-License-Identifier: Apache-2.0
// A network's answers as the cache keeps them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sim/cli/answers.h"

namespace npusim::cli {

std::string to_bytes(const NetworkAnswers& answers);
/// `bytes`: of to_bytes(). Empty where they are not.
std::optional<NetworkAnswers> answers_from_bytes(std::string_view bytes);

}  // namespace npusim::cli
