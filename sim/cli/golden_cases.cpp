// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/golden_cases.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <new>
#include <nlohmann/json.hpp>
#include <utility>

#include "sim/base/errors.h"
#include "sim/cli/command.h"
#include "sim/cli/golden_paths.h"
#include "sim/cli/golden_results.h"
#include "sim/cli/progress.h"
#include "sim/cli/stage_cache.h"
#include "sim/launch/signal_watch.h"
#include "sim/launch/worker_pool.h"

namespace npusim::cli {
namespace {

using nlohmann::json;

/// A case as its folder says it.
struct ReadCase {
  golden::CaseFile file;
  golden::Results golden;
};

std::string case_ran(const golden::Results& results, double seconds) {
  json message = {{"seconds", seconds}};
  for (const golden::CaseText& each : golden::texts_of(results)) message[each.name] = each.text;
  return message.dump();
}

std::string case_failed(int exit_code, const std::vector<std::string>& messages) {
  const json message = {{"exit_code", exit_code}, {"messages", messages}};
  return message.dump(-1, ' ', false, json::error_handler_t::replace);
}

class CaseWorker {
 public:
  CaseWorker(const std::vector<CaseOutcome>& cases, const std::vector<ReadCase>& read,
             bool no_cache)
      : cases_(cases), read_(read), cache_(no_cache ? nullptr : stage_cache()) {}

  std::string evaluate(std::size_t number) const {
    try {
      const auto start = std::chrono::steady_clock::now();
      Progress silent(/*quiet=*/true);
      // A session of its own: a large network does not stay while the next one runs.
      RunSession session(/*threads=*/1, cache_);
      const config::RunConfig run = read_case_run(cases_[number].place.folder, read_[number].file);
      const GoldenRun golden = evaluate_for_golden(session, run, silent);
      return case_ran(
          golden.results,
          std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    } catch (const base::InputError& error) {
      return case_failed(kBadInput, error.messages());
    } catch (const std::filesystem::filesystem_error& error) {
      return case_failed(kBadInput, {error.what()});
    } catch (const base::SimulationError& error) {
      return case_failed(kSimulationFailed, {error.what()});
    } catch (const std::bad_alloc&) {
      return case_failed(kInternalError, {"out of memory"});
    } catch (const std::exception& error) {
      return case_failed(kInternalError, {error.what()});
    }
  }

 private:
  const std::vector<CaseOutcome>& cases_;
  const std::vector<ReadCase>& read_;
  const cache::Store* cache_;
};

void take(const ReadCase& read, const launch::Outcome& outcome, CaseOutcome& result) {
  using End = launch::Outcome::End;
  if (outcome.end != End::returned) {
    result.exit_code = kInternalError;
    result.messages = {outcome.end == End::died ? "worker process " + outcome.text : outcome.text};
    return;
  }
  const json message = json::parse(outcome.text);
  if (message.contains("exit_code")) {
    result.exit_code = message["exit_code"].get<int>();
    result.messages = message["messages"].get<std::vector<std::string>>();
    return;
  }
  const auto text = [&](const char* file) { return message.at(file).get<std::string>(); };
  result.seconds = message["seconds"].get<double>();
  result.now.report = text(golden::kReportFile);
  result.now.program = golden::parse_program_csv(text(golden::kProgramFile), "worker");
  result.now.layers = golden::parse_layers_csv(text(golden::kLayersFile), "worker");
  result.comparison = golden::compare(read.golden, result.now, read.file.tolerances);
}

/// Those that could be read, the largest Programs first, so that none is left to run alone.
std::vector<std::size_t> working_order(const std::vector<CaseOutcome>& cases,
                                       const std::vector<ReadCase>& read) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    if (cases[i].ran()) order.push_back(i);
  }
  const auto bytes = [&](std::size_t i) {
    return read[i].golden.program.empty() ? 0 : read[i].golden.program.front().bytes;
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return bytes(a) > bytes(b); });
  return order;
}

}  // namespace

std::optional<std::vector<CaseOutcome>> run_cases(const std::vector<golden::CasePlace>& places,
                                                  const CheckOptions& options) {
  std::vector<CaseOutcome> cases(places.size());
  std::vector<ReadCase> read(places.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    cases[i].place = places[i];
    try {
      read[i].file = golden::read_case_file(places[i].folder);
      read[i].golden = golden::read_results(places[i].folder);
    } catch (const base::InputError& error) {
      cases[i].exit_code = kBadInput;
      cases[i].messages = error.messages();
    }
  }
  const std::vector<std::size_t> order = working_order(cases, read);

  launch::SignalWatch signals;
  Progress progress(options.quiet);
  progress.stage("golden", "cases", static_cast<std::int64_t>(order.size()));
  std::size_t next = 0;
  std::int64_t done = 0;
  const std::size_t workers = std::min(order.size(), static_cast<std::size_t>(options.workers));
  launch::WorkerPool pool(static_cast<int>(workers), [&]() -> launch::Work {
    const auto worker = std::make_shared<CaseWorker>(cases, read, options.no_cache);
    return
        [worker](std::string_view item) { return worker->evaluate(std::stoul(std::string(item))); };
  });
  launch::WorkerPool::Callbacks callbacks;
  callbacks.next_item = [&]() -> std::optional<std::string> {
    if (next == order.size()) return std::nullopt;
    return std::to_string(order[next++]);
  };
  callbacks.on_outcome = [&](const std::string& item, const launch::Outcome& outcome) {
    const std::size_t i = std::stoul(item);
    take(read[i], outcome, cases[i]);
    progress.advance(++done);
  };
  callbacks.interrupted = [&] { return signals.take().has_value(); };
  callbacks.wake_descriptor = signals.descriptor();
  if (!pool.run(callbacks)) return std::nullopt;
  return cases;
}

int exit_code_of(const std::vector<CaseOutcome>& outcomes) {
  int worst = kOk;
  for (const CaseOutcome& outcome : outcomes) {
    const bool differs = outcome.ran() && !outcome.comparison.is_same();
    worst = std::max(worst, differs ? kMismatch : outcome.exit_code);
  }
  return worst;
}

}  // namespace npusim::cli
