// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <new>
#include <string>

#include "sim/base/errors.h"
#include "sim/base/nearest.h"
#include "sim/cli/command.h"
#include "sim/cli/output.h"
#include "sim/cli/program.h"
#include "sim/config/yaml_reader.h"

namespace npusim::cli {
namespace {

/// Names come from files: what would move the cursor or set colours is not sent to a terminal.
void print_error(std::string message) {
  std::replace_if(
      message.begin(), message.end(),
      [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f; }, '?');
  std::fprintf(stderr, "npusim: error: %s\n", message.c_str());
}

/// A message of a refusal is one line.
void print_refusal(std::string message) {
  std::replace(message.begin(), message.end(), '\n', '?');
  print_error(std::move(message));
}

/// The subcommand that was named, its own one behind it: "npusim sweep report".
std::string named_command(const CLI::App& program) {
  std::string command = "npusim";
  for (const CLI::App* app = &program; !app->get_subcommands().empty();) {
    app = app->get_subcommands().front();
    command += ' ' + app->get_name();
  }
  return command;
}

/// "npusim run --help" for the subcommand that was named, "npusim --help" otherwise.
std::string help_command(const CLI::App& program) { return named_command(program) + " --help"; }

std::vector<std::string> command_names(const CLI::App& program) {
  std::vector<std::string> names;
  for (const CLI::App* sub : program.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(sub->get_name());
  }
  return names;
}

std::vector<std::string> flag_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

std::string hint(const std::string& text, const std::vector<std::string>& choices) {
  if (text.size() < 3) return "";  // any other letter would be near
  return base::did_you_mean(text, choices);
}

bool is_flag(const std::string& argument) { return argument.size() > 1 && argument.front() == '-'; }

/// Whether the first argument that nobody asked for should have been a command of the app's own.
bool lacks_command(const CLI::App& app) {
  const std::vector<std::string> extras = app.remaining();
  const auto is_positional = [](const CLI::Option* option) { return option->get_positional(); };
  return app.get_subcommands().empty() && !command_names(app).empty() &&
         app.get_options(is_positional).empty() && !extras.empty() && !is_flag(extras.front());
}

void refuse_command(const CLI::App& app, base::ErrorList& errors) {
  const std::vector<std::string> names = command_names(app);
  const std::string first = app.remaining().front();
  errors.add("", "command", first, config::list_choices(names) + hint(first, names));
}

/// Where an app takes a file or a command: the command that its file was probably meant to be.
std::string command_hint(const CLI::App& app) {
  const auto is_positional = [](const CLI::Option* option) { return option->get_positional(); };
  const std::vector<const CLI::Option*> positionals = app.get_options(is_positional);
  if (positionals.empty() || positionals.front()->empty()) return "";
  return hint(positionals.front()->results().front(), command_names(app));
}

/// Adds what is wrong with the arguments that nobody asked for; `what` is "npusim" or "npusim run".
/// The value of an unknown flag cannot be told from a further argument: with flags unknown,
/// arguments are not judged.
void refuse_extras(const CLI::App& app, const std::string& what, base::ErrorList& errors) {
  const std::vector<std::string> extras = app.remaining();
  const auto end_of_flags = std::find(extras.begin(), extras.end(), "--");
  const bool flags = std::any_of(extras.begin(), end_of_flags, is_flag);
  for (auto extra = extras.begin(); extra != extras.end(); ++extra) {
    if (extra < end_of_flags && is_flag(*extra)) {
      const std::string name = extra->substr(0, extra->find('='));
      errors.add("", name, "an unknown flag",
                 "a flag of " + what + " --help" + hint(name, flag_names(app)));
    } else if (!flags && extra != end_of_flags) {
      errors.add("", "arguments", *extra,
                 "nothing more; see " + what + " --help" + command_hint(app));
    }
  }
}

void refuse_extras(const CLI::App& program) {
  base::ErrorList errors;
  std::string name = "npusim";
  for (const CLI::App* app = &program; app != nullptr;) {
    if (lacks_command(*app)) {
      refuse_command(*app, errors);
    } else {
      refuse_extras(*app, name, errors);
    }
    app = app->get_subcommands().empty() ? nullptr : app->get_subcommands().front();
    if (app != nullptr) name += ' ' + app->get_name();
  }
  errors.throw_if_any();
}

/// CLI11's words in the form of every other refusal: its messages begin with the flag.
base::InputError refusal_of(const CLI::ParseError& error, const CLI::App& program) {
  const std::string text = error.what();
  const std::string flag = text.substr(0, text.find(':'));
  const std::string must_be = "; see " + help_command(program);
  if (flag.rfind('-', 0) == 0 && text.find("missing") != std::string::npos) {
    return base::InputError(base::refusal("", flag, "nothing", "followed by a value" + must_be));
  }
  if (flag.rfind('-', 0) == 0 && dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    return base::InputError(base::refusal("", flag, "more than one value", "given once" + must_be));
  }
  const std::size_t switch_at = text.find("--");
  if (switch_at != std::string::npos &&
      dynamic_cast<const CLI::ConversionError*>(&error) != nullptr) {
    const std::string name =
        text.substr(switch_at, text.find_first_of(" =", switch_at) - switch_at);
    return base::InputError(base::refusal("", name, "a value", "given without one" + must_be));
  }
  return base::InputError(text + must_be);
}

/// Also what CLI11 writes, which is help.
void check_written() {
  std::cout.flush();
  flush_stdout();
}

int parse_and_run(int argc, const char* const* argv) {
  CLI::App program;
  Action action;
  set_up(program, action);
  try {
    program.parse(argc, argv);
  } catch (const CLI::Success& success) {  // help and version
    const int code = program.exit(success);
    check_written();
    return code;
  } catch (const CLI::ParseError& error) {
    throw refusal_of(error, program);
  }
  refuse_extras(program);
  if (!action) {
    throw base::InputError(
        base::refusal("", "command", "nothing",
                      config::list_choices(command_names(program)) + "; see npusim --help"));
  }
  const int code = action();
  check_written();
  return code;
}

}  // namespace

int run_command_line(int argc, const char* const* argv) {
  try {
    return parse_and_run(argc, argv);
  } catch (const base::InputError& error) {
    for (const std::string& message : error.messages()) print_refusal(message);
    return kBadInput;
  } catch (const std::filesystem::filesystem_error& error) {
    print_error(error.what());
    return kBadInput;
  } catch (const base::SimulationError& error) {
    print_error(std::string("simulation failed: ") + error.what());
    return kSimulationFailed;
  } catch (const std::bad_alloc&) {
    print_error("out of memory");
    return kInternalError;
  } catch (const std::exception& error) {
    print_error(std::string("internal error, please report it: ") + error.what());
    return kInternalError;
  }
}

}  // namespace npusim::cli
