// SPDX-License-Identifier: Apache-2.0
#include "frontend/compile/records.h"

#include <gmock/gmock.h>

#include "frontend/compile/parameter_bytes.h"
#include "tests/support/quantized_graphs.h"
#include "tests/unit/compile/compile_helpers.h"

namespace npusim::compile {
namespace {

using graph::NodeId;
using graph::PoolKind;
using test::QuantizedGraphBuilder;
using test::square_window;
using testing::ElementsAre;

graph::Requantization shifts(std::int32_t bits, std::vector<std::uint8_t> values) {
  graph::Requantization r;
  r.field_bits = bits;
  r.channel_shifts = std::move(values);
  return r;
}

TEST(Records, NumbersAreLittleEndian) {
  Bytes bytes;
  append_scale(bytes, {0x40000001, 62});
  EXPECT_THAT(bytes, ElementsAre(1, 0, 0, 0x40, 62));
}

TEST(PackChannelShifts, FourBitsAreTwoToAByteTheFirstLow) {
  EXPECT_THAT(pack_channel_shifts(shifts(4, {1, 2, 15}), 0, 3), ElementsAre(0x21, 0x0f));
}

TEST(PackChannelShifts, ThreeBitsCrossBytes) {
  // 5, 3, 6 = 101, 011, 110 from the least significant bit up: 1 10 011 101, then 1.
  EXPECT_THAT(pack_channel_shifts(shifts(3, {5, 3, 6}), 0, 3), ElementsAre(0x9d, 0x01));
}

TEST(PackChannelShifts, TwoAndOneBits) {
  EXPECT_THAT(pack_channel_shifts(shifts(2, {3, 0, 1, 2, 1}), 0, 5), ElementsAre(0x93, 0x01));
  EXPECT_THAT(pack_channel_shifts(shifts(1, {1, 0, 0, 1, 1, 0, 0, 0, 1}), 0, 9),
              ElementsAre(0x19, 0x01));
}

TEST(PackChannelShifts, ARangeStartsAtItsOwnFirstBit) {
  EXPECT_THAT(pack_channel_shifts(shifts(4, {1, 2, 3, 4, 5}), 1, 4), ElementsAre(0x32, 0x04));
}

TEST(PackChannelShifts, NoFieldNoBytes) {
  EXPECT_TRUE(pack_channel_shifts(shifts(0, {}), 0, 7).empty());
}

TEST(PackChannelShifts, EveryWidthReadsBack) {
  for (std::int32_t bits = 1; bits <= 4; ++bits) {
    std::vector<std::uint8_t> values;
    values.reserve(67);
    for (int c = 0; c < 67; ++c) values.push_back(static_cast<std::uint8_t>((c * 7) % (1 << bits)));
    const Bytes packed = pack_channel_shifts(shifts(bits, values), 0, 67);
    ASSERT_EQ(packed.size(), static_cast<std::size_t>((67 * bits + 7) / 8));
    for (int c = 0; c < 67; ++c) {
      int value = 0;
      for (int b = 0; b < bits; ++b) {
        const int at = c * bits + b;
        value |= ((packed[static_cast<std::size_t>(at / 8)] >> (at % 8)) & 1) << b;
      }
      EXPECT_EQ(value, values[static_cast<std::size_t>(c)]) << bits << " bits, channel " << c;
    }
  }
}

TEST(VectorRecord, OfEveryKind) {
  graph::QuantizedNode node;
  node.op = graph::QuantizedAdd{0x0102, 0x0304, 20};
  EXPECT_EQ(record_count(node), 1U);
  EXPECT_THAT(vector_record(node, 0), ElementsAre(2, 1, 0, 0, 4, 3, 0, 0, 20));
  node.op = graph::QuantizedMul{{7, 9}};
  EXPECT_THAT(vector_record(node, 0), ElementsAre(7, 0, 0, 0, 9));
  node.op = graph::QuantizedConcat{{{1, 2}, {3, 4}}};
  EXPECT_EQ(record_count(node), 2U);
  EXPECT_THAT(vector_record(node, 1), ElementsAre(3, 0, 0, 0, 4));
  node.op = graph::QuantizedPool{PoolKind::max, {}, false, {}};
  EXPECT_EQ(record_count(node), 0U);
  node.op = graph::QuantizedPool{PoolKind::average, {}, false, {{4, {5, 6}}, {0x0203, {7, 8}}}};
  EXPECT_EQ(record_count(node), 1U);
  EXPECT_THAT(vector_record(node, 0), ElementsAre(2, 4, 0, 5, 0, 0, 0, 6, 3, 2, 7, 0, 0, 0, 8));
}

TEST(VectorRecord, OfALookupIsItsTable) {
  QuantizedGraphBuilder b(1);
  const NodeId lookup = b.lookup(b.input({1, 1, 1}));
  const auto graph = b.build();
  const Bytes record = vector_record(graph.node(lookup), 0);
  const auto& table = std::get<graph::QuantizedLookup>(graph.node(lookup).op).table;
  ASSERT_EQ(record.size(), 256U);
  for (std::size_t i = 0; i < 256; ++i) EXPECT_EQ(static_cast<std::int8_t>(record[i]), table[i]);
}

TEST(VectorRecord, RefusesDivisorsThatNoFieldHolds) {
  graph::QuantizedNode node;
  node.name = "wide";
  node.op = graph::QuantizedPool{PoolKind::average, {}, false, {{65536, {5, 6}}}};
  EXPECT_EQ(input_error_of([&] { vector_record(node, 0); }),
            "layer 'wide': cells of a pooling window: got 65536, must be 1 to 65535");
  node.op =
      graph::QuantizedPool{PoolKind::average, {}, false, std::vector<graph::DivisorScale>(256)};
  EXPECT_EQ(input_error_of([&] { vector_record(node, 0); }),
            "layer 'wide': distinct divisors of the pooling windows: got 256, must be 1 to 255");
}

ParameterBytes bytes_of_conv(const char* scheme, std::int32_t field_bits, std::int64_t channels) {
  test::QuantizedGraphOptions options;
  options.scheme = scheme;
  options.field_bits = field_bits;
  QuantizedGraphBuilder b(1, options);
  const NodeId conv = b.conv(b.input({4, 4, 3}), channels, square_window(3));
  return parameter_bytes(b.build().node(conv));
}

TEST(ParameterBytes, FiveALayerFiveAChannelAndPackedShifts) {
  const ParameterBytes layer = bytes_of_conv("per_layer", 4, 13);
  EXPECT_EQ(layer.weights_bytes, 13 * 27);
  EXPECT_EQ(layer.bias_bytes, 4 * 13);
  EXPECT_EQ(layer.requant_bytes, 5);
  EXPECT_EQ(layer.channel_shift_bytes, 0);
  const ParameterBytes channel = bytes_of_conv("per_channel", 4, 13);
  EXPECT_EQ(channel.requant_bytes, 5 * 13);
  EXPECT_EQ(channel.channel_shift_bytes, 0);
  const std::int64_t packed[] = {2, 4, 5, 7};  // ceil(13 * bits / 8)
  for (std::int32_t bits = 1; bits <= 4; ++bits) {
    const ParameterBytes shifted = bytes_of_conv("shift_scaler", bits, 13);
    EXPECT_EQ(shifted.requant_bytes, 5);
    EXPECT_EQ(shifted.channel_shift_bytes, packed[bits - 1]);
    EXPECT_EQ(shifted.scheme_bytes(), 5 + packed[bits - 1]);
  }
}

TEST(ParameterBytes, OfVectorLayersAndTheSumOfANetwork) {
  QuantizedGraphBuilder b(1);
  const NodeId in = b.input({4, 4, 3});
  const NodeId conv = b.conv(in, 3);
  const NodeId sum = b.add(in, conv);
  const NodeId product = b.mul(sum, in);
  const NodeId joined = b.concat({product, in, sum});
  const NodeId table = b.lookup(joined);
  const NodeId largest = b.pool(table, PoolKind::max, square_window(2));
  const NodeId mean = b.pool(largest, PoolKind::average, square_window(2, 1, 1));
  const auto graph = b.build();
  EXPECT_EQ(parameter_bytes(graph.node(in)).requant_bytes, 0);
  EXPECT_EQ(parameter_bytes(graph.node(sum)).requant_bytes, 9);
  EXPECT_EQ(parameter_bytes(graph.node(product)).requant_bytes, 5);
  EXPECT_EQ(parameter_bytes(graph.node(joined)).requant_bytes, 15);
  EXPECT_EQ(parameter_bytes(graph.node(table)).requant_bytes, 256);
  EXPECT_EQ(parameter_bytes(graph.node(largest)).requant_bytes, 0);
  // Corners, edges and the inside: 1, 2 and 4 real cells.
  EXPECT_EQ(parameter_bytes(graph.node(mean)).requant_bytes, 1 + 3 * 7);
  const ParameterBytes sum_of_all = parameter_bytes(graph);
  EXPECT_EQ(sum_of_all.weights_bytes, 9);
  EXPECT_EQ(sum_of_all.bias_bytes, 12);
  EXPECT_EQ(sum_of_all.channel_shift_bytes, 2);
  EXPECT_EQ(sum_of_all.requant_bytes, 5 + 9 + 5 + 15 + 256 + 22);
}

}  // namespace
}  // namespace npusim::compile
