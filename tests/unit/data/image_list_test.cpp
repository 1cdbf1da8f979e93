// SPDX-License-Identifier: Apache-2.0
#include "frontend/data/image_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "frontend/data/csv.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "tests/support/support.h"

namespace npusim::data {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using Records = std::vector<std::vector<std::string>>;

Records records_of(const std::string& text) {
  CappedErrors errors;
  CsvReader reader(text, "f", errors);
  Records records;
  std::vector<std::string> fields;
  while (reader.next(fields)) records.push_back(fields);
  errors.throw_if_any();
  return records;
}

TEST(CsvTest, FieldsLinesAndQuotes) {
  EXPECT_EQ(records_of("a,b\nc,d\n"), (Records{{"a", "b"}, {"c", "d"}}));
  EXPECT_EQ(records_of("a,b\r\nc,d"), (Records{{"a", "b"}, {"c", "d"}}));
  EXPECT_EQ(records_of("\xEF\xBB\xBF\"a,\"\"b\"\"\n\",c"), (Records{{"a,\"b\"\n", "c"}}));
  EXPECT_EQ(records_of(",\n,,"), (Records{{"", ""}, {"", "", ""}}));
  EXPECT_EQ(records_of("\n\r\n\n"), Records{});
  EXPECT_EQ(records_of(""), Records{});
  EXPECT_EQ(records_of("a\rb, c "), (Records{{"a\rb", " c "}}));
  EXPECT_EQ(records_of("\"\""), (Records{{""}}));
}

TEST(CsvTest, DamagedQuotesNameTheLine) {
  try {
    records_of("a\n\"b\nc\"\n\"d\"e,f\n\"g\nh");
    FAIL() << "must throw";
  } catch (const base::InputError& error) {
    EXPECT_THAT(
        error.messages(),
        ElementsAre("f:4: field: got text behind a closing quote: e, must be a comma or the end of "
                    "the line; a quote within a quoted field is doubled",
                    "f:5: field: got a quote that is not closed, must be closed with \""));
  }
}

class ImageListTest : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text = "") {
    fs::create_directories((folder_ / name).parent_path());
    base::write_file_whole(folder_ / name, text);
  }

  /// "name=label" of every picture.
  std::vector<std::string> list() {
    std::vector<std::string> result;
    for (const ListedImage& image : list_images(folder_.path()).images)
      result.push_back(image.name + "=" + std::to_string(image.label));
    return result;
  }

  /// The messages, without the folder's path.
  std::vector<std::string> errors() {
    try {
      list_images(folder_.path());
    } catch (const base::InputError& error) {
      std::vector<std::string> messages = error.messages();
      const std::string path = folder_.path().string() + "/";
      for (std::string& message : messages) {
        for (auto at = message.find(path); at != std::string::npos; at = message.find(path))
          message.erase(at, path.size());
      }
      return messages;
    }
    return {};
  }

  const npusim::test::TempFolder folder_;
};

TEST_F(ImageListTest, LabelsCsvGivesItsOwnOrder) {
  write("labels.csv",
        "filename,class_index,wnid\r\nb.jpg,7,x\r\n\"a, 1.jpg\", 0 ,y\r\nsub/c.png,12\r\n");
  EXPECT_THAT(list(), ElementsAre("b.jpg=7", "a, 1.jpg=0", "sub/c.png=12"));
  const ImageList images = list_images(folder_.path());
  EXPECT_EQ(images.label_file, folder_ / "labels.csv");
  EXPECT_EQ(images.images[2].label_line, 4);
}

TEST_F(ImageListTest, ColumnsAreFoundByName) {
  write("labels.csv", "wnid,class_index,filename\nx,3,a.jpg\n");
  EXPECT_THAT(list(), ElementsAre("a.jpg=3"));
}

TEST_F(ImageListTest, LabelsCsvGoesBeforeClassesTxt) {
  write("labels.csv", "filename,class_index\na.jpg,3\n");
  write("classes.txt", "none\n");
  EXPECT_THAT(list(), ElementsAre("a.jpg=3"));
}

TEST_F(ImageListTest, AHeaderIsNeeded) {
  const char* must_be = ", must be names of columns, with filename and class_index once each";
  for (const char* header :
       {"a.jpg,3", "filename", "filename,class_index,filename", "Filename,class_index"}) {
    write("labels.csv", header + std::string("\nb.jpg,4\n"));
    EXPECT_THAT(errors(),
                ElementsAre("labels.csv:1: header: got " + std::string(header) + must_be));
  }
  write("labels.csv", "");
  EXPECT_THAT(errors(), ElementsAre("labels.csv:1: header: got \"\"" + std::string(must_be)));
  write("labels.csv", "filename,class_index\n");
  EXPECT_THAT(errors(),
              ElementsAre("labels.csv: pictures: got none, must be at least one line of them"));
}

