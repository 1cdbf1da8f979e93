// SPDX-License-Identifier: Apache-2.0
// The embedded network, quantized here, written as ONNX that is quantized already, and run as any
// model a user brings.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "frontend/export/exporter.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/cli/accuracy.h"
#include "sim/cli/verified_simulation.h"
#include "tests/support/qdq_styles.h"
#include "tests/unit/cli/embedded_run.h"

namespace npusim::cli {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

config::RunConfig run_of(const std::filesystem::path& model) {
  config::RunConfig run = embedded_run();
  run.model = model;
  return run;
}

std::filesystem::path write_quantized(const test::TempFolder& folder, const std::string& scheme,
                                      const test::QdqStyle& style) {
  compile::Pipeline pipeline(embedded_run(), 1);
  std::filesystem::path path = folder / (scheme + ".onnx");
  const exporter::ExportedModel model = exporter::to_onnx(
      pipeline.network(), pipeline.quantized(scheme).graph, pipeline.interface(), {});
  base::write_file_whole(path, test::restyled(model.bytes, style));
  return path;
}

AccuracyResult accuracy_of(compile::Pipeline& pipeline, const config::RunConfig& run,
                           const std::string& scheme) {
  Progress progress(/*quiet=*/true);
  const auto dataset = data::open_dataset(*run.dataset, run.input);
  return measure_accuracy(pipeline, scheme, *dataset, /*skip_bad=*/false, 1, progress);
}

const report::SchemeAccuracy& find(const AccuracyResult& result, const std::string& scheme) {
  for (const report::SchemeAccuracy& each : result.accuracy.schemes) {
    if (each.scheme == scheme) return each;
  }
  throw base::InternalError("no accuracy of " + scheme);
}

class QuantizedModel : public testing::TestWithParam<const char*> {};

TEST_P(QuantizedModel, HasTheAccuracyThatItWasWrittenWithAndIsBitExact) {
  const std::string scheme = GetParam();
  test::QdqStyle style;
  style.unsigned_activations = scheme != "per_layer";
  const test::TempFolder folder;
  const config::RunConfig run = run_of(write_quantized(folder, scheme, style));
  compile::Pipeline ours(embedded_run(), 1);
  compile::Pipeline read(run, 1);
  const report::SchemeAccuracy wanted = find(accuracy_of(ours, embedded_run(), scheme), scheme);
  const AccuracyResult result = accuracy_of(read, run, scheme);
  EXPECT_EQ(find(result, scheme).top1, wanted.top1);
  EXPECT_EQ(find(result, scheme).parameter_bytes, wanted.parameter_bytes);

  const compile::GivenQuantization given = read.given();
  EXPECT_EQ(given.given_tensors, given.tensors);
  EXPECT_EQ(given.given_layers, given.layers);
  EXPECT_GT(given.layers, 10);
  const isa::Program program = read.program(scheme);
  EXPECT_FALSE(program.metadata.bias_correction);
  Progress progress(/*quiet=*/true);
  const auto dataset = data::open_dataset(*run.dataset, run.input);
  const VerifiedSimulation verified =
      simulate_and_compare(program, read.quantized(scheme).graph, *dataset, {0}, progress);
  EXPECT_EQ(verified.simulation.mismatched_values, 0);
}

INSTANTIATE_TEST_SUITE_P(Schemes, QuantizedModel,
                         testing::Values("per_layer", "shift_scaler", "per_channel"));

TEST(QuantizedModelTest, SchemesThatCannotCarryItAreLeftOutAndRefusedNamingAllLayers) {
  const test::TempFolder folder;
  const config::RunConfig run = run_of(write_quantized(folder, "per_channel", {}));
  compile::Pipeline pipeline(run, 1);
  const AccuracyResult result = accuracy_of(pipeline, run, "per_channel");
  EXPECT_THAT(result.accuracy.schemes, SizeIs(1));
  ASSERT_THAT(result.notes, SizeIs(2));
  EXPECT_THAT(result.notes[0], HasSubstr("accuracy of per_layer left out: layer '"));
  EXPECT_THAT(result.notes[1], HasSubstr("weight scales of the model: got "));
  EXPECT_THAT(result.notes[1], HasSubstr(" more)"));
  try {
    pipeline.quantized("shift_scaler");
    FAIL() << "must throw";
  } catch (const base::InputError& error) {
    EXPECT_THAT(error.messages(), SizeIs(static_cast<std::size_t>(pipeline.given().layers)));
  }
}

TEST(QuantizedModelTest, PowersOfTwoAreCarriedByTheShiftScalerAndPerChannel) {
  const test::TempFolder folder;
  const config::RunConfig run = run_of(write_quantized(folder, "shift_scaler", {}));
  compile::Pipeline pipeline(run, 1);
  const AccuracyResult result = accuracy_of(pipeline, run, "shift_scaler");
  EXPECT_EQ(find(result, "per_channel").top1, find(result, "shift_scaler").top1);
}

}  // namespace
}  // namespace npusim::cli
