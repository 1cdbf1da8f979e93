// SPDX-License-Identifier: Apache-2.0
#include "sim/report/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "tests/unit/report/example.h"

namespace npusim::report {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kExpected[] = R"(Network     example_net, 2 layers, 158,033,920 MACs
Scheme      shift_scaler, 4-bit field, rule floor, bias correction
Hardware    npu_test, 32 x 16 MACs at 500 MHz, peak 256 GMAC/s, DRAM 12.8 GB/s
Accumulator 32 bits, guaranteed

Accuracy over 2,000 images of example
                     top-1     top-5    top-1 to float   agreement    parameters
  float            95.00 %   99.95 %
  per_layer        50.00 %   75.00 %     -45.00 points     50.50 %      45 bytes
> shift_scaler     94.50 %   99.90 %      -0.50 points     97.50 %      77 bytes
  per_channel      95.05 %   99.95 %      +0.05 points     98.00 %     320 bytes

Simulation of 2 images
  bit-exact: every value of every layer equals the integer network's

Cycles of one inference from reset
  total 1,234,567 cycles, latency 2.469 ms, utilisation 25.0 %
  unit (cycles)             busy     stalled        idle
  mac_array            1,000,000     200,000      34,567
    port 150,000, wait_dma_in 50,000
  vector                       0           0   1,234,567

Layers
  name                   kind                    MACs      cycles  util  bound
  conv_1                 conv             158,033,920   1,200,000  28 %  compute
  pool                   pool                       0      34,567     -  memory
  cycles: what a layer adds to the total; layers overlap
  util: MACs to the array's peak, from the layer's first to its last busy cycle

Memory
  weights                                864 bytes
  biases                                 128 bytes
  requantization parameters               45 bytes
  channel shifts                          32 bytes
  instructions                         6,400 bytes
  activations, peak on chip           65,536 bytes
  activations, through DRAM          401,408 bytes, 1 of 2 layers
    conv_1
  DRAM read per inference         12,345,678 bytes
  DRAM written per inference           4,096 bytes

Notes
  accuracy of a further scheme left out: layer 'conv_1', channel 17:
  hardware.mac_array.accumulator_bits: got 16, must be at least 19
)";

TEST(TextTest, NamesTheFirstOfManyLayersThatSpillWithin80Columns) {
  Report report = example_report();
  report.layers.resize(20, report.layers[0]);
  for (std::size_t i = 0; i < report.layers.size(); ++i) {
    report.layers[i].name = "a_rather_long_name_" + std::to_string(i);
    report.layers[i].is_spilled = i != 3;
  }
  const std::string text = to_text(report, {});
  EXPECT_NE(text.find(", 19 of 20 layers\n"), std::string::npos) << text;
  EXPECT_NE(text.find("    a_rather_long_name_0, a_rather_long_name_1, a_rather_long_name_2,\n"
                      "    a_rather_long_name_4, a_rather_long_name_5, a_rather_long_name_6,\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("a_rather_long_name_12 and 7 more\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("long_name_13\n"), std::string::npos) << text;
}

TEST(TextTest, WholeReport) {
  Report report = example_report();
  report.notes = {
      "accuracy of a further scheme left out: layer 'conv_1', channel 17: "
      "hardware.mac_array.accumulator_bits: got 16, "
      "must be at least 19"};
  EXPECT_EQ(to_text(report), kExpected);
}

TEST(TextTest, NeverWiderThanATerminalWhateverTheNumbers) {
  Report report = example_report();
  constexpr std::int64_t kHuge = 999'999'999'999;
  report.workload.network = std::string(300, 'n');
  report.workload.name = std::string(300, 'w');
  report.hardware.name = std::string(64, 'h');
  report.cycles.total = kHuge;
  report.cycles.latency_seconds = 999;
  report.cycles.steady_state_total = kHuge;
  report.cycles.steady_state_utilization = 1;
  report.cycles.images.resize(4096, {kHuge, kHuge});
  report.cycles.units = {{"command_processor", 999'999'999, 999'999'999, {}}};
  for (const char* cause :
       {"fetch", "queue_full", "wait_requantization", "wait_weight_loader", "wait_dma_weights"}) {
    report.cycles.units[0].stall_cycles[cause] = kHuge / 10;
  }
  report.layers[0] = {
      std::string(200, 'l'), "depthwise_conv", 9'999'999'999, 999'999'999, 1, 1, 1, 1, 1, 1, 1, 1};
  report.simulation.mismatched_values = kHuge;
  report.simulation.first_mismatch =
      Mismatch{9999, std::string(200, 'l'), 99999, 99999, 99999, -128, 127};
  report.notes = {std::string(300, 'x') + " " + std::string(200, 'y'), "a b c"};
  std::istringstream lines(to_text(report));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), kTextColumns) << line;
}

TEST(TextTest, SaysWhatOneMoreImageCosts) {
  Report report = example_report();
  report.cycles.steady_state_total = 1'000'000;
  report.cycles.steady_state_utilization = 0.3125;
  EXPECT_THAT(to_text(report),
              HasSubstr("utilisation 25.0 %\n"
                        "  steady state 1,000,000 cycles for one more image, utilisation 31.2 %\n"
                        "  unit"));
}

