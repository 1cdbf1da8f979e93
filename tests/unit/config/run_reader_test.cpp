// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/config/hardware_reader.h"
#include "sim/config/run_config.h"
#include "sim/config/run_keys.h"
#include "tests/support/support.h"

namespace npusim::config {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

constexpr char kRun[] = R"(model: net.onnx
dataset: {kind: fractal, seed: 2, images: 2000}
calibration: {kind: fractal, seed: 3, images: 64, method: min_max}
input: {size: 64, mean: [127.5, 127.5, 127.5], scale: [127.5, 127.5, 2]}
quantization: {scheme: per_channel, field_bits: 3, rule: floor, bias_correction: false}
hardware: npu_32x32.yaml
simulation: {images: 5}
)";

std::string changed(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

class RunReaderTest : public testing::Test {
 protected:
  RunReaderTest() { base::write_file_whole(folder_ / "net.onnx", "x"); }

  RunConfig read(const std::string& text, const RunFlags& flags = {}, const RunNeeds& needs = {}) {
    base::write_file_whole(folder_ / "net.yaml", text);
    return read_run_config((folder_ / "net.yaml").string(), flags, needs, folders_);
  }

  /// The messages with the file's path written {f}.
  std::vector<std::string> errors(const std::string& text, const RunFlags& flags = {},
                                  const RunNeeds& needs = {}) {
    std::vector<std::string> messages;
    try {
      read(text, flags, needs);
    } catch (const base::InputError& error) {
      messages = error.messages();
    }
    const std::string path = (folder_ / "net.yaml").string();
    for (std::string& message : messages) {
      if (message.rfind(path, 0) == 0) message = "{f}" + message.substr(path.size());
    }
    return messages;
  }

  std::vector<std::string> errors_of_set(const std::string& argument) {
    RunFlags flags;
    flags.set = {argument};
    return errors(kRun, flags);
  }

  test::TempFolder folder_;
  SearchFolders folders_ = {{}, {test::source_dir() / "configs"}};
};

TEST_F(RunReaderTest, ReadsEveryKey) {
  const RunConfig run = read(kRun);
  EXPECT_EQ(run.name, "net");
  EXPECT_EQ(run.model, folder_ / "net.onnx");
  ASSERT_TRUE(run.dataset.has_value());
  EXPECT_EQ(run.dataset->kind, DatasetKind::fractal);
  EXPECT_EQ(run.dataset->seed, 2);
  EXPECT_EQ(run.dataset->images, 2000);
  EXPECT_EQ(run.calibration.data.seed, 3);
  EXPECT_EQ(run.calibration.data.images, 64);
  EXPECT_EQ(run.calibration.method, "min_max");
  EXPECT_EQ(run.input.size, 64);
  EXPECT_THAT(run.input.mean, ElementsAre(127.5, 127.5, 127.5));
  EXPECT_THAT(run.input.scale, ElementsAre(127.5, 127.5, 2));
  EXPECT_EQ(run.quantization.scheme, "per_channel");
  EXPECT_EQ(run.quantization.field_bits, 3);
  EXPECT_EQ(run.quantization.rule, "floor");
  EXPECT_FALSE(run.quantization.bias_correction);
  EXPECT_EQ(run.hardware.name, "npu_32x32");
  EXPECT_EQ(run.simulation.images, 5);
}

TEST_F(RunReaderTest, DefaultsAreThoseOfTheHeader) {
  std::string text = changed(kRun, "simulation: {images: 5}\n", "");
  text = changed(text, "{scheme: per_channel, field_bits: 3, rule: floor, bias_correction: false}",
                 "{scheme: shift_scaler}");
  text = changed(text, ", method: min_max", "");
  const RunConfig run = read(text);
  EXPECT_EQ(run.quantization.field_bits, 4);
  EXPECT_EQ(run.quantization.rule, "floor");
  EXPECT_TRUE(run.quantization.bias_correction);
  EXPECT_TRUE(run.quantization.symmetric);
  EXPECT_EQ(run.simulation.images, 4);
  EXPECT_EQ(run.calibration.method, "min_max");
}

TEST_F(RunReaderTest, OnlyPerLayerIsAsymmetric) {
  RunFlags flags;
  flags.scheme = "per_layer";
  flags.set = {"quantization.symmetric=false"};
  EXPECT_FALSE(read(kRun, flags).quantization.symmetric);
  EXPECT_THAT(errors_of_set("quantization.symmetric=false"),
              ElementsAre("--set quantization.symmetric: got false, must be true with scheme "
                          "per_channel (only per_layer has a weight zero point)"));
}

TEST_F(RunReaderTest, ReadsWidthsAndLayers) {
  const std::string old =
      "{scheme: per_channel, field_bits: 3, rule: floor, bias_correction: false}";
  const auto with = [&](const std::string& section) { return changed(kRun, old, section); };
  const QuantizationConfig quantization =
      read(with("{scheme: shift_scaler, weight_bits: 4, activation_bits: 6, layers: [\n"
                "  {match: \"conv_*\", weight_bits: 8, activation_bits: 7},\n"
                "  {match: logits, scheme: per_layer, field_bits: 2, rule: octave, symmetric: "
                "false}]}"))
          .quantization;
  EXPECT_EQ(quantization.weight_bits, 4);
  EXPECT_EQ(quantization.activation_bits, 6);
  ASSERT_EQ(quantization.layers.size(), 2U);
  EXPECT_EQ(quantization.layers[0].match, "conv_*");
  EXPECT_EQ(quantization.layers[0].weight_bits, 8);
  EXPECT_EQ(quantization.layers[0].activation_bits, 7);
  EXPECT_EQ(quantization.layers[0].scheme, std::nullopt);
  EXPECT_EQ(quantization.layers[1].match, "logits");
  EXPECT_EQ(quantization.layers[1].scheme, "per_layer");
  EXPECT_EQ(quantization.layers[1].field_bits, 2);
  EXPECT_EQ(quantization.layers[1].rule, "octave");
  EXPECT_EQ(quantization.layers[1].symmetric, false);
  EXPECT_EQ(quantization.layers[1].weight_bits, std::nullopt);

  EXPECT_THAT(
      errors(with("{scheme: shift_scaler, weight_bits: 1, activation_bits: 3, layers: [\n"
                  "  {weight_bits: 9, activation_bits: 4.5, wieght_bits: 4},\n"
                  "  {match: conv, scheme: shifty, rule: up, symmetric: 1, field_bits: 5},\n"
                  "  {match: conv}, 7]}")),
      ElementsAre(
          "{f}:5:51: quantization.weight_bits: got 1, must be an integer from 2 to 8",
          "{f}:5:71: quantization.activation_bits: got 3, must be an integer from 4 to 8",
          StartsWith("{f}:6:3: quantization.layers[0].match: got nothing, must be"),
          "{f}:6:17: quantization.layers[0].weight_bits: got 9, must be an integer from 2 to 8",
          StartsWith("{f}:6:37: quantization.layers[0].activation_bits: got 4.5, must be"),
          AllOf(StartsWith("{f}:6:42: quantization.layers[0].wieght_bits: got an unknown key"),
                HasSubstr("did you mean weight_bits?")),
          StartsWith("{f}:7:25: quantization.layers[1].scheme: got shifty, must be"),
          StartsWith("{f}:7:69: quantization.layers[1].field_bits: got 5, must be"),
          StartsWith("{f}:7:39: quantization.layers[1].rule: got up, must be"),
          StartsWith("{f}:7:54: quantization.layers[1].symmetric: got 1, must be"),
          "{f}:8:3: quantization.layers[2]: got match alone, must be match and what holds for "
          "those layers",
          "{f}:8:18: quantization.layers[3]: got 7, must be a mapping (key: value)"));
  EXPECT_THAT(errors(with("{scheme: shift_scaler, layers: all}")),
              ElementsAre(StartsWith("{f}:5:46: quantization.layers: got all, must be a list")));
  const RunConfig set = [&] {
    RunFlags flags;
    flags.set = {"quantization.layers=[{match: '*', weight_bits: 2}]"};
    return read(kRun, flags);
  }();
  ASSERT_EQ(set.quantization.layers.size(), 1U);
  EXPECT_EQ(set.quantization.layers[0].weight_bits, 2);
  EXPECT_THAT(errors_of_set("quantization.layers=[{match: a, weight_bits: 9}]"),
              ElementsAre("--set quantization.layers[0].weight_bits: got 9, must be an integer "
                          "from 2 to 8"));
}

TEST_F(RunReaderTest, FractalsLeaveOutputsRoomWhereTheNetworkSeesOtherPictures) {
  EXPECT_EQ(read(kRun).calibration.output_headroom, 1);
  const std::string without = changed(kRun, "{kind: fractal, seed: 2, images: 2000}", "null");
  EXPECT_EQ(read(without).calibration.output_headroom, 2);
  EXPECT_EQ(read(changed(without, "method: min_max}", "method: min_max, output_headroom: 1}"))
                .calibration.output_headroom,
            1);
  fs::create_directory(folder_ / "val");
  const std::string photographs =
      changed(kRun, "{kind: fractal, seed: 2, images: 2000}", "{kind: image_folder, path: val}");
  EXPECT_EQ(read(photographs).calibration.output_headroom, 2);
  fs::create_directory(folder_ / "some");
  EXPECT_EQ(read(changed(photographs, "{kind: fractal, seed: 3, images: 64, method: min_max}",
                         "{kind: image_folder, path: some, images: 64}"))
                .calibration.output_headroom,
            1);
}

TEST_F(RunReaderTest, ReadsImageFolders) {
  fs::create_directory(folder_ / "val");
  std::string text =
      changed(kRun, "{kind: fractal, seed: 2, images: 2000}", "{kind: image_folder, path: val}");
  text = changed(text, "{size: 64,", "{size: 64, resize_shorter_side: 256, center_crop: 224,");
  const RunConfig run = read(text);
  EXPECT_EQ(run.dataset->kind, DatasetKind::image_folder);
  EXPECT_EQ(run.dataset->path, folder_ / "val");
  EXPECT_EQ(run.dataset->images, std::nullopt);
  EXPECT_EQ(run.input.resize_shorter_side, 256);
  EXPECT_EQ(run.input.center_crop, 224);
}

TEST_F(RunReaderTest, FlagsGoOverTheFile) {
  fs::create_directory(folder_ / "val");
  RunFlags flags;
  flags.dataset = (folder_ / "val").string();
  flags.calibration = (folder_ / "val").string();
  flags.scheme = "per_layer";
  flags.hardware = "npu_16x16_edge.yaml";
  flags.set = {"simulation.images=1", "hardware.mac_array.rows=8",
               "quantization.scheme=shift_scaler", "input.mean=[0, 1, 2.5]"};
  const RunConfig run = read(kRun, flags);
  EXPECT_EQ(run.dataset->path, folder_ / "val");
  EXPECT_EQ(run.dataset->images, std::nullopt);
  EXPECT_EQ(run.calibration.data.path, folder_ / "val");
  EXPECT_EQ(run.calibration.data.images, 64);
  EXPECT_EQ(run.quantization.scheme, "shift_scaler");
  EXPECT_EQ(run.hardware.name, "npu_16x16_edge");
  EXPECT_EQ(run.hardware.mac_array.rows, 8);
  EXPECT_EQ(run.simulation.images, 1);
  EXPECT_THAT(run.input.mean, ElementsAre(0, 1, 2.5));
}

TEST_F(RunReaderTest, ImagesIsTheNumberOfTheDataset) {
  RunFlags flags;
  flags.images = "12";
  EXPECT_EQ(read(kRun, flags).dataset->images, 12);
  flags.images = "0";
  EXPECT_THAT(errors(kRun, flags),
              ElementsAre("--images: got 0, must be an integer from 1 to 10000000"));
  flags.images = "many";
  EXPECT_THAT(errors(kRun, flags),
              ElementsAre("--images: got many, must be an integer from 1 to 10000000"));
}

TEST_F(RunReaderTest, APathThatTheUserMustSetNamesItsFlag) {
  EXPECT_THAT(errors(changed(kRun, "net.onnx", "null")),
              ElementsAre("{f}:1:1: model: got null, must be the path of an ONNX file or of a "
                          "topology (.csv), or a mapping with layers; set it with --model F"));
  const std::string data =
      changed(kRun, "{kind: fractal, seed: 2, images: 2000}", "{kind: image_folder, path: null}");
  EXPECT_THAT(
      errors(data),
      ElementsAre("{f}:2:31: dataset.path: got null, must be the path of a folder of images; set "
                  "it with --dataset DIR"));
  EXPECT_THAT(errors(data, {}, {/*dataset=*/false}), IsEmpty());
  EXPECT_THAT(errors(changed(kRun, "{kind: fractal, seed: 3, images: 64, method: min_max}",
                             "{kind: image_folder, path: null}")),
              ElementsAre("{f}:3:35: calibration.path: got null, must be the path of a folder of "
                          "images; set it with "
                          "--calibration DIR"));
}

TEST_F(RunReaderTest, OnlyARunNeedsADataset) {
  const std::string text = changed(kRun, "dataset: {kind: fractal, seed: 2, images: 2000}\n", "");
  EXPECT_EQ(read(text, {}, {/*dataset=*/false}).dataset.has_value(), false);
  EXPECT_THAT(
      errors(text),
      ElementsAre("{f}:1:1: dataset: got nothing, must be a mapping (key: value), or null"));
}

constexpr char kTopologyRun[] = R"(model:
  input: {height: 5, channels: 2}
  layers: [gemm: {channels: 3}]
quantization: {scheme: per_layer}
hardware: npu_32x32.yaml
)";

