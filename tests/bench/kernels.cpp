// SPDX-License-Identifier: Apache-2.0
// kernel/*: the products of single layers, alone. work: multiply-adds, for requantization values,
// for im2col bytes.
#include <memory>
#include <utility>
#include <vector>

#include "frontend/execute/im2col.h"
#include "sim/arith/matmul.h"
#include "tests/bench/bench.h"
#include "tests/bench/raw_kernels.h"

namespace npusim::bench {
namespace {

void add_products(const std::string& what, const KernelShape& shape, std::int64_t target) {
  add("kernel/" + what + "/" + arith::simd_target_name(target), target,
      [shape](benchmark::State& state) {
        RawKernels kernels(shape);
        for (auto _ : state) kernels.products();
        set_work(state, shape.macs());
      });
}

void add_requantization(const KernelShape& shape, std::int64_t target) {
  add("kernel/requantize_196x512/" + arith::simd_target_name(target), target,
      [shape](benchmark::State& state) {
        RawKernels kernels(shape);
        kernels.products();
        for (auto _ : state) kernels.requantize();
        set_work(state, shape.rows * shape.n);
      });
}

// A fold of the 32 x 32 array: 32 k, 32 columns, as many rows as its accumulators hold.
void add_fold(std::int64_t target) {
  add("kernel/fold_32x32_512_rows/" + arith::simd_target_name(target), target,
      [](benchmark::State& state) {
        constexpr std::int64_t kSide = 32;
        constexpr std::int64_t kRows = 512;
        const std::vector<std::int8_t> codes(kSide * (kRows + kSide), 3);
        arith::PackedWeights weights;
        weights.pack(codes.data(), kSide, 1, kSide, kSide);
        std::vector<const std::int8_t*> rows;
        for (std::int64_t row = 0; row < kRows; ++row) rows.push_back(codes.data() + row * kSide);
        std::vector<std::int32_t> sums(kRows * kSide);
        arith::RowScratch scratch;
        for (auto _ : state) {
          arith::multiply_rows(rows.data(), kRows, weights, nullptr, sums.data(), kSide, scratch);
        }
        set_work(state, kRows * kSide * kSide);
      });
}

void add_im2col() {
  add("kernel/im2col_3x3_56x56x64", 0, [](benchmark::State& state) {
    execute::Geometry geometry{{56, 56, 64}, {56, 56, 64}, {}};
    geometry.window.kernel_h = geometry.window.kernel_w = 3;
    geometry.window.pad_top = geometry.window.pad_left = 1;
    geometry.window.pad_bottom = geometry.window.pad_right = 1;
    const std::vector<std::int8_t> input(56 * 56 * 64, 3);
    constexpr std::int64_t kWidth = 9 * 64;
    std::vector<std::int8_t> rows(56 * kWidth);
    for (auto _ : state) {
      for (std::int64_t y = 0; y < 56; ++y) {
        execute::gather_rows(input.data(), geometry, 0, 64, y * 56, 56, std::int8_t{0}, rows.data(),
                             kWidth);
      }
    }
    set_work(state, 56 * 56 * kWidth);
  });
}

}  // namespace

void register_kernels() {
  const std::vector<std::pair<std::string, KernelShape>> shapes{
      {"gemm_v1_12544x32x64", {false, 12544, 32, 64}},
      {"gemm_v1_3136x128x128", {false, 3136, 128, 128}},
      {"gemm_v1_196x512x512", {false, 196, 512, 512}},
      {"gemm_v1_49x1024x1024", {false, 49, 1024, 1024}},
      {"gemm_v1_1x1024x1000", {false, 1, 1024, 1000}},
      {"gemm_resnet_3136x576x64", {false, 3136, 576, 64}},
      {"gemm_resnet_196x2304x256", {false, 196, 2304, 256}},
      {"depthwise_v1_12544x9x32", {true, 12544, 9, 32}},
      {"depthwise_v1_196x9x512", {true, 196, 9, 512}}};
  for (const std::int64_t target : arith::simd_targets()) {
    for (const auto& [what, shape] : shapes) add_products(what, shape, target);
    add_requantization({false, 196, 32, 512}, target);
    add_fold(target);
  }
  add_im2col();
}

}  // namespace npusim::bench
