// SPDX-License-Identifier: Apache-2.0
#include "sim/isa/verify_images.h"

#include <tuple>

namespace npusim::isa {
namespace {

bool repeats(const TensorInfo& first, const TensorInfo& again) {
  const auto what = [](const TensorInfo& t) {
    return std::tie(t.name, t.height, t.width, t.channels, t.type, t.scale, t.zero_point,
                    t.code_bits, t.memory);
  };
  return what(first) == what(again);
}

bool repeats(const LayerInfo& first, const LayerInfo& again) {
  const auto what = [](const LayerInfo& l) {
    return std::tie(l.name, l.kind, l.macs, l.weights_bytes, l.bias_bytes, l.requant_bytes,
                    l.channel_shift_bytes);
  };
  const auto own = [](const LayerQuantization& q) {
    return std::tie(q.scheme, q.field_bits, q.rule, q.symmetric, q.weight_bits);
  };
  const auto& a = first.quantization;
  const auto& b = again.quantization;
  return what(first) == what(again) && a.has_value() == b.has_value() && (!a || own(*a) == own(*b));
}

class ImagesVerifier {
 public:
  ImagesVerifier(const Program& program, Findings& findings)
      : program_(program), findings_(findings), images_(program.images()) {}

  void run() {
    list("tensors", program_.tensors,
         [](const TensorInfo& a, const TensorInfo& b, std::size_t) { return repeats(a, b); });
    list("inputs", program_.inputs, shifted);
    list("outputs", program_.outputs, shifted);
    list("layers", program_.layers,
         [](const LayerInfo& a, const LayerInfo& b, std::size_t tensors) {
           return repeats(a, b) && shifted(a.output_tensor, b.output_tensor, tensors);
         });
  }

 private:
  /// `tensors`: between the two images.
  static bool shifted(std::uint32_t first, std::uint32_t again, std::size_t tensors) {
    return std::size_t{again} == std::size_t{first} + tensors;
  }

  template <typename Entry, typename Repeats>
  void list(const char* name, const std::vector<Entry>& entries, Repeats repeats_first) {
    const std::size_t of_one = entries.size() / images_;
    findings_.set_place(name);
    if (of_one * images_ != entries.size()) {
      findings_.add("number", std::to_string(entries.size()),
                    "a multiple of the " + std::to_string(images_) + " images");
      return;
    }
    for (std::size_t i = of_one; i < entries.size() && !findings_.full(); ++i) {
      const std::size_t tensors = i / of_one * program_.image_tensors();
      findings_.require(repeats_first(entries[i % of_one], entries[i], tensors),
                        "entry " + std::to_string(i), "another",
                        "that of image " + std::to_string(i / of_one) + " to entry " +
                            std::to_string(i % of_one) + " of image 0");
    }
  }

  const Program& program_;
  Findings& findings_;
  std::size_t images_;
};

}  // namespace

void verify_images(const Program& program, Findings& findings) {
  const std::size_t found = findings.count();
  findings.set_place("metadata");
  findings.in_range("images", program.metadata.images, 1, kMostImages);
  if (findings.count() == found) ImagesVerifier(program, findings).run();
}

}  // namespace npusim::isa