TEST_F(RunReaderTest, ATopologyNeedsNoData) {
  const RunConfig run = read(kTopologyRun);
  ASSERT_TRUE(run.topology.has_value());
  EXPECT_EQ(run.topology->layers.size(), 2U);
  EXPECT_TRUE(run.model.empty());
  EXPECT_EQ(run.network_name(), "net");
  EXPECT_EQ(run.dataset, std::nullopt);
  EXPECT_THAT(run.accuracy_not_measured, HasSubstr("synthetic"));
  EXPECT_EQ(run.calibration.data.kind, DatasetKind::random);
  EXPECT_EQ(run.calibration.data.seed, 1);
  EXPECT_EQ(run.calibration.data.images, 1);
  EXPECT_EQ(run.input.size, 0);
}

TEST_F(RunReaderTest, ATopologyHasNoDataset) {
  const std::string dataset = "dataset: {kind: fractal, seed: 1, images: 2}\n";
  EXPECT_THAT(
      errors(kTopologyRun + dataset),
      ElementsAre("{f}:6:10: dataset: got a mapping, must be left out: a topology's weights "
                  "are synthetic and have no accuracy"));
  EXPECT_THAT(errors(std::string(kTopologyRun) + "dataset: null\n"), IsEmpty());
  RunFlags flags;
  flags.dataset = folder_.path().string();
  EXPECT_THAT(errors(kTopologyRun, flags),
              ElementsAre(HasSubstr("--dataset: got " + *flags.dataset)));
}

