// SPDX-License-Identifier: Apache-2.0
#include "frontend/data/image_list.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <system_error>
#include <unordered_map>

#include "frontend/data/capped_errors.h"
#include "frontend/data/csv.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"

namespace npusim::data {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxLabelFileBytes = std::uint64_t{1} << 29;
constexpr std::size_t kMaxNameBytes = 4096;  // Linux takes no longer path

/// Digits only; blanks around them do no harm.
std::optional<std::int64_t> class_index_of(std::string text) {
  text.erase(0, text.find_first_not_of(" \t"));
  text.erase(text.find_last_not_of(" \t") + 1);
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || stopped != end || value < 0) return std::nullopt;
  return value;
}

/// Why a filename of labels.csv cannot be followed; nothing where it can.
std::string name_must_be(const std::string& name) {
  if (name.empty()) return "the name of a picture";
  if (name.size() > kMaxNameBytes || name.find('\0') != std::string::npos)
    return "at most " + std::to_string(kMaxNameBytes) + " bytes, none of them zero";
  const fs::path path(name);
  const bool leaves = path.is_absolute() || std::find(path.begin(), path.end(), "..") != path.end();
  return leaves ? "a path within the folder: relative, without .." : "";
}

class LabelsCsv {
 public:
  explicit LabelsCsv(const fs::path& file)
      : text_(base::read_file_text(file, kMaxLabelFileBytes)),
        reader_(text_, file.string(), errors_) {
    list_.label_file = file;
  }

  ImageList read() {
    std::vector<std::string> fields;
    const bool has_header = reader_.next(fields);
    if (!read_header(has_header ? fields : std::vector<std::string>())) errors_.throw_if_any();
    while (reader_.next(fields)) read_line(fields);
    if (list_.images.empty())
      errors_.add(list_.label_file.string(), "pictures", "none", "at least one line of them");
    errors_.throw_if_any();
    return std::move(list_);
  }

 private:
  bool read_header(const std::vector<std::string>& fields) {
    bool good = true;
    const auto find = [&](const char* column) {
      const auto found = std::find(fields.begin(), fields.end(), column);
      good = good && std::count(fields.begin(), fields.end(), column) == 1;
      return static_cast<std::size_t>(found - fields.begin());
    };
    filename_ = find("filename");
    class_index_ = find("class_index");
    if (good) return true;
    std::string got;
    for (const std::string& field : fields) got += (got.empty() ? "" : ",") + field;
    errors_.add(list_.label_file.string() + ":1", "header", got,
                "names of columns, with filename and class_index once each");
    return false;
  }

  void read_line(const std::vector<std::string>& fields) {
    const std::string place = reader_.place();
    if (fields.size() <= std::max(filename_, class_index_)) {
      errors_.add(place, "line", std::to_string(fields.size()) + " fields",
                  "with filename and class_index, as the header says");
      return;
    }
    ListedImage image;
    image.label_line = reader_.line();
    image.name = fields[filename_];
    const std::string must_be = name_must_be(image.name);
    if (!must_be.empty()) {
      errors_.add(place, "filename", image.name, must_be);
    } else {
      check_new(fs::path(image.name).lexically_normal().string(), place);
    }
    const auto label = class_index_of(fields[class_index_]);
    if (!label) errors_.add(place, "class_index", fields[class_index_], "an integer, at least 0");
    image.label = label.value_or(0);
    list_.images.push_back(std::move(image));
  }

  void check_new(const std::string& name, const std::string& place) {
    const auto [known, is_new] = lines_.emplace(name, reader_.line());
    if (is_new) return;
    errors_.add(place, "filename", name + " again",
                "named once; line " + std::to_string(known->second) + " names it too");
  }

  CappedErrors errors_;
  std::string text_;
  CsvReader reader_;
  std::size_t filename_ = 0, class_index_ = 0;
  std::unordered_map<std::string, std::int64_t> lines_;  // where a file was named first
  ImageList list_;
};

