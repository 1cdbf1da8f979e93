// SPDX-License-Identifier: Apache-2.0
#include "tests/support/integer_graphs.h"

#include <cstddef>
#include <sstream>

namespace npusim::test {
namespace {

// Everything about a node as text, field by field.
class Text {
 public:
  explicit Text(const graph::QuantizedNode& node) {
    text_ << std::hexfloat;
    text_ << node.name << ' ' << graph::kind_name(node.op) << " inputs";
    list(node.inputs);
    text_ << " shape " << graph::to_string(node.shape) << " scale " << node.quantization.scale
          << " zero point " << node.quantization.zero_point << " clamps " << node.clamps.low << ' '
          << node.clamps.high;
    std::visit([&](const auto& op) { add(op); }, node.op);
  }
  std::string str() const { return text_.str(); }

 private:
  template <typename Values>
  void list(const Values& values) {
    for (const auto& value : values) text_ << ' ' << +value;
  }
  void add(const graph::FixedPoint& value) {
    text_ << ' ' << value.multiplier << " >> " << value.shift;
  }
  void add(const graph::Window& w) {
    text_ << " window";
    list(std::vector<std::int64_t>{w.kernel_h, w.kernel_w, w.stride_h, w.stride_w, w.dilation_h,
                                   w.dilation_w, w.pad_top, w.pad_left, w.pad_bottom, w.pad_right});
  }
  void add(const graph::Input&) {}
  void add(const graph::QuantizedConv& conv) {
    add(conv.window);
    text_ << " groups " << conv.groups << " zero point " << conv.weight_zero_point << " scales";
    for (const graph::FixedPoint& scale : conv.requantization.scales) add(scale);
    text_ << " shifts";
    list(conv.requantization.channel_shifts);
    text_ << " bias";
    list(conv.bias);
    text_ << " weights";
    list(conv.weights_ohwi);
  }
  void add(const graph::QuantizedAdd& add) {
    text_ << ' ' << add.multiplier_a << ' ' << add.multiplier_b << ' ' << add.shift;
  }
  void add(const graph::QuantizedMul& mul) { add(mul.scale); }
  void add(const graph::QuantizedConcat& concat) {
    for (const graph::FixedPoint& scale : concat.scales) add(scale);
  }
  void add(const graph::QuantizedPool& pool) {
    add(pool.window);
    text_ << (pool.kind == graph::PoolKind::max ? " max" : " average");
    for (const graph::DivisorScale& scale : pool.scales) {
      text_ << " divisor " << scale.divisor;
      add(scale.scale);
    }
  }
  void add(const graph::QuantizedLookup& lookup) { list(lookup.table); }

  std::ostringstream text_;
};

}  // namespace

std::vector<std::string> integers_that_differ(const graph::QuantizedGraph& wanted,
                                              const graph::QuantizedGraph& got) {
  std::vector<std::string> lines;
  if (wanted.nodes.size() != got.nodes.size() || wanted.outputs != got.outputs) {
    lines.push_back("nodes " + std::to_string(wanted.nodes.size()) + " and " +
                    std::to_string(got.nodes.size()) + ", or other outputs");
    return lines;
  }
  for (std::size_t i = 0; i < wanted.nodes.size(); ++i) {
    const std::string a = Text(wanted.nodes[i]).str();
    const std::string b = Text(got.nodes[i]).str();
    if (a == b) continue;
    std::size_t at = 0;
    while (at < a.size() && at < b.size() && a[at] == b[at]) ++at;
    at -= at < 20 ? at : 20;
    lines.push_back(wanted.nodes[i].name + ": wanted ..." + a.substr(at, 80) + ", got ..." +
                    b.substr(at, 80));
  }
  return lines;
}

}  // namespace npusim::test
