// SPDX-License-Identifier: Apache-2.0
#include "sim/report/html_page.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace npusim::report {
namespace {

TEST(HtmlPage, EscapesText) {
  EXPECT_EQ(html_escaped("a<b> & \"c\" 'd'"), "a&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;");
}

TEST(HtmlPage, DataCannotCloseItsScript) {
  const nlohmann::json data = {{"name", "</script><!--<script>"}};
  const std::string text = script_json(data.dump());
  EXPECT_EQ(text.find('<'), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(text), data);
}

TEST(HtmlPage, NeedsNothingFromOutside) {
  const std::string page =
      html_page({"A <title>", "One \"sentence\".", "p{}", "<p id=\"body\"></p>", "go();", "{}"});
  EXPECT_EQ(page.find("<!DOCTYPE html>"), 0U);
  EXPECT_NE(page.find("<title>A &lt;title&gt;</title>"), std::string::npos);
  EXPECT_NE(page.find("content=\"One &quot;sentence&quot;.\""), std::string::npos);
  EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
  EXPECT_EQ(page.find(" src="), std::string::npos);
  EXPECT_EQ(page.find("<link rel=\"stylesheet"), std::string::npos);
  EXPECT_NE(page.find("Chart.js v3.9.1"), std::string::npos);
  EXPECT_LT(page.find("Chart.js v3.9.1"), page.find("go();"));
}

TEST(HtmlPage, EmbeddedFilesAreWhole) {
  EXPECT_EQ(html_page_css().substr(0, 2), "/*");
  EXPECT_EQ(html_page_css().back(), '\n');
  EXPECT_GT(chart_js().size(), 150'000U);
  EXPECT_EQ(chart_js().find("</script"), std::string_view::npos);
}

}  // namespace
}  // namespace npusim::report
