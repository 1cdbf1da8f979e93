// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/nsga2.h"

#include <dlfcn.h>

#include <filesystem>
#include <string>

#include "sim/base/errors.h"

namespace npusim::sweep {
namespace {

namespace fs = std::filesystem;

using NextGeneration = void (*)(const Generation&, Population&);

/// Beside the installed program, else where it was built.
fs::path module_file() {
  std::error_code unreadable;
  const fs::path program = fs::read_symlink("/proc/self/exe", unreadable);
  const fs::path installed =
      (program.parent_path() / NPUSIM_MODULES_FROM_BIN / NPUSIM_NSGA2_MODULE).lexically_normal();
  if (!unreadable && fs::exists(installed, unreadable)) return installed;
  return fs::path(NPUSIM_BUILT_MODULES) / NPUSIM_NSGA2_MODULE;
}

NextGeneration load() {
  const fs::path file = module_file();
  void* module = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);  // stays to the end of the program
  void* function = module == nullptr ? nullptr : ::dlsym(module, "npusim_next_generation");
  if (function == nullptr) {
    const char* reason = ::dlerror();
    throw base::InputError(std::string("search: the module that comes with npusim cannot be "
                                       "loaded: ") +
                           (reason == nullptr ? file.string() : reason));
  }
  return reinterpret_cast<NextGeneration>(function);
}

}  // namespace

Population next_generation(const Generation& generation, const Population& population) {
  static const NextGeneration function = load();
  Population next = population;
  function(generation, next);
  return next;
}

}  // namespace npusim::sweep
