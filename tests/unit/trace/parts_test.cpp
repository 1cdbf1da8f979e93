// SPDX-License-Identifier: Apache-2.0
// The parts of a trace: live bytes against a count byte by byte, windows of the DRAM, the file.
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <map>
#include <random>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/functional/accesses.h"
#include "sim/trace/background_file.h"
#include "sim/trace/live_bytes.h"
#include "sim/trace/window_bytes.h"
#include "tests/support/drawn_programs.h"
#include "tests/support/support.h"

namespace npusim::trace {
namespace {

namespace fs = std::filesystem;

/// One byte of a memory: who writes it and who reads what was written last, forwards.
struct ByteLife {
  std::int64_t writer = -1;
  std::int64_t last_reader = -1;
};

/// The live bytes of the activation scratchpad and the accumulators, once more: from each write to
/// the last read before the next one.
class PlainLives {
 public:
  explicit PlainLives(const isa::Program& program) {
    const auto instructions = static_cast<std::int64_t>(program.instructions.size());
    std::vector<std::uint8_t> weights(
        static_cast<std::size_t>(program.hardware.weight_scratchpad.bytes));
    for (std::int64_t i = 0; i < instructions; ++i) {
      std::vector<functional::Access> accesses;
      functional::append_accesses(program.instructions[static_cast<std::size_t>(i)],
                                  program.hardware, weights.data(), accesses);
      for (const bool writes : {false, true}) {
        for (const functional::Access& access : accesses) {
          if (access.write == writes) visit(access, i);
        }
      }
    }
    for (auto& [place, life] : lives_) end(place, life);
  }

  /// Bytes with something to come between instruction i and i + 1, all before them being done.
  std::int64_t between(isa::Space space, std::size_t i) const {
    const auto found = changes_.find(space);
    if (found == changes_.end()) return 0;
    std::int64_t sum = 0;
    for (auto at = found->second.begin(); at != found->second.end(); ++at) {
      if (at->first > static_cast<std::int64_t>(i)) break;
      sum += at->second;
    }
    return sum;
  }

 private:
  using Place = std::pair<isa::Space, std::uint64_t>;

  void visit(const functional::Access& access, std::int64_t i) {
    if (access.space == isa::Space::dram || access.space == isa::Space::weight_scratchpad) return;
    const isa::Region& r = access.region;
    for (std::uint64_t i2 = 0; i2 < r.count2; ++i2) {
      for (std::uint64_t i1 = 0; i1 < r.count1; ++i1) {
        for (std::uint64_t b = 0; b < r.bytes; ++b) {
          const Place place{access.space, r.address + i2 * r.stride2 + i1 * r.stride1 + b};
          ByteLife& life = lives_[place];
          if (!access.write) {
            life.last_reader = i;
          } else if (life.writer != i) {
            end(place, life);
            life = {i, -1};
          }
        }
      }
    }
  }
  // Live behind its writer and before its last reader.
  void end(const Place& place, const ByteLife& life) {
    if (life.last_reader < 0 || life.last_reader <= life.writer) return;
    changes_[place.first][life.writer] += 1;
    changes_[place.first][life.last_reader] -= 1;
  }

  std::map<Place, ByteLife> lives_;
  std::map<isa::Space, std::map<std::int64_t, std::int64_t>> changes_;
};

TEST(LiveBytes, AreThoseOfACountByteByByte) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    isa::Program program = test::drawn_program(seed);
    program.outputs.clear();  // which live on, where they are on chip
    const LiveBytes live = live_bytes(program);
    const PlainLives plain(program);
    std::int64_t activations = live.initial[0], accumulators = live.initial[2];
    for (std::size_t i = 0; i < program.instructions.size(); ++i) {
      activations += live.births[i][0];
      accumulators += live.births[i][2];
      EXPECT_LE(activations, program.activation_peak_bytes) << i;
      activations -= live.deaths[i][0];
      accumulators -= live.deaths[i][2];
      ASSERT_EQ(activations, plain.between(isa::Space::activation_scratchpad, i)) << i;
      ASSERT_EQ(accumulators, plain.between(isa::Space::accumulators, i)) << i;
    }
    EXPECT_EQ(activations, 0);
    EXPECT_EQ(accumulators, 0);
  }
}

