// SPDX-License-Identifier: Apache-2.0
// A value as it was some clock cycles ago.
module delay_line #(
    parameter WIDTH = 1,
    parameter CYCLES = 1  // 0: none
) (
    input  wire             clock,
    input  wire [WIDTH-1:0] in,
    output wire [WIDTH-1:0] out
);
  generate
    if (CYCLES == 0) begin : none
      assign out = in;
    end else begin : some
      reg [CYCLES*WIDTH-1:0] held;
      if (CYCLES == 1) begin : one
        always @(posedge clock) held <= in;
      end else begin : more
        always @(posedge clock) held <= {held[(CYCLES-1)*WIDTH-1:0], in};
      end
      assign out = held[(CYCLES-1)*WIDTH+:WIDTH];
    end
  endgenerate
endmodule
