// SPDX-License-Identifier: Apache-2.0
// A page of HTML that needs nothing but itself: styles, scripts, Chart.js and data lie in it, and
// its content security policy forbids every request. What all pages share: the two themes (by the
// system's preference, or a button with the attribute data-theme-button), the styles of
// html_page.css, and the functions of html_page.js.
#pragma once

#include <string>
#include <string_view>

namespace npusim::report {

/// Everything is taken as it is, but the title (text) and the data (JSON).
struct HtmlPage {
  std::string title;
  std::string description;  // text: one sentence for search and previews
  std::string_view style;   // CSS behind the shared one
  std::string_view body;    // HTML
  std::string_view script;  // JavaScript behind Chart.js and the shared functions
  std::string data;         // a JSON document: `pageData()` in the script
};

std::string html_page(const HtmlPage& page);

/// The text for use between tags or in a quoted attribute.
std::string html_escaped(std::string_view text);

/// JSON for use inside of a script element: every `<` reads `\u003c`, which JSON allows within
/// strings only, where alone it can occur.
std::string script_json(std::string_view json);

/// Chart.js 3.9.1, MIT, with its notice; html_page.css and html_page.js.
std::string_view chart_js();
std::string_view html_page_css();
std::string_view html_page_js();

}  // namespace npusim::report
