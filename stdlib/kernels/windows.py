# cython: annotation_typing=False, infer_types=True
"""Finite windows: sums, variances and extremes by trees, weighted passes, lag.

No kernel here adds and subtracts as it goes. A block of 2^(k+1) rows is the newer block of 2^k joined with the older one, and
a window is joined from the blocks of its length written in binary, newest and largest first. Every level remembers just the
rows it will be asked for, so the first bar, the chunking and values older than the window cannot matter: a NaN or a spike is
gone n rows later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cython

if cython.compiled:
    from cython.cimports.libc.math import INFINITY, NAN, fabs
    from cython.cimports.stdlib.kernels.inlined import (
        delayed,
        fill,
        fused_there,
        get,
        norm,
        op_div,
        op_exp,
        op_sqrt,
        over,
        power_above,
        put,
        whole,
    )
else:
    from stdlib.kernels.libm import INFINITY, NAN, fabs, fused_there
    from stdlib.kernels.rings import delayed, fill, get, power_above, put, whole
    from stdlib.kernels.scalar import norm, op_div, op_exp, op_sqrt, over

if TYPE_CHECKING:
    from stdlib.kernels import Columns, Row

# What two neighbouring blocks become, and how many values a block carries.
#   0 sum (1)  1 weighted sum (2)  2 variance (2)  3 covariance (3)
#   4 highest (1)  5 lowest (1)  6 highest and its age (2)  7 lowest and its age (2)
# The extremes of a block that is counted twice stay what they are, so their window is two blocks of the largest size that
# overlap.


def level_ring(length: int, block: int, overlap: int) -> int:
    """Rows kept of the blocks of `block` rows: for the next level, and for the window where it takes one of these."""
    if 2 * block > length:
        return power_above(length - block) if overlap else 0
    return power_above(length - length % (2 * block) if length & block and not overlap else block)  # type: ignore[no-any-return]


def joined(join: int, w: Row, to: int, newer: int, older: int, step: int, rows: int, a: int, b: int) -> None:
    """Joins newer blocks with blocks of `b` rows that begin `a` rows earlier; value c of row j is at w[start + c * step + j].

    Simple loops, and `to` is neither `newer` nor `older`, so that the compiler can use vectors.
    """
    if join == 0:
        for i in range(rows):
            w[to + i] = w[newer + i] + w[older + i]
    elif join == 1:
        age = 1.0 * a
        for i in range(rows):
            w[to + step + i] = w[newer + step + i] + (w[older + step + i] + age * w[older + i])
        for i in range(rows):
            w[to + i] = w[newer + i] + w[older + i]
    elif join == 2:
        share = (1.0 * b) / (a + b)
        spread = (1.0 * a * b) / (a + b)
        for i in range(rows):
            mean = w[newer + i]
            d = w[older + i] - mean
            w[to + step + i] = (w[newer + step + i] + w[older + step + i]) + (d * d) * spread
            w[to + i] = mean + d * share
    elif join == 3:
        share = (1.0 * b) / (a + b)
        spread = (1.0 * a * b) / (a + b)
        for i in range(rows):
            mean = w[newer + i]
            other = w[newer + step + i]
            d = w[older + i] - mean
            e = w[older + step + i] - other
            w[to + 2 * step + i] = (w[newer + 2 * step + i] + w[older + 2 * step + i]) + (d * e) * spread
            w[to + i] = mean + d * share
            w[to + step + i] = other + e * share
    elif join == 4:
        for i in range(rows):
            w[to + i] = w[older + i] if w[older + i] > w[newer + i] else w[newer + i]
    elif join == 5:
        for i in range(rows):
            w[to + i] = w[older + i] if w[older + i] < w[newer + i] else w[newer + i]
    elif join == 6:
        age = 1.0 * a
        for i in range(rows):
            ours = w[newer + step + i]
            theirs = w[older + step + i] + age
            w[to + step + i] = theirs if w[older + i] > w[newer + i] else ours
        for i in range(rows):
            w[to + i] = w[older + i] if w[older + i] > w[newer + i] else w[newer + i]
    else:
        age = 1.0 * a
        for i in range(rows):
            ours = w[newer + step + i]
            theirs = w[older + step + i] + age
            w[to + step + i] = theirs if w[older + i] < w[newer + i] else ours
        for i in range(rows):
            w[to + i] = w[older + i] if w[older + i] < w[newer + i] else w[newer + i]


def begin(join: int, x: Row, y: Row, first: int, rows: int, w: Row, to: int, step: int) -> None:
    """Blocks of one row. To an extreme, unknown is the most extreme value, so that it wins as long as it is in the window."""
    if join == 4 or join == 6:
        for i in range(rows):
            w[to + i] = x[first + i] if x[first + i] == x[first + i] else INFINITY
    elif join == 5 or join == 7:
        for i in range(rows):
            w[to + i] = x[first + i] if x[first + i] == x[first + i] else -INFINITY
    else:
        for i in range(rows):
            w[to + i] = x[first + i]
    if join == 3:
        for i in range(rows):
            w[to + step + i] = y[first + i]
            w[to + 2 * step + i] = (x[first + i] - x[first + i]) + (y[first + i] - y[first + i])
    elif join != 0 and join != 4 and join != 5:
        # 0, and unknown where x is: a window of one bar has no other way to know.
        for i in range(rows):
            w[to + step + i] = x[first + i] - x[first + i]


def finish(join: int, w: Row, at: int, step: int, r: Row, root: Row, first: int, rows: int, length: int) -> None:
    """The window's value from what its block carries. Where `root` is not `r`, the square root of a variance goes there."""
    if join == 0 or join == 4 or join == 5:
        for i in range(rows):
            r[first + i] = norm(w[at + i])
    elif join == 1:
        for i in range(rows):
            r[first + i] = norm(length * w[at + i] - w[at + step + i])
    elif join == 2:
        y = 1.0 / length
        far = 0 if fused_there() else 1
        if not far:
            for i in range(rows):
                far |= 1 if w[at + step + i] > 1e140 else 0
                size = w[at + step + i] if w[at + step + i] > 0.0 else 1.0
                far |= 1 if size < 1e-140 else 0
        # A window of one bar has no spread to carry the unknown, so the mean says it.
        if not far and r != root:
            for i in range(rows):
                spread = norm(over(w[at + step + i], length, y) + (w[at + i] - w[at + i]))
                r[first + i] = spread
                root[first + i] = op_sqrt(spread)
        elif not far:
            for i in range(rows):
                r[first + i] = norm(over(w[at + step + i], length, y) + (w[at + i] - w[at + i]))
        else:
            for i in range(rows):
                r[first + i] = norm(w[at + step + i] / length + (w[at + i] - w[at + i]))
            if r != root:
                for i in range(rows):
                    root[first + i] = op_sqrt(r[first + i])
    elif join == 3:
        for i in range(rows):
            r[first + i] = norm(w[at + 2 * step + i] / length + (w[at + i] - w[at + i]) + (w[at + step + i] - w[at + step + i]))
    else:
        for i in range(rows):
            r[first + i] = w[at + step + i] + (w[at + i] - w[at + i])


