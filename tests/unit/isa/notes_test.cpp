// SPDX-License-Identifier: Apache-2.0
#include "sim/isa/notes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "sim/isa/interval_map.h"
#include "sim/isa/memory_map.h"
#include "sim/isa/tensor_boxes.h"
#include "tests/unit/isa/sample_programs.h"

namespace npusim::isa {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TensorInfo tensor_of(std::int64_t height, std::int64_t width, std::int64_t channels) {
  TensorInfo tensor;
  tensor.height = height;
  tensor.width = width;
  tensor.channels = channels;
  tensor.address = 1000;
  return tensor;
}

std::vector<std::string> texts_of(const Region& region, const TensorInfo& tensor) {
  std::vector<std::string> texts;
  for (const Box& box : boxes_of(region, tensor)) texts.push_back(box_text(box));
  return texts;
}

TEST(TensorBoxesTest, BoxesInAllTheirForms) {
  const TensorInfo t = tensor_of(6, 5, 8);  // a row has 40 bytes
  EXPECT_THAT(texts_of({1000, 240}, t), ElementsAre("rows 0-5, columns 0-4, channels 0-7"));
  EXPECT_THAT(texts_of({1080, 80}, t), ElementsAre("rows 2-3, columns 0-4, channels 0-7"));
  EXPECT_THAT(texts_of({1080, 40, 2, 40}, t), ElementsAre("rows 2-3, columns 0-4, channels 0-7"));
  EXPECT_THAT(texts_of({1008, 16, 3, 40}, t), ElementsAre("rows 0-2, columns 1-2, channels 0-7"));
  EXPECT_THAT(texts_of({1009, 2, 2, 8, 3, 40}, t),
              ElementsAre("rows 0-2, columns 1-2, channels 1-2"));
  EXPECT_THAT(texts_of({1009, 2, 3, 40, 2, 8}, t),
              ElementsAre("rows 0-2, columns 1-2, channels 1-2"));
  EXPECT_THAT(texts_of({1004, 4, 30, 8}, t), ElementsAre("rows 0-5, columns 0-4, channels 4-7"));
  EXPECT_THAT(texts_of({1003, 1}, t), ElementsAre("row 0, column 0, channel 3"));
  EXPECT_THAT(texts_of({1003, 1, 6, 40}, t), ElementsAre("rows 0-5, column 0, channel 3"));
  EXPECT_THAT(texts_of({1003, 1, 3, 80}, t), IsEmpty());  // every other row
  EXPECT_THAT(texts_of({1004, 8}, t), IsEmpty());         // half of two pixels
  EXPECT_THAT(texts_of({1000, 241}, t), IsEmpty());       // more than there is
  EXPECT_THAT(texts_of({999, 8}, t), IsEmpty());
  EXPECT_THAT(texts_of({1000, 0}, t), IsEmpty());
  EXPECT_THAT(texts_of({1000, 8, std::uint64_t{1} << 63, 8}, t), IsEmpty());
  EXPECT_THAT(texts_of({1000, 8}, tensor_of(0, 5, 8)), IsEmpty());
}

TEST(TensorBoxesTest, RunsOfPixelsWithinRows) {
  const TensorInfo t = tensor_of(6, 5, 8);
  EXPECT_THAT(texts_of({1024, 80}, t),
              ElementsAre("row 0, columns 3-4, channels 0-7", "row 1, columns 0-4, channels 0-7",
                          "row 2, columns 0-2, channels 0-7"));
  EXPECT_THAT(texts_of({1002, 4, 6, 8}, t),
              ElementsAre("row 0, columns 0-4, channels 2-5", "row 1, column 0, channels 2-5"));
}

TEST(TensorBoxesTest, WordsOfTwoBytes) {
  TensorInfo t = tensor_of(2, 2, 4);
  t.type = DataType::int16;
  EXPECT_THAT(texts_of({1008, 8}, t), ElementsAre("row 0, column 1, channels 0-3"));
  EXPECT_THAT(texts_of({1002, 2, 4, 8}, t), ElementsAre("rows 0-1, columns 0-1, channel 1"));
  EXPECT_THAT(texts_of({1001, 2}, t), IsEmpty());
}

// Against the elements themselves.
TEST(TensorBoxesTest, DrawnRegionsAreExactlyTheirBoxes) {
  std::mt19937 random(5);
  const auto draw = [&](std::uint64_t most) { return random() % (most + 1); };
  int known = 0;
  for (int i = 0; i < 20000; ++i) {
    TensorInfo t =
        tensor_of(static_cast<std::int64_t>(1 + draw(4)), static_cast<std::int64_t>(1 + draw(3)),
                  static_cast<std::int64_t>(1 + draw(3)));
    const auto c = static_cast<std::uint64_t>(t.channels);
    const std::uint64_t row = c * static_cast<std::uint64_t>(t.width);
    const std::uint64_t strides[] = {1, c, row, 2 * c, c + 1, draw(9)};
    const Region region{1000 + draw(10),  1 + draw(5), 1 + draw(4),
                        strides[draw(5)], 1 + draw(3), strides[draw(5)]};
    std::vector<int> expected(static_cast<std::size_t>(t.elements()));
    std::vector<int> got = expected;
    const std::vector<Box> boxes = boxes_of(region, t);
    if (boxes.empty()) continue;
    ++known;
    for (std::uint64_t a = 0; a < region.count1; ++a) {
      for (std::uint64_t b = 0; b < region.count2; ++b) {
        for (std::uint64_t byte = 0; byte < region.bytes; ++byte) {
          ++expected.at(region.address - 1000 + a * region.stride1 + b * region.stride2 + byte);
        }
      }
    }
    for (const Box& box : boxes) {
      for (std::int64_t y = box.rows[0]; y < box.rows[1]; ++y) {
        for (std::int64_t x = box.columns[0]; x < box.columns[1]; ++x) {
          for (std::int64_t z = box.channels[0]; z < box.channels[1]; ++z) {
            ++got.at(static_cast<std::size_t>((y * t.width + x) * t.channels + z));
          }
        }
      }
    }
    ASSERT_EQ(got, expected) << i;
  }
  EXPECT_GT(known, 500);
}

TEST(TensorBoxesTest, Unions) {
  const auto united = [](std::vector<Box> boxes) {
    unite(boxes);
    return boxes.size() == 1 ? box_text(boxes[0]) : "none";
  };
  const Box a{{0, 2}, {0, 4}, {0, 8}};
  const Box b{{2, 3}, {0, 4}, {0, 4}};
  const Box c{{2, 3}, {0, 4}, {4, 8}};
  EXPECT_EQ(united({a}), "rows 0-1, columns 0-3, channels 0-7");
  EXPECT_EQ(united({a, b}), "none");
  EXPECT_EQ(united({a, b, c}), "rows 0-2, columns 0-3, channels 0-7");
  EXPECT_EQ(united({b, a, c}), "rows 0-2, columns 0-3, channels 0-7");
  EXPECT_EQ(united({a, a}), "none");
  EXPECT_EQ(united({}), "none");
}

TEST(IntervalMapTest, LaterValuesTakeThePlaceOfEarlierOnes) {
  std::mt19937 random(3);
  IntervalMap<int> map;
  std::vector<int> expected(40, -1);
  for (int i = 0; i < 2000; ++i) {
    const std::uint64_t begin = random() % 40;
    const std::uint64_t end = random() % 41;
    const bool erases = random() % 4 == 0;
    if (erases) {
      if (begin < end) map.erase(begin, end);
    } else {
      map.assign(begin, end, i);
    }
    for (std::uint64_t at = begin; at < end; ++at) expected[at] = erases ? -1 : i;
    std::vector<int> got(40, -1);
    map.visit(3, 37, [&](std::uint64_t from, std::uint64_t to, int value) {
      for (std::uint64_t at = from; at < to; ++at) got[at] = value;
    });
    for (std::uint64_t at = 0; at < 40; ++at) {
      const int* found = map.find(at);
      ASSERT_EQ(found == nullptr ? -1 : *found, expected[at]) << i;
      ASSERT_EQ(got[at], at >= 3 && at < 37 ? expected[at] : -1) << i;
    }
  }
}

TEST(NotesTest, InstructionsLayersAndTiles) {
  const Notes notes = notes_of(test::pipeline_program(2));
  EXPECT_EQ(notes.instructions.at(0), "reads tensor 0 \"input\": row 0, columns 0-7, channels 0-7");
  EXPECT_EQ(notes.instructions.at(1), "weights, biases of layer 0 \"conv\"");
  EXPECT_EQ(notes.instructions.at(4), "reads tensor 0 \"input\"");
  EXPECT_THAT(notes.layers, ElementsAre("2x8x8 -> 2x8x4, kernel 1x1, stride 1x1",
                                        testing::HasSubstr("-> 2x8x4")));
  EXPECT_EQ(notes.tiles.at({1, 0}), "row 0, columns 0-7, channels 0-3");
  EXPECT_EQ(notes.tiles.at({1, 1}), "row 1, columns 0-7, channels 0-3");
}

TEST(NotesTest, ProgramsThatAreNotVerified) {
  Program program = test::pipeline_program(1);
  auto& load = std::get<Dma>(program.instructions[0].fields);
  load.count1 = load.count2 = 0xffffffff;
  load.local_stride1 = load.dram_stride2 = 0xffffffff;
  load.dram_address = ~std::uint64_t{0};
  auto& weights = std::get<Dma>(program.instructions[1].fields);
  weights.count1 = weights.count2 = 0xffffffff;
  program.tensors[0].height = std::int64_t{1} << 62;
  program.layers[1].output_tensor = 77;
  program.origins.resize(3);
  EXPECT_EQ(notes_of(program).instructions.size(), program.instructions.size());
}

TEST(MemoryMapTest, EveryByteOfTheDramIsSomething) {
  const Program program = test::pipeline_program(2);
  const std::vector<DramRange> map = dram_map(program);
  std::uint64_t covered = 0;
  std::vector<std::string> kinds;
  for (const DramRange& range : map) {
    EXPECT_EQ(range.begin, covered);
    covered = range.end;
    std::string kind = dram_range_name(range.kind);
    if (range.kind == DramRange::Kind::parameters)
      kind = parameter_name(range.part.parameter) + std::to_string(range.part.layer);
    kinds.push_back(kind);
  }
  EXPECT_EQ(covered, 65536U);
  EXPECT_EQ(kinds.front(), "weights0");
  EXPECT_THAT(kinds, testing::IsSupersetOf({"biases0", "requantization0", "elementwise1", "tensor",
                                            "instructions", "free"}));
}

TEST(MemoryMapTest, ActivationsAndWhatIsNeverUsed) {
  const Program program = test::pipeline_program(2);
  const std::vector<ActivationRange> map = activation_map(program);
  ASSERT_EQ(map.size(), 2U);
  EXPECT_EQ(map[0].tensor, 0U);
  EXPECT_EQ(map[0].first_instruction, 0U);
  EXPECT_LT(map[0].begin, map[0].end);
  EXPECT_LT(map[0].last_instruction, program.instructions.size());
  std::uint64_t unused = 0;
  for (const auto& [begin, end] : unused_bytes(map, 1024)) {
    for (const ActivationRange& range : map) EXPECT_TRUE(end <= range.begin || begin >= range.end);
    unused += end - begin;
  }
  EXPECT_GT(unused, 0U);
  EXPECT_THAT(unused_bytes({}, 10), ElementsAre(std::pair<std::uint64_t, std::uint64_t>(0, 10)));
}

}  // namespace
}  // namespace npusim::isa
