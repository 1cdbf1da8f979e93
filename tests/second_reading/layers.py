# SPDX-License-Identifier: Apache-2.0
"""The layers on integers, as docs/arithmetic.md writes them; see rules.py. Tensors are arrays
[height, width, channels]."""
import numpy

from rules import exact_dtype


def as_integers(array, dtype):
    return numpy.asarray(array).astype(dtype)


def patches(x, window, out_shape, fill):
    """[kernel cells in order of rows, then columns; output pixels; channels]."""
    rows = (out_shape[0] - 1) * window["stride_h"] + 1
    columns = (out_shape[1] - 1) * window["stride_w"] + 1
    padded = numpy.pad(x, ((window["pad_top"], window["pad_bottom"]),
                           (window["pad_left"], window["pad_right"]), (0, 0)),
                       constant_values=fill)
    cells = []
    for i in range(window["kernel_h"]):
        for j in range(window["kernel_w"]):
            top, left = i * window["dilation_h"], j * window["dilation_w"]
            cell = padded[top:top + rows:window["stride_h"], left:left + columns:window["stride_w"]]
            assert cell.shape[:2] == tuple(out_shape[:2])
            cells.append(cell.reshape(-1, x.shape[2]))
    return numpy.stack(cells)


def one_by_one(rules, x, weights, bias, settings):
    """Sums [pixels, channels] added in order, each addition in P bits, and how many overflowed."""
    bits, behaviour = settings["accumulator_bits"], settings["accumulator"]
    h = 2**(bits - 1)
    exact = numpy.broadcast_to(bias, (x.shape[0], len(bias)))
    overflows = int(((exact < -h) | (exact >= h)).sum())
    acc = rules.narrow(exact, bits, behaviour)
    for k in range(x.shape[1]):
        exact = acc + x[:, k:k + 1] * weights[None, :, k]
        overflows += int(((exact < -h) | (exact >= h)).sum())
        acc = rules.narrow(exact, bits, behaviour)
    return acc, overflows


def sums(rules, node, layer, x, settings, zero_point):
    """The accumulators [pixels, channels] and the overflows."""
    if node["conv_kind"] == "gemm":
        x = x.reshape(1, 1, -1)
    groups, channels = node["groups"], node["out_channels"]
    taken = layer.codes - layer.zero_point
    bias = layer.bias
    assert all(-2**31 <= b < 2**31 for b in bias)
    pixels = node["shape"][0] * node["shape"][1]
    bound = int((numpy.abs(taken).sum(axis=1) * 128).max()) + 2**31
    dtype = exact_dtype(pixels * taken.size, bound)
    cells = as_integers(patches(x, node["window"], node["shape"], rules.padding(zero_point)), dtype)
    taken, bias = as_integers(taken, dtype), as_integers(bias, dtype)
    narrow = settings["accumulator"] != "guaranteed" and \
        layer.safe_bits > settings["accumulator_bits"]
    if groups == channels == x.shape[2] and not narrow:
        acc = bias + sum(cell * tap for cell, tap in zip(cells, taken.T))
        return acc, 0
    per_group, out_per_group = x.shape[2] // groups, channels // groups
    acc, overflows = numpy.empty((pixels, channels), dtype=dtype), 0
    for group in range(groups):
        mine = slice(group * out_per_group, (group + 1) * out_per_group)
        seen = cells[:, :, group * per_group:(group + 1) * per_group]
        seen = seen.transpose(1, 0, 2).reshape(pixels, -1)
        if narrow:
            acc[:, mine], more = one_by_one(rules, seen, taken[mine], bias[mine], settings)
            overflows += more
        else:
            acc[:, mine] = seen @ taken[mine].T + bias[mine]
    return acc, overflows


def conv(rules, node, layer, x, settings, zero_point, output):
    """Output codes [height, width, channels] and overflows. `output`: (z_y, low, high)."""
    acc, overflows = sums(rules, node, layer, x, settings, zero_point)
    dtype = acc.dtype
    if dtype != object:
        assert max(layer.multipliers) * 2**31 + 2**61 < 2**63
        assert int(numpy.abs(acc).max(initial=0)) <= 2**31
    y = rules.requantize(acc, as_integers(layer.multipliers, dtype),
                         as_integers(layer.multiplier_shifts, dtype),
                         as_integers(layer.shifts, dtype), settings["placement"] == "pre_multiply")
    return clamped(y, output).reshape(node["shape"]), overflows


def clamped(steps, output):
    zero_point, low, high = output
    return numpy.clip(steps + zero_point, low, high).astype(numpy.int64)


def real_cells(node, x):
    """[kernel cells, output pixels, 1]: 1 where the cell is no padding."""
    ones = numpy.ones(x.shape[:2] + (1,), dtype=numpy.int64)
    return patches(ones, node["window"], node["shape"], 0)


def max_pool(node, x, output):
    greatest = patches(x, node["window"], node["shape"], -2**31).max(axis=0)
    return numpy.clip(greatest, output[1], output[2]).reshape(node["shape"])


def average_pool(rules, node, x, zero_point, real_of, bits, output):
    """Codes and {divisor: (multiplier, shift)}; `real_of(divisor)` is rule 11's M."""
    cells = real_cells(node, x).sum(axis=0)[:, 0]
    window_cells = node["window"]["kernel_h"] * node["window"]["kernel_w"]
    divisors = [rules.divisor(int(n), window_cells, node["count_include_pad"]) for n in cells]
    scales = {d: rules.fixed_point(real_of(d), bits) for d in set(divisors)}
    total = as_integers(patches(x, node["window"], node["shape"], 0).sum(axis=0), object)
    centred = total - cells[:, None].astype(object) * zero_point
    multiplier = as_integers([[scales[d][0]] for d in divisors], object)
    shift = as_integers([[scales[d][1]] for d in divisors], object)
    return clamped(rules.round_shift(centred * multiplier, shift),
                   output).reshape(node["shape"]), scales


def add(rules, a, b, zero_points, scale, output):
    m_a, m_b, n = scale
    return clamped(rules.round_shift((a - zero_points[0]) * m_a + (b - zero_points[1]) * m_b, n),
                   output)


def mul(rules, a, b, zero_points, scale, output):
    dtype = exact_dtype(a.size, 2**16 * 2**31 + 2**61)
    product = as_integers((a - zero_points[0]) * (b - zero_points[1]), dtype)
    return clamped(rules.round_shift(product * scale[0], scale[1]), output)


def concat(rules, inputs, zero_points, scales, output):
    parts = [clamped(rules.round_shift(as_integers(x - z, object) * multiplier, shift), output)
             for x, z, (multiplier, shift) in zip(inputs, zero_points, scales)]
    return numpy.concatenate(parts, axis=2)
