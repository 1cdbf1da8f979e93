// SPDX-License-Identifier: Apache-2.0
// npusim_train: trains the embedded workload from a seed, judges it and writes it as ONNX.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>

#include "scripts/train/judge.h"
#include "scripts/train/onnx_export.h"
#include "scripts/train/trainer.h"

namespace {

using npusim::train::Recipe;

constexpr const char* kUsage =
    "usage: npusim_train --output F.onnx [--seed N] [--steps N] [--warmup N]\n"
    "                    [--learning-rate X] [--weight-decay X] [--average-decay X]\n"
    "                    [--images N] [--log F.csv]\n"
    "Trains MobileNetV1 0.25 on split 1 of the fractal set, scores it on N images (2000) of\n"
    "split 2 in float and in integers, writes the model, and adds a line of figures to the log.\n";

struct Options {
  Recipe recipe;
  std::int64_t images = 2000;
  std::string output;
  std::string log;
};

/// A whole number or a real one that fills the text; `least` is the smallest that makes sense.
template <typename Number>
Number parse(const std::string& flag, const std::string& text, Number least) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  const auto number = static_cast<Number>(value);
  if (text.empty() || *end != '\0' || !(value >= static_cast<double>(least)) || value > 1e9 ||
      static_cast<double>(number) != value) {
    throw std::invalid_argument(flag + ": got " + text + ", must be a number of at least " +
                                std::to_string(least));
  }
  return number;
}

Options parse_options(int count, char** arguments) {
  Options options;
  Recipe& recipe = options.recipe;
  using Setter = std::function<void(const std::string&, const std::string&)>;
  const auto whole = [](std::int64_t& to, std::int64_t least) -> Setter {
    return [&to, least](const auto& flag, const auto& text) { to = parse(flag, text, least); };
  };
  const auto real = [](double& to) -> Setter {
    return [&to](const auto& flag, const auto& text) { to = parse(flag, text, 0.0); };
  };
  const auto word = [](std::string& to) -> Setter {
    return [&to](const auto&, const auto& text) { to = text; };
  };
  std::int64_t seed = 1;
  const std::map<std::string, Setter> setters{{"--seed", whole(seed, 1)},
                                              {"--steps", whole(recipe.steps, 1)},
                                              {"--warmup", whole(recipe.warmup_steps, 0)},
                                              {"--learning-rate", real(recipe.learning_rate)},
                                              {"--weight-decay", real(recipe.weight_decay)},
                                              {"--average-decay", real(recipe.average_decay)},
                                              {"--images", whole(options.images, 1)},
                                              {"--output", word(options.output)},
                                              {"--log", word(options.log)}};
  for (int i = 1; i < count; i += 2) {
    const auto setter = setters.find(arguments[i]);
    if (setter == setters.end()) {
      throw std::invalid_argument(std::string(arguments[i]) + ": unknown flag\n" + kUsage);
    }
    if (i + 1 == count) throw std::invalid_argument(std::string(arguments[i]) + ": has no value");
    setter->second(arguments[i], arguments[i + 1]);
  }
  if (options.output.empty())
    throw std::invalid_argument(std::string("--output: missing\n") + kUsage);
  recipe.seed = static_cast<std::uint64_t>(seed);
  return options;
}

std::string describe(const Recipe& recipe) {
  char text[160];
  std::snprintf(
      text, sizeof text,
      "seed %llu, %lld steps, warm-up %lld, learning rate %g, weight decay %g, average %g",
      static_cast<unsigned long long>(recipe.seed), static_cast<long long>(recipe.steps),
      static_cast<long long>(recipe.warmup_steps), recipe.learning_rate, recipe.weight_decay,
      recipe.average_decay);
  return text;
}

/// One line for people, and one of comma-separated values (a header too where the log is new).
void report(const Options& options, const npusim::train::TrainedNetwork& network, double seconds) {
  const Recipe& recipe = options.recipe;
  const auto scores = npusim::train::judge(network, options.images);
  const npusim::train::Spread spread = npusim::train::widest_spread(network);
  std::string header = "seed,steps,warmup_steps,learning_rate,weight_decay,average_decay";
  char line[512];
  std::snprintf(line, sizeof line, "%llu,%lld,%lld,%g,%g,%g",
                static_cast<unsigned long long>(recipe.seed), static_cast<long long>(recipe.steps),
                static_cast<long long>(recipe.warmup_steps), recipe.learning_rate,
                recipe.weight_decay, recipe.average_decay);
  std::string values = line;
  for (const auto& score : scores) {
    std::snprintf(line, sizeof line, ",%.4f", score.top1);
    header += "," + score.name;
    values += line;
    std::printf("%-16s %6.2f %%\n", score.name.c_str(), 100.0 * score.top1);
  }
  std::snprintf(line, sizeof line, ",%s,%.1f,%.0f", spread.layer.c_str(), spread.quotient, seconds);
  header += ",spread_layer,spread,training_seconds\n";
  values += std::string(line) + "\n";
  std::printf("widest spread of channels: %.1f in %s; trained in %.0f s\n", spread.quotient,
              spread.layer.c_str(), seconds);
  if (options.log.empty()) return;
  std::FILE* file = std::fopen(options.log.c_str(), "a");
  if (file == nullptr) throw std::runtime_error(options.log + ": cannot be written");
  if (std::ftell(file) == 0) std::fputs(header.c_str(), file);
  std::fputs(values.c_str(), file);
  std::fclose(file);
}

/// The mean loss since the last line, and whether a collapse is in sight: float and per_layer top-1
/// of the weights as they are.
void show_progress(std::int64_t step, double loss, const npusim::train::TrainedNetwork& network) {
  constexpr std::int64_t kProgressImages = 200;
  const auto scores = npusim::train::judge(network, kProgressImages);
  const npusim::train::Spread spread = npusim::train::widest_spread(network);
  std::printf("step %5lld  loss %.4f  float %.3f  per_layer %.3f  spread %.1f in %s\n",
              static_cast<long long>(step), loss, scores[0].top1, scores[1].top1, spread.quotient,
              spread.layer.c_str());
  std::fflush(stdout);
}

void run(const Options& options) {
  const auto start = std::chrono::steady_clock::now();
  double sum = 0.0;
  constexpr std::int64_t kInterval = 200;
  const auto show = [&](std::int64_t step, double loss, const npusim::train::Network& network) {
    sum += loss;
    if ((step + 1) % kInterval != 0) return;
    show_progress(step + 1, sum / kInterval, npusim::train::snapshot(network));
    sum = 0.0;
  };
  const auto network = npusim::train::train(options.recipe, show);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  npusim::train::write_onnx(network, describe(options.recipe), options.output);
  report(options, network, elapsed.count());
}

}  // namespace

int main(int count, char** arguments) {
  try {
    run(parse_options(count, arguments));
  } catch (const std::invalid_argument& error) {
    std::fprintf(stderr, "npusim_train: %s\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "npusim_train: %s\n", error.what());
    return 1;
  }
  return 0;
}
