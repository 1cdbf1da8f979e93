// SPDX-License-Identifier: Apache-2.0
// Files of data: labels and pictures, tensors of NumPy, what golden cases hold.
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "frontend/data/image_list.h"
#include "frontend/data/picture.h"
#include "frontend/data/resize.h"
#include "sim/cli/npy.h"
#include "sim/golden/case_file.h"
#include "sim/golden/comparison.h"
#include "sim/golden/results.h"
#include "sim/report/report_reader.h"
#include "tests/fuzz/target.h"

namespace npusim::fuzz {
namespace {

// The limit of the decoders is 2^26: half a second of resizing.
constexpr std::int64_t kMostPixels = 1 << 18;

void preprocess(data::Picture picture) {
  require(picture.rgb.size() == static_cast<std::size_t>(picture.width * picture.height) * 3,
          "three bytes a pixel");
  if (picture.width * picture.height > kMostPixels) return;
  config::InputConfig input;
  input.size = 8;
  input.resize_shorter_side = 9;
  input.center_crop = 8;
  accepted([&] { data::preprocess(std::move(picture), input, "fuzz"); });
}

}  // namespace

void run_labels_and_images(std::string_view input) {
  const std::vector<std::uint8_t> bytes(input.begin(), input.end());
  if (data::is_picture(bytes)) {
    accepted([&] { preprocess(data::decode_picture(bytes, "fuzz.png")); });
    return;
  }
  const std::filesystem::path labels = put_file("labels.csv", input);
  accepted([&] { require(!data::list_images(folder()).images.empty(), "at least one image"); });
  std::filesystem::remove(labels);
  const std::filesystem::path classes = put_file("classes.txt", input);
  std::filesystem::create_directories(folder() / "class");
  put_file("class/1.png", "");
  accepted([&] { require(!data::list_images(folder()).images.empty(), "at least one image"); });
  std::filesystem::remove(classes);
}

void run_npy(std::string_view input) {
  const std::string bytes(input);
  cli::NpyTensor tensor;
  if (!accepted([&] { tensor = cli::parse_npy(bytes, "fuzz.npy"); })) return;
  require(cli::is_npy(bytes), "what is read begins as such a file");
  const cli::NpyTensor again = cli::parse_npy(cli::npy_bytes(tensor), "again.npy");
  require(again.shape == tensor.shape && again.values == tensor.values, "written and read alike");
}

// Each file of a case has a parser of its own; all of them see every input.
void run_golden_case(std::string_view input) {
  const std::string text(input);
  accepted([&] {
    const golden::CaseFile file = golden::parse_case_file(text, "case.yaml");
    const std::string written = golden::case_file_text(file);
    require(golden::case_file_text(golden::parse_case_file(written, "again.yaml")) == written,
            "a case is read back as the same");
    const golden::CaseFile longer = golden::parse_case_file(
        golden::with_reason(text, "case.yaml", {"0.1.0", "a reason: 'quoted'"}), "longer.yaml");
    require(longer.history.size() == file.history.size() + 1, "one more reason");
  });
  golden::Results results;
  accepted([&] { results.program = golden::parse_program_csv(input, "program.csv"); });
  accepted([&] { results.layers = golden::parse_layers_csv(input, "layers.csv"); });
  if (accepted([&] { report::read_report(input, "report.json"); })) {
    accepted([&] { results.report = golden::kept_report(input); });
  }
  if (!results.program.empty()) {
    const std::string written = golden::program_csv(results.program);
    require(golden::program_csv(golden::parse_program_csv(written, "again.csv")) == written,
            "sections are read back as the same");
  }
  if (!results.layers.empty()) {
    const std::string written = golden::layers_csv(results.layers);
    require(golden::layers_csv(golden::parse_layers_csv(written, "again.csv")) == written,
            "layers are read back as the same");
  }
  if (results.report.empty()) return;
  require(golden::compare(results, results, {}).is_same(), "a case is as itself");
}

}  // namespace npusim::fuzz
