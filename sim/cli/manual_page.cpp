// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/manual_page.h"

#include <algorithm>
#include <cctype>
#include <sstream>

#include "sim/base/version.h"
#include "sim/cli/program.h"
#include "sim/cli/table.h"

namespace npusim::cli {
namespace {

// Two columns from the margin as in the help, so that they fit in 80.
constexpr char kExamplesBegin[] = ".RS -5\n.nf\n";
constexpr std::size_t kSourceColumns = 72;  // escapes make lines longer

/// Text as roff shows it: backslashes, hyphens that may be copied, no line that begins a request.
std::string escaped(const std::string& text) {
  std::string result;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\'')) result += "\\&";
    line_begins = c == '\n';
    if (c == '\\') {
      result += "\\e";
    } else if (c == '-') {
      result += "\\-";
    } else if (c == '`') {
      result += "\\(ga";
    } else if (c == '^') {
      result += "\\(ha";
    } else if (c == '~') {
      result += "\\(ti";
    } else {
      result += c;
    }
  }
  return result;
}

/// Running text in lines of the source that an editor shows whole.
std::string filled(const std::string& text) { return escaped(wrapped(text, kSourceColumns)); }

std::string bold(const std::string& text) { return "\\fB" + escaped(text) + "\\fR"; }
std::string italic(const std::string& text) { return "\\fI" + escaped(text) + "\\fR"; }

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

/// "npusim", "npusim sweep report".
std::string full_name(const Command& command) {
  return command.path.empty() ? "npusim" : "npusim " + command.path;
}

/// A page's name has no blanks: "npusim-sweep-report".
std::string page_name(const Command& command) {
  std::string name = full_name(command);
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

/// "npusim: a simulator of ..." -> "a simulator of ...", without the point at its end.
std::string whatis(const Command& command) {
  std::string text = command.summary;
  const std::string prefix = "npusim: ";
  if (text.compare(0, prefix.size(), prefix) == 0) text.erase(0, prefix.size());
  if (!text.empty() && text.back() == '.') text.pop_back();
  return text;
}

std::string sentence(std::string text) {
  if (!text.empty() && text.back() != '.' && text.back() != '?') text += '.';
  if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text;
}

std::string synopsis(const Command& command) {
  std::string text = bold(full_name(command)) + " [" + italic("OPTIONS") + ']';
  for (const CommandOption& positional : command.positionals)
    text += " [" + italic(positional.value) + ']';
  text += '\n';
  if (!command.commands.empty())
    text += ".br\n" + bold(full_name(command)) + ' ' + italic("COMMAND") + " ...\n";
  return text;
}

std::string option_text(const CommandOption& option) {
  std::string names;
  for (const std::string& name : option.names) {
    if (!names.empty()) names += ", ";
    names += name.front() == '-' ? bold(name) : italic(name);
  }
  if (!option.value.empty() && option.names.front().front() == '-')
    names += ' ' + italic(option.value);
  return ".TP\n" + names + '\n' + filled(option.description) + '\n';
}

std::string options_text(const Command& command) {
  std::string text;
  for (const CommandOption& positional : command.positionals) text += option_text(positional);
  for (const CommandOption& option : command.options) {
    const bool is_help = option.names.back() == "--help" && !command.path.empty();
    if (!is_help) text += option_text(option);
  }
  return text;
}

/// The examples as they are, remarks as paragraphs.
std::string footer_text(const std::string& footer) {
  enum class Block { none, literal, paragraph };
  Block open = Block::none;
  std::string text;
  const auto close = [&] {
    if (open == Block::literal) text += ".fi\n.RE\n";
    open = Block::none;
  };
  std::istringstream lines(footer);
  for (std::string line; std::getline(lines, line);) {
    if (line.find_first_not_of(' ') == std::string::npos) {
      close();
      continue;
    }
    const Block kind = line.front() == ' ' ? Block::literal : Block::paragraph;
    if (kind != open) {
      close();
      if (!text.empty()) text += ".PP\n";
      if (kind == Block::literal) text += kExamplesBegin;
      open = kind;
    }
    text += escaped(line.substr(std::min(line.find_first_not_of(' '), std::size_t{2}))) + '\n';
  }
  close();
  return text;
}

/// One command within a page.
std::string section_of(const Command& command) {
  std::string text =
      ".SS " + escaped(full_name(command)) + '\n' + escaped(sentence(whatis(command)));
  return text + "\n.PP\n" + synopsis(command) + options_text(command) + ".PP\n" +
         footer_text(command.footer);
}

std::string commands_text(const Command& command) {
  std::string text;
  for (const Command* each : all_commands(command)) {
    if (each != &command) text += section_of(*each);
  }
  return text.empty() ? "" : ".SH COMMANDS\n" + text;
}

std::string list_item(const std::string& head, const std::string& body) {
  return ".TP\n" + head + '\n' + filled(body) + '\n';
}

std::string exit_status() {
  std::string text = ".SH EXIT STATUS\n";
  for (const auto& [code, meaning] : exit_codes())
    text += list_item(bold(std::to_string(code)), sentence(meaning));
  return text;
}

std::string environment() {
  return ".SH ENVIRONMENT\n" +
         list_item(bold("NPUSIM_CACHE"),
                   "The folder of the cache; empty: no cache. Without it the cache lies in "
                   "$XDG_CACHE_HOME/npusim, else in ~/.cache/npusim.") +
         list_item(bold("NO_COLOR"), "If set and not empty, no output is coloured.") +
         list_item(bold("TERM"), "If it is dumb, no output is coloured and no progress shown.");
}

std::string files_section() {
  return ".SH FILES\n" +
         list_item(italic("share/npusim/workloads"),
                   "Run files that come with npusim (npusim list).") +
         list_item(italic("share/npusim/configs"),
                   "Hardware files; in folders of it sweep files, technologies and DRAM parts.");
}

}  // namespace

std::string manual_page(const Command& program, const Command& command) {
  const std::string name = page_name(command);
  std::string text = ".TH " + escaped(upper(name)) + " 1 \"\" \"npusim " + escaped(base::kVersion) +
                     "\" \"User Commands\"\n";
  text += ".nh\n.ad l\n";
  text += ".SH NAME\n" + escaped(name) + " \\- " + filled(whatis(command)) + '\n';
  text += ".SH SYNOPSIS\n" + synopsis(command);
  text += ".SH OPTIONS\n" + options_text(command);
  std::string footer = command.footer;
  const std::size_t codes = footer.find(exit_codes_text());
  if (codes != std::string::npos) footer.erase(codes);  // a section of its own
  const std::string heading = "Examples:\n";
  if (footer.compare(0, heading.size(), heading) == 0) footer.erase(0, heading.size());
  const std::string examples = ".SH EXAMPLES\n" + footer_text(footer);
  const bool whole = &command == &program;
  if (!whole)
    return text + examples + commands_text(command) + exit_status() +
           ".SH SEE ALSO\n.BR npusim (1)\n";
  return text + commands_text(command) + examples + exit_status() + environment() + files_section();
}

}  // namespace npusim::cli
