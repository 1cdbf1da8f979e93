// SPDX-License-Identifier: Apache-2.0
#include "sim/report/difference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "sim/report/difference_text.h"
#include "sim/report/json.h"
#include "sim/report/report_reader.h"
#include "tests/unit/report/example.h"

namespace npusim::report {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

json as_json(const Report& report) { return json::parse(to_json(report)); }

Report configured_report() {
  Report report = example_report();
  report.configuration.emplace();
  report.configuration->hardware.name = report.hardware.name;
  report.configuration->technology = "generic";
  return report;
}

std::vector<std::string> told(const Difference& difference) {
  std::vector<std::string> lines;
  for (const Change& change : difference.changes) {
    lines.push_back(std::string(change_kind_name(change.kind)) + ' ' + change.path + ' ' +
                    change.before.text() + " -> " + change.after.text());
  }
  return lines;
}

std::vector<std::string> refusals(const std::string& text) {
  try {
    read_report(text, "a.json");
  } catch (const base::InputError& error) {
    return error.messages();
  }
  return {};
}

TEST(DifferenceTest, OnlyTheHostMayDifferOfTheSame) {
  Report report = configured_report();
  const json before = as_json(report);
  report.host = {99, 98, 16, {{"npusim", "9.9.9"}}};
  const Difference same = difference(before, as_json(report));
  EXPECT_TRUE(same.is_same());
  EXPECT_THAT(same.changes, IsEmpty());
  EXPECT_EQ(difference_text(same), "");
  EXPECT_EQ(same.summary.front().before.text(), "1234567");
}

TEST(DifferenceTest, EveryValueHasItsPathKindAndBothSides) {
  Report report = configured_report();
  const json before = as_json(report);
  report.configuration->hardware.dram.read_latency_ns = 13;
  report.hardware.config_hash = "another";
  report.simulation.output_sha256[1] = "cc";
  report.accuracy->schemes[1].top1 = 1880;
  report.cycles.total = 1'240'000;
  report.layers[0].cycles += 5'433;
  report.layers[0].dataflow = "weight_stationary";
  report.layers[1].dram_write_bytes = 20;
  report.memory.instructions_bytes = 6464;
  report.notes = {"something"};
  const Difference result = difference(before, as_json(report));
  EXPECT_THAT(told(result),
              ElementsAre("accuracy accuracy.quantized_top1 0.945 -> 0.94",
                          "accuracy accuracy.schemes.shift_scaler.quantized_top1 0.945 -> 0.94",
                          "configuration configuration.hardware.dram.read_latency_ns 100 -> 13",
                          "cycles cycles.total 1234567 -> 1240000",
                          "cycles layers.conv_1.cycles 1200000 -> 1205433",
                          "program layers.conv_1.dataflow output_stationary -> weight_stationary",
                          "footprint layers.pool.dram_write_bytes 10 -> 20",
                          "footprint memory.instructions_bytes 6400 -> 6464",
                          "other notes nothing -> something",
                          "values simulation.output_sha256.1 bb -> cc"));
  EXPECT_EQ(result.changes[4].layer, "conv_1");
  EXPECT_EQ(result.changes[4].key, "cycles");
  EXPECT_EQ(result.changes[4].delta(), 5'433);
  EXPECT_DOUBLE_EQ(result.changes[4].relative().value(), 5'433.0 / 1'200'000);
  EXPECT_FALSE(result.changes[5].delta());
}

// The sections `hardware` and `quantization` repeat what the configuration says.
TEST(DifferenceTest, AFactIsToldOnceAndNeverLost) {
  Report report = configured_report();
  const json before = as_json(report);
  report.configuration->quantization.scheme = "per_layer";
  report.quantization.scheme = "per_layer";
  report.configuration->hardware.mac_array.accumulator_bits = 24;
  report.hardware.accumulator_bits = 24;
  report.hardware.config_hash = "another";
  EXPECT_THAT(
      told(difference(before, as_json(report))),
      ElementsAre("accuracy accuracy.agreement_top1 0.975 -> 0.505",
                  "accuracy accuracy.quantized_top1 0.945 -> 0.5",
                  "accuracy accuracy.quantized_top5 0.999 -> 0.75",
                  "configuration configuration.hardware.mac_array.accumulator_bits 32 -> 24",
                  "configuration configuration.quantization.scheme shift_scaler -> per_layer"));
  Report bare = example_report();
  const json without = as_json(bare);
  bare.hardware.config_hash = "another";
  bare.quantization.field_bits = 3;
  EXPECT_THAT(told(difference(without, as_json(bare))),
              ElementsAre("configuration hardware.config_hash 0123456789abcdef -> another",
                          "configuration quantization.field_bits 4 -> 3"));
}

TEST(DifferenceTest, LayersAreMatchedByNameImageAndCount) {
  Report report = example_report();
  report.layers.push_back(report.layers[1]);  // a second "pool"
  const json before = as_json(report);
  report.layers[2].cycles = 7;
  EXPECT_THAT(told(difference(before, as_json(report))),
              ElementsAre("cycles layers.pool#2.cycles 34567 -> 7"));
  report.layers[2].cycles = 34'567;
  std::swap(report.layers[0], report.layers[1]);
  EXPECT_THAT(told(difference(before, as_json(report))),
              ElementsAre("program layers[0].name conv_1 -> pool"));
  report.layers.erase(report.layers.begin());
  report.layers[0].name = "renamed";
  EXPECT_THAT(told(difference(before, as_json(report))),
              ElementsAre("program layers.renamed nothing -> conv",
                          "cycles layers.renamed.cycles nothing -> 1200000",
                          "program layers.conv_1 conv -> nothing",
                          "cycles layers.conv_1.cycles 1200000 -> nothing",
                          "program layers.pool#2 pool -> nothing",
                          "cycles layers.pool#2.cycles 34567 -> nothing"));
  Report stream = example_report();
  stream.cycles.images = {{1, 1}, {2, 1}};
  stream.layers[1].image = 1;
  const json two = as_json(stream);
  stream.layers[1].cycles = 1;
  EXPECT_THAT(told(difference(two, as_json(stream))),
              ElementsAre("cycles layers.pool[image 1].cycles 34567 -> 1"));
}

TEST(DifferenceTest, ASectionOfOneSideIsToldValueByValue) {
  const Report report = example_report();
  Report other = report;
  other.accuracy.reset();
  const Difference result = difference(as_json(report), as_json(other));
  EXPECT_EQ(result.changes.size(), 12U);
  EXPECT_EQ(told(result).front(), "accuracy accuracy.agreement_top1 0.975 -> nothing");
  json emptied = as_json(report);
  emptied["cycles"]["stalls"].erase("vector");  // an empty object
  EXPECT_THAT(told(difference(as_json(report), emptied)),
              ElementsAre("cycles cycles.stalls.vector {} -> nothing"));
}

TEST(DifferenceTest, TolerancesAllowNumbersOnly) {
  Report report = example_report();
  const json before = as_json(report);
  report.layers[0].cycles += 120;
  report.layers[1].cycles += 120;
  report.layers[0].name += "";
  report.layers[0].dataflow = "weight_stationary";
  const auto paths = [&](const std::vector<Tolerance>& tolerances) {
    std::vector<std::string> names;
    for (const Change& change : difference(before, as_json(report), tolerances).changes)
      names.push_back(change.path);
    return names;
  };
  EXPECT_THAT(paths({{"layers.*.cycles", 0, 1e-4}}),
              ElementsAre("layers.conv_1.dataflow", "layers.pool.cycles"));
  EXPECT_THAT(paths({{"layers.*.cycles", 120, 0}}), ElementsAre("layers.conv_1.dataflow"));
  EXPECT_THAT(paths({{"layers.*.cycles", 119, 0}, {"*.pool.*", 0, 0.01}}),
              ElementsAre("layers.conv_1.cycles", "layers.conv_1.dataflow"));
  EXPECT_THAT(paths({{"*", 1e9, 1e9}}), ElementsAre("layers.conv_1.dataflow"));
  EXPECT_THAT(paths({{"cycles", 1e9, 0}}).size(), 3U);
}

TEST(DifferenceTest, Patterns) {
  EXPECT_TRUE(matches_pattern("layers.*.cycles", "layers.a.b.cycles"));
  EXPECT_TRUE(matches_pattern("*a*b?", "xxaxxbxb."));
  EXPECT_TRUE(matches_pattern("**", ""));
  EXPECT_FALSE(matches_pattern("layers.*.cycles", "layers.a.span_cycles.x"));
  EXPECT_FALSE(matches_pattern("a?", "a"));
  EXPECT_FALSE(matches_pattern("", "a"));
}

TEST(DifferenceTextTest, ShowsTheLayersWithTheLargestEffectFirst) {
  Report report = configured_report();
  const json before = as_json(report);
  report.configuration->hardware.dram.read_latency_ns = 200;
  report.layers[0].cycles += 100;
  report.layers[0].stall_cycles += 90;
  report.layers[1].cycles -= 5'000;
  report.layers[1].memory_bound_cycles = 100;
  report.cycles.total -= 4'900;
  report.cycles.units[0].stall_cycles["port"] += 77;
  const Difference result = difference(before, as_json(report));
  const std::string text = difference_text(result);
  EXPECT_THAT(text, StartsWith("Configuration\n  hardware.dram.read_latency_ns  100 -> 200\n"));
  EXPECT_THAT(text, HasSubstr("1,234,567 cycles  1,229,667 cycles         -0.40 %\n"));
  EXPECT_LT(text.find("  pool "), text.find("  conv_1 "));
  EXPECT_THAT(text,
              AllOf(HasSubstr("memory bound -39,900 cycles"), HasSubstr("stalled +90 cycles")));
  EXPECT_THAT(text, HasSubstr("  mac_array port"));
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = text.find('\n', begin);
    EXPECT_LE(end - begin, kTextColumns) << text.substr(begin, end - begin);
    begin = end + 1;
  }
  DifferenceStyle one;
  one.most_rows = 1;
  EXPECT_THAT(difference_text(result, one),
              AllOf(HasSubstr("  and 1 more layer (--all)\n"), Not(HasSubstr("conv_1"))));
  one.text.colour = true;
  EXPECT_THAT(difference_text(result, one), HasSubstr("\x1b[32m"));
  EXPECT_EQ(changed_kinds_text(result), "configuration, cycles (2 layers)");
}

TEST(DifferenceTextTest, TheJsonHasEveryChangeAsValues) {
  Report report = example_report();
  const json before = as_json(report);
  report.layers[1].name = "another\xff";
  report.cycles.total = 2'469'134;
  const json document = json::parse(to_json(difference(before, as_json(report))));
  EXPECT_EQ(document["same"], false);
  EXPECT_EQ(document["changes"].size(), 5U);
  EXPECT_EQ(document["changes"][0], (json{{"path", "cycles.total"},
                                          {"kind", "cycles"},
                                          {"before", 1'234'567},
                                          {"after", 2'469'134},
                                          {"relative", 1.0}}));
  EXPECT_EQ(document["changes"][1]["before"], nullptr);
  EXPECT_EQ(document["changes"][1]["layer"], "another\xef\xbf\xbd");
  EXPECT_EQ(document["summary"][0]["path"], "cycles.total");
}

TEST(ReportReaderTest, TakesWhatReportsAre) {
  EXPECT_THAT(refusals(to_json(example_report())), IsEmpty());
  EXPECT_THAT(refusals(to_json(configured_report())), IsEmpty());
}

TEST(ReportReaderTest, RefusesWithThePlace) {
  const auto one = [](const std::string& text) {
    const std::vector<std::string> messages = refusals(text);
    return messages.size() == 1 ? messages.front() : std::to_string(messages.size());
  };
  EXPECT_THAT(one(""), StartsWith("a.json:1:1: JSON: got the end of the file, must be"));
  EXPECT_THAT(one("{\n  \"a\": nothing\n}"), StartsWith("a.json:2:9: JSON: got othing"));
  EXPECT_THAT(one("{\"a\": 1"), StartsWith("a.json:1:8: JSON: got the end of the file"));
  EXPECT_THAT(one("[1, 2]"), StartsWith("a.json: report: got a list, must be an object"));
  EXPECT_THAT(one("{}"),
              HasSubstr("schema_version: got nothing, must be there: this is no report"));
  EXPECT_THAT(one("{\"schema_version\": 2}"),
              HasSubstr("got 2, must be at most 1: a newer npusim wrote this report"));
  EXPECT_THAT(one("{\"schema_version\": \"1\"}"), HasSubstr("must be an integer from 1 to 1"));
  EXPECT_THAT(one("{\"schema_version\": 0}"), HasSubstr("got 0, must be an integer from 1 to 1"));
  EXPECT_THAT(one("{\"a\": " + std::string(40, '[') + std::string(40, ']') + "}"),
              HasSubstr("nesting: got more than 32 levels"));
  EXPECT_THAT(one("{\"a\": 1e999}"), HasSubstr("a number that is too large"));
  EXPECT_THAT(refusals(R"({"schema_version": 1, "hardware": 3, "quantization": {},
                           "cycles": {"total": "many"}, "layers": [{"name": 1}, 2]})"),
              ElementsAre("a.json: hardware: got 3, must be an object",
                          "a.json: memory: got nothing, must be an object",
                          "a.json: cycles.total: got \"many\", must be a number",
                          "a.json: layers[0].name: got 1, must be a text",
                          "a.json: layers[0].cycles: got nothing, must be a number",
                          "a.json: layers[1]: got 2, must be an object"));
}

}  // namespace
}  // namespace npusim::report
