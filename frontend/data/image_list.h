// SPDX-License-Identifier: Apache-2.0
// Which pictures a folder holds, in which order, and of which class.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace npusim::data {

struct ListedImage {
  std::string name;             ///< Path within the folder.
  std::int64_t label = 0;       ///< Class index, at least 0.
  std::int64_t label_line = 0;  ///< Of the label file, from 1.
};

struct ImageList {
  std::filesystem::path label_file;  ///< The folder's labels.csv or classes.txt.
  std::vector<ListedImage> images;   ///< At least one.
};

/// Reads `labels.csv` where the folder has one, else `classes.txt`.
///
/// labels.csv: a header with the columns `filename` and `class_index`, others are ignored; the
/// images come in the order of its lines. Filenames are relative to the folder and stay within it;
/// each appears once.
///
/// classes.txt: one folder name per line, in class order, beginning with class 0. The pictures of a
/// class are the files in its folder that end in .jpg, .jpeg or .png (in any case), sorted by name,
/// bytewise. The order takes turns: the first picture of every class, then the second of every
/// class, and so on, so that any first N images hold the classes evenly. Every folder must be
/// listed, except those with a name that begins with a dot.
///
/// Whether labels.csv's files exist is not looked at. Throws base::InputError with all errors (the
/// first 20, and how many more), each naming file and line.
ImageList list_images(const std::filesystem::path& folder);

}  // namespace npusim::data
