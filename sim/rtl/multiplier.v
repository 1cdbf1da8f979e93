// SPDX-License-Identifier: Apache-2.0
// Unsigned product in two clock cycles: two partial products, then their sum. A new pair of factors
// in every cycle; no reset, for whoever reads knows which products are valid.
(* keep_hierarchy *)
module multiplier #(
    parameter A_BITS = 32,
    parameter B_BITS = 31  // at least 2
) (
    input  wire                     clock,
    input  wire [       A_BITS-1:0] a,       // cycle t
    input  wire [       B_BITS-1:0] b,       // cycle t
    output wire [A_BITS+B_BITS-1:0] product  // cycle t + 2
);
  localparam HIGH = B_BITS / 2;
  localparam LOW = B_BITS - HIGH;

  reg [       A_BITS+LOW-1:0] low;
  reg [      A_BITS+HIGH-1:0] high;
  reg [A_BITS+B_BITS-1:0] sum;
  always @(posedge clock) begin
    low  <= a * b[LOW-1:0];
    high <= a * b[B_BITS-1:LOW];
    sum  <= {{HIGH{1'b0}}, low} + {high, {LOW{1'b0}}};
  end
  assign product = sum;
endmodule
