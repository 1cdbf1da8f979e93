// SPDX-License-Identifier: Apache-2.0
// The program's own answer to "which targets can this processor run" against that of Highway's
// library, which only this test loads.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <hwy/highway.h>

#include <cstdint>

namespace {

TEST(HighwayTargets, AreThoseOfTheLibrary) {
#if HWY_ARCH_X86
  void* const library = dlopen("libhwy.so.1", RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) GTEST_SKIP() << dlerror();
  void* const symbol = dlsym(library, "_ZN3hwy16SupportedTargetsEv");
  ASSERT_NE(symbol, nullptr) << dlerror();
  ASSERT_NE(symbol, reinterpret_cast<void*>(&hwy::SupportedTargets));
  const std::int64_t of_library = reinterpret_cast<std::int64_t (*)()>(symbol)();
  constexpr std::int64_t kTargets = HWY_SSSE3 | HWY_SSE4 | HWY_AVX2 | HWY_AVX3 | HWY_AVX3_DL;
  EXPECT_EQ(hwy::SupportedTargets() & kTargets, of_library & kTargets);
  dlclose(library);
#endif
}

TEST(HighwayTargets, AreThoseAskedForUntilTakenBack) {
  const std::int64_t usual = hwy::SupportedTargets();
  hwy::SetSupportedTargetsForTest(HWY_EMU128);
  EXPECT_EQ(hwy::SupportedTargets(), HWY_EMU128);
  hwy::SetSupportedTargetsForTest(0);
  EXPECT_EQ(hwy::SupportedTargets(), usual);
}

}  // namespace
