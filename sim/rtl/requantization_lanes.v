// SPDX-License-Identifier: Apache-2.0
// A requantization unit of LANES lanes, one channel each: shared and per-channel parameters, and the
// lanes. A row of accumulators in every cycle; its codes come out six cycles later.
//
// Parameters are loaded before the rows, as the machine's parameter stream does: `load_shared` takes
// multiplier, shift, zero_point, low and high, `load_lanes` bit i takes the channel shift
// (shift_scaler) or multiplier and shift (per_channel) of lane i. Both may be set in one cycle. Loading
// does not disturb rows that are in the pipeline. reset empties the pipeline, parameters stay.
module requantization_lanes #(
    parameter LANES = 32,
    parameter SCHEME = 1,             // 0 per_layer, 1 shift_scaler, 2 per_channel
    parameter ACCUMULATOR_BITS = 32,  // 8 to 32
    parameter MULTIPLIER_BITS = 31,   // 15 or 31
    parameter FIELD_BITS = 4,         // of shift_scaler, 1 to 4
    parameter PRE_MULTIPLY = 0,       // placement: 0 fused, 1 pre_multiply
    parameter CHANNEL_SHIFT_BITS = SCHEME == 1 ? FIELD_BITS : 1  // of the port; not to be set
) (
    input wire clock,
    input wire reset,

    input wire                                 load_shared,
    input wire        [             LANES-1:0] load_lanes,
    input wire        [   MULTIPLIER_BITS-1:0] load_multiplier,
    input wire        [                   5:0] load_shift,
    input wire        [CHANNEL_SHIFT_BITS-1:0] load_channel_shift,
    input wire signed [                   7:0] load_zero_point,
    input wire signed [                   7:0] load_low,
    input wire signed [                   7:0] load_high,

    input wire                              in_valid,
    input wire [LANES*ACCUMULATOR_BITS-1:0] in_accumulators,  // lane 0 in the lowest bits

    output wire               out_valid,
    output wire [LANES*8-1:0] out_codes   // lane 0 in the lowest bits
);
  localparam SCALE_BITS = MULTIPLIER_BITS + 6;

  // Shared registers, and the delays that all lanes share.
  reg [7:0] zero_point, low, high;
  always @(posedge clock)
    if (load_shared) begin
      zero_point <= load_zero_point;
      low        <= load_low;
      high       <= load_high;
    end
  wire [7:0] late_zero_point, late_low, late_high;
  delay_line #(
      .WIDTH (8),
      .CYCLES(PRE_MULTIPLY != 0 ? 5 : 4)
  ) to_adder (
      .clock(clock),
      .in(zero_point),
      .out(late_zero_point)
  );
  delay_line #(
      .WIDTH (16),
      .CYCLES(5)
  ) to_clamp (
      .clock(clock),
      .in({low, high}),
      .out({late_low, late_high})
  );

  wire [MULTIPLIER_BITS-1:0] shared_multiplier;
  wire [5:0] shared_shift;
  generate
    if (SCHEME == 2) begin : per_channel
      assign {shared_multiplier, shared_shift} = {SCALE_BITS{1'b0}};
    end else begin : shared_scale
      reg [MULTIPLIER_BITS-1:0] multiplier;
      reg [5:0] shift;
      always @(posedge clock)
        if (load_shared) begin
          multiplier <= load_multiplier;
          shift      <= load_shift;
        end
      delay_line #(
          .WIDTH (MULTIPLIER_BITS),
          .CYCLES(PRE_MULTIPLY != 0 ? 2 : 1)
      ) to_multiplier (
          .clock(clock),
          .in(multiplier),
          .out(shared_multiplier)
      );
      delay_line #(
          .WIDTH (6),
          .CYCLES(PRE_MULTIPLY != 0 ? 4 : 2)
      ) to_shifter (
          .clock(clock),
          .in(shift),
          .out(shared_shift)
      );
    end
  endgenerate

  wire [LANES-1:0] valid;
  assign out_valid = valid[0];
  genvar i;
  generate
    for (i = 0; i < LANES; i = i + 1) begin : channel
      wire [MULTIPLIER_BITS-1:0] multiplier;
      wire [5:0] shift;
      wire [CHANNEL_SHIFT_BITS-1:0] channel_shift;
      lane_parameters #(
          .SCHEME(SCHEME),
          .MULTIPLIER_BITS(MULTIPLIER_BITS),
          .FIELD_BITS(FIELD_BITS),
          .PRE_MULTIPLY(PRE_MULTIPLY)
      ) parameters (
          .clock(clock),
          .load(load_lanes[i]),
          .load_multiplier(load_multiplier),
          .load_shift(load_shift),
          .load_channel_shift(load_channel_shift),
          .shared_multiplier(shared_multiplier),
          .shared_shift(shared_shift),
          .multiplier(multiplier),
          .shift(shift),
          .channel_shift(channel_shift)
      );
      requantization_lane #(
          .ACCUMULATOR_BITS(ACCUMULATOR_BITS),
          .MULTIPLIER_BITS(MULTIPLIER_BITS),
          .FIELD_BITS(SCHEME == 1 ? FIELD_BITS : 0),
          .PRE_MULTIPLY(PRE_MULTIPLY)
      ) lane (
          .clock(clock),
          .reset(reset),
          .in_valid(in_valid),
          .in_accumulator(in_accumulators[i*ACCUMULATOR_BITS+:ACCUMULATOR_BITS]),
          .multiplier(multiplier),
          .shift(shift),
          .channel_shift(channel_shift),
          .zero_point(late_zero_point),
          .low(late_low),
          .high(late_high),
          .out_valid(valid[i]),
          .out_code(out_codes[i*8+:8])
      );
    end
  endgenerate
endmodule