TEST_F(RunReaderTest, ATopologyFileOfAFlagReplacesWhatBelongsToTheNetwork) {
  base::write_file_whole(folder_ / "Rows.CSV", "a,4,4,3,3,2,3,1\n");
  RunFlags flags;
  flags.model = (folder_ / "Rows.CSV").string();
  const RunConfig run = read(kRun, flags);
  ASSERT_TRUE(run.topology.has_value());
  EXPECT_EQ(run.network_name(), "Rows");
  EXPECT_EQ(run.dataset, std::nullopt);
  EXPECT_EQ(run.calibration.data.kind, DatasetKind::random);
  EXPECT_EQ(run.input.size, 0);
  EXPECT_EQ(run.quantization.scheme, "per_channel");
  EXPECT_EQ(run.simulation.images, 5);
  EXPECT_THAT(run.notes, ElementsAre(HasSubstr("padding")));
  // In the file itself they are its own, and wrong.
  EXPECT_THAT(errors(changed(kRun, "net.onnx", "Rows.CSV")),
              ElementsAre(HasSubstr("dataset: got a mapping, must be left out")));
  flags.images = "3";
  EXPECT_THAT(errors(kRun, flags), ElementsAre("--images: got 3, must be left out: the run has no "
                                               "dataset"));
}