TEST_F(ImageListTest, AllErrorsOfLabelsCsvAtOnce) {
  write("labels.csv",
        "filename,class_index\n"
        ",1\n"
        "/etc/a.jpg,1\n"
        "sub/../../a.jpg,1\n"
        "a.jpg,-1\n"
        "b.jpg,1.5\n"
        "c.jpg,\n"
        "d.jpg\n"
        "./a.jpg,2\n"
        "e.jpg,99999999999999999999\n"
        "f.jpg,+1\n");
  EXPECT_THAT(
      errors(),
      ElementsAre(
          "labels.csv:2: filename: got \"\", must be the name of a picture",
          "labels.csv:3: filename: got /etc/a.jpg, must be a path within the folder: relative, "
          "without ..",
          "labels.csv:4: filename: got sub/../../a.jpg, must be a path within the folder: "
          "relative, without ..",
          "labels.csv:5: class_index: got -1, must be an integer, at least 0",
          "labels.csv:6: class_index: got 1.5, must be an integer, at least 0",
          "labels.csv:7: class_index: got \"\", must be an integer, at least 0",
          "labels.csv:8: line: got 1 fields, must be with filename and class_index, as the header "
          "says",
          "labels.csv:9: filename: got a.jpg again, must be named once; line 5 names it too",
          "labels.csv:10: class_index: got 99999999999999999999, must be an integer, at least 0",
          "labels.csv:11: class_index: got +1, must be an integer, at least 0"));
}

TEST_F(ImageListTest, ALongListOfErrorsIsCut) {
  std::string text = "filename,class_index\n";
  for (int i = 0; i < 30; ++i) text += std::to_string(i) + ".jpg,x\n";
  write("labels.csv", text);
  const std::vector<std::string> messages = errors();
  ASSERT_EQ(messages.size(), 21U);
  EXPECT_EQ(messages.back(), "and 10 more");
}

TEST_F(ImageListTest, ClassFoldersTakeTurns) {
  write("classes.txt", "dog\r\ncat\r\nempty\r\nbird");
  for (const char* name : {"dog/b.jpg", "dog/a.JPG", "dog/c.jpeg", "dog/notes.txt", "dog/sub/x.jpg",
                           "cat/Z.png", "cat/a.png", "bird/1.PnG", "empty/x.gif", ".hidden/a.jpg"})
    write(name);
  EXPECT_THAT(list(), ElementsAre("dog/a.JPG=0", "cat/Z.png=1", "bird/1.PnG=3", "dog/b.jpg=0",
                                  "cat/a.png=1", "dog/c.jpeg=0"));
  EXPECT_EQ(list_images(folder_.path()).images[2].label_line, 4);
}

TEST_F(ImageListTest, AllErrorsOfClassesTxtAtOnce) {
  write("classes.txt", "dog\n\n../dog\ncat\ndog\n..\n");
  write("dog/a.jpg");
  write("bird/a.jpg");
  const std::string must_be = ", must be the name of a folder beside this file";
  EXPECT_THAT(
      errors(),
      ElementsAre("classes.txt:2: class: got \"\"" + must_be,
                  "classes.txt:3: class: got ../dog" + must_be,
                  "classes.txt:4: class: got cat, must be an existing folder: cat",
                  "classes.txt:5: class: got dog again, must be named once; line 1 names it too",
                  "classes.txt:6: class: got .." + must_be,
                  "bird: folder: got one that no class names, must be a line of classes.txt, or "
                  "somewhere else"));
}

TEST_F(ImageListTest, AFolderWithoutPicturesOrLabels) {
  EXPECT_EQ(errors().size(), 1U);
  EXPECT_THAT(errors().front(), HasSubstr("labels: got no labels.csv and no classes.txt, must be "
                                          "one of them: labels.csv with the columns "
                                          "filename,class_index, or classes.txt"));
  write("classes.txt", "dog\n");
  write("dog/notes.txt");
  EXPECT_THAT(errors().front(), HasSubstr("pictures: got none, must be at least one .jpg, .jpeg "
                                          "or .png file in the folders that classes.txt names"));
}

}  // namespace
}  // namespace npusim::data
