// SPDX-License-Identifier: Apache-2.0
// Results that differ in one thing: what the comparison says of it, and that it says no more.
#include "sim/golden/comparison.h"

#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "sim/golden/explanation.h"
#include "sim/golden/results.h"

namespace npusim::golden {
namespace {

using Names = std::vector<std::string>;

const std::string kDigest(64, 'a');
const std::string kOther(64, 'b');

/// Two layers and an input; of one image.
Results results() {
  Results results;
  results.report = R"({"schema_version": 1, "hardware": {}, "quantization": {},
    "cycles": {"total": 300}, "memory": {"weights_bytes": 40},
    "layers": [{"name": "one", "cycles": 100}, {"name": "two", "cycles": 200}]})";
  results.program = {{kWholeProgram, 64, kDigest}, {"instructions", 32, kDigest}};
  results.layers = {{"input", "input", "", "", "1111111111111111", 4, {{kDigest, 4, 16}}},
                    {"one",
                     "conv",
                     "0123456789abcdef",
                     "2222222222222222",
                     "3333333333333333",
                     4,
                     {{kDigest, 8, 16}}},
                    {"two, \"2\"",
                     "gemm",
                     "4444444444444444",
                     "5555555555555555",
                     "6666666666666666",
                     2,
                     {{kDigest, -3, 5}}}};
  return results;
}

Results with(void (*change)(Results&)) {
  Results changed = results();
  change(changed);
  return changed;
}

void replace(std::string& text, const std::string& from, const std::string& to) {
  text.replace(text.find(from), from.size(), to);
}

Names moved(void (*change)(Results&)) { return compare(results(), with(change), {}).moved(); }

TEST(Results, TablesReadBackAsTheyWereWritten) {
  const Results wanted = results();
  const std::string layers = layers_csv(wanted.layers);
  const std::string program = program_csv(wanted.program);
  EXPECT_EQ(layers_csv(parse_layers_csv(layers, "layers.csv")), layers);
  EXPECT_EQ(program_csv(parse_program_csv(program, "program.csv")), program);
  EXPECT_EQ(parse_layers_csv(layers, "layers.csv").at(2).name, "two, \"2\"");
  EXPECT_EQ(parse_layers_csv(layers, "layers.csv").at(2).tensors.at(0).sum, -3);
}

TEST(Results, DamagedTablesAreRefusedWithTheirPlace) {
  const auto message = [](const std::string& text) -> std::string {
    try {
      parse_layers_csv(text, "layers.csv");
    } catch (const base::InputError& error) {
      return error.what();
    }
    return "taken";
  };
  const std::string good = layers_csv(results().layers);
  EXPECT_EQ(message(good.substr(0, good.size() - 2)),
            "layers.csv:4: sum_of_squares_0: got \"\", must be an integer");
  std::string text = good;
  replace(text, "0123456789abcdef", "0123456789abcdeF");
  EXPECT_EQ(message(text),
            "layers.csv:3: network: got 0123456789abcdeF, must be 16 hex digits, or nothing");
  text = good;
  replace(text, ",4,", ",4,,");
  EXPECT_EQ(message(text), "layers.csv:2: line: got 10 fields, must be 9 fields");
  EXPECT_NE(message("").find("layers.csv:1: columns: got others, must be layer,kind,"),
            std::string::npos);
}

TEST(Comparison, TheSameIsTheSame) {
  EXPECT_TRUE(compare(results(), results(), {}).is_same());
  EXPECT_EQ(explanation(compare(results(), results(), {})), "");
}

TEST(Comparison, OneChangeMovesOneThing) {
  EXPECT_EQ(moved([](Results& r) { replace(r.report, "\"total\": 300", "\"total\": 301"); }),
            Names{"cycles"});
  EXPECT_EQ(moved([](Results& r) { replace(r.report, "\"cycles\": 200", "\"cycles\": 1"); }),
            Names{"cycles"});
  EXPECT_EQ(moved([](Results& r) { replace(r.report, "40", "41"); }), Names{"footprint"});
  EXPECT_EQ(moved([](Results& r) { r.program[1].sha256 = kOther; }), Names{"program"});
  EXPECT_EQ(moved([](Results& r) { r.program[0].sha256 = kOther; }), Names{"program"});
  EXPECT_EQ(moved([](Results& r) { r.program.pop_back(); }), Names{"program"});
  EXPECT_EQ(moved([](Results& r) { r.layers[1].network = ""; }), Names{"network"});
  EXPECT_EQ(moved([](Results& r) { r.layers[1].weights = ""; }), Names{"weights"});
  EXPECT_EQ(moved([](Results& r) { r.layers[2].parameters = ""; }), Names{"parameters"});
  EXPECT_EQ(moved([](Results& r) { r.layers[0].tensors[0].sha256 = kOther; }), Names{"input"});
  EXPECT_EQ(moved([](Results& r) { r.layers[2].tensors[0].sha256 = kOther; }), Names{"values"});
  EXPECT_EQ(moved([](Results& r) { r.layers[2].tensors.clear(); }), Names{"values"});
  EXPECT_EQ(moved([](Results& r) { r.layers.pop_back(); }), Names{"network"});
  EXPECT_EQ(moved([](Results& r) { r.layers[1].name = "other"; }), Names{"network"});
}

