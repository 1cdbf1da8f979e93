// SPDX-License-Identifier: Apache-2.0
// A test bench for the files that `npusim vectors` writes: it reads one folder with $readmemh and checks
// the lanes and the shifter of sim/rtl against it, or, for units that sim/rtl does not have, computes the
// expected words in plain loops.
//
//     +folder=DIR/requantization/003_conv  +unit=requantization  +words=N (of the expected file)
//     +pre_multiply=0|1 (requantization)  +accumulator_bits=P +accumulator=guaranteed|saturate|wrap (mac_array)
module vector_bench (
    input  wire        clock,
    output reg         done,
    output reg  [31:0] checked,  // words
    output reg  [31:0] wrong
);
  localparam MOST = 1 << 16;  // words of a file

  string folder, unit, accumulator;
  int words, pre_multiply, accumulator_bits;

  // Named as the files are; one memory serves files of the same width in different units.
  reg [31:0] accumulators[MOST], entries[MOST];
  reg [30:0] multipliers[MOST];
  reg [5:0] shifts[MOST];
  reg [3:0] channel_shifts[MOST];
  reg [7:0] zero_points[MOST], lows[MOST], highs[MOST], codes[MOST];
  reg [61:0] values[MOST], shifted[MOST];
  reg halves[MOST];
  reg [31:0] folds[MOST], sums_in[MOST], sums_out[MOST], cells[MOST];
  reg [7:0] inputs[MOST], operands_a[MOST], operands_b[MOST], tables[MOST];
  reg [7:0] zero_points_a[MOST], zero_points_b[MOST];
  reg [8:0] weights[MOST];
  reg [30:0] multipliers_b[MOST];
  reg [1:0] operations[MOST];

  task automatic check(input int place, input longint got, input longint wanted);
    checked = checked + 1;
    if (got != wanted) begin
      wrong = wrong + 1;
      if (wrong < 10) $display("%s, word %0d: got %0d, must be %0d", folder, place, got, wanted);
    end
  endtask

  // ------------------------------------------------------------------ the lanes, a word in each cycle
  int at = 0;  // how many words have gone in
  reg running = 0;
  wire feeding = running && at < words;
  wire [31:0] entry = feeding ? entries[at] : 0;

  wire [30:0] multiplier_1, multiplier_2;
  wire [5:0] shift_2, shift_4;
  wire [3:0] channel_shift_1, channel_shift_2;
  wire [7:0] zero_point_4, zero_point_5, low_5, high_5;
  delay_line #(31, 1) multiplier_to_1 (clock, multipliers[entry], multiplier_1);
  delay_line #(31, 1) multiplier_to_2 (clock, multiplier_1, multiplier_2);
  delay_line #(6, 2) shift_to_2 (clock, shifts[entry], shift_2);
  delay_line #(6, 2) shift_to_4 (clock, shift_2, shift_4);
  delay_line #(4, 1) channel_shift_to_1 (clock, channel_shifts[entry], channel_shift_1);
  delay_line #(4, 1) channel_shift_to_2 (clock, channel_shift_1, channel_shift_2);
  delay_line #(8, 4) zero_point_to_4 (clock, zero_points[entry], zero_point_4);
  delay_line #(8, 1) zero_point_to_5 (clock, zero_point_4, zero_point_5);
  delay_line #(16, 5) clamps_to_5 (clock, {lows[entry], highs[entry]}, {low_5, high_5});

  wire fused_valid, pre_valid;
  wire signed [7:0] fused_code, pre_code;
  requantization_lane #(
      .PRE_MULTIPLY(0)
  ) fused (
      .clock(clock),
      .reset(!running),
      .in_valid(feeding),
      .in_accumulator(accumulators[at]),
      .multiplier(multiplier_1),
      .shift(shift_2),
      .channel_shift(channel_shift_2),
      .zero_point(zero_point_4),
      .low(low_5),
      .high(high_5),
      .out_valid(fused_valid),
      .out_code(fused_code)
  );
  requantization_lane #(
      .PRE_MULTIPLY(1)
  ) pre (
      .clock(clock),
      .reset(!running),
      .in_valid(feeding),
      .in_accumulator(accumulators[at]),
      .multiplier(multiplier_2),
      .shift(shift_4),
      .channel_shift(channel_shift_1),
      .zero_point(zero_point_5),
      .low(low_5),
      .high(high_5),
      .out_valid(pre_valid),
      .out_code(pre_code)
  );
  wire out_valid = pre_multiply != 0 ? pre_valid : fused_valid;
  wire signed [7:0] out_code = pre_multiply != 0 ? pre_code : fused_code;

  wire [61:0] shifter_value;
  wire shifter_half;
  barrel_shifter shifter (
      .value(values[at]),
      .shift(shifts[at]),
      .shifted(shifter_value),
      .half(shifter_half)
  );

  int out = 0;  // how many words have come out
  always @(posedge clock) begin
    if (running && unit == "requantization") begin
      at <= at + 1;
      if (out_valid) begin
        check(out, 64'(out_code), 64'(signed'(codes[out])));
        out <= out + 1;
      end
      if (at > words + 6) done <= 1;  // a lane holds six
    end else if (running) begin
      if (at < words) begin
        check(at, 64'(shifter_value), 64'(shifted[at]));
        check(at, 64'(shifter_half), 64'(halves[at]));
        at <= at + 1;
      end else done <= 1;
    end
  end

  // ------------------------------------------------------------------ units in plain loops
  function automatic longint held(input longint sum);  // what the accumulator keeps of a sum
    longint half = 64'd1 << (accumulator_bits - 1);
    if (sum >= -half && sum < half) return sum;
    if (accumulator == "saturate") return sum < 0 ? -half : half - 1;
    return (sum << (64 - accumulator_bits)) >>> (64 - accumulator_bits);
  endfunction

  task automatic check_array;
    int input_at = 0, weight_at = 0, sum_at = 0;
    for (int fold = 0; sum_at < words; fold = fold + 1) begin
      int k_count = folds[4*fold], rows = folds[4*fold+1], columns = folds[4*fold+2];
      int depthwise = folds[4*fold+3];
      for (int row = 0; row < rows; row = row + 1) begin
        for (int column = 0; column < columns; column = column + 1) begin
          longint sum = 64'(signed'(sums_in[sum_at]));
          for (int k = 0; k < k_count; k = k + 1) begin
            int place = row * k_count + k;
            if (depthwise != 0) place = place * columns + column;
            sum = held(sum + 64'(signed'(inputs[input_at+place])) *
                             64'(signed'(weights[weight_at+k*columns+column])));
          end
          check(sum_at, sum, 64'(signed'(sums_out[sum_at])));
          sum_at = sum_at + 1;
        end
      end
      input_at  = input_at + rows * k_count * (depthwise != 0 ? columns : 1);
      weight_at = weight_at + k_count * columns;
    end
  endtask

  function automatic longint code_of(input longint value, input int places, input int of);
    longint magnitude = value < 0 ? -value : value;
    if (places > 0) magnitude = (magnitude + (64'd1 << (places - 1))) >> places;
    value = 64'(signed'(zero_points[of])) + (value < 0 ? -magnitude : magnitude);
    if (value < 64'(signed'(lows[of]))) return 64'(signed'(lows[of]));
    return value > 64'(signed'(highs[of])) ? 64'(signed'(highs[of])) : value;
  endfunction

  task automatic check_elementwise;
    for (int i = 0; i < words; i = i + 1) begin
      int of = entries[i];
      longint a = 64'(signed'(operands_a[i])) - 64'(signed'(zero_points_a[of]));
      longint b = 64'(signed'(operands_b[i])) - 64'(signed'(zero_points_b[of]));
      longint got;
      case (operations[of])
        0: got = code_of(a * 64'(multipliers[of]) + b * 64'(multipliers_b[of]), 32'(shifts[of]), of);
        1: got = code_of(a * b * 64'(multipliers[of]), 32'(shifts[of]), of);
        2: got = code_of(a * 64'(multipliers[of]), 32'(shifts[of]), of);
        default: got = 64'(signed'(tables[256*of+32'(signed'(operands_a[i]))+128]));
      endcase
      check(i, got, 64'(signed'(codes[i])));
    end
  endtask

  task automatic check_pool;
    int input_at = 0;
    for (int i = 0; i < words; i = i + 1) begin
      int of = entries[i];
      longint sum = 0, most = -128, got;
      for (int cell_at = 0; cell_at < cells[i]; cell_at = cell_at + 1) begin
        longint code = 64'(signed'(inputs[input_at]));
        sum = sum + code - 64'(signed'(zero_points_a[of]));
        if (code > most) most = code;
        input_at = input_at + 1;
      end
      got = operations[of] != 0 ? code_of(sum * 64'(multipliers[i]), 32'(shifts[i]), of)
                                : code_of(most - 64'(signed'(zero_points[of])), 0, of);
      check(i, got, 64'(signed'(codes[i])));
    end
  endtask

  // ------------------------------------------------------------------ reading
  task automatic read_requantization;
    $readmemh({folder, "/accumulators.hex"}, accumulators);
    $readmemh({folder, "/entries.hex"}, entries);
    $readmemh({folder, "/multipliers.hex"}, multipliers);
    $readmemh({folder, "/shifts.hex"}, shifts);
    $readmemh({folder, "/channel_shifts.hex"}, channel_shifts);
    $readmemh({folder, "/zero_points.hex"}, zero_points);
    $readmemh({folder, "/lows.hex"}, lows);
    $readmemh({folder, "/highs.hex"}, highs);
    $readmemh({folder, "/codes.hex"}, codes);
  endtask

  task automatic read_shifter;
    $readmemh({folder, "/values.hex"}, values);
    $readmemh({folder, "/shifts.hex"}, shifts);
    $readmemh({folder, "/shifted.hex"}, shifted);
    $readmemh({folder, "/halves.hex"}, halves);
  endtask

  task automatic read_array;
    $readmemh({folder, "/folds.hex"}, folds);
    $readmemh({folder, "/weights.hex"}, weights);
    $readmemh({folder, "/inputs.hex"}, inputs);
    $readmemh({folder, "/sums_in.hex"}, sums_in);
    $readmemh({folder, "/sums_out.hex"}, sums_out);
  endtask

  task automatic read_vector_unit;
    $readmemh({folder, "/instructions.hex"}, entries);
    $readmemh({folder, "/operations.hex"}, operations);
    $readmemh({folder, "/shifts.hex"}, shifts);
    $readmemh({folder, "/zero_points.hex"}, zero_points);
    $readmemh({folder, "/lows.hex"}, lows);
    $readmemh({folder, "/highs.hex"}, highs);
    $readmemh({folder, "/codes.hex"}, codes);
    if (unit == "pool") begin
      $readmemh({folder, "/zero_points_in.hex"}, zero_points_a);
      $readmemh({folder, "/multipliers.hex"}, multipliers);
      $readmemh({folder, "/cells.hex"}, cells);
      $readmemh({folder, "/inputs.hex"}, inputs);
    end else begin
      $readmemh({folder, "/zero_points_a.hex"}, zero_points_a);
      $readmemh({folder, "/zero_points_b.hex"}, zero_points_b);
      $readmemh({folder, "/multipliers_a.hex"}, multipliers);
      $readmemh({folder, "/multipliers_b.hex"}, multipliers_b);
      $readmemh({folder, "/operands_a.hex"}, operands_a);
      $readmemh({folder, "/operands_b.hex"}, operands_b);
      if (operations[0] == 3) $readmemh({folder, "/tables.hex"}, tables);
    end
  endtask

  initial begin
    done = 0;
    checked = 0;
    wrong = 0;
    if ($value$plusargs("folder=%s", folder) == 0 || $value$plusargs("unit=%s", unit) == 0 ||
        $value$plusargs("words=%d", words) == 0 || words > MOST) begin
      $display("vector_bench: +folder, +unit and +words (at most %0d) are needed", MOST);
      wrong = 1;
      done  = 1;
    end
    if ($value$plusargs("pre_multiply=%d", pre_multiply) == 0) pre_multiply = 0;
    if ($value$plusargs("accumulator_bits=%d", accumulator_bits) == 0) accumulator_bits = 32;
    if ($value$plusargs("accumulator=%s", accumulator) == 0) accumulator = "guaranteed";
    if (unit == "requantization") begin
      read_requantization;
      running = 1;
    end else if (unit == "barrel_shifter" || unit == "channel_shifter") begin
      read_shifter;
      running = 1;
    end else begin
      if (unit == "mac_array") begin
        read_array;
        check_array;
      end else begin
        read_vector_unit;
        if (unit == "pool") check_pool;
        else check_elementwise;
      end
      done = 1;
    end
  end
endmodule
