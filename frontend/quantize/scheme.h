// SPDX-License-Identifier: Apache-2.0
// How the float weights of a layer become int8 codes: the interface of the schemes and their list.
// docs/arithmetic.md, rules 2 to 4 and 8.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace npusim::quantize {

/// The weights of a layer, channels x per_channel, the values of an output channel adjacent. A
/// view: the weights must outlive it.
struct WeightMatrix {
  const float* data = nullptr;
  std::int64_t channels = 0;     // C, at least 1
  std::int64_t per_channel = 0;  // K, at least 1
  int threads = 1;               // that choose() may use; its result must not depend on it
  const float* row(std::int64_t c) const { return data + c * per_channel; }
};

/// Does `work` for every channel once, on several threads where there are weights enough for each:
/// `work` writes places of its channel only. Of failures, that of the lowest channel is thrown.
void for_each_channel(const WeightMatrix& weights,
                      const std::function<void(std::int64_t channel)>& work);
/// How many channels together are worth a thread's start, at least 1.
std::int64_t channels_per_block(const WeightMatrix& weights);

/// The scales of a layer: W[c,k] ~ scale(c) * 2^-shift(c) * (q[c,k] - zero_point).
struct WeightScales {
  std::vector<double> scales;                // one for the layer or one per output channel; above 0
  std::vector<std::uint8_t> channel_shifts;  // s_c, one per output channel, or empty: all 0
  std::int32_t zero_point = 0;               // z_w; 0 for symmetric schemes
  bool per_channel() const { return scales.size() > 1; }
  double scale(std::int64_t c) const {
    return scales[per_channel() ? static_cast<std::size_t>(c) : 0];
  }
  int shift(std::int64_t c) const {
    return channel_shifts.empty() ? 0 : channel_shifts[static_cast<std::size_t>(c)];
  }
};

/// A rule for the scales of a layer's weights.
///
/// Contract:
/// - Immutable once made; all functions may be called from any thread.
/// - choose(): a pure function of the weights. The weights are finite. max_code is the largest code
///   (127 for 8 bits). A layer of zeros gets the scale 1. Every code z_w + rne(W * 2^s_c / s_w) of
///   the result lies in [-max_code, max_code], with a zero point in [-max_code - 1, max_code], but
///   for rounding of the last bit; who forms codes clamps.
/// - coarsen(): makes one channel one step coarser (half as many codes or scale doubled), because
///   its sums do not fit the accumulator or its shift not the barrel shifter. It must not touch
///   what belongs to another channel, because other threads do that meanwhile. False, and nothing
///   changed, where the scheme has no coarser step: then the layer is refused.
/// - has_channel_scales(): whether each output channel may have any scale of its own.
/// - has_zero_point(): whether choose() sets one; the codes then go down to -max_code - 1.
/// - field_bits(): width of the channel shift field that the hardware needs, 0 for none.
class WeightScheme {
 public:
  virtual ~WeightScheme() = default;
  virtual std::string_view name() const = 0;
  virtual std::int32_t field_bits() const { return 0; }
  virtual bool has_channel_scales() const { return false; }
  virtual bool has_zero_point() const { return false; }
  virtual WeightScales choose(const WeightMatrix& weights, std::int32_t max_code) const = 0;
  virtual bool coarsen(WeightScales& scales, std::int64_t channel) const = 0;
};

/// Which limit the shift scaler's shifts keep (rule 3): the layer's largest weight, or up to an
/// octave above it, where the channels' mean relative error is least.
enum class ShiftRule { floor, octave };
inline constexpr std::int32_t kMaxFieldBits = 4;

/// What a scheme is made from; the run file's `quantization` section.
struct SchemeOptions {
  std::string scheme = "shift_scaler";
  std::int32_t field_bits = 4;  // of the shift scaler, 0..4; the other schemes do not read it
  ShiftRule rule = ShiftRule::floor;
  bool symmetric = true;  // false: weights with a zero point; per_layer only
};

/// A scheme as make_scheme knows it. make() throws base::InputError where the options do not suit.
struct SchemeEntry {
  std::string name, summary;  // one line: what the scheme stores
  std::function<std::unique_ptr<WeightScheme>(const SchemeOptions&)> make;
};
/// Adds a scheme of one's own behind those that are there (docs/extending-schemes.md). Before the
/// first use of any scheme, by one thread; the name must be new.
void add_scheme(SchemeEntry entry);

/// The schemes that make_scheme knows, simplest first: per_layer, shift_scaler, per_channel.
const std::vector<std::string>& scheme_names();
/// One line that says what the scheme stores; throws base::InputError as make_scheme does.
std::string_view scheme_summary(std::string_view name);
/// Every rule's name, in the order of ShiftRule.
const std::vector<std::string>& shift_rule_names();
const std::string& shift_rule_name(ShiftRule rule);
/// Throws base::InputError naming the choices for any other name.
ShiftRule parse_shift_rule(std::string_view name);

/// Throws base::InputError with every reason: an unknown scheme (naming the choices), field_bits
/// out of range, a zero point for another scheme than per_layer.
std::unique_ptr<WeightScheme> make_scheme(const SchemeOptions& options);

/// m_c = max_k |W[c,k]|, exact.
std::vector<double> channel_maxima(const WeightMatrix& weights);

// One constructor function per implementation file.
std::unique_ptr<WeightScheme> make_per_layer();
std::unique_ptr<WeightScheme> make_asymmetric_per_layer();
std::unique_ptr<WeightScheme> make_shift_scaler(std::int32_t field_bits, ShiftRule rule);
std::unique_ptr<WeightScheme> make_per_channel();

}  // namespace npusim::quantize
