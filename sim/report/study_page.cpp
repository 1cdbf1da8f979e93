// SPDX-License-Identifier: Apache-2.0
#include "sim/report/study_page.h"

#include <nlohmann/json.hpp>

#include "sim/report/html_page.h"
#include "sim/report/json_sections.h"

namespace npusim::report {

std::string_view report_page_css();
std::string_view comparison_page_html();
std::string_view comparison_page_js();
std::string_view analysis_page_html();
std::string_view analysis_page_js();

namespace {

using nlohmann::json;

std::string study_document(const json& extra, const std::string& report) {
  return "{\"extra\":" + extra.dump(-1, ' ', false, json::error_handler_t::replace) +
         ",\"report\":" + report + "}";
}

}  // namespace

std::string comparison_page(const Comparison& comparison, const std::string& version) {
  Comparison shown = comparison;
  shown.host.is_measured = false;
  json labels = json::array();
  json told_apart = json::array();
  for (const ComparisonRow& row : shown.rows) {
    labels.push_back(row.label);
    told_apart.push_back(row.accuracy && row.accuracy->is_significant);
  }
  const json extra = {{"network", shown.network},
                      {"labels", std::move(labels)},
                      {"toldApart", std::move(told_apart)},
                      {"version", version}};
  HtmlPage page;
  page.title = shown.workload.name + " - npusim comparison";
  page.description = "The quantizations of " + shown.network + " on " + shown.hardware.name;
  page.style = report_page_css();
  page.body = comparison_page_html();
  page.script = comparison_page_js();
  page.data = study_document(extra, to_json(shown));
  return html_page(page);
}

std::string analysis_page(const Analysis& analysis,
                          const std::vector<ChannelRangesOfLayer>& channels,
                          const std::string& version) {
  Analysis shown = analysis;
  shown.host.is_measured = false;
  const json extra = {
      {"network", shown.workload.network},
      {"quantizationText", quantization_text(shown.quantization)},
      {"channels", channel_ranges_json(channels)},
      {"channelsLeftOut", channels.empty() ? "The network has no layer with weights." : ""},
      {"version", version}};
  HtmlPage page;
  page.title = shown.workload.name + " - npusim analysis";
  page.description = "The layers of " + shown.workload.network + ", quantized";
  page.style = report_page_css();
  page.body = analysis_page_html();
  page.script = analysis_page_js();
  page.data = study_document(extra, to_json(shown));
  return html_page(page);
}

}  // namespace npusim::report
