// SPDX-License-Identifier: Apache-2.0
#include "sim/report/html_page.h"

namespace npusim::report {

std::string html_escaped(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string script_json(std::string_view json) {
  std::string escaped;
  escaped.reserve(json.size());
  for (const char c : json) {
    if (c == '<') {
      escaped += "\\u003c";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string html_page(const HtmlPage& page) {
  std::string html =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<link rel=\"icon\" href=\"data:,\">\n<title>";
  html += html_escaped(page.title) + "</title>\n<meta name=\"description\" content=\"";
  html += html_escaped(page.description) + "\">\n<style>\n";
  html.append(html_page_css()).append(page.style);
  html += "</style>\n</head>\n<body>\n";
  html += page.body;
  html += "<script type=\"application/json\" id=\"page-data\">";
  html += script_json(page.data);
  html += "</script>\n<script>\n";
  html.append(chart_js()).append("\n</script>\n<script>\n'use strict';\n");
  html.append(html_page_js()).append(page.script);
  html += "</script>\n</body>\n</html>\n";
  return html;
}

}  // namespace npusim::report
