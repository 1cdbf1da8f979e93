// SPDX-License-Identifier: Apache-2.0
#include "sim/golden/junit.h"

#include <fmt/format.h>

#include <algorithm>
#include <pugixml.hpp>
#include <sstream>

namespace npusim::golden {
namespace {

using Result = JunitCase::Result;

/// Printable ASCII and line breaks, which every reader takes.
std::string plain(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c != '\n' && (c < 0x20 || c > 0x7e); }, '?');
  return text;
}

std::string seconds_text(double seconds) { return fmt::format("{:.3f}", seconds); }

void set(pugi::xml_node node, const char* name, const std::string& value) {
  node.append_attribute(name) = value.c_str();
}

void set_totals(pugi::xml_node node, const std::vector<JunitCase>& cases) {
  const auto count = [&](Result result) {
    return std::to_string(std::count_if(
        cases.begin(), cases.end(), [&](const JunitCase& each) { return each.result == result; }));
  };
  double seconds = 0;
  for (const JunitCase& each : cases) seconds += each.seconds;
  set(node, "name", "npusim golden");
  set(node, "tests", std::to_string(cases.size()));
  set(node, "failures", count(Result::failed));
  set(node, "errors", count(Result::error));
  set(node, "time", seconds_text(seconds));
}

}  // namespace

std::string junit_xml(const std::vector<JunitCase>& cases) {
  pugi::xml_document document;
  pugi::xml_node declaration = document.append_child(pugi::node_declaration);
  set(declaration, "version", "1.0");
  set(declaration, "encoding", "UTF-8");
  pugi::xml_node suites = document.append_child("testsuites");
  set_totals(suites, cases);
  pugi::xml_node suite = suites.append_child("testsuite");
  set_totals(suite, cases);
  for (const JunitCase& each : cases) {
    pugi::xml_node test = suite.append_child("testcase");
    set(test, "classname", "golden");
    set(test, "name", plain(each.name));
    set(test, "time", seconds_text(each.seconds));
    if (each.result == Result::passed) continue;
    pugi::xml_node why = test.append_child(each.result == Result::failed ? "failure" : "error");
    set(why, "message", plain(each.message));
    why.append_child(pugi::node_pcdata).set_value(plain(each.text).c_str());
  }
  std::ostringstream text;
  document.save(text, "  ");
  return text.str();
}

}  // namespace npusim::golden
