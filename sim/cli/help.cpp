// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/help.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

namespace npusim::cli {
namespace {

constexpr std::size_t kColumns = 80;
constexpr std::size_t kNameColumns = 22;

/// The text with line breaks in place of blanks; a word that is wider stays whole.
std::string wrapped(const std::string& text, std::size_t columns) {
  std::string lines;
  std::size_t used = 0;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::size_t word = end - begin;
    if (used > 0 && used + 1 + word > columns) {
      lines += '\n';
      used = 0;
    } else if (used > 0) {
      lines += ' ';
      ++used;
    }
    lines.append(text, begin, word);
    used += word;
    begin = end + 1;
  }
  return lines;
}

class HelpLayout : public CLI::Formatter {
 public:
  HelpLayout() { column_width(kNameColumns); }

  std::string make_option_desc(const CLI::Option* option) const override {
    return wrapped(Formatter::make_option_desc(option), kColumns - kNameColumns);
  }
  std::string make_option_opts(const CLI::Option* option) const override {
    return option->get_positional() ? "" : Formatter::make_option_opts(option);
  }
  std::string make_option_usage(const CLI::Option* option) const override {
    return make_option_name(option, true);
  }
  std::string make_description(const CLI::App* app) const override {
    return wrapped(app->get_description(), kColumns) + '\n';
  }
};

}  // namespace

void set_help_layout(CLI::App& program) { program.formatter(std::make_shared<HelpLayout>()); }

}  // namespace npusim::cli
