// SPDX-License-Identifier: Apache-2.0
#include "frontend/compile/draft.h"

#include <gmock/gmock.h>

namespace npusim::compile {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

MATCHER_P4(Touches, space, is_write, begin, end, "") {
  *result_listener << "space " << static_cast<int>(arg.space) << (arg.is_write ? " write" : " read")
                   << " [" << arg.begin << ", " << arg.end << ")";
  return arg.space == space && arg.is_write == is_write &&
         arg.begin == static_cast<std::uint64_t>(begin) &&
         arg.end == static_cast<std::uint64_t>(end);
}

const std::vector<Access>& accesses(const Draft& draft) {
  return draft.instructions().back().accesses;
}

TEST(Draft, ATransferTouchesTheHullOnBothSides) {
  isa::Dma dma;
  dma.dram_address = 1000;
  dma.local_address = 10;
  dma.bytes = 6;
  dma.count1 = 4;
  dma.dram_stride1 = 100;
  dma.local_stride1 = 6;
  dma.count2 = 2;
  dma.dram_stride2 = 1000;
  dma.local_stride2 = 24;
  Draft draft;
  EXPECT_EQ(draft.load_activations(dma), 0);
  EXPECT_THAT(accesses(draft), ElementsAre(Touches(Space::dram, false, 1000, 2306),
                                           Touches(Space::activations, true, 10, 58)));
  EXPECT_EQ(draft.store_activations(dma), 1);
  EXPECT_THAT(accesses(draft), ElementsAre(Touches(Space::activations, false, 10, 58),
                                           Touches(Space::dram, true, 1000, 2306)));
  draft.load_weights(dma);
  EXPECT_THAT(accesses(draft), ElementsAre(Touches(Space::dram, false, 1000, 2306),
                                           Touches(Space::weights, true, 10, 58)));
}

TEST(Draft, APreloadReadsWeightsAndTheBiasesItLoads) {
  isa::Preload preload;
  preload.weights_address = 100;
  preload.bias_address = 20;
  preload.k_begin = 8;
  preload.k_end = 19;
  preload.columns = 3;
  Draft draft;
  draft.preload(preload);
  EXPECT_THAT(accesses(draft), ElementsAre(Touches(Space::weights, false, 100, 133)));
  preload.load_bias = true;
  draft.preload(preload);
  EXPECT_THAT(accesses(draft), ElementsAre(Touches(Space::weights, false, 100, 133),
                                           Touches(Space::weights, false, 20, 32)));
}

isa::Matmul three_by_three() {
  isa::Matmul matmul;
  matmul.acc_row = 7;
  matmul.pixels = 6;
  matmul.out_width = 4;
  matmul.k_begin = 0;
  matmul.k_end = 9 * 2;
  matmul.columns = 5;
  matmul.in_address = 1000;
  matmul.in_height = 6;
  matmul.in_width = 4;
  matmul.channels = 2;
  matmul.pixel_stride_bytes = 10;
  matmul.row_stride_bytes = 40;
  matmul.kernel_h = matmul.kernel_w = 3;
  matmul.pad_top = matmul.pad_left = 1;
  return matmul;
}

TEST(Draft, AMatmulReadsTheRowsThatItsPixelsTouch) {
  isa::Matmul matmul = three_by_three();
  Draft draft;
  draft.matmul(matmul);  // output rows 0 and 1: input rows -1 to 2
  EXPECT_THAT(accesses(draft), ElementsAre(Touches(Space::activations, false, 1000, 1112),
                                           Touches(Space::accumulators, true, 7, 13)));
  matmul.first_pixel = 10;  // output rows 2 and 3: input rows 1 to 4
  draft.matmul(matmul);
  EXPECT_THAT(accesses(draft), ElementsAre(Touches(Space::activations, false, 1040, 1192),
                                           Touches(Space::accumulators, true, 7, 13)));
}

TEST(Draft, AMatmulReadsTheRowsOfItsTapsOnly) {
  isa::Matmul matmul = three_by_three();
  matmul.k_begin = 12;  // the last kernel row: input rows 1 and 2
  Draft draft;
  draft.matmul(matmul);
  EXPECT_THAT(accesses(draft), ElementsAre(Touches(Space::activations, false, 1040, 1112),
                                           Touches(Space::accumulators, true, 7, 13)));
  matmul.mode = isa::ArrayMode::depthwise;
  matmul.columns = 2;
  matmul.k_begin = 0;
  matmul.k_end = 4;  // kernel rows 0 and 1: input rows -1 to 1
  draft.matmul(matmul);
  EXPECT_THAT(accesses(draft), ElementsAre(Touches(Space::activations, false, 1000, 1072),
                                           Touches(Space::accumulators, true, 7, 13)));
}

TEST(Draft, AMatmulOverPaddingReadsNothing) {
  isa::Matmul matmul = three_by_three();
  matmul.pad_top = 5;  // output rows 0 and 1: input rows -5 to -2
  Draft draft;
  draft.matmul(matmul);
  EXPECT_THAT(accesses(draft), ElementsAre(Touches(Space::accumulators, true, 7, 13)));
}

TEST(Draft, ARequantizationReadsItsParametersAndWritesTheHullOfItsPixels) {
  isa::Requantize requantize;
  requantize.acc_row = 3;
  requantize.pixels = 4;
  requantize.columns = 5;
  requantize.out_address = 500;
  requantize.out_pixel_stride_bytes = 20;
  Draft draft;
  draft.requantize(requantize, 64, 77);
  EXPECT_THAT(accesses(draft), UnorderedElementsAre(Touches(Space::accumulators, false, 3, 7),
                                                    Touches(Space::weights, false, 64, 77),
                                                    Touches(Space::activations, true, 500, 565)));
}

TEST(Draft, AMaxPoolingHasNoRecord) {
  isa::Pool pool;
  pool.in_address = 100;
  pool.in_height = 5;
  pool.in_width = 3;
  pool.channels = pool.pixel_stride_bytes = 4;
  pool.row_stride_bytes = 12;
  pool.kernel_h = pool.kernel_w = 2;
  pool.stride_h = 2;
  pool.out_address = 300;
  pool.out_pixel_stride_bytes = 4;
  pool.out_width = 2;
  pool.first_pixel = 2;
  pool.pixels = 2;  // output row 1: input rows 2 and 3
  pool.record_address = 30;
  Draft draft;
  draft.pool(pool, 0);
  EXPECT_THAT(accesses(draft), UnorderedElementsAre(Touches(Space::activations, false, 124, 148),
                                                    Touches(Space::activations, true, 300, 308)));
  draft.pool(pool, 8);
  EXPECT_THAT(accesses(draft), testing::Contains(Touches(Space::weights, false, 30, 38)));
}

TEST(Draft, AnOperandBReadsOnePixelWhereItIsBroadcast) {
  isa::Elementwise e;
  e.operation = isa::ElementwiseOperation::mul;
  e.pixels = 3;
  e.channels = 4;
  e.a_address = 100;
  e.b_address = 200;
  e.out_address = 300;
  e.a_pixel_stride_bytes = e.b_pixel_stride_bytes = e.out_pixel_stride_bytes = 8;
  const auto a = Touches(Space::activations, false, 100, 120);
  const auto record = Touches(Space::weights, false, 0, 5);
  const auto out = Touches(Space::activations, true, 300, 320);
  Draft draft;
  draft.elementwise(e, 5);
  EXPECT_THAT(accesses(draft),
              UnorderedElementsAre(a, record, out, Touches(Space::activations, false, 200, 220)));
  e.broadcast_b = true;
  draft.elementwise(e, 5);
  EXPECT_THAT(accesses(draft),
              UnorderedElementsAre(a, record, out, Touches(Space::activations, false, 200, 204)));
  e.operation = isa::ElementwiseOperation::rescale;
  draft.elementwise(e, 5);
  EXPECT_THAT(accesses(draft), UnorderedElementsAre(a, record, out));
}

TEST(Draft, InstructionsKnowTheirOrigin) {
  Draft draft;
  draft.set_origin(3, 1);
  draft.preload({});
  EXPECT_EQ(draft.last(), 0);
  EXPECT_EQ(draft.layer(), 3U);
  EXPECT_EQ(draft.instructions()[0].origin.layer, 3U);
  EXPECT_EQ(draft.instructions()[0].origin.tile, 1U);
}

TEST(Draft, HoldingATensorIsAReadOfAllOfIt) {
  Draft draft;
  draft.requantize({}, 0, 0);
  draft.hold_until(0, 64, 128);
  EXPECT_THAT(accesses(draft), testing::Contains(Touches(Space::activations, false, 64, 128)));
}

}  // namespace
}  // namespace npusim::compile
