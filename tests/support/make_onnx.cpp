// SPDX-License-Identifier: Apache-2.0
// usage: make_onnx NAME FILE
//
// Writes one of the models that the command line's tests want to see refused (or accepted); without
// arguments the names of all. They differ from one small network in one thing, told by their name.
#include <onnx/onnx_pb.h>

#include <cstdio>
#include <cstring>
#include <exception>
#include <functional>
#include <limits>
#include <map>
#include <string>

#include "sim/base/files.h"
#include "tests/support/onnx_builder.h"

namespace npusim::test {
namespace {

using Alter = std::function<void(onnx::ModelProto&)>;

std::vector<float> ramp(std::size_t count) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = static_cast<float>(static_cast<int>(i * 7 % 13) - 6) / 16;
  }
  return values;
}

// 64 x 64 x 3 to 10 classes, for the embedded workload's images.
OnnxBuilder network(int opset = 13) {
  OnnxBuilder model(opset);
  model.input("image", {1, 3, 64, 64}).floats("w", {4, 3, 3, 3}, ramp(108));
  model.floats("fc.w", {4, 10}, ramp(40)).floats("fc.b", {10}, ramp(10));
  model.node("Conv", {"image", "w"}, {"c"}, {{"strides", {2, 2}}}, "conv");
  model.node("Relu", {"c"}, {"r"}, {}, "relu");
  model.node("GlobalAveragePool", {"r"}, {"p"}, {}, "pool");
  model.ints("shape", {2}, {1, -1}).node("Reshape", {"p", "shape"}, {"f"}, {}, "flat");
  model.node("Gemm", {"f", "fc.w", "fc.b"}, {"y"}, {}, "fc").output("y", {1, 10});
  return model;
}

std::string altered(const Alter& alter) {
  OnnxBuilder model = network();
  alter(model.proto());
  return model.bytes();
}

onnx::NodeProto& node(onnx::ModelProto& model, int index) {
  return *model.mutable_graph()->mutable_node(index);
}

onnx::TensorProto& weights(onnx::ModelProto& model) {
  return *model.mutable_graph()->mutable_initializer(0);
}

void set_dims(onnx::TensorProto& tensor, const Dims& dims) {
  tensor.clear_dims();
  for (const std::int64_t dim : dims) tensor.add_dims(dim);
}

onnx::TensorShapeProto& input_shape(onnx::ModelProto& model) {
  return *model.mutable_graph()
              ->mutable_input(0)
              ->mutable_type()
              ->mutable_tensor_type()
              ->mutable_shape();
}

void set_external(onnx::ModelProto& model, const std::string& location) {
  onnx::TensorProto& tensor = weights(model);
  tensor.clear_raw_data();
  tensor.set_data_location(onnx::TensorProto::EXTERNAL);
  tensor.add_external_data()->set_key("location");
  tensor.mutable_external_data(0)->set_value(location);
}

// The conv's attribute 0, of another value.
void set_strides(onnx::ModelProto& model, const Dims& values) {
  onnx::AttributeProto& strides = *node(model, 0).mutable_attribute(0);
  strides.clear_ints();
  for (const std::int64_t value : values) strides.add_ints(value);
}

std::string with_weights(const Alter& alter) {
  return altered([&](onnx::ModelProto& model) {
    weights(model).clear_raw_data();
    alter(model);
  });
}

// Of a multiple of 1/16 below 1/2, which both types hold.
std::int32_t half_bits(float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  if (value == 0) return static_cast<std::int32_t>(bits >> 16);
  const std::uint32_t exponent = (bits >> 23 & 0xFF) - 112;
  return static_cast<std::int32_t>(bits >> 16 & 0x8000U) |
         static_cast<std::int32_t>(exponent << 10 | (bits >> 13 & 0x3FF));
}

using Models = std::map<std::string, std::function<std::string()>>;

