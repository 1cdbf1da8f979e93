// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "sim/config/run_config.h"

namespace npusim::data {

/// What decides a data set's pictures and labels, as a text to be compared or hashed: of a folder
/// its path and, of every image, name, label, size and the time of its last change; of drawn and of
/// random ones seed and number. Pictures are not read. Throws as list_images().
std::string identity(const config::DatasetConfig& dataset);

}  // namespace npusim::data
