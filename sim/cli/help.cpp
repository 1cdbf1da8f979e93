// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/help.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "sim/cli/table.h"

namespace npusim::cli {
namespace {

constexpr std::size_t kNameColumns = 22;

class HelpLayout : public CLI::Formatter {
 public:
  HelpLayout() { column_width(kNameColumns); }

  std::string make_option_desc(const CLI::Option* option) const override {
    return wrapped(Formatter::make_option_desc(option), kTerminalColumns - kNameColumns);
  }
  std::string make_option_opts(const CLI::Option* option) const override {
    return option->get_positional() ? "" : Formatter::make_option_opts(option);
  }
  std::string make_option_usage(const CLI::Option* option) const override {
    const std::string& text = option->get_option_text();
    return text.empty() ? make_option_name(option, true) : text;
  }
  std::string make_description(const CLI::App* app) const override {
    return wrapped(app->get_description(), kTerminalColumns) + '\n';
  }
};

}  // namespace

void set_help_layout(CLI::App& program) { program.formatter(std::make_shared<HelpLayout>()); }

}  // namespace npusim::cli
