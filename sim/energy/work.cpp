// SPDX-License-Identifier: Apache-2.0
#include "sim/energy/work.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>
#include <variant>

#include "sim/base/math.h"
#include "sim/energy/partial_writes.h"
#include "sim/isa/folds.h"
#include "sim/isa/records.h"
#include "sim/isa/regions.h"
#include "sim/isa/windows.h"

namespace npusim::energy {
namespace {

/// The pixels of one output row that belong to an instruction.
struct Line {
  std::int64_t row = 0, column = 0, pixels = 0;
};

std::vector<Line> lines_of(const isa::Matmul& m) {
  std::vector<Line> lines;
  for (std::int64_t i = 0; i < m.pixels; i += lines.back().pixels) {
    const isa::Pixel first = isa::output_pixel(m, i);
    lines.push_back({first.row, first.column,
                     std::min<std::int64_t>(m.out_width - first.column, m.pixels - i)});
  }
  return lines;
}

/// How many pixels of the line meet a real cell at the tap.
std::int64_t real_cells(const isa::Matmul& m, const Line& line, const isa::Tap& tap) {
  const isa::Pixel cell = isa::input_pixel(m, {line.row, line.column}, tap);
  if (cell.row < 0 || cell.row >= m.in_height) return 0;
  const auto pixels_before = [&](std::int64_t column) {
    const std::int64_t columns = std::max<std::int64_t>(0, column - cell.column);
    return std::min(base::ceil_div<std::int64_t>(columns, m.stride_w), line.pixels);
  };
  return pixels_before(m.in_width) - pixels_before(0);
}

/// Real input values of all pixels over the whole reduction.
std::int64_t real_values(const isa::Matmul& m) {
  const bool is_depthwise = m.mode == isa::ArrayMode::depthwise;
  const std::int64_t channels = is_depthwise ? 1 : std::int64_t{m.channels};
  const std::int64_t each = is_depthwise ? std::int64_t{m.columns} : 1;
  const std::vector<Line> lines = lines_of(m);
  std::int64_t values = 0;
  for (std::int64_t k = m.k_begin; k < m.k_end;) {
    const std::int64_t end = std::min<std::int64_t>(m.k_end, (k / channels + 1) * channels);
    std::int64_t cells = 0;
    for (const Line& line : lines) cells += real_cells(m, line, isa::tap_of(m, k));
    values += cells * (end - k) * each;
    k = end;
  }
  return values;
}

/// Columns [begin, end) of an input row.
struct RowSpan {
  std::int64_t row = 0, begin = 0, end = 0;
};

/// What a line needs of the taps k_begin..k_end, a span for each input row, rows ascending: from
/// the first to the last column that the taps touch (docs/timing-model.md, slots of a depthwise
/// fold).
void find_needs(const isa::Matmul& m, const Line& line, std::int64_t k_begin, std::int64_t k_end,
                std::vector<RowSpan>& needs) {
  needs.clear();
  for (std::int64_t k = k_begin; k < k_end;) {
    const std::int64_t end = std::min<std::int64_t>(k_end, (k / m.kernel_w + 1) * m.kernel_w);
    const isa::Pixel first = isa::input_pixel(m, {line.row, line.column}, isa::tap_of(m, k));
    const isa::Pixel last =
        isa::input_pixel(m, {line.row, line.column + line.pixels - 1}, isa::tap_of(m, end - 1));
    const RowSpan span{first.row, std::max<std::int64_t>(0, first.column),
                       std::min<std::int64_t>(m.in_width, last.column + 1)};
    if (span.row >= 0 && span.row < m.in_height && span.begin < span.end) needs.push_back(span);
    k = end;
  }
}

/// Columns of a span that are held.
std::int64_t held_columns(const RowSpan& span, const std::vector<RowSpan>& held) {
  for (const RowSpan& kept : held) {
    if (kept.row != span.row) continue;
    return std::max<std::int64_t>(0,
                                  std::min(span.end, kept.end) - std::max(span.begin, kept.begin));
  }
  return 0;
}

/// Input pixels that the feeder fetches for all folds of a depthwise instruction.
std::int64_t fetched_pixels(const config::HardwareConfig& hardware, const isa::Matmul& m) {
  const bool holds = hardware.feeder.line_buffer_bytes >=
                     std::int64_t{m.kernel_h} * m.in_width * hardware.mac_array.columns;
  const std::vector<Line> lines = lines_of(m);
  std::vector<RowSpan> needs;
  std::vector<RowSpan> held;
  std::int64_t pixels = 0;
  for (std::int64_t k = m.k_begin; k < m.k_end; k += hardware.mac_array.rows) {
    const std::int64_t k_end = std::min<std::int64_t>(m.k_end, k + hardware.mac_array.rows);
    held.clear();
    for (const Line& line : lines) {
      find_needs(m, line, k, k_end, needs);
      for (const RowSpan& span : needs) pixels += span.end - span.begin - held_columns(span, held);
      if (holds) std::swap(held, needs);
    }
  }
  return pixels;
}

class Counter {
 public:
  explicit Counter(const isa::Program& program)
      : hardware_(program.hardware),
        rows_(program.hardware.mac_array.rows),
        layers_(program.layers.size()) {
    for (const isa::Instruction& instruction : program.instructions) {
      if (const auto* p = std::get_if<isa::Preload>(&instruction.fields)) preloads_.push_back(p);
    }
  }

