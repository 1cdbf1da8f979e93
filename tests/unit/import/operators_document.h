// SPDX-License-Identifier: Apache-2.0
// The generated sections of docs/operators.md: between `<!-- NAME: generated -->` and
// `<!-- end of NAME -->` stands what a test computes.
#pragma once

#include <string>

namespace npusim::test {

/// Fails where the section is not `body`; where NPUSIM_REGENERATE is set in the environment, writes
/// it instead.
void expect_section(const std::string& name, const std::string& body);

}  // namespace npusim::test