void add_accepted(Models& models) {
  models["network"] = [] { return network().bytes(); };
  models["external"] = [] {
    return altered([](onnx::ModelProto& m) { set_external(m, "weights.bin"); });
  };
  // What lies beside it.
  models["weights.bin"] = [] { return network().proto().graph().initializer(0).raw_data(); };
  models["double_weights"] = [] {
    return with_weights([](onnx::ModelProto& m) {
      weights(m).set_data_type(onnx::TensorProto::DOUBLE);
      for (const float value : ramp(108)) weights(m).add_double_data(static_cast<double>(value));
    });
  };
  models["bfloat16_weights"] = [] {  // multiples of 1/16 below 1/2: exact
    return with_weights([](onnx::ModelProto& m) {
      weights(m).set_data_type(onnx::TensorProto::BFLOAT16);
      for (const float value : ramp(108)) {
        std::uint32_t bits = 0;
        std::memcpy(&bits, &value, sizeof bits);
        weights(m).add_int32_data(static_cast<std::int32_t>(bits >> 16));
      }
    });
  };
  models["half_types"] = [] {  // input and weights
    return with_weights([](onnx::ModelProto& m) {
      weights(m).set_data_type(onnx::TensorProto::FLOAT16);
      for (const float value : ramp(108)) {
        weights(m).add_int32_data(half_bits(value));
      }
      auto& type = *m.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type();
      type.set_elem_type(onnx::TensorProto::FLOAT16);
    });
  };
  models["opset_6"] = [] { return network(6).bytes(); };
  models["opset_21"] = [] { return network(21).bytes(); };
  models["batch_8"] = [] {
    return altered([](onnx::ModelProto& m) {
      input_shape(m).mutable_dim(0)->set_dim_value(8);
      m.mutable_graph()->mutable_initializer(3)->set_int64_data(0, 8);
      m.mutable_graph()->mutable_output(0)->mutable_type()->mutable_tensor_type()->clear_shape();
    });
  };
  models["symbolic_batch"] = [] {
    return altered([](onnx::ModelProto& m) { input_shape(m).mutable_dim(0)->set_dim_param("N"); });
  };
  models["constant_nodes"] = [] {
    OnnxBuilder model = network();
    auto& graph = *model.proto().mutable_graph();
    model.constant_node("w", {4, 3, 3, 3}, ramp(108));
    for (int i = graph.node_size() - 1; i > 0; --i) graph.mutable_node()->SwapElements(i, i - 1);
    graph.mutable_initializer()->DeleteSubrange(0, 1);
    return model.bytes();
  };
}

void add_bad_tensors(Models& models) {
  const auto tensor = [&](const std::string& name, const Alter& alter) {
    models[name] = [alter] { return altered(alter); };
  };
  tensor("string_weights", [](onnx::ModelProto& m) {
    weights(m).clear_raw_data();
    weights(m).set_data_type(onnx::TensorProto::STRING);
    weights(m).add_string_data("one");
  });
  tensor("integer_weights",
         [](onnx::ModelProto& m) { weights(m).set_data_type(onnx::TensorProto::INT64); });
  tensor("unknown_type", [](onnx::ModelProto& m) { weights(m).set_data_type(77); });
  tensor("huge_dimension", [](onnx::ModelProto& m) {
    set_dims(weights(m), {std::int64_t{1} << 40, 3, 3, 3});
  });
  tensor("overflowing_dimensions", [](onnx::ModelProto& m) {
    set_dims(weights(m), {std::int64_t{1} << 32, std::int64_t{1} << 32, 1, 1});
  });
  tensor("negative_dimension", [](onnx::ModelProto& m) { set_dims(weights(m), {4, 3, -3, -3}); });
  tensor("short_weights", [](onnx::ModelProto& m) { weights(m).mutable_raw_data()->resize(430); });
  tensor("nan_weights", [](onnx::ModelProto& m) {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    weights(m).mutable_raw_data()->replace(20, 4, reinterpret_cast<const char*>(&nan), 4);
  });
  tensor("half_nan", [](onnx::ModelProto& m) {
    weights(m).set_data_type(onnx::TensorProto::FLOAT16);
    weights(m).set_raw_data(std::string(214, '\0') + "\xff\x7f");
  });
  tensor("external_missing", [](onnx::ModelProto& m) { set_external(m, "absent.bin"); });
  tensor("external_escaping", [](onnx::ModelProto& m) { set_external(m, "../weights.bin"); });
  tensor("external_absolute", [](onnx::ModelProto& m) { set_external(m, "/etc/passwd"); });
  tensor("sparse_weights", [](onnx::ModelProto& m) {
    auto& sparse = *m.mutable_graph()->add_sparse_initializer();
    sparse.mutable_values()->set_name("w");
    m.mutable_graph()->mutable_initializer()->DeleteSubrange(0, 1);
  });
  tensor("initializer_twice",
         [](onnx::ModelProto& m) { *m.mutable_graph()->add_initializer() = weights(m); });
  tensor("computed_weights", [](onnx::ModelProto& m) { node(m, 0).set_input(1, "image"); });
}