def tree(join: int, x: Row, y: Row, length: int, st: Row, at: int, r: Row, root: Row, n: int) -> None:
    """One window statistic over a chunk. State, from st[at]: rows seen, then a ring a level and carried value."""
    w = cython.declare(cython.double[4864])
    overlap = 1 if join >= 4 else 0
    carries = 1 if join == 0 or join == 4 or join == 5 else (3 if join == 3 else 2)
    # Scratch: a buffer of this level and one of the next, each with room before it for earlier rows, and one for each block
    # of the window smaller than the largest.
    smaller = 0
    k = 1
    while 2 * k <= length:
        smaller += 1 if length & k and not overlap else 0
        k = 2 * k
    size = 4096 // (carries * (4 + smaller))
    size = 512 if size >= 512 else 256 if size >= 256 else size
    step = 4864 // carries
    this = size
    following = 3 * size + 256
    row = whole(st[at])
    if row == 0:
        ring = at + 1
        k = 1
        while k <= length:
            ring += carries * level_ring(length, k, overlap)
            k = 2 * k
        fill(st, at + 1, ring - at - 1, NAN if not overlap else (INFINITY if join % 2 == 0 else -INFINITY))
    first = 0
    while first < n:
        rows = size if size < n - first else n - first
        begin(join, x, y, first, rows, w, this, step)
        saved = 4 * size + 256
        ring = at + 1
        k = 1
        while k <= length:
            cap = level_ring(length, k, overlap)
            if 2 * k > length and not overlap:
                break
            if length & k and not overlap:
                ago = length - length % (2 * k)
                for c in range(carries):
                    delayed(w, saved + c * step, st, ring + c * cap, cap, row, w, this + c * step, 0, rows, ago)
                saved += size
            ago = k if 2 * k <= length else length - k
            early = ago if ago < rows else rows
            for c in range(carries):
                get(w, this - early + c * step, st, ring + c * cap, cap, row - ago, early)
                put(st, ring + c * cap, cap, row, w, this + c * step, rows)
            joined(join, w, following, this, this - early, step, rows, ago, k)
            swap = this
            this = following
            following = swap
            ring += carries * cap
            k = 2 * k
        # Join the smaller blocks of the window, larger first.
        done = k
        while saved > 4 * size + 256:
            saved -= size
            k = k // 2
            while not (length & k):
                k = k // 2
            joined(join, w, following, this, saved, step, rows, done, k)
            done += k
            swap = this
            this = following
            following = swap
        finish(join, w, this, step, r, root, first, rows, length)
        row += rows
        first += rows
    st[at] = row


