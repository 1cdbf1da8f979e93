// SPDX-License-Identifier: Apache-2.0
// The ONNX project's own test vectors (Debian package libonnx-testdata): each model that is
// imported must give the recorded outputs in the float executor, before and after the passes. What
// became of each stands in docs/operators.md.
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include "frontend/execute/float_executor.h"
#include "frontend/graph/passes.h"
#include "frontend/import/onnx_importer.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "tests/unit/import/operators_document.h"
#include "tests/unit/import/vector_model.h"

namespace npusim {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSets[] = {"node", "pytorch-converted", "pytorch-operator", "simple"};

fs::path data_folder() {
  const char* chosen = std::getenv("NPUSIM_ONNX_TESTDATA");
  return chosen != nullptr ? chosen : "/usr/share/libonnx-testdata/data";
}

template <typename Message>
Message read_message(const fs::path& path) {
  Message message;
  if (!message.ParseFromString(base::read_file_text(path))) {
    throw std::runtime_error("cannot parse " + path.string());
  }
  return message;
}

// What became of a vector.
struct Outcome {
  enum class Kind { equal, refused, unsupported };
  Kind kind = Kind::refused;
  std::string reason;  // the refusal, or the operators that are not supported
};

std::set<std::string> unsupported_operators(const onnx::ModelProto& model) {
  static const std::set<std::string> supported = [] {
    std::set<std::string> names;
    for (const auto& row : import::supported_operators()) names.insert(row.op_type);
    return names;
  }();
  std::set<std::string> missing;
  for (const onnx::NodeProto& node : model.graph().node()) {
    const bool is_own = node.domain().empty() || node.domain() == "ai.onnx";
    if (!is_own || supported.count(node.op_type()) == 0) {
      missing.insert((is_own ? "" : node.domain() + ".") + node.op_type());
    }
  }
  return missing;
}

// The vector with all its tensors; throws base::InputError for types that the importer refuses too.
test::Vector read_vector(const fs::path& folder, onnx::ModelProto model) {
  const fs::path data_set = folder / "test_data_set_0";
  test::Vector vector;
  std::set<std::string> constants;
  for (const auto& tensor : model.graph().initializer()) constants.insert(tensor.name());
  for (int i = 0; i < model.graph().input_size(); ++i) {
    const std::string name = model.graph().input(i).name();
    const fs::path path = data_set / ("input_" + std::to_string(i) + ".pb");
    if (constants.count(name) > 0 || !fs::exists(path)) continue;
    vector.names.push_back(name);
    vector.protos.push_back(read_message<onnx::TensorProto>(path));
    vector.inputs.push_back(test::read_vector_tensor(path));
  }
  vector.output_type = read_message<onnx::TensorProto>(data_set / "output_0.pb").data_type();
  vector.output = test::read_vector_tensor(data_set / "output_0.pb");
  vector.model = std::move(model);
  return vector;
}

std::vector<test::Plan> plans_for(const test::Vector& vector) {
  std::vector<test::Plan> plans;
  const auto inputs = test::views_of(vector.inputs[0].dims);
  auto outputs = test::views_of(vector.output.dims);
  // What only renames is seen under the dimensions that it came from.
  if (vector.output.values.size() == vector.inputs[0].values.size()) {
    outputs.insert(outputs.end(), inputs.begin(), inputs.end());
  }
  for (const bool all_computed : {false, true}) {
    if (all_computed && vector.inputs.size() < 2) continue;
    for (const test::View& input : inputs) {
      for (const test::View& output : outputs) {
        // Either both are batches or none is; only the batch of the first input is cut.
        if (input.cuts_batch == output.cuts_batch) plans.push_back({input, output, all_computed});
      }
    }
  }
  return plans;
}

// The importer drops a Softmax at the end; the vectors were recorded with it.
std::vector<double> softmax(std::vector<double> values) {
  double sum = 0;
  for (double& value : values) sum += value = std::exp(value);
  for (double& value : values) value /= sum;
  return values;
}

void expect_recorded_output(const graph::Graph& graph, const test::VectorModel& vector,
                            bool ends_with_softmax) {
  execute::FloatExecutor executor(graph);
  const std::vector<float> input(vector.input_hwc.begin(), vector.input_hwc.end());
  ASSERT_EQ(static_cast<std::int64_t>(input.size()), executor.input_elements());
  const float* output = executor.run(input.data());
  std::vector<double> got(output, output + executor.output_elements());
  if (ends_with_softmax) got = softmax(std::move(got));
  ASSERT_EQ(got.size(), vector.output_hwc.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double wanted = vector.output_hwc[i];
    if (got[i] == wanted) continue;  // infinite ones too
    EXPECT_NEAR(got[i], wanted, vector.tolerance * (1 + std::abs(wanted))) << "value " << i;
  }
}

// Without the file's and the node's name, and as it may stand in a table.
std::string reason_of(const base::InputError& error) {
  std::string text = error.messages().front();
  const std::size_t node = text.find("): ");
  const std::size_t file = text.find(": ");
  text = text.substr(node != std::string::npos ? node + 3 : file + 2);
  std::replace(text.begin(), text.end(), '\n', ' ');
  std::replace(text.begin(), text.end(), '|', ' ');
  return text;
}

Outcome run_vector(const fs::path& folder) {
  SCOPED_TRACE(folder.string());
  auto model = read_message<onnx::ModelProto>(folder / "model.onnx");
  const std::set<std::string> missing = unsupported_operators(model);
  if (!missing.empty()) return {Outcome::Kind::unsupported, *missing.begin()};
  Outcome outcome{Outcome::Kind::refused, "more than three dimensions and a batch"};
  test::Vector vector;
  try {
    vector = read_vector(folder, std::move(model));
  } catch (const base::InputError& error) {
    return {Outcome::Kind::refused, reason_of(error)};
  }
  if (vector.inputs.empty()) return {Outcome::Kind::refused, "computes nothing from an input"};
  const bool ends_with_softmax = vector.model.graph().node().rbegin()->op_type() == "Softmax";
  bool is_first = true;
  for (const test::Plan& plan : plans_for(vector)) {
    const auto realized = test::realize(vector, plan);
    if (!realized) continue;
    try {
      const graph::Graph graph =
          import::import_onnx(realized->model.SerializeAsString(), folder.filename().string());
      expect_recorded_output(graph, *realized, ends_with_softmax);
      outcome = {Outcome::Kind::equal, ""};
      expect_recorded_output(graph::prepare(graph), *realized, ends_with_softmax);
      return outcome;
    } catch (const base::InputError& error) {
      if (outcome.kind == Outcome::Kind::equal) return outcome;  // a Pad that nothing takes over
      if (is_first) outcome.reason = reason_of(error);
      is_first = false;
    }
  }
  return outcome;
}

std::string document(const std::map<std::string, std::map<std::string, Outcome>>& sets) {
  std::ostringstream text;
  std::ostringstream refusals;
  refusals << "| refused vector | reason |\n| --- | --- |\n";
  std::map<std::string, int> missing;
  for (const auto& [set, vectors] : sets) {
    std::map<Outcome::Kind, int> counts;
    std::ostringstream equal;
    for (const auto& [name, outcome] : vectors) {
      const bool is_first = counts[outcome.kind]++ == 0;
      if (outcome.kind == Outcome::Kind::equal) equal << (is_first ? "" : ", ") << name;
      if (outcome.kind == Outcome::Kind::unsupported) ++missing[outcome.reason];
      if (outcome.kind == Outcome::Kind::refused) {
        refusals << "| " << set << "/" << name << " | " << outcome.reason << " |\n";
      }
    }
    text << "`" << set << "`: " << vectors.size() << " vectors, " << counts[Outcome::Kind::equal]
         << " imported and equal, " << counts[Outcome::Kind::refused] << " refused, "
         << counts[Outcome::Kind::unsupported]
         << " of operators that are not supported. Equal: " << equal.str() << ".\n\n";
  }
  text << refusals.str()
       << "\nNot supported, with the number of vectors (of several such operators the first is "
          "counted): ";
  const char* separator = "";
  for (const auto& [name, count] : missing) {
    text << separator << name << " " << count;
    separator = ", ";
  }
  text << ".\n";
  return text.str();
}

TEST(OnnxNodeVectors, WhatIsImportedComputesTheRecordedOutputs) {
  if (!fs::is_directory(data_folder())) {
    GTEST_SKIP() << "no folder " << data_folder() << " (Debian package libonnx-testdata)";
  }
  std::map<std::string, std::map<std::string, Outcome>> sets;
  for (const char* set : kSets) {
    for (const auto& entry : fs::directory_iterator(data_folder() / set)) {
      const std::string name = entry.path().filename().string().substr(5);  // without "test_"
      sets[set][name] = run_vector(entry.path());
    }
  }
  test::expect_section("vectors", document(sets));
}

}  // namespace
}  // namespace npusim
