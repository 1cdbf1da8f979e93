// SPDX-License-Identifier: Apache-2.0
// Weights in files beside the model: read where they are sound, never from outside its folder.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include "sim/base/files.h"
#include "tests/support/support.h"
#include "tests/unit/import/import_helpers.h"

namespace npusim {
namespace {

namespace fs = std::filesystem;
using test::OnnxBuilder;
using test::random_floats;
using testing::ElementsAre;
using testing::HasSubstr;

using Entries = std::vector<std::pair<std::string, std::string>>;

class ExternalData : public testing::Test {
 protected:
  ExternalData() {
    fs::create_directory(folder());
    write("weights.bin", std::string(16, 'p') + std::string(raw(), 128));
  }

  fs::path folder() const { return temporary_ / "model"; }
  const char* raw() const { return reinterpret_cast<const char*>(weights_.data()); }
  void write(const std::string& name, const std::string& bytes) const {
    base::write_file_whole(folder() / name, std::string_view(bytes));
  }

  // A convolution of 32 weights that lie elsewhere.
  static OnnxBuilder model(const Entries& entries) {
    OnnxBuilder model;
    model.input("x", {1, 4, 3, 3}).floats("w", {8, 4, 1, 1}, {});
    onnx::TensorProto& w = *model.proto().mutable_graph()->mutable_initializer(0);
    w.clear_raw_data();
    w.set_data_location(onnx::TensorProto::EXTERNAL);
    for (const auto& [key, value] : entries) {
      w.add_external_data()->set_key(key);
      w.mutable_external_data(w.external_data_size() - 1)->set_value(value);
    }
    model.node("Conv", {"x", "w"}, {"y"}, {}, "layer").output("y");
    return model;
  }

  graph::Graph import(const Entries& entries) const {
    model(entries).write(folder() / "m.onnx");
    return import::import_onnx(folder() / "m.onnx");
  }

  // The one refusal, without file and tensor.
  std::string refusal(const Entries& entries) const { return refusal_of(model(entries)); }
  std::string refusal_of(const OnnxBuilder& model) const {
    model.write(folder() / "m.onnx");
    const std::string place = (folder() / "m.onnx").string() + ": tensor 'w': external data: ";
    try {
      import::import_onnx(folder() / "m.onnx");
    } catch (const base::InputError& error) {
      EXPECT_EQ(error.messages().size(), 1U);
      EXPECT_EQ(error.messages().front().substr(0, place.size()), place);
      return error.messages().front().substr(std::min(place.size(), error.messages()[0].size()));
    }
    return "";
  }

