// SPDX-License-Identifier: Apache-2.0
// The JSON of a report (json.h, docs/read-the-report.md) read back, checked as far as its readers
// rely on it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace npusim::report {

/// What `npusim run --json`, `npusim simulate --json` and a sweep's records hold. It has
/// `schema_version` of at most kSchemaVersion; the objects `hardware`, `quantization`, `cycles` and
/// `memory`; and `layers`, each with a `name` and the number `cycles`. Any further key may be
/// there. `file` names the text in messages. Throws base::InputError with every error: for what is
/// no JSON with line and column, else with the key.
nlohmann::json read_report(std::string_view text, const std::string& file);

}  // namespace npusim::report
