// SPDX-License-Identifier: Apache-2.0
#include "sim/launch/program.h"

#include <sys/wait.h>

#include <boost/asio/io_context.hpp>
#include <boost/process/args.hpp>
#include <boost/process/async.hpp>
#include <boost/process/child.hpp>
#include <boost/process/io.hpp>
#include <boost/process/search_path.hpp>
#include <future>

#include "sim/base/errors.h"

namespace npusim::launch {

namespace process = boost::process;

Finished run_program(const std::string& name, const std::vector<std::string>& arguments) {
  const boost::filesystem::path path = process::search_path(name);
  if (path.empty()) {
    throw base::InputError(name + ": no such program on PATH; it must be installed here");
  }
  try {
    boost::asio::io_context context;
    std::future<std::string> output, errors;
    process::child child(path, process::args(arguments), process::std_in.close(),
                         process::std_out > output, process::std_err > errors, context);
    context.run();
    child.wait();
    const int status = child.native_exit_code();
    const int exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return {exit_code, output.get(), errors.get()};
  } catch (const process::process_error& error) {
    throw base::InputError(name + ": cannot be started: " + error.what());
  }
}

std::string shell_word(const std::string& text) {
  constexpr char kPlain[] =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,@%+";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string word = "'";
  for (const char c : text) {
    if (c == '\'') {
      word += "'\\''";
    } else {
      word += c;
    }
  }
  return word + "'";
}

}  // namespace npusim::launch