TEST_F(RunReaderTest, WithoutADatasetAccuracyIsNotMeasured) {
  std::string text = changed(kRun, "{kind: fractal, seed: 2, images: 2000}", "null");
  EXPECT_THAT(read(text).accuracy_not_measured, HasSubstr("dataset: null"));
  text = changed(text, "{kind: fractal, seed: 3, images: 64, method: min_max}",
                 "{kind: random, seed: 3, images: 6}");
  text = changed(text, "input: {size: 64, mean: [127.5, 127.5, 127.5], scale: [127.5, 127.5, 2]}\n",
                 "");
  EXPECT_EQ(read(text).calibration.data.images, 6);
  EXPECT_EQ(read(text).input.size, 0);
  EXPECT_THAT(errors(changed(text, "random", "fractal")),
              ElementsAre("{f}:1:1: input: got nothing, must be a mapping (key: value)"));
  EXPECT_THAT(errors(changed(kRun, "{kind: fractal, seed: 2", "{kind: random, seed: 2")),
              ElementsAre(HasSubstr("dataset.kind: got random, must be fractal or image_folder")));
}

TEST_F(RunReaderTest, EveryErrorAtOnce) {
  RunFlags flags;
  flags.scheme = "shift_scalar";
  flags.set = {"hardware.mac_array.rows=0", "quantization.fieldbits=3", "oops"};
  EXPECT_THAT(
      errors(changed(changed(kRun, "seed: 2", "seed: -1"), "size: 64", "size: 64px"), flags),
      ElementsAre("--set: got oops, must be key.path=value",
                  "{f}:2:32: dataset.seed: got -1, must be an integer, at least 0",
                  "{f}:4:15: input.size: got 64px, must be an integer from 1 to 8192",
                  "--scheme: got shift_scalar, must be per_layer, shift_scaler or per_channel; did "
                  "you mean shift_scaler?",
                  AllOf(StartsWith("--set quantization.fieldbits: got an unknown key"),
                        HasSubstr("did you mean field_bits?")),
                  "--set hardware.mac_array.rows: got 0, must be an integer from 1 to 4096"));
}