  const std::vector<float> weights_ = random_floats(32, 1);
  const test::TempFolder temporary_;
};

TEST_F(ExternalData, IsReadFromItsOffset) {
  const Entries entries = {
      {"location", "weights.bin"}, {"offset", "16"}, {"length", "128"}, {"checksum", "none"}};
  EXPECT_EQ(test::layer<graph::Conv>(import(entries), 1).weights_ohwi, weights_);
  EXPECT_EQ(test::layer<graph::Conv>(import({{"location", "weights.bin"}, {"offset", "16"}}), 1)
                .weights_ohwi,
            weights_);
  fs::create_directory(folder() / "sub");
  fs::rename(folder() / "weights.bin", folder() / "sub" / "w");
  EXPECT_EQ(
      test::layer<graph::Conv>(import({{"location", "./sub/w"}, {"offset", "16"}}), 1).weights_ohwi,
      weights_);
}

TEST_F(ExternalData, CountsInTheHash) {
  const Entries entries = {{"location", "weights.bin"}, {"length", "128"}};
  model(entries).write(folder() / "m.onnx");
  const std::uint64_t before = import::OnnxModel(folder() / "m.onnx").content_hash();
  EXPECT_EQ(import::OnnxModel(folder() / "m.onnx").content_hash(), before);
  write("weights.bin", std::string(16, 'q') + std::string(raw(), 128));
  EXPECT_NE(import::OnnxModel(folder() / "m.onnx").content_hash(), before);
}

TEST_F(ExternalData, StaysInTheFolder) {
  const std::string inside = "must be a path inside the model's folder, without ..";
  base::write_file_whole(temporary_ / "secret", std::string_view(std::string(128, 's')));
  EXPECT_EQ(refusal({{"location", "../secret"}}), "location: got '../secret', " + inside);
  EXPECT_EQ(refusal({{"location", "sub/../../secret"}}),
            "location: got 'sub/../../secret', " + inside);
  const std::string absolute = (temporary_ / "secret").string();
  EXPECT_EQ(refusal({{"location", absolute}}), "location: got '" + absolute + "', " + inside);
  fs::create_symlink("../secret", folder() / "link");
  EXPECT_EQ(refusal({{"location", "link"}}),
            "location: got 'link', a link out of the model's folder, must be a file inside it");
  fs::create_directory_symlink("..", folder() / "up");
  EXPECT_EQ(
      refusal({{"location", "up/secret"}}),
      "location: got 'up/secret', a link out of the model's folder, must be a file inside it");
  fs::create_symlink("weights.bin", folder() / "fine");
  EXPECT_EQ(refusal({{"location", "fine"}, {"length", "128"}}), "");
}

TEST_F(ExternalData, IsARegularFile) {
  EXPECT_EQ(refusal({}), "location: got none, must be a file beside the model");
  EXPECT_EQ(refusal({{"location", "absent"}}),
            "location: got 'absent' (No such file or directory), must be a file to read");
  fs::create_directory(folder() / "sub");
  EXPECT_EQ(refusal({{"location", "sub"}}),
            "location: got 'sub', not a regular file, must be a regular file");
  EXPECT_EQ(refusal({{"location", std::string("weights.bin\0x", 13)}}),
            "location: got 'weights.bin_x', must be a path inside the model's folder, without ..");
}

TEST_F(ExternalData, HoldsWhatTheDimensionsSay) {
  const auto at = [](const char* offset, const char* length) {
    return Entries{{"location", "weights.bin"}, {"offset", offset}, {"length", length}};
  };
  EXPECT_EQ(refusal(at("17", "128")),
            "location: got 'weights.bin' of 144 bytes, must be of at least 17 + 128 bytes (offset "
            "and length)");
  EXPECT_EQ(refusal(at("9223372036854775807", "128")),
            "location: got 'weights.bin' of 144 bytes, must be of at least 9223372036854775807 + "
            "128 bytes (offset and length)");
  EXPECT_EQ(refusal(at("0", "144")),
            "length: got 144, must be 128 bytes for [8, 4, 1, 1] of FLOAT");
  EXPECT_EQ(refusal({{"location", "weights.bin"}}),
            "length: got none, with 144 bytes to the end of the file, must be given, or 128 bytes "
            "for [8, 4, 1, 1]");
  EXPECT_EQ(refusal(at("-1", "128")), "offset: got '-1', must be a number of bytes, not negative");
  EXPECT_EQ(refusal(at("0x10", "128")),
            "offset: got '0x10', must be a number of bytes, not negative");
  EXPECT_EQ(refusal(at("0", "99999999999999999999")),
            "length: got '99999999999999999999', must be a number of bytes, not negative");
}

TEST_F(ExternalData, IsNumbersOfAKnownSize) {
  OnnxBuilder text = model({{"location", "weights.bin"}});
  text.proto().mutable_graph()->mutable_initializer(0)->set_data_type(onnx::TensorProto::STRING);
  EXPECT_EQ(refusal_of(text), "type: got STRING, must be a type of numbers, such as FLOAT");
  OnnxBuilder both = model({{"location", "weights.bin"}});
  both.proto().mutable_graph()->mutable_initializer(0)->set_raw_data("1234");
  EXPECT_EQ(refusal_of(both),
            "location: got a tensor that has data of its own too, must be one of the two");
}

// Three tensors of 2 GiB: what they would take is counted before anything is read.
TEST_F(ExternalData, IsLimitedInAll) {
  OnnxBuilder many;
  many.input("x", {1, 4, 1, 1});
  for (int i = 0; i < 3; ++i) {
    const std::string name = "w" + std::to_string(i);
    many.floats(name, {1 << 27, 4, 1, 1}, {});
    onnx::TensorProto& w = *many.proto().mutable_graph()->mutable_initializer(i);
    w.clear_raw_data();
    w.set_data_location(onnx::TensorProto::EXTERNAL);
    w.add_external_data()->set_key("location");
    w.mutable_external_data(0)->set_value("nothing");
    many.node("Conv", {"x", name}, {"y" + name}).output("y" + name);
  }
  many.write(folder() / "m.onnx");
  try {
    import::import_onnx(folder() / "m.onnx");
    FAIL();
  } catch (const base::InputError& error) {
    EXPECT_THAT(error.messages(),
                ElementsAre(HasSubstr("tensor 'w0': external data: location: got 'nothing'"),
                            HasSubstr("tensor 'w1': external data: location: got 'nothing'"),
                            HasSubstr("tensor 'w2': external data: size: got more in all tensors "
                                      "together, must be at most 4294967296 bytes")));
  }
}

TEST_F(ExternalData, NeedsAFolder) {
  EXPECT_THAT(test::refusals(model({{"location", "weights.bin"}})),
              ElementsAre(HasSubstr("node 'layer' (Conv): tensor 'w': data: got external data")));
}

}  // namespace
}  // namespace npusim
