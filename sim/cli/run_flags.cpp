// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/run_flags.h"

#include "sim/base/errors.h"
#include "sim/cli/data_folders.h"
#include "sim/config/technology_file.h"
#include "sim/config/yaml_reader.h"

namespace npusim::cli {

void add_run_file_arguments(CLI::App& command, RunArguments& arguments) {
  config::RunFlags& flags = arguments.flags;
  command.add_option("FILE", arguments.file,
                     "run file: a path, or a bare name (npusim list workloads)");
  command.add_option("--model", flags.model, "ONNX file, or a topology (.csv)")->option_text("F");
  command
      .add_option("--dataset", flags.dataset, "folder of images in place of the run file's dataset")
      ->option_text("DIR");
  command
      .add_option("--calibration", flags.calibration,
                  "folder of images in place of the run file's calibration set")
      ->option_text("DIR");
  command.add_option("--images", flags.images, "number of images of the dataset")->option_text("N");
  command
      .add_option("--scheme", flags.scheme,
                  config::list_choices(config::scheme_choices()) + " (npusim list schemes)")
      ->option_text("S");
  command
      .add_option("--hardware", flags.hardware,
                  "hardware file: a path, or a bare name (npusim list configs)")
      ->option_text("F");
  command
      .add_option("--set", flags.set,
                  "any key of the run file, or of the hardware file behind 'hardware.' (npusim "
                  "list keys); may be repeated")
      ->option_text("key.path=value")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_technology_argument(CLI::App& command, std::optional<std::string>& technology) {
  command
      .add_option("--technology", technology,
                  "technology of energy and area: a path, or a bare name (docs/energy.md)")
      ->option_text("F");
}

void add_run_arguments(CLI::App& command, RunArguments& arguments) {
  add_run_file_arguments(command, arguments);
  command
      .add_option("-j", arguments.threads,
                  "threads (default: all processors); results do not depend on it")
      ->option_text("N");
  command.add_flag("--skip-bad-images", arguments.flags.skip_bad_images,
                   "leave out pictures that cannot be decoded, and count them");
  command.add_flag("--no-cache", arguments.no_cache,
                   "compute everything anew and keep nothing (npusim cache)");
  command.add_flag("--quiet", arguments.quiet, "no report and no progress; errors only");
}

config::RunConfig read_run(const RunArguments& arguments, const config::RunNeeds& needs) {
  require_argument(arguments.file, "FILE", "a run file, such as mobilenet.yaml");
  return config::read_run_config(arguments.file, arguments.flags, needs, data_folders());
}

energy::Technology technology_of(const config::RunConfig& run) {
  if (run.technology.empty()) {
    throw base::InputError(
        base::refusal("", "technology", config::kUsualTechnology,
                      "a file in configs/technology; set it with --technology F"));
  }
  return energy::read_technology(run.technology);
}

void require_argument(const std::string& value, const std::string& name,
                      const std::string& must_be) {
  if (value.empty()) throw base::InputError(base::refusal("", name, "nothing", must_be));
}

}  // namespace npusim::cli
