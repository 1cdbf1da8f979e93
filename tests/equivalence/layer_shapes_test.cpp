// SPDX-License-Identifier: Apache-2.0
// The layers that known networks bring, each on every hardware file of configs/: they compile, the
// semaphores order everything, and the machine computes what the integer executor does.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>
#include <tuple>
#include <vector>

#include "frontend/compile/compile.h"
#include "sim/config/hardware_reader.h"
#include "sim/functional/race_check.h"
#include "tests/support/quantized_graphs.h"
#include "tests/support/readings.h"
#include "tests/support/support.h"

namespace npusim {
namespace {

using graph::NodeId;
using graph::PoolKind;
using graph::Window;
using test::QuantizedGraphBuilder;
using test::square_window;

struct Case {
  const char* name;
  std::function<void(QuantizedGraphBuilder&)> layers;
};

Window window(std::int64_t kernel_h, std::int64_t kernel_w, std::int64_t stride_h = 1,
              std::int64_t stride_w = 1) {
  Window w;
  w.kernel_h = kernel_h;
  w.kernel_w = kernel_w;
  w.stride_h = stride_h;
  w.stride_w = stride_w;
  return w;
}

Window global(const graph::Shape& shape) { return window(shape.height, shape.width); }

/// x * lookup(fc(lookup(fc(mean of x)))), as squeeze-and-excite does.
void squeeze_and_excite(QuantizedGraphBuilder& b, NodeId x, std::int64_t squeezed) {
  const NodeId mean = b.pool(x, PoolKind::average, global(b.shape(x)));
  const NodeId gate = b.lookup(b.conv(b.lookup(b.conv(mean, squeezed)), b.shape(x).channels));
  b.mul(x, gate);
}

std::vector<Case> dense_layers() {
  return {
      {"LongFullyConnected",
       [](auto& b) {
         b.gemm(b.gemm(b.input({7, 7, 512}), 96), 1000);
       }},
      {"WideFullyConnected",
       [](auto& b) {
         b.gemm(b.gemm(b.input({1, 1, 640}), 4096), 640);
       }},
      {"StemOfSevenBySeven",
       [](auto& b) {
         const NodeId stem = b.conv(b.input({224, 224, 3}), 64, square_window(7, 2, 3));
         b.pool(stem, PoolKind::max, square_window(3, 2, 1));
       }},
      {"ManyChannelsPointwise",
       [](auto& b) {
         b.conv(b.input({7, 7, 2048}), 512);
       }},
      {"ManyChannelsThreeByThree",
       [](auto& b) {
         b.conv(b.input({14, 14, 512}), 512, square_window(3, 1, 1));
       }},
      {"ProjectionAndResidual",
       [](auto& b) {
         const NodeId in = b.input({56, 56, 64});
         const NodeId reduced = b.conv(b.lookup(in), 48, square_window(3, 2, 1));
         b.add(b.conv(reduced, 128), b.conv(in, 128, window(1, 1, 2, 2)));
       }},
      {"GlobalAverageOfManyChannels",
       [](auto& b) {
         b.gemm(b.pool(b.input({7, 7, 2048}), PoolKind::average, window(7, 7)), 10);
       }},
      {"MaxPoolOfOneHugeWindow",
       [](auto& b) {
         b.pool(b.input({14, 14, 500}), PoolKind::max, window(14, 14));
       }},
      {"FourBranches",
       [](auto& b) {
         const NodeId in = b.input({28, 28, 192});
         b.concat({b.conv(in, 64), b.conv(b.conv(in, 24), 32, square_window(3, 1, 1)),
                   b.conv(b.conv(in, 16), 32, square_window(5, 1, 2)),
                   b.conv(b.pool(in, PoolKind::max, square_window(3, 1, 1)), 33)});
       }},
  };
}

std::vector<Case> mobile_layers() {
  return {
      {"DepthwiseFiveByFive",
       [](auto& b) {
         const NodeId first = b.depthwise(b.input({56, 56, 72}), square_window(5, 2, 2));
         b.depthwise(first, square_window(5, 1, 2));
       }},
      {"DepthwiseDilated",
       [](auto& b) {
         b.depthwise(b.input({33, 31, 40}), square_window(3, 1, 4, 4));
       }},
      {"DepthwiseOverTheWholeMap",
       [](auto& b) {
         b.depthwise(b.input({7, 7, 2048}), window(7, 7));
       }},
      {"Grouped",
       [](auto& b) {
         const NodeId first = b.conv(b.input({28, 28, 96}), 192, square_window(3, 1, 1), 32);
         b.conv(first, 64, square_window(3, 2, 1), 4);
       }},
      {"SqueezeAndExcite",
       [](auto& b) {
         squeeze_and_excite(b, b.input({56, 56, 96}), 24);
       }},
      {"SqueezeAndExciteOfALargeMap",
       [](auto& b) {
         squeeze_and_excite(b, b.conv(b.input({112, 112, 8}), 32), 8);
       }},
      {"LookupOfALargeMap",
       [](auto& b) {
         b.lookup(b.lookup(b.input({128, 131, 40})));
       }},
      {"AddOfSpilledMaps",
       [](auto& b) {
         const NodeId in = b.input({112, 112, 24});
         b.add(b.add(b.lookup(in), in), b.depthwise(in, square_window(3, 1, 1)));
       }},
      {"AddOfLongVectors",
       [](auto& b) {
         const NodeId in = b.input({1, 1, 40000});
         b.add(in, b.lookup(in));
       }},
      {"KeywordSpotting",
       [](auto& b) {
         Window stem = window(10, 4, 2, 2);
         stem.pad_top = 4;
         stem.pad_bottom = 5;
         stem.pad_left = stem.pad_right = 1;
         const NodeId first = b.conv(b.input({49, 10, 1}), 64, stem);
         const NodeId second = b.conv(b.depthwise(first, square_window(3, 1, 1)), 64);
         b.gemm(b.pool(second, PoolKind::average, global(b.shape(second))), 12);
       }},
      {"RectangularKernels",
       [](auto& b) {
         const NodeId in = b.input({17, 40, 20});
         const NodeId first = b.conv(in, 30, window(1, 7));
         b.conv(first, 12, window(7, 1, 1, 2));
         b.depthwise(first, window(3, 11, 2, 1));
       }},
      {"SeveralInputsAndOutputs",
       [](auto& b) {
         const NodeId other = b.input({20, 20, 3});
         const NodeId in = b.input({20, 20, 12});
         b.concat({in, b.conv(other, 5), other});
         b.conv(in, 9, square_window(3, 1, 1));
         b.pool(in, PoolKind::average, square_window(2, 2));
         b.gemm(in, 5);
       }},
  };
}

const std::vector<Case>& cases() {
  static const std::vector<Case> list = [] {
    std::vector<Case> all = dense_layers();
    const std::vector<Case> others = mobile_layers();
    all.insert(all.end(), others.begin(), others.end());
    return all;
  }();
  return list;
}

std::vector<std::string> hardware_files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(test::source_dir() / "configs")) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().filename().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class LayerShapes : public testing::TestWithParam<std::tuple<std::string, std::size_t>> {};

TEST_P(LayerShapes, CompilesAndComputesTheSame) {
  const auto& [file, index] = GetParam();
  const config::HardwareConfig hardware =
      config::read_hardware_config((test::source_dir() / "configs" / file).string());
  const std::vector<std::string> schemes = {"shift_scaler", "per_layer", "per_channel"};
  test::QuantizedGraphOptions options;
  options.scheme = schemes[index % schemes.size()];
  QuantizedGraphBuilder builder(index, options);
  cases()[index].layers(builder);
  const graph::QuantizedGraph graph = builder.build();
  const isa::Program program = compile::compile(graph, hardware, {});
  EXPECT_EQ(functional::find_races(program), std::vector<std::string>{});
  std::int64_t input_bytes = 0;
  for (const std::uint32_t tensor : program.inputs) {
    input_bytes += program.tensors[tensor].elements();
  }
  const std::vector<std::int8_t> input = test::random_codes(index, input_bytes);
  EXPECT_EQ(test::tensors_that_differ(graph, program, input), std::vector<std::string>{});
}

INSTANTIATE_TEST_SUITE_P(All, LayerShapes,
                         testing::Combine(testing::ValuesIn(hardware_files()),
                                          testing::Range<std::size_t>(0, cases().size())),
                         [](const testing::TestParamInfo<LayerShapes::ParamType>& info) {
                           const std::string file = std::get<0>(info.param);
                           return file.substr(0, file.size() - 5) + "_" +
                                  cases()[std::get<1>(info.param)].name;
                         });

}  // namespace
}  // namespace npusim
