// SPDX-License-Identifier: Apache-2.0
#define HWY_WANT_AVX3_DL 1  // as in the kernels that have code of their own for it
#include "sim/arith/simd.h"

#include <hwy/highway.h>

namespace npusim::arith {

std::vector<std::int64_t> simd_targets() { return hwy::SupportedAndGeneratedTargets(); }

std::string simd_target_name(std::int64_t target) { return hwy::TargetName(target); }

std::string simd_target_name() { return simd_target_name(simd_targets().front()); }

bool has_exact_byte_products() { return (hwy::SupportedTargets() & HWY_AVX3_DL) != 0; }

void use_simd_target(std::int64_t target) {
  hwy::SetSupportedTargetsForTest(0);
  // Better targets have lower bits. Kernels without code of their own for this one take the next.
  if (target != 0) hwy::SetSupportedTargetsForTest(hwy::SupportedTargets() & -target);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

}  // namespace npusim::arith
