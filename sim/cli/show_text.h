// SPDX-License-Identifier: Apache-2.0
// What `npusim show` prints for each kind of file.
#pragma once

#include <filesystem>
#include <string>

#include "frontend/graph/graph.h"
#include "sim/config/run_config.h"
#include "sim/isa/program.h"

namespace npusim::cli {

/// The run file that says the same with nothing left out: paths absolute, the hardware written out,
/// defaults explicit; then, as comments, what follows from it. Shown again it gives the same text.
std::string run_text(const config::RunConfig& run);

/// The hardware file that says the same; then, as comments, what follows from it.
std::string hardware_text(const config::HardwareConfig& hardware);

/// Peaks, balance and sizes as comment lines.
std::string derived_text(const config::HardwareConfig& hardware);

/// A table of the layers of a prepared network, with totals.
std::string network_text(const graph::Graph& network, bool colour);

/// What a Program holds: layers, instructions, sections, tensors in and out, hardware.
std::string program_text(const isa::Program& program, const std::filesystem::path& file,
                         bool colour);

}  // namespace npusim::cli
