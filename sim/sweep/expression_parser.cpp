// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <utility>

#include "sim/config/yaml_reader.h"
#include "sim/sweep/expression_node.h"

namespace npusim::sweep {
namespace {

using Node = Expression::Node;
using Operation = Node::Operation;

constexpr std::size_t kMostBytes = 4096;
constexpr std::size_t kMostNested = 64;

struct Token {
  enum class Kind { end, number, text, word, symbol };
  Kind kind = Kind::end;
  std::string text;  // of text: without quotes
  std::size_t begin = 0;
};

/// What is wrong, until the whole text is given up.
struct SyntaxError {
  std::string got, must_be;
};

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Lexer {
 public:
  explicit Lexer(const std::string& text) : text_(text) {}

  Token next() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
    Token token;
    token.begin = at_;
    if (at_ == text_.size()) return token;
    const char c = text_[at_];
    if (is_digit(c) || (c == '.' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1])))
      return number(token);
    if (is_letter(c)) return word(token);
    if (c == '\'' || c == '"') return quoted(token);
    return symbol(token);
  }

 private:
  Token take(Token token, Token::Kind kind, std::size_t end) {
    token.kind = kind;
    token.text = text_.substr(at_, end - at_);
    at_ = end;
    return token;
  }

  /// Digits, point, exponent and unit; whether it is a number is told by who reads it.
  Token number(const Token& token) {
    std::size_t end = at_;
    while (end < text_.size() && (is_letter(text_[end]) || is_digit(text_[end]) ||
                                  text_[end] == '.' || is_sign_of_exponent(end))) {
      ++end;
    }
    return take(token, Token::Kind::number, end);
  }

  bool is_sign_of_exponent(std::size_t at) const {
    const bool sign = text_[at] == '-' || text_[at] == '+';
    return sign && (text_[at - 1] == 'e' || text_[at - 1] == 'E') && at + 1 < text_.size() &&
           is_digit(text_[at + 1]);
  }

  Token word(const Token& token) {
    std::size_t end = at_;
    while (end < text_.size() &&
           (is_letter(text_[end]) || is_digit(text_[end]) || text_[end] == '.')) {
      ++end;
    }
    return take(token, Token::Kind::word, end);
  }

  Token quoted(const Token& token) {
    const std::size_t end = text_.find(text_[at_], at_ + 1);
    if (end == std::string::npos)
      throw SyntaxError{text_.substr(at_), "a text with both its quotes"};
    Token result = take(token, Token::Kind::text, end + 1);
    result.text = result.text.substr(1, result.text.size() - 2);
    return result;
  }

  Token symbol(const Token& token) {
    for (const char* two : {"==", "!=", "<=", ">="}) {
      if (text_.compare(at_, 2, two) == 0) return take(token, Token::Kind::symbol, at_ + 2);
    }
    if (std::string("<>+-*/%(),").find(text_[at_]) == std::string::npos) {
      std::size_t end = at_ + 1;  // a whole UTF-8 character
      while (end < text_.size() && (static_cast<unsigned char>(text_[end]) & 0xC0U) == 0x80U) ++end;
      const std::string got = '\'' + text_.substr(at_, end - at_) + '\'';
      throw SyntaxError{
          got, text_[at_] == '=' ? "== to compare" : "one of + - * / % ( ) , or a comparison"};
    }
    return take(token, Token::Kind::symbol, at_ + 1);
  }

  const std::string& text_;
  std::size_t at_ = 0;
};

class Parser {
 public:
  Parser(const std::string& text, std::vector<std::string>& names)
      : text_(text), lexer_(text), names_(names) {
    advance();
  }

  Node parse() {
    Node node = parse_or();
    if (token_.kind != Token::Kind::end) fail("an operator or the end");
    return node;
  }

 private:
  using Table = std::map<std::string, Operation>;

  void advance() { token_ = lexer_.next(); }

  [[noreturn]] void fail(const std::string& must_be) const {
    throw SyntaxError{
        token_.kind == Token::Kind::end ? "the end" : '\'' + text_.substr(token_.begin) + '\'',
        must_be};
  }

  /// The operation that the token stands for, if it is of the table.
  std::optional<Operation> operation_in(const Table& table) const {
    if (token_.kind != Token::Kind::symbol && token_.kind != Token::Kind::word) return std::nullopt;
    const auto found = table.find(token_.text);
    if (found == table.end()) return std::nullopt;
    return found->second;
  }

  static Node join(Operation operation, std::string symbol, Node left, Node right) {
    Node node;
    node.operation = operation;
    node.symbol = std::move(symbol);
    node.children.push_back(std::move(left));
    node.children.push_back(std::move(right));
    return node;
  }

  template <typename Next>
  Node parse_left(const Table& table, Next next) {
    Node left = (this->*next)();
    while (const auto operation = operation_in(table)) {
      const std::string symbol = token_.text;
      if (++operators_ > kMostBytes / 4) fail("fewer operators");
      advance();
      left = join(*operation, symbol, std::move(left), (this->*next)());
    }
    return left;
  }

  Node parse_or() {
    static const Table kOr = {{"or", Operation::logical_or}};
    return parse_left(kOr, &Parser::parse_and);
  }
  Node parse_and() {
    static const Table kAnd = {{"and", Operation::logical_and}};
    return parse_left(kAnd, &Parser::parse_not);
  }
  Node parse_not() {
    if (token_.kind != Token::Kind::word || token_.text != "not") return parse_comparison();
    return parse_unary(Operation::logical_not, &Parser::parse_not);
  }