def window_sum(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    tree(0, inp[0], inp[0], whole(par[0]), st, 0, out[0], out[0], n)


def window_weighted(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    tree(1, inp[0], inp[0], whole(par[0]), st, 0, out[0], out[0], n)


def variance(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    tree(2, inp[0], inp[0], whole(par[0]), st, 0, out[0], out[0], n)


def deviation(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    """`variance` and the `sqrt` of it that follows, which the engine has done in one call: out[1] is its input, out[2] its output."""
    tree(2, inp[0], inp[0], whole(par[0]), st, 0, out[0], out[2], n)


def covariance(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    tree(3, inp[0], inp[1], whole(par[0]), st, 0, out[0], out[0], n)


def highest(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    tree(4, inp[0], inp[0], whole(par[0]), st, 0, out[0], out[0], n)


def lowest(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    tree(5, inp[0], inp[0], whole(par[0]), st, 0, out[0], out[0], n)


def highest_bars_ago(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    tree(6, inp[0], inp[0], whole(par[0]), st, 0, out[0], out[0], n)


def lowest_bars_ago(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    tree(7, inp[0], inp[0], whole(par[0]), st, 0, out[0], out[0], n)


def lag(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    """Parameters: bars ago, what stands before the first bar. State: rows seen, a ring."""
    ago = whole(par[0])
    cap = power_above(ago)
    row = whole(st[0])
    if row == 0:
        fill(st, 1, cap, par[1])
    delayed(out[0], 0, st, 1, cap, row, inp[0], 0, 0, n, ago)
    put(st, 1, cap, row, inp[0], 0, n)
    st[0] = row + n


def mean_deviation(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    """State: rows seen, a ring of inputs. Distances are measured as in `shape`."""
    w = cython.declare(cython.double[2048])
    x = inp[0]
    r = out[0]
    length = whole(par[0])
    cap = power_above(length)
    row = whole(st[0])
    if row == 0:
        fill(st, 1, cap, NAN)
    first = 0
    while first < n:
        rows = 512 if n - first > 512 else n - first
        for i in range(rows):
            w[512 + i] = x[first + i]
            w[1024 + i] = 0.0
            w[1536 + i] = 0.0
        # Every bar of the block adds its oldest value first.
        for k in range(length):
            delayed(w, 0, st, 1, cap, row, x, 0, first, rows, length - 1 - k)
            for i in range(rows):
                w[1024 + i] = w[1024 + i] + (w[i] - w[512 + i])
        for i in range(rows):
            w[1024 + i] = w[1024 + i] / length
        for k in range(length):
            delayed(w, 0, st, 1, cap, row, x, 0, first, rows, length - 1 - k)
            for i in range(rows):
                w[1536 + i] = w[1536 + i] + fabs((w[i] - w[512 + i]) - w[1024 + i])
        for i in range(rows):
            r[first + i] = norm(w[1536 + i] / length)
        first += rows
    put(st, 1, cap, row, x, 0, n)
    st[0] = row + n


def alma(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    """Parameters: length, offset, sigma. State: rows seen, sum of weights, weights, a ring."""
    w = cython.declare(cython.double[1024])
    x = inp[0]
    r = out[0]
    length = whole(par[0])
    cap = power_above(length)
    ring = 2 + length
    row = whole(st[0])
    if row == 0:
        fill(st, ring, cap, NAN)
        centre = par[1] * (length - 1)
        width = op_div(length, par[2])
        total = 0.0
        for k in range(length):
            d = k - centre
            st[2 + k] = op_exp(op_div(-(d * d), 2.0 * (width * width)))
            total = total + st[2 + k]
        st[1] = total
    first = 0
    while first < n:
        rows = 512 if n - first > 512 else n - first
        for i in range(rows):
            w[512 + i] = 0.0
        for k in range(length):
            delayed(w, 0, st, ring, cap, row, x, 0, first, rows, length - 1 - k)
            weight = st[2 + k]
            for i in range(rows):
                w[512 + i] = w[512 + i] + weight * w[i]
        for i in range(rows):
            r[first + i] = op_div(w[512 + i], st[1])
        first += rows
    put(st, ring, cap, row, x, 0, n)
    st[0] = row + n


def shape(x: Row, r: Row, fourth: int, length: int, st: Row, n: int) -> None:
    """The mean third or fourth power of distances from the mean, over the same power of the deviation.

    Distances are measured from the newest value first, so that those of a flat window are exactly 0.
    """
    w = cython.declare(cython.double[2560])
    cap = power_above(length)
    row = whole(st[0])
    if row == 0:
        fill(st, 1, cap, NAN)
    first = 0
    while first < n:
        rows = 512 if n - first > 512 else n - first
        for i in range(rows):
            w[512 + i] = x[first + i]
            w[1024 + i] = 0.0
            w[1536 + i] = 0.0
            w[2048 + i] = 0.0
        for k in range(length):
            delayed(w, 0, st, 1, cap, row, x, 0, first, rows, length - 1 - k)
            for i in range(rows):
                w[1024 + i] = w[1024 + i] + (w[i] - w[512 + i])
        for i in range(rows):
            w[1024 + i] = w[1024 + i] / length
        for k in range(length):
            delayed(w, 0, st, 1, cap, row, x, 0, first, rows, length - 1 - k)
            for i in range(rows):
                w[i] = (w[i] - w[512 + i]) - w[1024 + i]
                w[1536 + i] = w[1536 + i] + w[i] * w[i]
            if fourth:
                for i in range(rows):
                    w[2048 + i] = w[2048 + i] + (w[i] * w[i]) * (w[i] * w[i])
            else:
                for i in range(rows):
                    w[2048 + i] = w[2048 + i] + (w[i] * w[i]) * w[i]
        for i in range(rows):
            spread = w[1536 + i] / length
            scale = spread * spread if fourth else spread * op_sqrt(spread)
            r[first + i] = op_div(w[2048 + i] / length, scale)
        if fourth:
            for i in range(rows):
                r[first + i] = norm(r[first + i] - 3.0)
        first += rows
    put(st, 1, cap, row, x, 0, n)
    st[0] = row + n


def skew(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    """State: rows seen, a ring of inputs."""
    shape(inp[0], out[0], 0, whole(par[0]), st, n)


def kurtosis(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    """State: rows seen, a ring of inputs."""
    shape(inp[0], out[0], 1, whole(par[0]), st, n)


def addresses() -> dict[str, int]:
    """Where the compiled kernels are; empty when run as plain Python."""
    if not cython.compiled:
        return {}
    return {
        "window_sum": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, window_sum)),
        "window_weighted": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, window_weighted)),
        "variance": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, variance)),
        "(deviation)": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, deviation)),
        "covariance": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, covariance)),
        "highest": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, highest)),
        "lowest": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, lowest)),
        "highest_bars_ago": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, highest_bars_ago)),
        "lowest_bars_ago": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, lowest_bars_ago)),
        "lag": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, lag)),
        "mean_deviation": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, mean_deviation)),
        "skew": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, skew)),
        "kurtosis": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, kurtosis)),
        "alma": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, alma)),
    }