TEST(TextTest, OfConsecutiveImagesTheEndsAndTheLayersOfTheLast) {
  Report report = example_report();
  for (std::int64_t i = 1; i < 10; ++i) {
    for (std::size_t l = 0; l < 2; ++l) {
      report.layers.push_back(report.layers[l]);
      report.layers.back().image = i;
    }
  }
  report.layers.back().name = "last_pool";
  for (std::int64_t i = 1; i <= 10; ++i) report.cycles.images.push_back({1000 * i, 1000});
  const std::string text = to_text(report);
  EXPECT_THAT(text, HasSubstr(", 2 layers, 158,033,920 MACs\n"));
  EXPECT_THAT(text, HasSubstr("Cycles of 10 consecutive images from reset\n"));
  EXPECT_THAT(text, HasSubstr("  image 0 ends at 1,000\n"
                              "  image 1 ends at 2,000, 1,000 after the one before\n"));
  EXPECT_THAT(text, HasSubstr("  image 3 ends at 4,000, 1,000 after the one before\n  ...\n"
                              "  image 6 ends at 7,000, 1,000 after the one before\n"));
  EXPECT_THAT(text, HasSubstr("  image 9 ends at 10,000, 1,000 after the one before\n  unit"));
  EXPECT_THAT(text, HasSubstr("Layers of image 9\n"));
  EXPECT_THAT(text, HasSubstr("  last_pool "));
  EXPECT_THAT(text, Not(HasSubstr("\n  pool ")));
  EXPECT_THAT(text, HasSubstr(", 1 of 2 layers\n"));
  EXPECT_THAT(text, HasSubstr("DRAM read, all images"));
}

TEST(TextTest, NumbersOfALongRunDoNotTouch) {
  Report report = example_report();
  constexpr std::int64_t kHuge = 999'999'999'999;
  report.cycles.total = kHuge;
  report.cycles.units = {{"vector", kHuge, kHuge, {{"feeder", kHuge}}}};
  report.layers[0].macs = kHuge;
  report.layers[0].cycles = kHuge;
  const std::string text = to_text(report);
  EXPECT_THAT(text, HasSubstr("  vector             999,999,999,999 999,999,999,999 "
                              "999,999,999,999\n"));
  EXPECT_THAT(text, HasSubstr("  conv_1           conv           999,999,999,999 999,999,999,999  "
                              "28 %  compute\n"));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), kTextColumns) << line;
}

TEST(TextTest, StallsBreakWithRoomForTheComma) {
  Report report = example_report();
  for (std::int64_t count = 1; count < 1'000'000'000'000; count *= 10) {
    report.cycles.units[0].stall_cycles = {{"feeder", 2800},
                                           {"shadow_full", count},
                                           {"wait_dma_in", 741},
                                           {"wait_requantization", 4072},
                                           {"wait_vector", 118}};
    std::istringstream lines(to_text(report));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), kTextColumns) << line;
  }
}

TEST(TextTest, MismatchNamesLayerCoordinateAndBothValues) {
  Report report = example_report();
  report.simulation.mismatched_values = 1234;
  report.simulation.first_mismatch = Mismatch{1, "conv_1", 2, 3, 4, -5, 6};
  const std::string text = to_text(report);
  EXPECT_THAT(text, HasSubstr("NOT bit-exact: 1,234 values differ"));
  EXPECT_THAT(text, HasSubstr("first: image 1, layer conv_1\n"));
  EXPECT_THAT(text, HasSubstr("row 2, column 3, channel 4: got -5, must be 6\n"));
}

TEST(TextTest, ColourOnlyWhereAskedFor) {
  EXPECT_THAT(to_text(example_report()), Not(HasSubstr("\x1b")));
  EXPECT_THAT(to_text(example_report(), {/*colour=*/true}), HasSubstr("\x1b[32mbit-exact\x1b[0m"));
}

TEST(TextTest, WithoutAccuracyAndComparison) {
  Report report = example_report();
  report.accuracy.reset();
  report.simulation.mismatched_values.reset();
  EXPECT_THAT(to_text(report), Not(HasSubstr("Accuracy")));
  EXPECT_THAT(to_text(report), HasSubstr("  output sha256 aa\n"));
  report.simulation.output_sha256.clear();
  EXPECT_THAT(to_text(report), HasSubstr("timing only"));
}

TEST(TextTest, ADramOfBanksSaysWhatItDid) {
  Report report = example_report();
  EXPECT_THAT(to_text(report), Not(HasSubstr("\nDRAM\n")));
  report.dram = Dram{true, 75'000, 10'000, 15'000, 4, 5, 0};
  EXPECT_THAT(to_text(report), HasSubstr("\nDRAM\n"
                                         "  row hits                            75,000, 75 %\n"
                                         "  row misses                          10,000, 10 %\n"
                                         "  row conflicts                       15,000, 15 %\n"
                                         "  refreshes                                4\n"
                                         "  read/write turnarounds                   5\n"
                                         "  requests of other masters                0\n"));
  report.dram = Dram{false, 0, 0, 0, 0, 0, 12};
  EXPECT_THAT(to_text(report), HasSubstr("\nDRAM\n"
                                         "  requests of other masters               12\n"));
}

TEST(TextTest, AccumulatorsThatOverflowSayHowOftenAndWhereMost) {
  Report report = example_report();
  report.hardware.accumulator = "saturate";
  report.hardware.accumulator_bits = 14;
  report.quantization.safe_accumulator_bits = 21;
  report.layers[0].safe_accumulator_bits = 21;
  report.simulation.overflows.emplace();
  Overflows& overflows = report.accuracy->schemes[1].overflows.emplace();
  overflows.add("conv_0", 400);
  overflows.add("conv_1", 7000);
  const std::string text = to_text(report, {});
  EXPECT_THAT(text, testing::HasSubstr(
                        "\nAccumulator 14 bits, saturate, 21 hold every sum (widest: conv_1)\n"));
  EXPECT_THAT(text, testing::HasSubstr("\n  7,400 additions overflowed, most in conv_1: 7,000\n"));
  EXPECT_THAT(text, testing::HasSubstr("\n  0 additions overflowed\n"));
}

}  // namespace
}  // namespace npusim::report
