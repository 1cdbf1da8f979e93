// SPDX-License-Identifier: Apache-2.0
#include "sim/isa/layer_contents.h"

#include <xxhash.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "sim/isa/records.h"
#include "sim/isa/regions.h"

namespace npusim::isa {
namespace {

using Bytes = std::vector<std::uint8_t>;
/// Runs of bytes of the image: address, size.
using Pieces = std::vector<std::pair<std::uint64_t, std::uint64_t>>;
constexpr std::uint64_t kNowhere = std::numeric_limits<std::uint64_t>::max();

/// Where in the DRAM image the bytes of the weight scratchpad come from.
class Sources {
 public:
  explicit Sources(const DramImage& image) : image_(image) {}

  void load(const Dma& f) {
    for (std::uint64_t j = 0; j < f.count2; ++j) {
      for (std::uint64_t i = 0; i < f.count1; ++i) {
        put(f.local_address + i * f.local_stride1 + j * f.local_stride2, f.bytes,
            f.dram_address + i * f.dram_stride1 + j * f.dram_stride2);
      }
    }
  }

  /// The DRAM address of a byte of the scratchpad; 0 where nothing was loaded.
  std::uint64_t address(std::uint64_t local) const {
    const auto run = find(local);
    return run == runs_.end() ? 0 : run->second.dram + (local - run->first);
  }

  /// Where bytes of the scratchpad come from, in their order.
  Pieces pieces(std::uint64_t local, std::uint64_t bytes) const {
    Pieces result;
    const std::uint64_t end = local + bytes;
    auto run = runs_.upper_bound(local);
    if (run != runs_.begin()) --run;
    for (; run != runs_.end() && run->first < end; ++run) {
      if (run->second.end <= local) continue;
      if (run->first > local) result.emplace_back(kNowhere, run->first - local);
      local = std::max(local, run->first);
      const std::uint64_t piece_end = std::min(end, run->second.end);
      result.emplace_back(run->second.dram + (local - run->first), piece_end - local);
      local = piece_end;
    }
    if (local < end) result.emplace_back(kNowhere, end - local);
    return result;
  }

  /// Bytes of the scratchpad; zeros where nothing was loaded.
  Bytes read(std::uint64_t local, std::uint64_t bytes) const {
    Bytes result;
    result.reserve(bytes);
    for (const auto& [dram, size] : pieces(local, bytes)) {
      if (dram == kNowhere) {
        result.resize(result.size() + size, 0);
      } else {
        result.insert(result.end(), image_.data() + dram, image_.data() + dram + size);
      }
    }
    return result;
  }

 private:
  struct Run {
    std::uint64_t end = 0;  // in the scratchpad
    std::uint64_t dram = 0;
  };
  using Runs = std::map<std::uint64_t, Run>;  // by where they begin in the scratchpad

  Runs::const_iterator find(std::uint64_t local) const {
    auto run = runs_.upper_bound(local);
    if (run == runs_.begin()) return runs_.end();
    --run;
    return local < run->second.end ? run : runs_.end();
  }

  /// Ends runs at `at` and begins their rest there.
  void split(std::uint64_t at) {
    auto run = runs_.upper_bound(at);
    if (run == runs_.begin()) return;
    --run;
    if (run->first == at || run->second.end <= at) return;
    runs_[at] = {run->second.end, run->second.dram + (at - run->first)};
    run->second.end = at;
  }

  void put(std::uint64_t local, std::uint64_t bytes, std::uint64_t dram) {
    if (bytes == 0) return;
    split(local);
    split(local + bytes);
    runs_.erase(runs_.lower_bound(local), runs_.lower_bound(local + bytes));
    runs_[local] = {local + bytes, dram};
  }

  const DramImage& image_;
  Runs runs_;
};

std::uint64_t hash_of(const Bytes& bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

template <typename T>
void append(Bytes& bytes, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i)
    bytes.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * i)));
}

/// Well spread over 64 bits (the finalizer of splitmix64).
std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

/// One layer while its instructions are read. Everything is kept by where the DRAM has it: what is
/// loaded twice counts once, and the order is the image's.
class Collector {
 public:
  void preload(const Preload& f, const Sources& sources) {
    if (const Region bias = bias_region(f); !bias.empty()) {
      parameter(bias.address, sources);
      biases_.emplace(sources.address(bias.address), sources.read(bias.address, bias.bytes));
    }
    const Region region = weights_region(f);
    if (region.empty()) return;
    if (!tiles_.insert({sources.pieces(region.address, region.bytes), f.k_begin, f.k_end}).second)
      return;
    const std::uint64_t address = sources.address(region.address);
    Bytes bytes = sources.read(region.address, region.bytes);
    Bytes shape;
    append(shape, f.k_begin);
    append(shape, f.k_end);
    append(shape, f.columns);
    append(shape, f.weight_bits);
    append(shape, f.weight_zero_point);
    shapes_.insert(shapes_.end(), shape.begin(), shape.end());
    append(shape, hash_of(bytes));
    weights_[address].insert(weights_[address].end(), shape.begin(), shape.end());
    tiles_by_address_.emplace(address, WeightTile{f, std::move(bytes)});
  }

