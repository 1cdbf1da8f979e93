// SPDX-License-Identifier: Apache-2.0
// Networks as other tools write them, quantized and exported: sound by ONNX's own checker, with
// the inputs, outputs and layers of the model they come from, and the same integers when they are
// read back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/checker.h>
#include <onnx/shape_inference/implementation.h>

#include <cstddef>

#include "tests/support/exported_networks.h"
#include "tests/support/integer_graphs.h"
#include "tests/unit/export/export_helpers.h"

namespace npusim {
namespace {

using testing::IsEmpty;

class Networks : public testing::TestWithParam<std::size_t> {
 protected:
  const test::ExportedNetwork& network() const { return test::exported_networks().at(GetParam()); }
};

TEST_P(Networks, AreReadBackWithTheirInterface) {
  const std::string original = network().build().bytes();
  const test::Network from = test::read_network(original);
  for (const char* scheme : {"per_layer", "shift_scaler", "per_channel"}) {
    const graph::QuantizedGraph ours = test::quantized(from.graph, scheme);
    const exporter::ExportedModel exported =
        exporter::to_onnx(from.graph, ours, from.interface, {{"scheme", scheme}});
    onnx::ModelProto model = test::parsed(exported.bytes);
    onnx::checker::check_model(model);
    onnx::shape_inference::InferShapes(model, onnx::OpSchemaRegistry::Instance(),
                                       {/*check_type=*/true, /*error_mode=*/1, /*data_prop=*/true});

    const test::Network read = test::read_network(exported.bytes);
    EXPECT_THAT(test::integers_that_differ(ours, test::quantized(read.graph, scheme)), IsEmpty());
    EXPECT_THAT(read.notes, IsEmpty());
    ASSERT_EQ(read.interface.inputs.size(), 1U);
    EXPECT_EQ(read.interface.inputs[0].name, from.interface.inputs[0].name);
    EXPECT_EQ(read.interface.inputs[0].dims, network().input);
    EXPECT_EQ(read.interface.inputs[0].has_channels_last, network().channels_last);
    ASSERT_EQ(read.interface.outputs.size(), from.interface.outputs.size());
    for (std::size_t i = 0; i < read.interface.outputs.size(); ++i) {
      EXPECT_EQ(read.interface.outputs[i].name, from.interface.outputs[i].name);
      EXPECT_EQ(read.interface.outputs[i].dims, from.interface.outputs[i].dims);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, Networks,
                         testing::Range<std::size_t>(0, test::exported_networks().size()),
                         [](const auto& param) {
                           return test::exported_networks().at(param.param).name;
                         });

}  // namespace
}  // namespace npusim
