// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/point_worker.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <new>
#include <utility>

#include "sim/base/errors.h"
#include "sim/cli/command.h"
#include "sim/cli/data_folders.h"
#include "sim/cli/output.h"
#include "sim/cli/progress.h"
#include "sim/cli/run_session.h"
#include "sim/cli/stage_cache.h"
#include "sim/report/json.h"
#include "sim/sweep/point_reader.h"

namespace npusim::cli {
namespace {

constexpr char kRecord = 'r';

/// The exit code, then one message a line.
std::string failed(int exit_code, const std::vector<std::string>& messages) {
  std::string text = std::to_string(exit_code);
  for (std::string message : messages) {
    std::replace(message.begin(), message.end(), '\n', ' ');
    text += '\n' + message;
  }
  return text;
}

class PointWorker {
 public:
  explicit PointWorker(const sweep::Space& space)
      : space_(space), reader_(space, {}, data_folders()), session_(/*threads=*/1, stage_cache()) {}

  std::string evaluate(std::int64_t number) {
    try {
      Progress silent(/*quiet=*/true);
      report::Report report = session_.run(reader_.read(space_.at(number)), silent);
      report.host = HostClock().host(1);
      report.host.is_measured = false;
      return kRecord + report::to_json(report);
    } catch (const base::InputError& error) {
      return failed(kBadInput, error.messages());
    } catch (const std::filesystem::filesystem_error& error) {
      return failed(kBadInput, {error.what()});
    } catch (const base::SimulationError& error) {
      return failed(kSimulationFailed, {error.what()});
    } catch (const std::bad_alloc&) {
      return failed(kInternalError, {"out of memory"});
    } catch (const std::exception& error) {
      return failed(kInternalError, {error.what()});
    }
  }

 private:
  const sweep::Space& space_;
  sweep::PointReader reader_;
  RunSession session_;
};

const char* kind_of(int exit_code) {
  if (exit_code == kBadInput) return "bad_input";
  return exit_code == kSimulationFailed ? "simulation_failed" : "internal_error";
}

}  // namespace

launch::MakeWork make_point_worker(const sweep::Space& space) {
  return [&space]() -> launch::Work {
    const auto worker = std::make_shared<PointWorker>(space);
    return
        [worker](std::string_view item) { return worker->evaluate(std::stoll(std::string(item))); };
  };
}

PointResult point_result(launch::Outcome outcome) {
  using End = launch::Outcome::End;
  PointResult result;
  if (outcome.end == End::returned && !outcome.text.empty() && outcome.text.front() == kRecord) {
    result.finished = true;
    result.record = outcome.text.substr(1);
    return result;
  }
  if (outcome.end == End::died) {
    result.kind = "died";
    result.exit_code = outcome.exit_code;
    result.messages = {"worker process " + outcome.text};
    return result;
  }
  if (outcome.end == End::threw) outcome.text = failed(kInternalError, {outcome.text});
  std::size_t line = outcome.text.find('\n');
  result.exit_code = std::stoi(outcome.text.substr(0, line));
  result.kind = kind_of(result.exit_code);
  while (line != std::string::npos) {
    const std::size_t next = outcome.text.find('\n', line + 1);
    result.messages.push_back(outcome.text.substr(line + 1, next - line - 1));
    line = next;
  }
  return result;
}

}  // namespace npusim::cli