TEST_F(RunReaderTest, EveryListedKeyIsSettable) {
  // A value that no key takes: what is refused of a known key is the value. A folder has other keys
  // than what is drawn.
  std::string folders = changed(kRun, "dataset: {kind: fractal, seed: 2", "dataset: {path: .");
  folders = changed(folders, "{path: .", "{kind: image_folder, path: .");
  folders = changed(folders, "{kind: fractal, seed: 3", "{kind: image_folder, path: .");
  const auto is_known = [&](const std::string& text, const std::string& key) {
    RunFlags flags;
    flags.set = {key + "=[[]]"};
    const std::vector<std::string> messages = errors(text, flags);
    EXPECT_FALSE(messages.empty()) << key;
    return std::none_of(messages.begin(), messages.end(), [](const std::string& message) {
      return message.find("unknown key") != std::string::npos;
    });
  };
  for (const std::string& key : settable_keys()) {
    EXPECT_TRUE(is_known(kRun, key) || is_known(folders, key)) << key;
    EXPECT_FALSE(is_known(kRun, key + "x") || is_known(folders, key + "x")) << key;
  }
}

TEST_F(RunReaderTest, AKeyWithoutItsSectionIsNamedWhole) {
  const auto hint = [&](const char* argument) {
    const std::vector<std::string> messages = errors_of_set(argument);
    EXPECT_EQ(messages.size(), 1U);
    const std::size_t at = messages.empty() ? std::string::npos : messages[0].find("did you mean ");
    return at == std::string::npos ? "" : messages[0].substr(at + 13);
  };
  EXPECT_EQ(hint("rows=16"), "hardware.mac_array.rows?");
  EXPECT_EQ(hint("mac_array.rows=16"), "hardware.mac_array.rows?");
  EXPECT_EQ(hint("mac_aray.row=16"), "hardware.mac_array.rows?");
  EXPECT_EQ(hint("hardware.rows=16"), "hardware.mac_array.rows?");
  EXPECT_EQ(hint("field_bits=3"), "quantization.field_bits?");
  EXPECT_EQ(hint("hardwear.mac_array.rows=16"), "hardware?");
  EXPECT_EQ(hint("hardware.mac_array.row=16"), "rows?");
  EXPECT_EQ(hint("frobnicate=16"), "");
}

