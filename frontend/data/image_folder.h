// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "frontend/data/dataset.h"
#include "frontend/data/image_list.h"

namespace npusim::data {

/// The pictures of a folder, decoded and preprocessed whenever they are asked for; only their names
/// and labels are kept.
class ImageFolder final : public Dataset {
 public:
  /// The first `dataset.images` of list_images(dataset.path). Throws base::InputError with what is
  /// wrong in the labels, where the folder has fewer pictures, with all files that are missing
  /// unless `missing_allowed`, and where input.center_crop cannot give input.size.
  ImageFolder(const config::DatasetConfig& dataset, const config::InputConfig& input,
              bool missing_allowed);

  std::int64_t images() const override { return static_cast<std::int64_t>(list_.images.size()); }
  std::int64_t label(std::int64_t index) const override { return listed(index).label; }
  std::string name(std::int64_t index) const override { return listed(index).name; }
  std::string label_place(std::int64_t index) const override;
  Sample sample(std::int64_t index) const override;

 private:
  const ListedImage& listed(std::int64_t index) const {
    return list_.images.at(static_cast<std::size_t>(index));
  }
  void check_files() const;

  std::filesystem::path folder_;
  config::InputConfig input_;
  ImageList list_;
};

}  // namespace npusim::data
