# SPDX-License-Identifier: Apache-2.0
"""What the drawn cases of CI must have among them."""

REQUIRED = (
    ["scheme per_layer", "scheme per_layer asymmetric", "scheme per_channel"]
    + [f"scheme shift_scaler {bits} bits {rule}" for bits in (1, 2, 3, 4)
       for rule in ("floor", "octave")]
    + [f"multiplier {bits}" for bits in (15, 31)]
    + [f"placement {placement}" for placement in ("fused", "pre_multiply")]
    + [f"bias correction {choice}" for choice in ("on", "off")]
    + [f"weights of {bits} bits" for bits in range(2, 9)]
    + [f"activations of {bits} bits" for bits in range(4, 9)]
    + [f"lookup {function}" for function in (
        "hard_sigmoid", "hard_swish", "sigmoid", "silu", "leaky_relu", "elu", "tanh", "softplus",
        "mish", "identity")]
    + [f"{kind} {activation}" for kind in ("conv", "depthwise_conv", "gemm", "add", "mul", "concat",
                                           "pool", "lookup")
       for activation in ("without activation", "relu", "relu6", "clip")]
    + [f"accumulator {overflow}" for overflow in ("guaranteed", "saturate", "wrap")]
    + [f"layers that overflow, {overflow}" for overflow in ("saturate", "wrap")]
    + ["max pool", "average pool", "average pool, padding counted", "conv with padding",
       "conv with groups", "dead channels", "clamps that differ between channels", "channels made coarser by rule 7 or 8", "refused",
       "options by layer"]
)


def missing(coverage):
    return [what for what in REQUIRED if not coverage[what]]