bool is_picture_name(const fs::path& file) {
  std::string suffix = file.extension().string();
  std::transform(suffix.begin(), suffix.end(), suffix.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return suffix == ".jpg" || suffix == ".jpeg" || suffix == ".png";
}

/// The entries of a folder that `wanted` takes, sorted bytewise.
template <typename Wanted>
std::vector<std::string> entries_of(const fs::path& folder, const Wanted& wanted) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator each(folder, error), end; !error && each != end;
       each.increment(error)) {
    if (wanted(*each)) names.push_back(each->path().filename().string());
  }
  if (error) throw base::InputError(folder.string() + ": cannot read: " + error.message());
  std::sort(names.begin(), names.end());
  return names;
}

bool is_folder(const fs::path& path) {
  std::error_code unreadable;
  return fs::is_directory(path, unreadable);
}

struct ClassFolder {
  std::string name;
  std::int64_t line = 0;  // of classes.txt
};

/// The lines of classes.txt as folder names, each of a folder that exists.
std::vector<ClassFolder> read_classes(const fs::path& folder, const fs::path& file,
                                      CappedErrors& errors) {
  std::string text = base::read_file_text(file, kMaxLabelFileBytes);
  if (text.rfind("\xEF\xBB\xBF", 0) == 0) text.erase(0, 3);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  std::vector<ClassFolder> classes;
  std::unordered_map<std::string, std::int64_t> lines;
  std::int64_t line = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string name = text.substr(begin, end - begin);
    if (!name.empty() && name.back() == '\r') name.pop_back();
    begin = end + 1;
    const std::string place = file.string() + ":" + std::to_string(++line);
    const auto [known, is_new] = lines.emplace(name, line);
    if (name.empty() || name == "." || name == ".." || name.size() > kMaxNameBytes ||
        name.find('/') != std::string::npos || name.find('\0') != std::string::npos) {
      errors.add(place, "class", name, "the name of a folder beside this file");
    } else if (!is_new) {
      errors.add(place, "class", name + " again",
                 "named once; line " + std::to_string(known->second) + " names it too");
    } else if (!is_folder(folder / name)) {
      errors.add(place, "class", name, "an existing folder: " + (folder / name).string());
    }
    classes.push_back({name, line});
  }
  for (const std::string& name :
       entries_of(folder, [](const fs::directory_entry& e) { return is_folder(e.path()); })) {
    if (name.front() != '.' && lines.count(name) == 0)
      errors.add((folder / name).string(), "folder", "one that no class names",
                 "a line of " + file.string() + ", or somewhere else");
  }
  return classes;
}

ImageList list_class_folders(const fs::path& folder, const fs::path& file) {
  CappedErrors errors;
  const std::vector<ClassFolder> classes = read_classes(folder, file, errors);
  errors.throw_if_any();
  std::vector<std::vector<std::string>> names;
  std::size_t most = 0;
  for (const ClassFolder& each : classes) {
    names.push_back(entries_of(folder / each.name, [](const fs::directory_entry& e) {
      return is_picture_name(e.path()) && !is_folder(e.path());
    }));
    most = std::max(most, names.back().size());
  }
  if (most == 0) {
    throw base::InputError(base::refusal(
        folder.string(), "pictures", "none",
        "at least one .jpg, .jpeg or .png file in the folders that " + file.string() + " names"));
  }
  ImageList list{file, {}};
  for (std::size_t i = 0; i < most; ++i) {
    for (std::size_t c = 0; c < classes.size(); ++c) {
      if (i >= names[c].size()) continue;
      list.images.push_back(
          {classes[c].name + "/" + names[c][i], static_cast<std::int64_t>(c), classes[c].line});
    }
  }
  return list;
}

}  // namespace

ImageList list_images(const fs::path& folder) {
  std::error_code unreadable;
  const fs::path labels = folder / "labels.csv";
  const fs::path classes = folder / "classes.txt";
  if (fs::exists(labels, unreadable)) return LabelsCsv(labels).read();
  if (fs::exists(classes, unreadable)) return list_class_folders(folder, classes);
  throw base::InputError(base::refusal(
      folder.string(), "labels", "no labels.csv and no classes.txt",
      "one of them: labels.csv with the columns filename,class_index, or classes.txt with the name "
      "of one folder of pictures per line, in class order"));
}

}  // namespace npusim::data
