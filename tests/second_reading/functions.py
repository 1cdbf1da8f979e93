# SPDX-License-Identifier: Apache-2.0
"""Rule 13's tables. Functions of + - * / alone are computed in doubles as they are written down;
those with exponentials in 40 decimal digits, so that an entry is in doubt only where the value lies
within 1e-9 of the middle between two codes. Both codes are right there."""
import decimal

DIGITS = decimal.Context(prec=40, Emin=-10**6, Emax=10**6)
ONE = decimal.Decimal(1)
IN_DOUBT = decimal.Decimal("1e-9")


def exp(x):
    return DIGITS.exp(x)


def ln_one_plus_exp(x):
    return DIGITS.add(max(x, decimal.Decimal(0)), DIGITS.ln(DIGITS.add(ONE, exp(-abs(x)))))


def tanh(x):
    e = exp(-2 * abs(x))
    magnitude = DIGITS.divide(1 - e, 1 + e)
    return magnitude if x >= 0 else -magnitude


def sigmoid(x):
    return DIGITS.divide(ONE, DIGITS.add(ONE, exp(-x)))


def in_doubles(function, x, alpha, beta):
    """The value, or None where the function takes an exponential."""
    if function == "hard_sigmoid":
        return min(1.0, max(0.0, alpha * x + beta))
    if function == "hard_swish":
        return x * min(1.0, max(0.0, x / 6.0 + 0.5))
    if function == "leaky_relu":
        return x if x >= 0 else alpha * x
    if function == "identity":
        return x
    if function == "elu" and x >= 0:
        return beta * x
    return None


def in_digits(function, x, alpha):
    if function == "sigmoid":
        return sigmoid(x)
    if function == "silu":
        return DIGITS.multiply(x, sigmoid(x))
    if function == "elu":
        return DIGITS.multiply(decimal.Decimal(alpha), exp(x) - 1)
    if function == "tanh":
        return tanh(x)
    if function == "softplus":
        return ln_one_plus_exp(x)
    if function == "mish":
        return DIGITS.multiply(x, tanh(ln_one_plus_exp(x)))
    raise ValueError(f"no such function: {function}")


def steps(rules, function, x, alpha, beta, scale):
    """{rne(f(x) / scale)}, both neighbours where the value lies in doubt between them."""
    value = in_doubles(function, x, alpha, beta)
    if value is not None:
        return {rules.rne(value / scale)}
    real = DIGITS.divide(in_digits(function, decimal.Decimal(x), alpha), decimal.Decimal(scale))
    return {int((real + d).to_integral_value(decimal.ROUND_HALF_EVEN)) for d in
            (-IN_DOUBT, IN_DOUBT)}
