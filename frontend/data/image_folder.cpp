// SPDX-License-Identifier: Apache-2.0
#include "frontend/data/image_folder.h"

#include <system_error>

#include "frontend/data/capped_errors.h"
#include "frontend/data/picture.h"
#include "frontend/data/resize.h"
#include "sim/base/errors.h"

namespace npusim::data {

namespace fs = std::filesystem;

ImageFolder::ImageFolder(const config::DatasetConfig& dataset, const config::InputConfig& input,
                         bool missing_allowed)
    : folder_(dataset.path), input_(input) {
  if (input.center_crop != 0 && input.center_crop != input.size) {
    throw base::InputError(base::refusal("", "input.center_crop", std::to_string(input.center_crop),
                                         std::to_string(input.size) + ", as input.size is"));
  }
  list_ = list_images(folder_);
  const std::int64_t wanted = dataset.images.value_or(images());
  if (wanted > images()) {
    throw base::InputError(base::refusal(folder_.string(), "images", std::to_string(wanted),
                                         "at most " + std::to_string(images()) +
                                             ", the pictures that " +
                                             list_.label_file.filename().string() + " gives"));
  }
  list_.images.resize(static_cast<std::size_t>(wanted));
  list_.images.shrink_to_fit();
  if (!missing_allowed) check_files();
}

void ImageFolder::check_files() const {
  CappedErrors errors;
  for (std::int64_t i = 0; i < images(); ++i) {
    std::error_code unreadable;
    const fs::path file = folder_ / listed(i).name;
    const fs::file_status status = fs::status(file, unreadable);
    if (fs::is_regular_file(status)) continue;
    const bool is_missing = status.type() == fs::file_type::not_found;
    const std::string why = is_missing                 ? "no such file"
                            : fs::is_directory(status) ? "a folder"
                            : unreadable               ? unreadable.message()
                                                       : "a device or pipe";
    errors.add(label_place(i), file.string(), why, "the file of a picture");
  }
  errors.throw_if_any();
}

std::string ImageFolder::label_place(std::int64_t index) const {
  return list_.label_file.string() + ":" + std::to_string(listed(index).label_line);
}

Sample ImageFolder::sample(std::int64_t index) const {
  const fs::path file = folder_ / listed(index).name;
  const Picture picture = preprocess(read_picture(file), input_, file.string());
  return {to_tensor(picture.rgb.data(), input_.size * input_.size, input_), listed(index).label};
}

}  // namespace npusim::data