  void count(const isa::Instruction& instruction, std::size_t layer) {
    work_ = &layers_.at(layer);
    work_->instruction_bytes += isa::kInstructionBytes;
    const PartialWrites partial = partial_writes(hardware_, instruction);
    work_->activation_bytes_read_to_write += partial.activation_bytes;
    work_->weight_bytes_read_to_write += partial.weight_bytes;
    opcode_ = instruction.opcode;
    std::visit([this](const auto& fields) { count(fields); }, instruction.fields);
  }

  std::vector<Work> layers() && { return std::move(layers_); }

 private:
  void count(const isa::End&) {}

  void count(const isa::Dma& d) {
    const std::int64_t bytes = std::int64_t{d.bytes} * d.count1 * d.count2;
    (opcode_ == isa::Opcode::load_weights ? work_->weight_scratchpad_bytes
                                          : work_->activation_scratchpad_bytes) += bytes;
  }

  void count(const isa::Preload& p) {
    const std::int64_t k = std::int64_t{p.k_end} - p.k_begin;
    const std::int64_t times = isa::tile_count(p, rows_);
    const auto row_bytes =
        static_cast<std::int64_t>(isa::weight_row_bytes(p.columns, p.weight_bits));
    work_->weight_scratchpad_bytes += times * k * row_bytes;
    work_->loaded_weight_bits += times * k * p.columns * p.weight_bits;
    if (p.load_bias)
      work_->weight_scratchpad_bytes += static_cast<std::int64_t>(isa::kBiasBytes) * p.columns;
  }

  void count(const isa::Matmul& m) {
    const isa::Preload& p = *preloads_.at(next_matmul_++);  // they pair up in order
    const std::int64_t sums = std::int64_t{m.pixels} * m.columns;
    work_->macs.at(p.weight_bits) += sums * (std::int64_t{m.k_end} - m.k_begin);
    if (m.mode == isa::ArrayMode::output_stationary) {
      work_->accumulator_accesses += sums;
    } else {  // a sum leaves after every fold, and comes back but where it starts at the bias
      work_->accumulator_accesses +=
          sums * (2 * isa::fold_count(m, rows_) - (m.start_from_bias ? 1 : 0));
    }
    if (m.mode == isa::ArrayMode::depthwise) {
      const std::int64_t fetched = fetched_pixels(hardware_, m) * m.columns;
      work_->activation_scratchpad_bytes += fetched;
      work_->line_buffer_bytes += fetched + real_values(m);
    } else {
      work_->activation_scratchpad_bytes += real_values(m);
    }
  }

  void count(const isa::Requantize& r) {
    const std::int64_t values = std::int64_t{r.pixels} * r.columns;
    work_->requantizations += values;
    work_->accumulator_accesses += values;
    work_->activation_scratchpad_bytes += values;
    const auto scale = static_cast<std::int64_t>(isa::kScaleRecordBytes);
    work_->weight_scratchpad_bytes += scale * (r.per_channel ? std::int64_t{r.columns} : 1) +
                                      base::ceil_div<std::int64_t>(r.columns * r.field_bits, 8);
    if (r.channel_clamps)
      work_->weight_scratchpad_bytes +=
          static_cast<std::int64_t>(isa::kClampRecordBytes) * r.columns;
  }

  void count(const isa::Pool& p) {
    std::int64_t cells = 0;
    std::set<std::int64_t> divisors;
    for (std::int64_t i = 0; i < p.pixels; ++i) {
      const std::int64_t real = isa::window_of(p, isa::output_pixel(p, i)).cells();
      cells += real * p.channels;
      if (!p.count_include_pad) divisors.insert(real);
    }
    const std::int64_t results = std::int64_t{p.pixels} * p.channels;
    work_->activation_scratchpad_bytes += cells + results;
    if (p.operation == isa::PoolOperation::max) {
      work_->comparisons += cells;
      return;
    }
    work_->cell_additions += cells;
    work_->averages += results;
    const auto sizes = p.count_include_pad ? 1 : static_cast<std::int64_t>(divisors.size());
    work_->weight_scratchpad_bytes += 1 + static_cast<std::int64_t>(isa::kPoolEntryBytes) * sizes;
  }

  void count(const isa::Elementwise& e) {
    using Operation = isa::ElementwiseOperation;
    const std::int64_t results = std::int64_t{e.pixels} * e.channels;
    work_->activation_scratchpad_bytes += 2 * results;
    if (isa::has_operand_b(e))
      work_->activation_scratchpad_bytes += e.broadcast_b ? std::int64_t{e.channels} : results;
    std::size_t record = isa::kScaleRecordBytes;
    switch (e.operation) {
      case Operation::add:
        work_->additions += results;
        record = isa::kAddRecordBytes;
        break;
      case Operation::mul:
        work_->multiplications += results;
        break;
      case Operation::rescale:
        work_->rescalings += results;
        break;
      case Operation::lookup:
        work_->lookups += results;
        record = isa::kLookupRecordBytes;
        break;
    }
    work_->weight_scratchpad_bytes += static_cast<std::int64_t>(record);
  }

  const config::HardwareConfig& hardware_;
  const std::int64_t rows_;
  std::vector<Work> layers_;
  std::vector<const isa::Preload*> preloads_;
  std::size_t next_matmul_ = 0;
  isa::Opcode opcode_ = isa::Opcode::end;
  Work* work_ = nullptr;  // of the instruction's layer
};

}  // namespace

std::vector<Work> work_of(const isa::Program& program) {
  Counter counter(program);
  for (std::size_t i = 0; i < program.instructions.size(); ++i)
    counter.count(program.instructions[i], program.origins.at(i).layer);
  return std::move(counter).layers();
}

}  // namespace npusim::energy
