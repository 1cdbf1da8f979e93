// SPDX-License-Identifier: Apache-2.0
#include "sim/cache/program_identity.h"

#include <link.h>
#include <sys/stat.h>
#include <xxhash.h>

#include <string>

#include "sim/base/errors.h"
#include "sim/base/files.h"

namespace npusim::cache {
namespace {

int append_library(dl_phdr_info* info, std::size_t /*bytes*/, void* text) {
  const std::string path = info->dlpi_name;  // empty: the program itself
  struct stat status = {};
  if (path.empty() || ::stat(path.c_str(), &status) != 0) return 0;
  std::string& libraries = *static_cast<std::string*>(text);
  libraries += path + ' ' + std::to_string(status.st_size) + ' ' +
               std::to_string(status.st_mtim.tv_sec) + '\n';
  return 0;
}

std::uint64_t hash_executable() {
  try {
    const base::FileBytes file = base::map_file("/proc/self/exe");
    return XXH3_64bits(file.data.get(), file.size);
  } catch (const base::InputError&) {
    return 0;
  }
}

std::uint64_t identify() {
  if (executable_hash() == 0) return 0;
  std::string libraries;
  dl_iterate_phdr(append_library, &libraries);
  return XXH3_64bits_withSeed(libraries.data(), libraries.size(), executable_hash());
}

}  // namespace

std::uint64_t executable_hash() {
  static const std::uint64_t hash = hash_executable();
  return hash;
}

std::uint64_t program_identity() {
  static const std::uint64_t identity = identify();
  return identity;
}

}  // namespace npusim::cache
