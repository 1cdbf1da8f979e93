// SPDX-License-Identifier: Apache-2.0
// The requantization units of the three schemes in both placements, on the same rows of two channels.
module units (
    input wire clock,
    input wire reset,
    input wire load_shared,
    input wire [1:0] load_lanes,
    input wire [30:0] load_multiplier,
    input wire [5:0] load_shift,
    input wire [3:0] load_channel_shift,
    input wire [7:0] load_zero_point,
    input wire [7:0] load_low,
    input wire [7:0] load_high,
    input wire in_valid,
    input wire [63:0] in_accumulators,
    output wire [5:0] valid,
    output wire [47:0] fused_codes,        // scheme s, lane i in byte 2 * s + i
    output wire [47:0] pre_multiply_codes
);
  genvar i;
  generate
    for (i = 0; i < 6; i = i + 1) begin : each
      wire [15:0] codes;
      requantization_lanes #(
          .LANES(2),
          .SCHEME(i % 3),
          .FIELD_BITS(4),
          .PRE_MULTIPLY(i / 3)
      ) unit (
          .clock(clock),
          .reset(reset),
          .load_shared(load_shared),
          .load_lanes(load_lanes),
          .load_multiplier(load_multiplier),
          .load_shift(load_shift),
          .load_channel_shift(load_channel_shift[(i%3 == 1 ? 4 : 1)-1:0]),
          .load_zero_point(load_zero_point),
          .load_low(load_low),
          .load_high(load_high),
          .in_valid(in_valid),
          .in_accumulators(in_accumulators),
          .out_valid(valid[i]),
          .out_codes(codes)
      );
      if (i < 3) begin : fused
        assign fused_codes[16*i+:16] = codes;
      end else begin : pre_multiply
        assign pre_multiply_codes[16*(i-3)+:16] = codes;
      end
    end
  endgenerate
endmodule
