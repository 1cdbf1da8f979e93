// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/program_input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "frontend/data/dataset.h"
#include "frontend/execute/classify.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/cli/npy.h"
#include "tests/support/support.h"

namespace npusim::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

/// A Program that takes one picture.
isa::Program picture_program() {
  isa::Program program;
  isa::TensorInfo input;
  input.name = "input";
  input.height = 16;
  input.width = 16;
  input.channels = 3;
  input.scale = 2.0 / 255;
  input.zero_point = -1;
  program.tensors = {input};
  program.inputs = {0};
  program.metadata.preprocessing.size = 16;
  for (std::size_t c = 0; c < 3; ++c) {
    program.metadata.preprocessing.mean[c] = 127.5;
    program.metadata.preprocessing.scale[c] = 127.5;
  }
  return program;
}

std::string error(const isa::Program& program, const std::vector<std::string>& sources) {
  try {
    read_inputs(program, sources);
  } catch (const base::InputError& refusal) {
    return refusal.what();
  }
  return "no error";
}

TEST(ReadInputsTest, WithoutSourcesTheSameRandomValuesEveryTime) {
  const isa::Program program = picture_program();
  const auto inputs = read_inputs(program, {});
  ASSERT_THAT(inputs, SizeIs(1));
  EXPECT_THAT(inputs[0], SizeIs(16 * 16 * 3));
  EXPECT_EQ(inputs, read_inputs(program, {}));
  EXPECT_THAT(inputs[0], testing::Contains(testing::Lt(-100)));
  EXPECT_THAT(inputs[0], testing::Contains(testing::Gt(100)));
}

TEST(ReadInputsTest, FractalsArePreprocessedAsTheProgramSays) {
  const isa::Program program = picture_program();
  config::DatasetConfig dataset;
  dataset.seed = 2;
  dataset.images = 6;
  config::InputConfig input;
  input.size = 16;
  input.mean = {127.5, 127.5, 127.5};
  input.scale = {127.5, 127.5, 127.5};
  const data::Sample sample = data::open_dataset(dataset, input)->sample(5);
  std::vector<std::int8_t> expected(sample.tensor.size());
  execute::quantize_input(sample.tensor.data(), static_cast<std::int64_t>(expected.size()),
                          {2.0 / 255, -1}, {-128, 127}, expected.data());
  EXPECT_THAT(read_inputs(program, {"fractal:2:5"}), ElementsAre(expected));
}

TEST(ReadInputsTest, EveryImageHasItsOwn) {
  isa::Program program = picture_program();
  program.metadata.images = 2;
  program.tensors.push_back(program.tensors[0]);
  program.inputs = {0, 1};
  const auto drawn = read_inputs(program, {});
  ASSERT_THAT(drawn, SizeIs(2));
  EXPECT_NE(drawn[0], drawn[1]);
  const auto fractals = read_inputs(program, {"fractal:2:0", "fractal:2:1"});
  EXPECT_EQ(fractals[1], read_inputs(picture_program(), {"fractal:2:1"})[0]);
  EXPECT_EQ(error(program, {"fractal:2:0"}),
            "--input: got 1 inputs, must be given once per input of the Program, which has 2: all "
            "of one image, then those of the next of its 2");
}

TEST(ReadInputsTest, NpyMayHaveABatchOfOne) {
  const test::TempFolder folder;
  isa::Program program = picture_program();
  program.tensors[0].height = 1;
  program.tensors[0].width = 2;
  for (const std::vector<std::int64_t>& shape :
       {std::vector<std::int64_t>{1, 2, 3}, {1, 1, 2, 3}, {2, 3}}) {
    base::write_file_whole(folder / "x.npy", npy_bytes({shape, {1, 2, 3, 4, 5, 6}}));
    EXPECT_THAT(read_inputs(program, {(folder / "x.npy").string()}),
                ElementsAre(ElementsAre(1, 2, 3, 4, 5, 6)));
  }
  base::write_file_whole(folder / "x.npy", npy_bytes({{3, 2}, {1, 2, 3, 4, 5, 6}}));
  EXPECT_THAT(error(program, {(folder / "x.npy").string()}),
              HasSubstr("of 3 x 2, must be an int8 tensor of 1 x 2 x 3 (height, width, channels)"));
}

TEST(ReadInputsTest, RefusesOtherSources) {
  isa::Program program = picture_program();
  const std::string form = ", must be fractal:SEED:INDEX, two integers, at least 0 each";
  for (const char* source :
       {"fractal:", "fractal:1", "fractal:1:", "fractal::1", "fractal:-1:1", "fractal:1:-1",
        "fractal:1:1:1", "fractal:a:b", "fractal:01:1", "fractal:1:9223372036854775807"}) {
    EXPECT_EQ(error(program, {source}), "--input: got " + std::string(source) + form);
  }
  const test::TempFolder folder;
  const std::string text = (folder / "picture.jpg").string();
  base::write_file_whole(text, std::string("hello"));
  EXPECT_EQ(error(program, {text}),
            "--input: got " + text +
                ", something else, must be a .npy file, a JPEG or PNG picture, or "
                "fractal:SEED:INDEX");
  EXPECT_THAT(error(program, {"no.jpg"}), HasSubstr("no.jpg: cannot read"));
  EXPECT_EQ(error(program, {"a.npy", "b.npy"}),
            "--input: got 2 inputs, must be given once per input of the Program, which has 1");
  EXPECT_THAT(error(program, {"no.npy"}), HasSubstr("no.npy: cannot read"));
  program.tensors[0].channels = 4;
  EXPECT_THAT(error(program, {"fractal:1:1"}), HasSubstr("the Program's input is no image"));
}

}  // namespace
}  // namespace npusim::cli