void add_bad_graphs(Models& models) {
  const auto graph = [&](const std::string& name, const Alter& alter) {
    models[name] = [alter] { return altered(alter); };
  };
  graph("cycle", [](onnx::ModelProto& m) { node(m, 0).set_input(0, "r"); });
  graph("unsorted",
        [](onnx::ModelProto& m) { m.mutable_graph()->mutable_node()->SwapElements(1, 2); });
  graph("undefined_input", [](onnx::ModelProto& m) { node(m, 1).set_input(0, "nobody"); });
  graph("own_output", [](onnx::ModelProto& m) { node(m, 1).set_input(0, "r"); });
  graph("duplicate_output", [](onnx::ModelProto& m) { node(m, 2).set_output(0, "r"); });
  graph("missing_output",
        [](onnx::ModelProto& m) { m.mutable_graph()->mutable_output(0)->set_name("logits"); });
  graph("output_twice", [](onnx::ModelProto& m) {
    const onnx::ValueInfoProto output = m.graph().output(0);
    *m.mutable_graph()->add_output() = output;
  });
  graph("wrong_shape", [](onnx::ModelProto& m) {
    auto& type = *m.mutable_graph()->mutable_output(0)->mutable_type()->mutable_tensor_type();
    type.mutable_shape()->mutable_dim(1)->set_dim_value(1000);
  });
  graph("no_nodes", [](onnx::ModelProto& m) { m.mutable_graph()->clear_node(); });
  graph("no_outputs", [](onnx::ModelProto& m) { m.mutable_graph()->clear_output(); });
  graph("two_inputs", [](onnx::ModelProto& m) {
    *m.mutable_graph()->add_input() = m.graph().input(0);
    m.mutable_graph()->mutable_input(1)->set_name("mask");
    onnx::NodeProto& add = *m.mutable_graph()->add_node();
    add.set_op_type("Add");
    add.add_input("image");
    add.add_input("mask");
    add.add_output("both");
    node(m, 0).set_input(0, "both");
    for (int i = 5; i > 0; --i) m.mutable_graph()->mutable_node()->SwapElements(i, i - 1);
  });
  graph("integer_input", [](onnx::ModelProto& m) {
    m.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->set_elem_type(
        onnx::TensorProto::INT64);
  });
  graph("symbolic_height",
        [](onnx::ModelProto& m) { input_shape(m).mutable_dim(2)->set_dim_param("height"); });
  graph("huge_input", [](onnx::ModelProto& m) {
    input_shape(m).mutable_dim(2)->set_dim_value(std::int64_t{1} << 60);
  });
  graph("mixed_batch", [](onnx::ModelProto& m) {  // [8, 4] to [2, 16]
    input_shape(m).mutable_dim(0)->set_dim_value(8);
    m.mutable_graph()->mutable_initializer(3)->set_int64_data(0, 2);
  });
}

