// SPDX-License-Identifier: Apache-2.0
// Logical right shift by any number of places, one row of two-way multiplexers for each bit of
// `shift`. Combinational.
//
// `shifted + half` is value / 2^shift rounded to the nearest integer, ties upwards: of a magnitude
// that is rule 8's round_shift, whose ties go away from zero (docs/arithmetic.md). A shift of 0
// leaves the value as it is, with half = 0.
module barrel_shifter #(
    parameter WIDTH = 62,      // bits of the value
    parameter SHIFT_BITS = 6   // bits of the number of places
) (
    input  wire [     WIDTH-1:0] value,    // unsigned
    input  wire [SHIFT_BITS-1:0] shift,    // places, 0 to 2^SHIFT_BITS - 1
    output wire [     WIDTH-1:0] shifted,  // value >> shift; 0 where shift >= WIDTH
    output wire                  half      // the last bit that was shifted out
);
  reg     [WIDTH:0] held;  // the value with a place for `half` below it
  integer           i;
  always @* begin
    held = {value, 1'b0};
    for (i = 0; i < SHIFT_BITS; i = i + 1) if (shift[i]) held = held >> (1 << i);
  end
  assign {shifted, half} = held;
endmodule