TEST(WindowBytes, RunsAreTheirBurstsAndNothingIsLost) {
  std::mt19937 random(7);
  const auto draw = [&](std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
  };
  for (const std::int64_t cycles : {1'000, 1'000'000, 500'000'000}) {
    WindowBytes runs, bursts;
    std::int64_t read = 0, written = 0;
    for (int i = 0; i < 200; ++i) {
      const bool writes = draw(0, 1) == 1;
      const model::DramBursts run{writes ? model::UnitId::dma_out : model::UnitId::dma_in,
                                  draw(0, cycles), draw(1, 700), draw(1, 60), draw(1, 64)};
      runs.add(run);
      (writes ? written : read) += run.count * run.burst_bytes;
      for (std::int64_t k = 0; k < run.count; ++k) {
        bursts.add(
            {run.requester, run.first_grant_cycle + k * run.period_cycles, 0, 1, run.burst_bytes});
      }
    }
    EXPECT_EQ(runs.window_cycles(), bursts.window_cycles());
    EXPECT_LE(runs.windows().size(), 8192U);
    EXPECT_EQ(runs.window_cycles() == 256, cycles < 2'000'000);
    ASSERT_EQ(runs.windows().size(), bursts.windows().size());
    for (std::size_t w = 0; w < runs.windows().size(); ++w) {
      EXPECT_EQ(runs.windows()[w].read_bytes, bursts.windows()[w].read_bytes) << w;
      EXPECT_EQ(runs.windows()[w].write_bytes, bursts.windows()[w].write_bytes) << w;
      read -= runs.windows()[w].read_bytes;
      written -= runs.windows()[w].write_bytes;
    }
    EXPECT_EQ(read, 0);
    EXPECT_EQ(written, 0);
  }
}

/// Some megabytes of lines in chunks of many sizes.
std::string write_lines(BackgroundFile& file) {
  std::string all;
  for (int i = 0; i < 200; ++i) {
    std::string chunk;
    for (int line = 0; line < i * 20; ++line) chunk += std::to_string(line * i) + " is a line\n";
    all += chunk;
    file.write(chunk);
    EXPECT_TRUE(chunk.empty());
  }
  return all;
}

std::string uncompressed(const fs::path& path) {
  std::string text;
  gzFile file = gzopen(path.c_str(), "rb");
  std::vector<char> buffer(1 << 16);
  for (int got = 0; (got = gzread(file, buffer.data(), 1 << 16)) > 0;)
    text.append(buffer.data(), static_cast<std::size_t>(got));
  gzclose(file);
  return text;
}

TEST(BackgroundFile, HoldsTheText) {
  const test::TempFolder folder;
  for (const char* name : {"plain.json", "packed.json.gz", "again.json.gz"}) {
    BackgroundFile file(folder / name);
    const std::string all = write_lines(file);
    EXPECT_FALSE(fs::exists(folder / name));
    file.finish();
    file.wait();
    EXPECT_TRUE(uncompressed(folder / name) == all) << name;  // gzread reads plain files, too
  }
  EXPECT_LT(fs::file_size(folder / "packed.json.gz"), fs::file_size(folder / "plain.json") / 3);
  EXPECT_TRUE(base::read_file_text(folder / "packed.json.gz") ==
              base::read_file_text(folder / "again.json.gz"));
}

TEST(BackgroundFile, UnfinishedThereIsNone) {
  const test::TempFolder folder;
  base::write_file_whole(folder / "old.json.gz", "old");
  for (const char* name : {"old.json.gz", "new.json.gz"}) {
    BackgroundFile file(folder / name);
    write_lines(file);
  }
  EXPECT_EQ(base::read_file_text(folder / "old.json.gz"), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1);
}

TEST(BackgroundFile, SaysThatTheDiskIsFull) {
  const test::TempFolder folder;
  fs::create_symlink("/dev/full", folder / "full.json");
  BackgroundFile file(folder / "full.json");
  try {
    for (;;) {
      std::string chunk = "some text";
      file.write(chunk);
    }
  } catch (const base::InputError& error) {
    EXPECT_NE(std::string(error.what()).find("No space left on device"), std::string::npos);
  }
  file.finish();
  EXPECT_THROW(file.wait(), base::InputError);
}

}  // namespace
}  // namespace npusim::trace
