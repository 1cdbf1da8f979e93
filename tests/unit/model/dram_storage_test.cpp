// SPDX-License-Identifier: Apache-2.0
#include "sim/model/dram_storage.h"

#include <gtest/gtest.h>

#include "sim/base/errors.h"

namespace npusim::model {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes read(const DramStorage& storage, std::uint64_t address, std::size_t bytes) {
  Bytes result(bytes, 0xff);
  storage.read(address, result.data(), bytes);
  return result;
}

TEST(DramStorage, ImageThenZeros) {
  const Bytes image{1, 2, 3};
  const DramStorage storage(image, 8);
  EXPECT_EQ(read(storage, 0, 8), (Bytes{1, 2, 3, 0, 0, 0, 0, 0}));
  EXPECT_EQ(read(storage, 2, 2), (Bytes{3, 0}));
  EXPECT_EQ(read(storage, 8, 0), Bytes{});
}

TEST(DramStorage, KeepsWhatIsWrittenBehindTheImage) {
  const Bytes image{1, 2, 3};
  DramStorage storage(image, 8);
  const Bytes written{7, 8};
  storage.write(3, written.data(), 2);
  EXPECT_EQ(read(storage, 1, 6), (Bytes{2, 3, 7, 8, 0, 0}));
}

TEST(DramStorage, RefusesTheImageAndWhatLiesOutside) {
  const Bytes image{1, 2, 3};
  DramStorage storage(image, 8);
  Bytes bytes(9);
  EXPECT_THROW(storage.write(2, bytes.data(), 2), base::InternalError);
  EXPECT_THROW(storage.write(7, bytes.data(), 2), base::InternalError);
  EXPECT_THROW(storage.read(8, bytes.data(), 1), base::InternalError);
  EXPECT_THROW(storage.read(~std::uint64_t{0}, bytes.data(), 2), base::InternalError);
  EXPECT_THROW(DramStorage(image, 2), base::InternalError);
}

}  // namespace
}  // namespace npusim::model