void add_bad_nodes(Models& models) {
  const auto nodes = [&](const std::string& name, const Alter& alter) {
    models[name] = [alter] { return altered(alter); };
  };
  nodes("unknown_operators", [](onnx::ModelProto& m) {
    node(m, 1).set_op_type("Celu");
    node(m, 2).set_op_type("LRN");
    node(m, 4).set_op_type("LSTM");
  });
  nodes("unknown_domain", [](onnx::ModelProto& m) {
    node(m, 1).set_domain("com.microsoft");
    node(m, 1).set_op_type("FusedConv");
  });
  nodes("function", [](onnx::ModelProto& m) {
    node(m, 1).set_domain("local");
    node(m, 1).set_op_type("MyRelu");
    m.add_functions()->set_domain("local");
    m.mutable_functions(0)->set_name("MyRelu");
  });
  nodes("subgraph", [](onnx::ModelProto& m) {
    node(m, 1).set_op_type("If");
    onnx::AttributeProto& branch = *node(m, 1).add_attribute();
    branch.set_name("then_branch");
    branch.set_type(onnx::AttributeProto::GRAPH);
    branch.mutable_g()->add_node()->set_op_type("Relu");
  });
  nodes("subgraph_in_relu", [](onnx::ModelProto& m) {
    onnx::AttributeProto& branch = *node(m, 1).add_attribute();
    branch.set_name("body");
    branch.set_type(onnx::AttributeProto::GRAPH);
    branch.mutable_g()->set_name("inner");
  });
  nodes("attribute_type", [](onnx::ModelProto& m) {
    onnx::AttributeProto& group = *node(m, 0).add_attribute();
    group.set_name("group");
    group.set_type(onnx::AttributeProto::FLOAT);
    group.set_f(1);
  });
  nodes("negative_pad", [](onnx::ModelProto& m) {
    node(m, 0).mutable_attribute(0)->set_name("pads");
    set_strides(m, {-1, -1, 0, 0});
  });
  nodes("zero_stride", [](onnx::ModelProto& m) { set_strides(m, {0, 2}); });
  nodes("huge_stride", [](onnx::ModelProto& m) {
    set_strides(m, {std::numeric_limits<std::int64_t>::max(), 2});
  });
  nodes("opset_99", [](onnx::ModelProto& m) { m.mutable_opset_import(0)->set_version(99); });
  nodes("opset_missing", [](onnx::ModelProto& m) { m.clear_opset_import(); });
  nodes("odd_names", [](onnx::ModelProto& m) {
    node(m, 1).set_name("tw\xff\x1b[31m'o\n");
    node(m, 1).set_op_type("Re\xfflu");
  });
  models["old_training_dropout"] = [] {
    OnnxBuilder model = network(6);
    onnx::NodeProto& relu = *model.proto().mutable_graph()->mutable_node(1);
    relu.set_op_type("Dropout");
    relu.set_name("drop");
    onnx::AttributeProto& is_test = *relu.add_attribute();
    is_test.set_name("is_test");
    is_test.set_type(onnx::AttributeProto::INT);
    is_test.set_i(0);
    return model.bytes();
  };
  models["deeply_nested"] = [] {
    OnnxBuilder model = network();
    onnx::GraphProto* graph = model.proto().mutable_graph();
    for (int depth = 0; depth < 200; ++depth) {
      onnx::AttributeProto& body = *graph->mutable_node()->Add()->add_attribute();
      body.set_type(onnx::AttributeProto::GRAPH);
      graph = body.mutable_g();
    }
    return model.bytes();
  };
}

void add_foreign_files(Models& models) {
  models["truncated"] = [] {
    const std::string bytes = network().bytes();
    return bytes.substr(0, bytes.size() / 2);
  };
  models["bit_flipped"] = [] {  // in the length of the graph
    std::string bytes = network().bytes();
    bytes[4] = static_cast<char>(bytes[4] ^ 0x20);
    return bytes;
  };
  models["tflite"] = [] { return std::string("\x1c\0\0\0TFL3", 8) + std::string(100, '\0'); };
  models["gzip"] = [] { return std::string("\x1f\x8b\x08\0", 4) + std::string(100, 'z'); };
  models["jpeg"] = [] { return std::string("\xff\xd8\xff\xe0\0\x10JFIF", 10); };
  models["pytorch"] = [] { return std::string("PK\x03\x04") + std::string(100, '\0'); };
  models["lfs_pointer"] = [] {
    return std::string("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
  };
  models["without_graph"] = [] {
    onnx::ModelProto model;
    model.set_ir_version(7);
    model.set_producer_name("nobody");
    return model.SerializeAsString();
  };
}

Models all_models() {
  Models models;
  add_accepted(models);
  add_bad_tensors(models);
  add_bad_graphs(models);
  add_bad_nodes(models);
  add_foreign_files(models);
  return models;
}

int run(int argc, char** argv) {
  const Models models = all_models();
  if (argc == 1) {
    for (const auto& [name, make] : models) std::puts(name.c_str());
    return 0;
  }
  const auto found = argc == 3 ? models.find(argv[1]) : models.end();
  if (found == models.end()) {
    std::fputs("usage: make_onnx [NAME FILE]; without arguments: the names\n", stderr);
    return 2;
  }
  base::write_file_whole(argv[2], std::string_view(found->second()));
  return 0;
}

}  // namespace
}  // namespace npusim::test

int main(int argc, char** argv) {
  try {
    return npusim::test::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "make_onnx: %s\n", error.what());
    return 1;
  }
}
