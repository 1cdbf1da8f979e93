// SPDX-License-Identifier: Apache-2.0
#include "sim/trace/background_file.h"

#include <zlib.h>

#include <condition_variable>
#include <csignal>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "sim/base/errors.h"
#include "sim/base/files.h"

namespace npusim::trace {
namespace {

constexpr std::size_t kMostChunks = 4;  // under way
constexpr std::size_t kCompressedBytes = std::size_t{1} << 16;

/// What makes the bytes of the file from its text.
class Compressor {
 public:
  Compressor(const std::filesystem::path& path, bool compresses)
      : file_(path), compresses_(compresses), out_(compresses ? kCompressedBytes : 0) {
    constexpr int kGzip = 16;        // added to the window's bits: with gzip's header
    constexpr int kMemoryLevel = 8;  // its usual one
    if (compresses_ && deflateInit2(&stream_, Z_BEST_SPEED, Z_DEFLATED, MAX_WBITS + kGzip,
                                    kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
      throw base::InternalError("zlib: a stream cannot be made");
    }
  }
  ~Compressor() {
    if (compresses_) deflateEnd(&stream_);
  }
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;

  void write(const std::string& text) {
    if (compresses_) {
      compress(text, Z_NO_FLUSH);
    } else {
      file_.write(text.data(), text.size());
    }
  }
  void commit() {
    if (compresses_) compress({}, Z_FINISH);
    file_.commit();
  }

 private:
  void compress(const std::string& text, int flush) {
    // zlib does not change its input, which older callers of it do not promise.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream_.avail_in = static_cast<uInt>(text.size());
    do {
      stream_.next_out = out_.data();
      stream_.avail_out = static_cast<uInt>(out_.size());
      if (deflate(&stream_, flush) == Z_STREAM_ERROR)
        throw base::InternalError("zlib: the stream is broken");
      file_.write(out_.data(), out_.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }

  base::WholeFile file_;
  const bool compresses_;
  z_stream stream_{};
  std::vector<Bytef> out_;
};

/// Signals are for the thread that called.
class NoSignals {
 public:
  NoSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~NoSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  NoSignals(const NoSignals&) = delete;
  NoSignals& operator=(const NoSignals&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

struct BackgroundFile::State {
  explicit State(const std::filesystem::path& path) : compressor(path, path.extension() == ".gz") {
    const NoSignals inherited;
    thread = std::thread([this] { work(); });
  }
  ~State() {
    end(/*whole=*/false);
    if (thread.joinable()) thread.join();
  }

  void write(std::string& chunk) {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [&] { return chunks.size() < kMostChunks || failure; });
    if (failure) std::rethrow_exception(failure);
    chunks.push_back(std::move(chunk));
    chunk = std::move(spare);
    chunk.clear();
    spare.clear();
    changed.notify_all();
  }

  // The first time counts.
  void end(bool whole) {
    const std::lock_guard<std::mutex> lock(mutex);
    if (ended) return;
    ended = true;
    commits = whole;
    if (!whole) chunks.clear();
    changed.notify_all();
  }

  void work() {
    try {
      while (next_chunk()) compressor.write(current);
      if (commits) compressor.commit();
    } catch (...) {
      const std::lock_guard<std::mutex> lock(mutex);
      failure = std::current_exception();
      changed.notify_all();
    }
  }

  bool next_chunk() {
    std::unique_lock<std::mutex> lock(mutex);
    spare = std::move(current);
    changed.wait(lock, [&] { return !chunks.empty() || ended; });
    if (chunks.empty()) return false;
    current = std::move(chunks.front());
    chunks.pop_front();
    changed.notify_all();
    return true;
  }

  Compressor compressor;  // the thread's, until it is joined
  std::string current;    // likewise
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::string> chunks;
  std::string spare;  // memory to use again
  bool ended = false;
  bool commits = false;  // at the end
  std::exception_ptr failure;
  std::thread thread;
};

BackgroundFile::BackgroundFile(const std::filesystem::path& path)
    : state_(std::make_unique<State>(path)) {}
BackgroundFile::~BackgroundFile() = default;

void BackgroundFile::write(std::string& chunk) { state_->write(chunk); }

void BackgroundFile::finish() { state_->end(/*whole=*/true); }

void BackgroundFile::wait() {
  if (state_->thread.joinable()) state_->thread.join();
  if (state_->failure) std::rethrow_exception(state_->failure);
}

}  // namespace npusim::trace
