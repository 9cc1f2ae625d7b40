# cython: annotation_typing=False, infer_types=True
"""Filters that feed on their own last value. An unknown input gives an unknown on that bar and leaves the state as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cython

if cython.compiled:
    from cython.cimports.libc.math import NAN
    from cython.cimports.stdlib.kernels.inlined import norm, whole
else:
    from stdlib.kernels.libm import NAN
    from stdlib.kernels.rings import whole
    from stdlib.kernels.scalar import norm

if TYPE_CHECKING:
    from stdlib.kernels import Columns, Row


def ewm(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    """Parameters: length of the seed, alpha. State: known values so far up to the length; their sum, or the distance of the
    average behind its input where the last sixteen ended; the last known input; the distance that this four has added so far;
    values in this sixteen; what the full fours of this sixteen have added.

    With q = 1 - alpha the distance e = x - y goes e = q * (e + step of x). Known values are counted in fours and sixteens. In a
    four the distance is p + q^k * B, p from 0; before the next four B is R + q^4g * E, R = p + q^4 * R from 0. So only one product
    and one sum in sixteen wait for the bar before, and a flat input stays what it is.
    """
    w = cython.declare(cython.double[576])
    x = inp[0]
    r = out[0]
    length = whole(par[0])
    q1 = 1.0 - par[1]
    q2 = q1 * q1
    q3 = q2 * q1
    q4 = q2 * q2
    q8 = q4 * q4
    q12 = q8 * q4
    q16 = q8 * q8
    seen = whole(st[0])
    i = 0
    if seen < length:
        y = st[1]
        while i < n and seen < length:
            v = x[i]
            r[i] = NAN
            total = v if seen == 0 else y + v
            if total - total == 0.0:  # finite: an unknown or an overflow is not counted
                y = total
                seen += 1
                if seen == length:
                    y = y / length
                    r[i] = norm(y)
                    st[2] = v
                    y = v - y
            i += 1
        st[0] = seen
        st[1] = y
    behind = st[1]
    last = st[2]
    p = st[3]
    phase = whole(st[4])
    fours = st[5]
    alone = 0  # rows before this one are taken one by one
    while i < n:
        if phase == 0 and i >= alone and n - i >= 32:
            # Up to sixteen sixteens at once, pass by pass, so that only the third is not in vectors: steps, p, E, distances, averages.
            sixteens = (n - i) // 16 if n - i < 256 else 16
            w[0] = x[i] - last
            for j in range(1, 16 * sixteens):
                w[j] = x[i + j] - x[i + j - 1]
            for j in range(4 * sixteens):
                p1 = q1 * w[4 * j]
                p2 = q1 * (p1 + w[4 * j + 1])
                p3 = q1 * (p2 + w[4 * j + 2])
                w[256 + j] = p1
                w[320 + j] = p2
                w[384 + j] = p3
                w[448 + j] = q1 * (p3 + w[4 * j + 3])
            e = behind
            for j in range(sixteens):
                one = w[448 + 4 * j]
                two = w[449 + 4 * j] + q4 * one
                three = w[450 + 4 * j] + q4 * two
                four = w[451 + 4 * j] + q4 * three
                w[512 + 4 * j] = e
                w[513 + 4 * j] = one + q4 * e
                w[514 + 4 * j] = two + q8 * e
                w[515 + 4 * j] = three + q12 * e
                e = four + q16 * e
            for j in range(4 * sixteens):
                d = w[512 + j]
                w[4 * j] = w[256 + j] + q1 * d
                w[4 * j + 1] = w[320 + j] + q2 * d
                w[4 * j + 2] = w[384 + j] + q3 * d
                w[4 * j + 3] = w[448 + j] + q4 * d
            unknown = 0 if e - e == 0.0 else 1
            for j in range(16 * sixteens):
                y = x[i + j] - w[j]
                unknown |= 0 if y - y == 0.0 else 1
                r[i + j] = y + 0.0
            if not unknown:
                i += 16 * sixteens
                last = x[i - 1]
                behind = e
                continue
            alone = i + 16 * sixteens
        v = x[i]
        d = q1 * (p + (v - last))
        k = phase & 3
        before = fours + (1.0 if phase < 4 else q4 if phase < 8 else q8 if phase < 12 else q12) * behind
        y = v - (d + (q1 if k == 0 else q2 if k == 1 else q3 if k == 2 else q4) * before)
        after = d + q4 * fours if k == 3 else fours
        e = after + q16 * behind if phase == 15 else behind
        if (y - y) + ((after - after) + (e - e)) == 0.0:
            r[i] = y + 0.0
            last = v
            p = d if k != 3 else 0.0
            fours = after if phase != 15 else 0.0
            behind = e
            phase = (phase + 1) & 15
        else:
            r[i] = NAN
        i += 1
    st[1] = behind
    st[2] = last
    st[3] = p
    st[4] = phase
    st[5] = fours


def cumulate(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    """State: the sum so far."""
    x = inp[0]
    r = out[0]
    y = st[0]
    for i in range(n):
        v = y + x[i]
        if v - v == 0.0:
            y = v
            r[i] = norm(v)
        else:
            r[i] = NAN
    st[0] = y


def addresses() -> dict[str, int]:
    """Where the compiled kernels are; empty when run as plain Python."""
    if not cython.compiled:
        return {}
    return {
        "ewm": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, ewm)),
        "cumulate": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, cumulate)),
    }
