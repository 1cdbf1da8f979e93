// SPDX-License-Identifier: Apache-2.0
// The part of Highway's library that dispatching needs, so that only its headers are used. Loading
// libhwy measures the resolution of the processor's timers, for benchmarks that nobody runs here:
// 4 ms and a third of the CPU time of `npusim --help`. What is declared is <hwy/targets.h>'s; a
// test compares the answer with the library's.
#include <hwy/highway.h>

#include <atomic>
#include <cstdint>

#if HWY_ARCH_X86
#include <cpuid.h>
#endif

namespace {

std::atomic<std::int64_t> forced_targets{0};  // 0: what the processor can do

#if HWY_ARCH_X86
/// Bits of a CPUID leaf's registers; all clear where the processor has no such leaf.
struct Leaf {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  explicit Leaf(unsigned number) {
    if (__get_cpuid_count(number, 0, &eax, &ebx, &ecx, &edx) == 0) eax = ebx = ecx = edx = 0;
  }
};

/// What each target needs, as <hwy/targets.h> compiles it. The compiler's tests include that the
/// operating system keeps the wide registers; the bits read by hand are those it has no name for.
std::int64_t processor_targets() {
  const bool has_ssse3 = __builtin_cpu_supports("ssse3");
  const bool has_sse4 = has_ssse3 && __builtin_cpu_supports("sse4.1") &&
                        __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("aes") &&
                        __builtin_cpu_supports("pclmul");
  const bool has_avx2 = has_sse4 && __builtin_cpu_supports("avx2") &&
                        __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
                        __builtin_cpu_supports("bmi2") && (Leaf(1).ecx & bit_F16C) != 0 &&
                        (Leaf(0x80000001).ecx & bit_LZCNT) != 0;
  const bool has_avx3 = has_avx2 && __builtin_cpu_supports("avx512f") &&
                        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
                        __builtin_cpu_supports("avx512bw");
  const bool has_avx3_dl =
      has_avx3 && __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("vpclmulqdq") &&
      __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2") &&
      __builtin_cpu_supports("avx512vpopcntdq") && __builtin_cpu_supports("avx512bitalg") &&
      __builtin_cpu_supports("gfni") && (Leaf(7).ecx & bit_VAES) != 0;
  return (has_ssse3 ? HWY_SSSE3 : 0) | (has_sse4 ? HWY_SSE4 : 0) | (has_avx2 ? HWY_AVX2 : 0) |
         (has_avx3 ? HWY_AVX3 : 0) | (has_avx3_dl ? HWY_AVX3_DL : 0);
}
#else
std::int64_t processor_targets() { return 0; }
#endif

}  // namespace

namespace hwy {

ChosenTarget& GetChosenTarget() {
  static ChosenTarget chosen;
  return chosen;
}

int64_t SupportedTargets() {
  // Asked for every packing of weights, and CPUID is slow in a virtual machine: once.
  static const std::int64_t processor = processor_targets() | HWY_ENABLED_BASELINE;
  const std::int64_t forced = forced_targets.load();
  return forced != 0 ? forced : processor;
}

void SetSupportedTargetsForTest(int64_t targets) { forced_targets.store(targets); }

}  // namespace hwy
