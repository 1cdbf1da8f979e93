// SPDX-License-Identifier: Apache-2.0
// Every lane that there is, side by side on the same stimulus: field bits 0 to 4, both placements, both
// multipliers, and some accumulators below 32 bits. The parameters of an accumulator enter with it, in
// cycle t; delays bring them to the stage that samples them.
module all_lanes (
    input wire clock,
    input wire reset,
    input wire in_valid,
    input wire [31:0] accumulator,
    input wire [30:0] multiplier,   // the lanes of 15 bits take the low ones
    input wire [5:0] shift,
    input wire [3:0] channel_shift,  // a lane takes its field's low bits
    input wire [7:0] zero_point,
    input wire [7:0] low,
    input wire [7:0] high,
    output wire [23:0] valid,
    output wire [191:0] codes,  // lane i in byte i

    // A shifter of its own.
    input wire [61:0] value,
    output wire [61:0] shifted,
    output wire half
);
  wire [30:0] multiplier_1, multiplier_2;
  wire [5:0] shift_2, shift_4;
  wire [3:0] channel_shift_1, channel_shift_2;
  wire [7:0] zero_point_4, zero_point_5, low_5, high_5;
  delay_line #(31, 1) multiplier_to_1 (clock, multiplier, multiplier_1);
  delay_line #(31, 1) multiplier_to_2 (clock, multiplier_1, multiplier_2);
  delay_line #(6, 2) shift_to_2 (clock, shift, shift_2);
  delay_line #(6, 2) shift_to_4 (clock, shift_2, shift_4);
  delay_line #(4, 1) channel_shift_to_1 (clock, channel_shift, channel_shift_1);
  delay_line #(4, 1) channel_shift_to_2 (clock, channel_shift_1, channel_shift_2);
  delay_line #(8, 4) zero_point_to_4 (clock, zero_point, zero_point_4);
  delay_line #(8, 1) zero_point_to_5 (clock, zero_point_4, zero_point_5);
  delay_line #(16, 5) clamps_to_5 (clock, {low, high}, {low_5, high_5});

  // Lane 4 * field_bits + 2 * pre_multiply + narrow multiplier; 20 to 23 as 16 to 19 with accumulators
  // of 8, 16, 24 and 31 bits.
  genvar i;
  generate
    for (i = 0; i < 24; i = i + 1) begin : each
      localparam FIELD = i < 20 ? i / 4 : 4;
      localparam PRE = i / 2 % 2;
      localparam MULTIPLIER = i % 2 != 0 ? 15 : 31;
      localparam BITS = i < 20 ? 32 : i == 23 ? 31 : 8 * (i - 19);
      requantization_lane #(
          .ACCUMULATOR_BITS(BITS),
          .MULTIPLIER_BITS(MULTIPLIER),
          .FIELD_BITS(FIELD),
          .PRE_MULTIPLY(PRE)
      ) lane (
          .clock(clock),
          .reset(reset),
          .in_valid(in_valid),
          .in_accumulator(accumulator[BITS-1:0]),
          .multiplier(PRE != 0 ? multiplier_2[MULTIPLIER-1:0] : multiplier_1[MULTIPLIER-1:0]),
          .shift(PRE != 0 ? shift_4 : shift_2),
          .channel_shift(PRE != 0 ? channel_shift_1[(FIELD == 0 ? 1 : FIELD)-1:0]
                                  : channel_shift_2[(FIELD == 0 ? 1 : FIELD)-1:0]),
          .zero_point(PRE != 0 ? zero_point_5 : zero_point_4),
          .low(low_5),
          .high(high_5),
          .out_valid(valid[i]),
          .out_code(codes[8*i+:8])
      );
    end
  endgenerate

  barrel_shifter #(
      .WIDTH(62),
      .SHIFT_BITS(6)
  ) shifter (
      .value(value),
      .shift(shift),
      .shifted(shifted),
      .half(half)
  );
endmodule
