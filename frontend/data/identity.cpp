// SPDX-License-Identifier: Apache-2.0
#include "frontend/data/identity.h"

#include <sys/stat.h>

#include <algorithm>
#include <system_error>

#include "frontend/data/image_list.h"

namespace npusim::data {
namespace {

void append(std::int64_t number, std::string& text) {
  text += std::to_string(number);
  text += ' ';
}

}  // namespace

std::string identity(const config::DatasetConfig& dataset) {
  std::string text;
  append(static_cast<std::int64_t>(dataset.kind), text);
  append(dataset.seed, text);
  append(dataset.images.value_or(-1), text);
  if (dataset.kind != config::DatasetKind::image_folder) return text;

  std::error_code nowhere;
  text += std::filesystem::weakly_canonical(dataset.path, nowhere).string() + '\0';
  const ImageList list = list_images(dataset.path);
  const auto listed = static_cast<std::int64_t>(list.images.size());
  const std::int64_t images = std::min(listed, dataset.images.value_or(listed));
  for (std::int64_t i = 0; i < images; ++i) {
    const ListedImage& image = list.images[static_cast<std::size_t>(i)];
    struct stat status = {};
    const bool exists = ::stat((dataset.path / image.name).c_str(), &status) == 0;
    append(image.label, text);
    append(exists ? status.st_size : -1, text);
    append(exists ? status.st_mtim.tv_sec : 0, text);
    append(exists ? status.st_mtim.tv_nsec : 0, text);
    text += image.name + '\0';
  }
  return text;
}

}  // namespace npusim::data
