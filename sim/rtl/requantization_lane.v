// SPDX-License-Identifier: Apache-2.0
// One requantization lane (docs/arithmetic.md, rule 8): an accumulator to an output code,
//     fused         code = clamp(zero_point + round_shift(acc * multiplier, shift + channel_shift), ..)
//     pre_multiply  code = clamp(zero_point + round_shift(round_shift(acc, channel_shift) * multiplier, shift), ..)
// with low <= code <= high.
//
// One accumulator in every clock cycle; what enters in cycle t is at the output in cycle t + 6, the
// machine's default pipeline_depth_cycles, in both placements. Valid only: nothing holds a lane back.
// reset (synchronous, active high) empties the pipeline.
//
// Parameters are sampled in the stage that uses them, so that all lanes of a unit may share the
// registers that delay them. Of an accumulator that enters in cycle t:
//
//     port                    fused    pre_multiply
//     channel_shift           t + 2    t + 1
//     multiplier              t + 1    t + 2
//     shift                   t + 2    t + 4
//     zero_point              t + 4    t + 5
//     low, high               t + 5    t + 5
(* keep_hierarchy *)
module requantization_lane #(
    parameter ACCUMULATOR_BITS = 32,  // 8 to 32
    parameter MULTIPLIER_BITS = 31,   // 15 or 31
    parameter FIELD_BITS = 4,         // of the channel shift, 1 to 4; 0: there is none
    parameter PRE_MULTIPLY = 0,       // placement: 0 fused, 1 pre_multiply
    parameter CHANNEL_SHIFT_BITS = FIELD_BITS == 0 ? 1 : FIELD_BITS  // of the port; not to be set
) (
    input wire clock,
    input wire reset,

    input wire                               in_valid,
    input wire signed [ACCUMULATOR_BITS-1:0] in_accumulator,

    input wire        [   MULTIPLIER_BITS-1:0] multiplier,
    input wire        [                   5:0] shift,          // fused: shift + channel_shift <= 62
    input wire        [CHANNEL_SHIFT_BITS-1:0] channel_shift,  // ignored where FIELD_BITS is 0
    input wire signed [                   7:0] zero_point,
    input wire signed [                   7:0] low,
    input wire signed [                   7:0] high,

    output wire              out_valid,
    output wire signed [7:0] out_code    // meaningful where out_valid
);
  localparam DEPTH = 6;
  localparam PRODUCT_BITS = ACCUMULATOR_BITS + MULTIPLIER_BITS;

  // Stage 0: sign and magnitude. That of the most negative number needs all bits of an unsigned one.
  reg [ACCUMULATOR_BITS-1:0] magnitude;
  reg [DEPTH-1:0] valid;      // [i]: what is in the registers behind stage i
  reg [DEPTH-2:0] negative;
  always @(posedge clock) begin
    magnitude <= in_accumulator[ACCUMULATOR_BITS-1] ? -in_accumulator : in_accumulator;
    negative  <= {negative[DEPTH-3:0], in_accumulator[ACCUMULATOR_BITS-1]};
    valid     <= reset ? {DEPTH{1'b0}} : {valid[DEPTH-2:0], in_valid};
  end

  wire [ACCUMULATOR_BITS-1:0] factor;
  wire [5:0] places;
  wire [PRODUCT_BITS-1:0] product;
  multiplier #(
      .A_BITS(ACCUMULATOR_BITS),
      .B_BITS(MULTIPLIER_BITS)
  ) multiply (
      .clock(clock),
      .a(factor),
      .b(multiplier),
      .product(product)
  );

  // The magnitude is at most 2^(ACCUMULATOR_BITS-1): the product leaves its highest bit 0.
  wire [PRODUCT_BITS-2:0] shifted;
  wire half;
  barrel_shifter #(
      .WIDTH(PRODUCT_BITS - 1),
      .SHIFT_BITS(6)
  ) shifter (
      .value(product[PRODUCT_BITS-2:0]),
      .shift(places),
      .shifted(shifted),
      .half(half)
  );

  // Behind the shifter. A magnitude of 256 or more clamps whatever the zero point is.
  reg [7:0] kept;
  reg beyond, round_up;
  always @(posedge clock) begin
    kept    <= shifted[7:0];
    beyond    <= |shifted[PRODUCT_BITS-2:8];
    round_up <= half;
  end
  wire [9:0] rounded = beyond ? 10'd511 : {2'b00, kept} + {9'd0, round_up};

  function [7:0] clamp(input signed [10:0] number, input signed [10:0] floor,
                       input signed [10:0] ceiling);
    clamp = number < floor ? floor[7:0] : number > ceiling ? ceiling[7:0] : number[7:0];
  endfunction

  wire signed [10:0] least = {{3{low[7]}}, low};
  wire signed [10:0] most = {{3{high[7]}}, high};
  wire signed [10:0] zero = {{3{zero_point[7]}}, zero_point};
  reg signed [7:0] code;
  generate
    if (PRE_MULTIPLY == 0) begin : fused
      // Stages 1 and 2 multiply, beside them the shifts are added; 3 shifts; 4 adds; 5 clamps.
      reg [5:0] total;
      reg signed [10:0] value;
      wire signed [10:0] difference = negative[3] ? -{1'b0, rounded} : {1'b0, rounded};
      assign factor = magnitude;
      assign places = total;
      always @(posedge clock) begin
        total <= shift + (FIELD_BITS == 0 ? 6'd0 : {{6 - CHANNEL_SHIFT_BITS{1'b0}}, channel_shift});
        value <= difference + zero;
        code  <= clamp(value, least, most);
      end
    end else begin : pre_multiply
      // Stage 1 does the channel shift, 2 and 3 multiply, 4 shifts, 5 adds and clamps.
      wire signed [10:0] difference = negative[4] ? -{1'b0, rounded} : {1'b0, rounded};
      wire signed [10:0] value = difference + zero;
      if (FIELD_BITS == 0) begin : no_channel_shift
        reg [ACCUMULATOR_BITS-1:0] delayed;
        always @(posedge clock) delayed <= magnitude;
        assign factor = delayed;
      end else begin : with_channel_shift
        wire [ACCUMULATOR_BITS-1:0] channel_shifted;
        wire channel_half;
        reg [ACCUMULATOR_BITS-1:0] scaled;
        barrel_shifter #(
            .WIDTH(ACCUMULATOR_BITS),
            .SHIFT_BITS(CHANNEL_SHIFT_BITS)
        ) channel_shifter (
            .value(magnitude),
            .shift(channel_shift),
            .shifted(channel_shifted),
            .half(channel_half)
        );
        always @(posedge clock)
          scaled <= channel_shifted + {{ACCUMULATOR_BITS - 1{1'b0}}, channel_half};
        assign factor = scaled;
      end
      assign places = shift;
      always @(posedge clock) code <= clamp(value, least, most);
    end
  endgenerate

  assign out_valid = valid[DEPTH-1];
  assign out_code  = code;
endmodule