TEST_F(RunReaderTest, EveryMissingSection) {
  EXPECT_THAT(
      errors("simulation: {images: 1}\n"),
      ElementsAre(HasSubstr("model: got nothing"), HasSubstr("dataset: got nothing"),
                  HasSubstr("calibration: got nothing"), HasSubstr("input: got nothing"),
                  HasSubstr("quantization: got nothing"), HasSubstr("hardware: got nothing")));
  EXPECT_THAT(errors(""), SizeIs(1));
  EXPECT_THAT(errors("- a\n- b\n"), ElementsAre(HasSubstr("file: got a list, must be a mapping")));
}

TEST_F(RunReaderTest, PercentileBelongsToItsMethod) {
  const auto with = [&](const std::string& keys) {
    return changed(kRun, "method: min_max", "method: " + keys);
  };
  EXPECT_EQ(read(with("percentile")).calibration.percentile, 99.99);
  const RunConfig run = read(with("percentile, percentile: 99.5"));
  EXPECT_EQ(run.calibration.method, "percentile");
  EXPECT_EQ(run.calibration.percentile, 99.5);
  EXPECT_EQ(read(with("percentile, percentile: 100")).calibration.percentile, 100);
  for (const char* method : {"min_max", "mse", "kl"}) {
    EXPECT_EQ(read(with(method)).calibration.method, method);
    EXPECT_THAT(errors(with(std::string(method) + ", percentile: 99")),
                ElementsAre(HasSubstr("calibration.percentile: got 99, must be left out: "
                                      "calibration.method is " +
                                      std::string(method))));
  }
  EXPECT_THAT(errors(with("percentile, percentile: 50")),
              ElementsAre(HasSubstr("calibration.percentile: got 50, must be above 50")));
  EXPECT_THAT(errors(with("percentile, percentile: 101")), SizeIs(1));
  EXPECT_THAT(errors(with("percentile, percentile: high")), SizeIs(1));
}

TEST_F(RunReaderTest, SetRefusalsNameTheKey) {
  EXPECT_THAT(errors_of_set("simulation.images=0"),
              ElementsAre("--set simulation.images: got 0, must be an integer from 1 to 10000"));
  EXPECT_THAT(errors_of_set("simulation.images=1.5"), SizeIs(1));
  EXPECT_THAT(errors_of_set("quantization.field_bits=5"),
              ElementsAre("--set quantization.field_bits: got 5, must be an integer from 0 to 4"));
  EXPECT_THAT(errors_of_set("quantization.rule=nearest"),
              ElementsAre("--set quantization.rule: got nearest, must be floor or octave"));
  EXPECT_THAT(errors_of_set("quantization.bias_correction=no"),
              ElementsAre("--set quantization.bias_correction: got no, must be true or false"));
  EXPECT_THAT(
      errors_of_set("input.scale=[1, 0, 1]"),
      ElementsAre("--set input.scale[1]: got 0, must be a number from -1e+06 to 1e+06, not zero"));
  EXPECT_THAT(errors_of_set("dataset.kind=imagenet"),
              ElementsAre("--set dataset.kind: got imagenet, must be fractal or image_folder"));
  EXPECT_THAT(errors_of_set("calibration.method=entropy"),
              ElementsAre("--set calibration.method: got entropy, must be min_max, percentile, mse "
                          "or kl"));
  EXPECT_THAT(errors_of_set("model.path=x"),
              ElementsAre("--set model.path: got a key below model, must be a key of the file "
                          "(model is no section)"));
  EXPECT_THAT(
      errors_of_set("hardware.clock_hz="),
      ElementsAre(
          "--set hardware.clock_hz: got null, must be an integer from 1000000 to 10000000000"));
  EXPECT_THAT(errors_of_set("hardware.="),
              ElementsAre("--set: got hardware.=, must be key.path=value"));
}