  Node parse_comparison() {
    static const Table kCompare = {{"==", Operation::equal},  {"!=", Operation::unequal},
                                   {"<", Operation::less},    {"<=", Operation::less_equal},
                                   {">", Operation::greater}, {">=", Operation::greater_equal}};
    Node left = parse_sum();
    const auto operation = operation_in(kCompare);
    if (!operation) return left;
    const std::string symbol = token_.text;
    advance();
    choice_follows_ = *operation == Operation::equal || *operation == Operation::unequal;
    Node right = parse_sum();
    if (operation_in(kCompare)) fail("one comparison; join several by 'and'");
    return join(*operation, symbol, std::move(left), std::move(right));
  }

  Node parse_sum() {
    static const Table kSum = {{"+", Operation::add}, {"-", Operation::subtract}};
    return parse_left(kSum, &Parser::parse_product);
  }
  Node parse_product() {
    static const Table kProduct = {
        {"*", Operation::multiply}, {"/", Operation::divide}, {"%", Operation::remainder}};
    return parse_left(kProduct, &Parser::parse_negation);
  }
  Node parse_negation() {
    if (token_.kind != Token::Kind::symbol || token_.text != "-") return parse_primary();
    return parse_unary(Operation::negate, &Parser::parse_negation);
  }

  Node parse_unary(Operation operation, Node (Parser::*operand)()) {
    const Depth depth(*this);
    Node node;
    node.operation = operation;
    node.symbol = token_.text;
    advance();
    node.children.push_back((this->*operand)());
    return node;
  }

  Node parse_primary() {
    const bool choice = std::exchange(choice_follows_, false);
    const Depth depth(*this);
    Node node;
    if (token_.kind == Token::Kind::symbol && token_.text == "(") {
      advance();
      node = parse_or();
      expect(")");
    } else if (token_.kind == Token::Kind::number) {
      node.value = Value::of_yaml(token_.text);
      if (node.value.kind != Value::Kind::number) fail("a number such as 64, 0.5 or 64KiB");
      advance();
    } else if (token_.kind == Token::Kind::text) {
      node.value = Value::of_text(token_.text);
      advance();
    } else if (token_.kind == Token::Kind::word) {
      node = parse_word(choice);
    } else {
      fail("a name, a number, a quoted text or '('");
    }
    return node;
  }

  Node parse_word(bool choice) {
    static const Table kFunctions = {{"min", Operation::least},
                                     {"max", Operation::greatest},
                                     {"floor", Operation::floor},
                                     {"ceil", Operation::ceil}};
    static const std::vector<std::string> kReserved = {"and", "or", "not"};
    const std::string word = token_.text;
    if (std::find(kReserved.begin(), kReserved.end(), word) != kReserved.end())
      fail("a name, a number, a quoted text or '('");
    if (word.back() == '.' || word.find("..") != std::string::npos)
      fail("a name whose parts stand between single dots");
    const auto function = operation_in(kFunctions);
    advance();
    const bool call = token_.kind == Token::Kind::symbol && token_.text == "(";
    if (call && !function) fail("an operator; functions are min, max, floor and ceil");
    if (call) return parse_call(*function, word);
    Node node;
    const bool truth = word == "true" || word == "false";
    if (truth || (choice && word.find('.') == std::string::npos)) {
      node.value = Value::of_yaml(word);
      return node;
    }
    node.operation = Operation::name;
    node.symbol = word;
    node.name = index_of(word);
    return node;
  }

  Node parse_call(Operation function, const std::string& name) {
    Node node;
    node.operation = function;
    node.symbol = name;
    advance();
    node.children.push_back(parse_or());
    if (function == Operation::least || function == Operation::greatest) {
      expect(",");
      node.children.push_back(parse_or());
    }
    expect(")");
    return node;
  }

  void expect(const std::string& symbol) {
    if (token_.kind != Token::Kind::symbol || token_.text != symbol) fail('\'' + symbol + '\'');
    advance();
  }

  std::size_t index_of(const std::string& name) {
    const auto found = std::find(names_.begin(), names_.end(), name);
    if (found != names_.end()) return static_cast<std::size_t>(found - names_.begin());
    names_.push_back(name);
    return names_.size() - 1;
  }

  /// Counts how deep the text is nested.
  class Depth {
   public:
    explicit Depth(Parser& parser) : parser_(parser) {
      if (++parser_.depth_ > kMostNested) parser_.fail("nested less deeply");
    }
    ~Depth() { --parser_.depth_; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;

   private:
    Parser& parser_;
  };

  const std::string& text_;
  Lexer lexer_;
  Token token_;
  std::vector<std::string>& names_;
  bool choice_follows_ = false;  // a word that comes next is a text
  std::size_t depth_ = 0, operators_ = 0;
};

}  // namespace

Expression Expression::parse(const std::string& text, const std::string& place,
                             const std::string& key, base::ErrorList& errors) {
  Expression expression;
  expression.text_ = text;
  expression.place_ = place;
  expression.key_ = key;
  if (text.size() > kMostBytes) {
    errors.add(place, key, std::to_string(text.size()) + " bytes",
               "an expression of at most " + std::to_string(kMostBytes));
    return expression;
  }
  try {
    expression.root_ = std::make_shared<const Node>(Parser(text, expression.names_).parse());
  } catch (const SyntaxError& error) {
    errors.add(place, key, error.got + " in '" + text + '\'', error.must_be);
  }
  return expression;
}

}  // namespace npusim::sweep