  void requantize(const Requantize& f, const Sources& sources) {
    parameter(f.record_address, sources);
    const Region scales = record_region(f);
    const Bytes scale = sources.read(scales.address, scales.bytes);
    if (f.per_channel) {
      multipliers_.emplace(sources.address(scales.address), scale);
    } else {
      layer_scales_.insert(scale);
    }
    const Region clamps = clamps_region(f);
    if (!clamps.empty())
      clamps_.emplace(sources.address(clamps.address), sources.read(clamps.address, clamps.bytes));
    if (f.field_bits == 0) return;
    const std::pair<std::uint64_t, std::uint64_t> key = {sources.address(f.shifts_address),
                                                         f.channel_begin};
    if (shifts_.count(key) != 0) return;
    const Region region = shifts_region(f);
    const Bytes block = sources.read(f.shifts_address, region.end() - f.shifts_address);
    Bytes& shifts = shifts_[key];
    for (std::uint64_t j = 0; j < f.columns; ++j) {
      shifts.push_back(static_cast<std::uint8_t>(
          read_channel_shift(block.data(), f.field_bits, f.channel_begin + j)));
    }
  }

  void pool(const Pool& f, const Sources& sources) {
    if (f.operation != PoolOperation::average) return;
    record(record_region(f, sources.read(f.record_address, 1).front()), sources);
  }
  void elementwise(const Elementwise& f, const Sources& sources) {
    record(record_region(f), sources);
  }

  void finish(LayerContents& contents) const {
    contents.weight_tiles = tiles_.size();
    if (!tiles_.empty()) {
      contents.weight_shapes = hash_of(shapes_);
      contents.weights = hash_all(weights_);
      contents.weights_address = weights_.begin()->first;
    }
    contents.weight_values = weight_values();
    contents.biases = hash_all(biases_);
    Bytes scales;
    for (const Bytes& scale : layer_scales_)
      scales.insert(scales.end(), scale.begin(), scale.end());
    for (const auto& [address, scale] : multipliers_)
      scales.insert(scales.end(), scale.begin(), scale.end());
    if (!scales.empty()) contents.multipliers = hash_of(scales);
    contents.channel_shifts = hash_all(shifts_);
    contents.clamps = hash_all(clamps_);
    contents.records = hash_all(records_);
    contents.parameters_address = parameters_;
  }

 private:
  void parameter(std::uint64_t local, const Sources& sources) {
    const std::uint64_t address = sources.address(local);
    parameters_ = std::min(parameters_.value_or(address), address);
  }

  void record(const Region& region, const Sources& sources) {
    parameter(region.address, sources);
    records_.emplace(sources.address(region.address), sources.read(region.address, region.bytes));
  }

  std::uint64_t weight_values() const {
    std::uint64_t sum = 0;
    std::unordered_map<std::uint64_t, std::uint64_t> channels;  // so far, of a row
    for (const auto& [address, tile] : tiles_by_address_) {
      const Preload& f = tile.preload;
      const std::uint64_t row_bytes = weight_row_bytes(f.columns, f.weight_bits);
      const auto zero = static_cast<std::uint8_t>(f.weight_zero_point);
      for (std::uint64_t k = f.k_begin; k < f.k_end; ++k) {
        const std::uint8_t* row = tile.bytes.data() + (k - f.k_begin) * row_bytes;
        std::uint64_t& channel = channels[k];
        for (std::uint64_t column = 0; column < f.columns; ++column) {
          const auto value = static_cast<std::uint8_t>(read_weight(row, f.weight_bits, column));
          sum += mixed(mixed(channel++) ^ (k << 16U | std::uint64_t{zero} << 8U | value));
        }
      }
    }
    return sum;
  }

  template <typename Map>
  static ContentHash hash_all(const Map& map) {
    if (map.empty()) return std::nullopt;
    Bytes all;
    for (const auto& [address, bytes] : map) all.insert(all.end(), bytes.begin(), bytes.end());
    return hash_of(all);
  }

  std::set<std::tuple<Pieces, std::uint32_t, std::uint32_t>> tiles_;
  Bytes shapes_;  // in the order of the instructions
  std::map<std::uint64_t, Bytes> weights_, biases_, multipliers_, clamps_, records_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, Bytes> shifts_;
  std::set<Bytes> layer_scales_;  // blocks of a layer repeat it
  struct WeightTile {
    Preload preload;
    Bytes bytes;
  };
  std::multimap<std::uint64_t, WeightTile> tiles_by_address_;  // equal ones as they come
  std::optional<std::uint64_t> parameters_;
};

void collect(const Instruction& instruction, Sources& sources, Collector& layer) {
  if (instruction.opcode == Opcode::load_weights) {
    sources.load(std::get<Dma>(instruction.fields));
  } else if (const auto* preload = std::get_if<Preload>(&instruction.fields)) {
    layer.preload(*preload, sources);
  } else if (const auto* requantize = std::get_if<Requantize>(&instruction.fields)) {
    layer.requantize(*requantize, sources);
  } else if (const auto* pool = std::get_if<Pool>(&instruction.fields)) {
    layer.pool(*pool, sources);
  } else if (const auto* elementwise = std::get_if<Elementwise>(&instruction.fields)) {
    layer.elementwise(*elementwise, sources);
  }
}

}  // namespace

std::vector<LayerContents> layer_contents(const Program& program) {
  std::vector<LayerContents> contents(program.layers.size());
  std::vector<Collector> collectors(program.layers.size());
  std::vector<std::set<std::uint32_t>> tiles(program.layers.size());
  Sources sources(program.dram_image);
  for (std::size_t i = 0; i < program.instructions.size(); ++i) {
    if (program.instructions[i].opcode == Opcode::end) continue;
    const InstructionOrigin& origin = program.origins.at(i);
    contents.at(origin.layer).instructions.push_back(i);
    tiles[origin.layer].insert(origin.tile);
    collect(program.instructions[i], sources, collectors[origin.layer]);
  }
  for (std::size_t l = 0; l < contents.size(); ++l) {
    collectors[l].finish(contents[l]);
    contents[l].tiles = tiles[l].size();
  }
  return contents;
}

}  // namespace npusim::isa
