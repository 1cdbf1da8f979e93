// SPDX-License-Identifier: Apache-2.0
#include "sim/report/svg.h"

#include <fmt/format.h>

#include <pugixml.hpp>
#include <sstream>

namespace npusim::report {
namespace {

std::string number(double value) {
  std::string text = fmt::format("{:.2f}", value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

void set(pugi::xml_node node, const char* name, double value) {
  node.append_attribute(name) = number(value).c_str();
}

void set(pugi::xml_node node, const char* name, const char* value) {
  node.append_attribute(name) = value;
}

}  // namespace

struct Svg::Document {
  pugi::xml_document xml;
  pugi::xml_node root;
};

Svg::Svg(double width, double height, const std::string& title, const std::string& description)
    : document_(std::make_unique<Document>()) {
  pugi::xml_node& root = document_->root;
  root = document_->xml.append_child("svg");
  set(root, "xmlns", "http://www.w3.org/2000/svg");
  set(root, "width", width);
  set(root, "height", height);
  set(root, "viewBox", ("0 0 " + number(width) + ' ' + number(height)).c_str());
  set(root, "font-family", "sans-serif");
  set(root, "role", "img");
  root.append_child("title").text() = title.c_str();
  root.append_child("desc").text() = description.c_str();
  rectangle(0, 0, width, height, colour::kWhite);
}

Svg::~Svg() = default;

void Svg::rectangle(double x, double y, double width, double height, const char* fill) {
  pugi::xml_node node = document_->root.append_child("rect");
  set(node, "x", x);
  set(node, "y", y);
  set(node, "width", width);
  set(node, "height", height);
  set(node, "fill", fill);
}

void Svg::line(double x1, double y1, double x2, double y2, const char* stroke, double width,
               const char* dashes) {
  pugi::xml_node node = document_->root.append_child("line");
  set(node, "x1", x1);
  set(node, "y1", y1);
  set(node, "x2", x2);
  set(node, "y2", y2);
  set(node, "stroke", stroke);
  set(node, "stroke-width", width);
  if (*dashes != '\0') set(node, "stroke-dasharray", dashes);
}

void Svg::circle(double x, double y, double radius, const char* colour, bool hollow) {
  pugi::xml_node node = document_->root.append_child("circle");
  set(node, "cx", x);
  set(node, "cy", y);
  set(node, "r", radius);
  set(node, "fill", hollow ? colour::kWhite : colour);
  if (!hollow) return;
  set(node, "stroke", colour);
  set(node, "stroke-width", 1.2);
}

void Svg::text(double x, double y, const std::string& text, const SvgText& style) {
  pugi::xml_node node = document_->root.append_child("text");
  set(node, "x", x);
  set(node, "y", y);
  set(node, "font-size", style.size);
  set(node, "fill", style.colour);
  if (style.anchor == Anchor::middle) set(node, "text-anchor", "middle");
  if (style.anchor == Anchor::end) set(node, "text-anchor", "end");
  if (style.bold) set(node, "font-weight", "bold");
  if (style.upright) {
    set(node, "transform", ("rotate(-90 " + number(x) + ' ' + number(y) + ')').c_str());
  }
  node.text() = text.c_str();
}

std::string Svg::bytes() const {
  std::ostringstream out;
  document_->xml.save(out, " ");
  return out.str();
}

}  // namespace npusim::report
