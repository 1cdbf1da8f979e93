// SPDX-License-Identifier: Apache-2.0
// usage: write_quantized_model RUN.yaml SCHEME OUT.onnx
// Quantizes the network of a run file and writes it as ONNX that is quantized already: what tests
// of the program bring along as a user's model.
#include <cstdio>
#include <exception>

#include "frontend/compile/pipeline.h"
#include "sim/cli/data_folders.h"
#include "sim/config/run_config.h"
#include "tests/support/qdq_export.h"

// What the SystemC library's own main would call; it is referred to, never called.
extern "C" int sc_main(int argc, char** argv);
extern "C" int sc_main(int /*argc*/, char** /*argv*/) { return 1; }

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: write_quantized_model RUN.yaml SCHEME OUT.onnx\n", stderr);
    return 2;
  }
  try {
    npusim::compile::Pipeline pipeline(
        npusim::config::read_run_config(argv[1], {}, {}, npusim::cli::data_folders()), 1);
    npusim::test::QdqStyle style;
    style.unsigned_activations = true;
    npusim::test::export_qdq(pipeline.network(), pipeline.quantized(argv[2]).graph, style)
        .write(argv[3]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "write_quantized_model: %s\n", error.what());
    return 1;
  }
  return 0;
}
