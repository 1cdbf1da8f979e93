// SPDX-License-Identifier: Apache-2.0
// case.yaml of a golden case: which run it is of, what may differ, and why it is as it is.
//
//     schema_version: 1
//     run_file: mobilenet.yaml                     # the name that run.yaml had
//     flags: {images: "100", set: ["hardware.mac_array.rows=16"]}
//     files: {model: "../../networks/net.onnx"}
//     tolerances:
//       - {path: cycles.total, relative: 0.01}
//     history:
//       - {npusim: 0.1.0, reason: recorded}
//
// Paths of `flags` and `files` are relative to the folder of the case, or bare names of what comes
// with npusim.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/config/run_config.h"

namespace npusim::golden {

/// Grows whenever a file of a case changes its meaning.
inline constexpr int kCaseVersion = 1;

inline constexpr char kCaseFile[] = "case.yaml";
inline constexpr char kRunFile[] = "run.yaml";

/// What may differ where `path` matches a change's path (`*` any text, `?` any character): numbers
/// by so much, or, with `any`, everything.
struct Tolerance {
  std::string path;
  double absolute = 0, relative = 0;
  bool any = false;
};

/// Why the case was written anew, and by which npusim.
struct Reason {
  std::string npusim, reason;
};

/// Keys of a run file that hold a path, dotted.
const std::vector<std::string>& path_keys();

struct CaseFile {
  std::string run_file;
  config::RunFlags flags;
  /// Where a path of the run file leads that would lead nowhere from the case's folder; by key.
  std::map<std::string, std::string> files;
  std::vector<Tolerance> tolerances;
  std::vector<Reason> history;  // the first one when it was recorded
};

/// `name` names the file in messages. Throws base::InputError with every error found.
CaseFile parse_case_file(const std::string& text, const std::string& name);

/// parse_case_file reads it back as the same.
std::string case_file_text(const CaseFile& file);

/// The text of an existing case.yaml with one more reason at its end; comments stay.
std::string with_reason(const std::string& text, const std::string& name, const Reason& reason);

}  // namespace npusim::golden
