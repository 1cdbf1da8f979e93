// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/peak.h"

// The target with VNNI is one of its own, as in the kernels.
#define HWY_WANT_AVX3_DL 1
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tests/bench/peak.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace npusim::bench::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// More sums than latency times instructions per cycle. The instructions themselves are written
// down: a compiler would compute equal products once.
std::int64_t multiply_add_peak(const std::int32_t* operands) {
  constexpr std::int64_t kRounds = 100'000;
  constexpr int kSums = 12;
  const hn::CappedTag<std::int32_t, 16> d;
  using V = hn::Vec<decltype(d)>;
  const V x = hn::LoadU(d, operands);
  const V w = hn::LoadU(d, operands + 16);
  V product = x;
  V s0 = x, s1 = x, s2 = x, s3 = x, s4 = x, s5 = x, s6 = x, s7 = x, s8 = x, s9 = x, s10 = x,
    s11 = x;
  const auto add = [&](V& sum) HWY_ATTR {
#if HWY_TARGET <= HWY_AVX3_DL
    asm volatile("vpdpbusd %2, %1, %0" : "+x"(sum.raw) : "x"(x.raw), "x"(w.raw));
#elif HWY_TARGET <= HWY_AVX2
    asm volatile("vpmaddwd %2, %3, %1\n vpaddd %1, %0, %0"
                 : "+x"(sum.raw), "=&x"(product.raw)
                 : "x"(x.raw), "x"(w.raw));
#else
    asm volatile("movdqa %2, %1\n pmaddwd %3, %1\n paddd %1, %0"
                 : "+x"(sum.raw), "=&x"(product.raw)
                 : "x"(x.raw), "x"(w.raw));
#endif
  };
  for (std::int64_t round = 0; round < kRounds; ++round) {
    add(s0), add(s1), add(s2), add(s3), add(s4), add(s5);
    add(s6), add(s7), add(s8), add(s9), add(s10), add(s11);
  }
  asm volatile("" : : "x"(product.raw));
  constexpr std::int64_t kProducts = HWY_TARGET <= HWY_AVX3_DL ? 4 : 2;
  return kRounds * kSums * kProducts * static_cast<std::int64_t>(hn::Lanes(d));
}

}  // namespace npusim::bench::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "tests/bench/bench.h"

namespace npusim::bench {

HWY_EXPORT(multiply_add_peak);

std::int64_t multiply_add_peak() {
  std::int32_t operands[32];
  for (int i = 0; i < 32; ++i) operands[i] = 0x01020304 * (i % 8 + 1);
  return HWY_DYNAMIC_DISPATCH(multiply_add_peak)(operands);
}

// work: multiply-adds.
void register_peak() {
  for (const std::int64_t target : arith::simd_targets()) {
    add("peak/multiply_add/" + arith::simd_target_name(target), target,
        [](benchmark::State& state) {
          std::int64_t work = 0;
          for (auto _ : state) work = multiply_add_peak();
          set_work(state, work);
        });
  }
}

}  // namespace npusim::bench
#endif  // HWY_ONCE