TEST(Comparison, TheHardwareInAProgramIsToldAsConfigurationWhereThatMoved) {
  Results before = results();
  before.program.push_back({kHardwareTimings, 3, kDigest});
  Results after = before;
  after.program.back().sha256 = kOther;
  EXPECT_EQ(compare(before, after, {}).moved(), Names{"program"});
  replace(after.report, "\"hardware\": {}", "\"hardware\": {\"name\": \"x\"}");
  EXPECT_EQ(compare(before, after, {}).moved(), Names{"configuration"});
}

TEST(Comparison, ATensorTellsHowFarItIsAtLeast) {
  const Results after = with([](Results& r) { r.layers[1].tensors[0] = {kOther, 12, 100}; });
  const Comparison comparison = compare(results(), after, {});
  ASSERT_EQ(comparison.tensors.size(), 1U);
  const TensorChange& change = comparison.tensors[0];
  EXPECT_EQ(change.layer, "one");
  EXPECT_EQ(change.mean_before, 2);  // 8 / 4
  EXPECT_EQ(change.mean_after, 3);   // 12 / 4
  EXPECT_EQ(change.rms_before, 2);   // sqrt(16 / 4)
  EXPECT_EQ(change.rms_after, 5);    // sqrt(100 / 4)
  EXPECT_EQ(change.least_distance(), 3);
}

TEST(Comparison, TolerancesAllowWhatTheyNameAndNoMore) {
  const Results after = with([](Results& r) {
    replace(r.report, "\"total\": 300", "\"total\": 303");
    r.layers[1].weights = "";
    r.program[1].sha256 = kOther;
  });
  const auto left = [&](const std::vector<Tolerance>& tolerances) {
    return compare(results(), after, tolerances).moved();
  };
  EXPECT_EQ(left({{"cycles.total", 0, 0.01, false}}), (Names{"weights", "program"}));
  EXPECT_EQ(left({{"cycles.total", 0, 0.009, false}}), (Names{"weights", "program", "cycles"}));
  EXPECT_EQ(left({{"cycles.total", 3, 0, false}}), (Names{"weights", "program"}));
  EXPECT_EQ(left({{"layers.one.weights", 0, 0, true}}), (Names{"program", "cycles"}));
  EXPECT_EQ(left({{"layers.two.weights", 0, 0, true}}), (Names{"weights", "program", "cycles"}));
  EXPECT_EQ(left({{"layers.one.weights", 100, 100, false}}),
            (Names{"weights", "program", "cycles"}));
  EXPECT_EQ(left({{"*", 0, 0, true}}), Names{});
}

TEST(Explanation, NamesTheFirstLayerAndTheOneThatMovedMost) {
  const Results after = with([](Results& r) {
    replace(r.report, "\"total\": 300", "\"total\": 351");
    replace(r.report, "\"cycles\": 100", "\"cycles\": 101");
    replace(r.report, "\"cycles\": 200", "\"cycles\": 250");
    r.layers[1].tensors[0] = {kOther, 12, 16};
    r.layers[2].weights = "0000000000000000";
  });
  EXPECT_EQ(explanation(compare(results(), after, {})),
            "  weights        only layer two, \"2\": codes\n"
            "  values         first: one, image 0\n"
            "                   mean code 2 -> 3, rms 2 -> 2\n"
            "                 1 of 2 layers\n"
            "  cycles         total: 300 -> 351 cycles (+17.00 %)\n"
            "                 first: one: 100 -> 101 cycles (+1.00 %)\n"
            "                 most:  two: 200 -> 250 cycles (+25.00 %)\n"
            "                 2 of 2 layers\n");
}

}  // namespace
}  // namespace npusim::golden
