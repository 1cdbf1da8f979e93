// SPDX-License-Identifier: Apache-2.0
#include "sim/isa/tensor_boxes.h"

#include <algorithm>
#include <array>

namespace npusim::isa {
namespace {

/// A region as runs of `bytes`, repeated by loops of ascending strides, with what is contiguous in
/// one: equal regions have equal loops.
struct Loops {
  struct Loop {
    std::uint64_t count = 1, stride = 0;
  };
  std::uint64_t bytes = 0;
  std::vector<Loop> loops;

  Loops(std::uint64_t run_bytes, Loop a, Loop b) : bytes(run_bytes) {
    if (b.count > 1 && (a.count <= 1 || b.stride < a.stride)) std::swap(a, b);
    for (const Loop& loop : {a, b}) add(loop);
  }

  friend bool operator==(const Loops& a, const Loops& b) {
    return a.bytes == b.bytes && std::equal(a.loops.begin(), a.loops.end(), b.loops.begin(),
                                            b.loops.end(), [](const Loop& x, const Loop& y) {
                                              return x.count == y.count && x.stride == y.stride;
                                            });
  }

 private:
  void add(const Loop& loop) {
    if (loop.count <= 1) return;
    if (loops.empty() && loop.stride == bytes) {
      bytes *= loop.count;
    } else if (!loops.empty() && loop.stride == loops.back().count * loops.back().stride) {
      loops.back().count *= loop.count;
    } else {
      loops.push_back(loop);
    }
  }
};

/// A tensor's extents where they make sense.
struct Shape {
  std::uint64_t row_bytes = 0, pixel_bytes = 0, element = 1;
  std::int64_t width = 0;
};

struct Position {
  std::int64_t row = 0, column = 0, channel = 0;
};

Position position_of(std::uint64_t offset, const Shape& shape) {
  return {static_cast<std::int64_t>(offset / shape.row_bytes),
          static_cast<std::int64_t>(offset % shape.row_bytes / shape.pixel_bytes),
          static_cast<std::int64_t>(offset % shape.pixel_bytes / shape.element)};
}

/// A run of pixels as the part of its first row, whole rows, the part of its last one.
std::vector<Box> pixel_run(std::int64_t first, std::int64_t pixels, std::int64_t channel_begin,
                           std::int64_t channel_end, std::int64_t width) {
  std::vector<Box> boxes;
  while (pixels > 0) {
    const std::int64_t row = first / width;
    const std::int64_t column = first % width;
    const std::int64_t rows = column == 0 ? std::max<std::int64_t>(1, pixels / width) : 1;
    const std::int64_t columns = std::min(width - column, pixels);
    boxes.push_back({{row, row + rows}, {column, column + columns}, {channel_begin, channel_end}});
    first += rows * columns;
    pixels -= rows * columns;
  }
  return boxes;
}

constexpr std::array<std::int64_t (Box::*)[2], 3> kSides = {&Box::rows, &Box::columns,
                                                            &Box::channels};

bool overlap(const Box& a, const Box& b) {
  return std::all_of(kSides.begin(), kSides.end(), [&](auto side) {
    return (a.*side)[0] < (b.*side)[1] && (b.*side)[0] < (a.*side)[1];
  });
}

/// Whether the two are a box together; then `a` is it.
bool merge(Box& a, const Box& b) {
  const auto same = [&](auto side) {
    return (a.*side)[0] == (b.*side)[0] && (a.*side)[1] == (b.*side)[1];
  };
  if (std::count_if(kSides.begin(), kSides.end(), same) != 2) return false;
  const auto side = *std::find_if_not(kSides.begin(), kSides.end(), same);
  if ((a.*side)[1] != (b.*side)[0] && (b.*side)[1] != (a.*side)[0]) return false;
  (a.*side)[0] = std::min((a.*side)[0], (b.*side)[0]);
  (a.*side)[1] = std::max((a.*side)[1], (b.*side)[1]);
  return true;
}

}  // namespace

std::vector<Box> boxes_of(const Region& region, const TensorInfo& tensor) {
  constexpr std::int64_t kMostExtent = std::int64_t{1} << 32;
  constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 32;  // more than verify() allows
  for (const std::int64_t extent : {tensor.height, tensor.width, tensor.channels}) {
    if (extent < 1 || extent > kMostExtent) return {};
  }
  const Region whole = tensor_region(tensor);
  if (region.empty() || !region.runs_are_disjoint() || region.address < whole.address ||
      region.end() > whole.end() || whole.bytes > kMostBytes) {
    return {};
  }
  Shape shape;
  shape.element = element_bytes(tensor.type);
  shape.width = tensor.width;
  shape.pixel_bytes = shape.element * static_cast<std::uint64_t>(tensor.channels);
  shape.row_bytes = shape.pixel_bytes * static_cast<std::uint64_t>(tensor.width);
  const std::uint64_t begin = region.address - whole.address;
  const Loops loops(region.bytes, {region.count1, region.stride1}, {region.count2, region.stride2});
  if (begin % shape.element != 0 || region.bytes % shape.element != 0) return {};

  const Position first = position_of(begin, shape);
  const Position last = position_of(region.end() - 1 - whole.address, shape);
  const Box box = {{first.row, last.row + 1},
                   {first.column, last.column + 1},
                   {first.channel, last.channel + 1}};
  if (last.column >= first.column && last.channel >= first.channel) {
    const auto extent = [](const std::int64_t(&side)[2]) {
      return static_cast<std::uint64_t>(side[1] - side[0]);
    };
    const Loops of_box(extent(box.channels) * shape.element,
                       {extent(box.columns), shape.pixel_bytes},
                       {extent(box.rows), shape.row_bytes});
    if (of_box == loops) return {box};
  }
  const std::int64_t first_pixel = first.row * shape.width + first.column;
  if (loops.loops.empty() && first.channel == 0 && loops.bytes % shape.pixel_bytes == 0) {
    return pixel_run(first_pixel, static_cast<std::int64_t>(loops.bytes / shape.pixel_bytes), 0,
                     tensor.channels, shape.width);
  }
  const auto channels = static_cast<std::int64_t>(loops.bytes / shape.element);
  if (loops.loops.size() == 1 && loops.loops[0].stride == shape.pixel_bytes &&
      first.channel + channels <= tensor.channels) {
    return pixel_run(first_pixel, static_cast<std::int64_t>(loops.loops[0].count), first.channel,
                     first.channel + channels, shape.width);
  }
  return {};
}

void unite(std::vector<Box>& boxes) {
  constexpr std::size_t kMostBoxes = 1024;  // that do not adjoin the one before them
  std::vector<Box> united;
  for (const Box& box : boxes) {
    united.push_back(box);
    while (united.size() > 1 && merge(united[united.size() - 2], united.back())) united.pop_back();
  }
  boxes.clear();
  if (united.empty() || united.size() > kMostBoxes) return;
  Box hull = united.front();
  std::int64_t elements = 0;
  for (std::size_t i = 0; i < united.size(); ++i) {
    elements += united[i].elements();
    for (const auto side : kSides) {
      (hull.*side)[0] = std::min((hull.*side)[0], (united[i].*side)[0]);
      (hull.*side)[1] = std::max((hull.*side)[1], (united[i].*side)[1]);
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (overlap(united[i], united[j])) return;
    }
  }
  if (elements == hull.elements()) boxes.push_back(hull);
}

std::string box_text(const Box& box) {
  const auto range = [](const char* name, const std::int64_t(&side)[2]) {
    const std::string first = std::to_string(side[0]);
    return side[1] - side[0] == 1 ? std::string(name) + ' ' + first
                                  : name + ("s " + first) + '-' + std::to_string(side[1] - 1);
  };
  return range("row", box.rows) + ", " + range("column", box.columns) + ", " +
         range("channel", box.channels);
}

}  // namespace npusim::isa
