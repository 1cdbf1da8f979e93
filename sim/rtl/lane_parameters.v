// SPDX-License-Identifier: Apache-2.0
// What one lane needs of its own channel: the registers that hold it, and their delays to the stages
// of requantization_lane. This is what the schemes differ in:
//
//     per_layer      nothing
//     shift_scaler   the channel shift, FIELD_BITS
//     per_channel    multiplier and shift, MULTIPLIER_BITS + 6
//
// What is loaded in cycle t holds for accumulators that enter the lane from cycle t + 1. Those in the
// pipeline keep what they entered with. Registers are undefined until they are loaded.
(* keep_hierarchy *)
module lane_parameters #(
    parameter SCHEME = 1,  // 0 per_layer, 1 shift_scaler, 2 per_channel
    parameter MULTIPLIER_BITS = 31,
    parameter FIELD_BITS = 4,  // of shift_scaler, 1 to 4; not used in the others
    parameter PRE_MULTIPLY = 0,
    parameter CHANNEL_SHIFT_BITS = SCHEME == 1 ? FIELD_BITS : 1  // of the ports; not to be set
) (
    input  wire                          clock,
    input  wire                          load,
    input  wire [   MULTIPLIER_BITS-1:0] load_multiplier,
    input  wire [                   5:0] load_shift,
    input  wire [CHANNEL_SHIFT_BITS-1:0] load_channel_shift,
    // To the lane, in its stages; those that the scheme shares are passed on from `shared_*`.
    input  wire [   MULTIPLIER_BITS-1:0] shared_multiplier,
    input  wire [                   5:0] shared_shift,
    output wire [   MULTIPLIER_BITS-1:0] multiplier,
    output wire [                   5:0] shift,
    output wire [CHANNEL_SHIFT_BITS-1:0] channel_shift
);
  generate
    if (SCHEME == 2) begin : per_channel
      reg [MULTIPLIER_BITS-1:0] own_multiplier;
      reg [5:0] own_shift;
      always @(posedge clock)
        if (load) begin
          own_multiplier <= load_multiplier;
          own_shift      <= load_shift;
        end
      delay_line #(
          .WIDTH (MULTIPLIER_BITS),
          .CYCLES(PRE_MULTIPLY != 0 ? 2 : 1)
      ) to_multiplier (
          .clock(clock),
          .in(own_multiplier),
          .out(multiplier)
      );
      delay_line #(
          .WIDTH (6),
          .CYCLES(PRE_MULTIPLY != 0 ? 4 : 2)
      ) to_shifter (
          .clock(clock),
          .in(own_shift),
          .out(shift)
      );
    end else begin : shared
      assign multiplier = shared_multiplier;
      assign shift = shared_shift;
    end

    if (SCHEME == 1) begin : shift_scaler
      reg [CHANNEL_SHIFT_BITS-1:0] own_channel_shift;
      always @(posedge clock) if (load) own_channel_shift <= load_channel_shift;
      delay_line #(
          .WIDTH (CHANNEL_SHIFT_BITS),
          .CYCLES(PRE_MULTIPLY != 0 ? 1 : 2)
      ) to_shifter (
          .clock(clock),
          .in(own_channel_shift),
          .out(channel_shift)
      );
    end else begin : unshifted
      assign channel_shift = {CHANNEL_SHIFT_BITS{1'b0}};
    end
  endgenerate
endmodule