TEST_F(RunReaderTest, FilesThatAreNotThereAreNamed) {
  EXPECT_THAT(
      errors(changed(kRun, "net.onnx", "other.onnx")),
      ElementsAre(StartsWith("{f}:1:8: model: got other.onnx, must be an existing file: ")));
  EXPECT_THAT(errors(changed(kRun, "npu_32x32.yaml", "npu_99x99.yaml")),
              ElementsAre(AllOf(
                  StartsWith("{f}:6:11: hardware: got npu_99x99.yaml, must be an existing file: "),
                  HasSubstr("configs/npu_99x99.yaml"))));
  EXPECT_THAT(errors(changed(kRun, "{kind: fractal, seed: 2, images: 2000}",
                             "{kind: image_folder, path: no}")),
              ElementsAre("{f}:2:37: dataset.path: got no, must be an existing folder"));
  EXPECT_THROW(read_run_config("no_such.yaml", {}, {}, folders_), base::InputError);
  EXPECT_THROW(read_run_config(folder_.path().string(), {}, {}, folders_), base::InputError);
  EXPECT_THROW(find_hardware_file("no_such.yaml", "--hardware", folders_), base::InputError);
}

TEST_F(RunReaderTest, BareNamesAreLookedForInTheFolders) {
  base::write_file_whole(folder_ / "shipped.yaml", changed(kRun, "npu_32x32.yaml", "beside.yaml"));
  fs::copy_file(test::source_dir() / "configs/npu_16x16_edge.yaml", folder_ / "beside.yaml");
  folders_.workloads = {folder_.path()};
  const RunConfig run = read_run_config("shipped.yaml", {}, {}, folders_);
  EXPECT_EQ(run.name, "shipped");
  EXPECT_EQ(run.hardware.name, "npu_16x16_edge");
  EXPECT_EQ(find_hardware_file("npu_32x32.yaml", "--hardware", folders_),
            folders_.configs[0] / "npu_32x32.yaml");
  // A model that is not beside the run file is looked for in the workloads folder (recorded cases
  // rely on it).
  const test::TempFolder elsewhere;
  base::write_file_whole(elsewhere / "case.yaml", kRun);
  EXPECT_EQ(read_run_config((elsewhere / "case.yaml").string(), {}, {}, folders_).model,
            folder_ / "net.onnx");
}

TEST_F(RunReaderTest, PathsOfFlagsAreTakenAsTheyAre) {
  RunFlags flags;
  const test::TempFolder elsewhere;
  base::write_file_whole(elsewhere / "odd: [name.onnx", "x");
  flags.model = (elsewhere / "odd: [name.onnx").string();
  EXPECT_EQ(read(kRun, flags).model, elsewhere / "odd: [name.onnx");
  flags.model = "no.onnx";
  EXPECT_THAT(errors(kRun, flags),
              ElementsAre("--model: got no.onnx, must be an existing file: no.onnx"));
}

TEST_F(RunReaderTest, AFileReadAgainAndAgainSaysWhatEveryFlagSays) {
  base::write_file_whole(folder_ / "net.yaml", std::string(kRun));
  RunFile file((folder_ / "net.yaml").string(), {}, folders_);
  RunFlags bad;
  bad.set = {"hardware.mac_array.rows=0", "simulation.images=7"};
  EXPECT_THROW(file.read(bad), base::InputError);
  RunFlags rows;
  rows.set = {"hardware.mac_array.rows=8"};
  RunFlags other;
  other.set = {"hardware=npu_16x16_edge.yaml", "quantization.scheme=per_layer"};
  EXPECT_EQ(file.read(rows).hardware.mac_array.rows, 8);
  EXPECT_EQ(file.read(other).hardware.name, "npu_16x16_edge");
  EXPECT_EQ(file.read(other).quantization.scheme, "per_layer");
  const RunConfig plain = file.read({});  // nothing stays of the flags before
  EXPECT_EQ(plain.hardware.mac_array.rows, 32);
  EXPECT_EQ(plain.quantization.scheme, "per_channel");
  EXPECT_EQ(plain.simulation.images, 5);
}

}  // namespace
}  // namespace npusim::config
