# cython: annotation_typing=False, infer_types=True
"""One bar of many nodes at once: each kernel here takes a lane a node, where those beside it take a row a bar. The bits are the same.

`v` holds the values of this bar by place; `at` says from which places lane i reads, `to` where the first lane writes. State is a
field after another, each `stride` lanes long. `stdlib/kernels/windows.py` and `recursive.py` define what is computed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cython

if cython.compiled:
    from cython.cimports.libc.math import INFINITY, NAN
    from cython.cimports.stdlib.kernels.inlined import norm, whole
else:
    from stdlib.kernels.libm import INFINITY, NAN
    from stdlib.kernels.rings import whole
    from stdlib.kernels.scalar import norm

if TYPE_CHECKING:
    from stdlib.kernels import Places, Row

EWM_FIELDS = 9
"""Of a lane of `ewm`: distance or sum, last input, distance of this four, values in this sixteen, what its fours have added, q; known values
so far, length of the seed; what this four stands on: the fours and the distance before them."""
EWM_GROUPS = 16
EWM_HEAD = 26
"""Behind the fields: how many lanes have not ended their seed; where each of 16 groups begins and the last ends; of each quarter, four groups,
its clock, and how it goes: 0 not yet known, 1 in step, 2 not in step. In step, the lanes of group m of quarter j have all
(j + 4m + clock) % 16 values in their sixteen, which is then not in the field."""


def gather(v: Row, at: Places, w: Row, n: int) -> None:
    # Four are read before the first is written: the compiler does not know that `w` is apart from `v`.
    i = 0
    while i + 4 <= n:
        x0 = v[at[i]]
        x1 = v[at[i + 1]]
        x2 = v[at[i + 2]]
        x3 = v[at[i + 3]]
        w[i] = x0
        w[i + 1] = x1
        w[i + 2] = x2
        w[i + 3] = x3
        i += 4
    while i < n:
        w[i] = v[at[i]]
        i += 1


def fill(x: float, w: Row, n: int) -> None:
    for i in range(n):
        w[i] = x


def ewm_lanes(v: Row, at: Places, st: Row, to: int, n: int, stride: int) -> None:
    """Each lane as `recursive.ewm` does a bar; see there for what the fields are."""
    head = 9 * stride
    if st[head] > 0.0:
        for i in range(n):
            ewm_lane(v, at[i], st, to + i, i, stride)
        return
    for j in range(4):
        first = whole(st[head + 1 + 4 * j])
        end = whole(st[head + 5 + 4 * j])
        if end > first:
            if st[head + 22 + j] == 0.0:
                ewm_look(st, j, stride)
            if st[head + 22 + j] == 1.0:
                ewm_quarter(v, at, st, to, first, end, j, stride)
            else:
                ewm_mixed(v, at, st, to, first, end, stride)


def ewm_look(st: Row, j: int, stride: int) -> None:
    """Whether the lanes of a quarter are in step; if they are, what their fours stand on. Numbers so large that sums of them may overflow are not."""
    head = 9 * stride
    clock = -1
    st[head + 22 + j] = 1.0
    for m in range(4):
        for i in range(whole(st[head + 1 + 4 * j + m]), whole(st[head + 2 + 4 * j + m])):
            phase = whole(st[3 * stride + i])
            if clock < 0:
                clock = (phase - j - 4 * m + 32) % 16
            if (j + 4 * m + clock) % 16 != phase:
                st[head + 22 + j] = 2.0
            if not (-1e305 < st[i] < 1e305 and -1e301 < st[4 * stride + i] < 1e301 and -1e300 < st[2 * stride + i] < 1e300):
                st[head + 22 + j] = 2.0
            q1 = st[5 * stride + i]
            q2 = q1 * q1
            q4 = q2 * q2
            q8 = q4 * q4
            left = 1.0
            if phase >= 12:
                left = q8 * q4
            elif phase >= 8:
                left = q8
            elif phase >= 4:
                left = q4
            st[8 * stride + i] = st[4 * stride + i] + left * st[i]
    st[head + 18 + j] = clock


def ewm_quarter(v: Row, at: Places, st: Row, to: int, start: int, end: int, j: int, stride: int) -> None:
    """Lanes in step. Blocks in an array of its own, so that the compiler knows what does not overlap: inputs, distances, results."""
    w = cython.declare(cython.double[768])
    head = 9 * stride
    clock = whole(st[head + 18 + j])
    place = (j + clock) % 4
    first = start
    while first < end:
        rows = 256 if end - first > 256 else end - first
        for i in range(rows):
            w[i] = v[at[first + i]]
        last = stride + first
        p = 2 * stride + first
        q = 5 * stride + first
        base = 8 * stride + first
        unknown = 0
        if place == 0:
            for i in range(rows):
                d = st[q + i] * (st[p + i] + (w[i] - st[last + i]))
                y = w[i] - (d + st[q + i] * st[base + i])
                w[256 + i] = d
                w[512 + i] = y + 0.0
        elif place == 1:
            for i in range(rows):
                d = st[q + i] * (st[p + i] + (w[i] - st[last + i]))
                y = w[i] - (d + (st[q + i] * st[q + i]) * st[base + i])
                w[256 + i] = d
                w[512 + i] = y + 0.0
        elif place == 2:
            for i in range(rows):
                d = st[q + i] * (st[p + i] + (w[i] - st[last + i]))
                y = w[i] - (d + ((st[q + i] * st[q + i]) * st[q + i]) * st[base + i])
                w[256 + i] = d
                w[512 + i] = y + 0.0
        else:
            for i in range(rows):
                q2 = st[q + i] * st[q + i]
                d = st[q + i] * (st[p + i] + (w[i] - st[last + i]))
                y = w[i] - (d + (q2 * q2) * st[base + i])
                w[256 + i] = d
                w[512 + i] = y + 0.0
        for i in range(rows):
            unknown |= 0 if w[512 + i] - w[512 + i] == 0.0 else 1
            unknown |= 0 if w[256 + i] < 1e300 else 1
            unknown |= 0 if w[256 + i] > -1e300 else 1
        if unknown:
            ewm_apart(v, at, st, to, start, first, end, j, stride)
            return
        for i in range(rows):
            v[to + first + i] = w[512 + i]
        for i in range(rows):
            st[last + i] = w[i]
        for i in range(rows):
            st[p + i] = w[256 + i]
        first += rows
    st[head + 18 + j] = (clock + 1) % 16
    if place == 3:
        for m in range(4):
            ewm_close(
                st,
                whole(st[head + 1 + 4 * j + m]),
                whole(st[head + 2 + 4 * j + m]),
                (j + 4 * m + clock) % 16,
                head + 22 + j,
                stride,
            )
        if st[head + 22 + j] == 3.0:
            for m in range(4):
                for i in range(whole(st[head + 1 + 4 * j + m]), whole(st[head + 2 + 4 * j + m])):
                    st[3 * stride + i] = (j + 4 * m + clock + 1) % 16
            st[head + 22 + j] = 2.0


def ewm_close(st: Row, first: int, end: int, phase: int, flag: int, stride: int) -> None:
    """Lanes that have taken the last bar of a four: what the next stands on. No step of the four was large, so that sums of them are finite."""
    large = 0
    for i in range(first, end):
        q2 = st[5 * stride + i] * st[5 * stride + i]
        q4 = q2 * q2
        q8 = q4 * q4
        fours = st[2 * stride + i] + q4 * st[4 * stride + i]
        ended = fours + (q8 * q8) * st[i]
        e = ended if phase == 15 else st[i]
        later = q8 if phase == 7 else q8 * q4
        left = q4 if phase == 3 else later
        st[8 * stride + i] = e if phase == 15 else fours + left * e
        st[4 * stride + i] = 0.0 if phase == 15 else fours
        st[2 * stride + i] = 0.0
        st[i] = e
        large |= 0 if -1e305 < e < 1e305 else 1
    if large:
        st[flag] = 3.0


def ewm_apart(v: Row, at: Places, st: Row, to: int, start: int, here: int, end: int, j: int, stride: int) -> None:
    """A quarter in step of which the lanes before `here` have taken the bar, and not all others can: they go on out of step."""
    head = 9 * stride
    known = here - start
    for i in range(here, end):
        known += 1 if v[at[i]] - v[at[i]] == 0.0 else 0
    if known == 0:
        for i in range(start, end):
            v[to + i] = NAN
        return
    clock = whole(st[head + 18 + j])
    st[head + 22 + j] = 2.0
    for m in range(4):
        phase = (j + 4 * m + clock) % 16
        first = whole(st[head + 1 + 4 * j + m])
        last = whole(st[head + 2 + 4 * j + m])
        for i in range(first, last):
            st[3 * stride + i] = (phase + 1) % 16 if i < here else phase
        if phase % 4 == 3 and first < here:
            ewm_close(st, first, here if here < last else last, phase, head + 22 + j, stride)
    st[head + 22 + j] = 2.0
    ewm_mixed(v, at, st, to, here, end, stride)


def ewm_mixed(v: Row, at: Places, st: Row, to: int, start: int, end: int, stride: int) -> None:
    """Lanes that are not in step: each as `recursive.ewm` does a bar."""
    # By blocks in an array of its own, so that the compiler knows what does not overlap: x, the six fields, the result.
    w = cython.declare(cython.double[1024])
    first = start
    while first < end:
        rows = 128 if end - first > 128 else end - first
        for i in range(rows):
            w[i] = v[at[first + i]]
        for k in range(6):
            for i in range(rows):
                w[128 * (k + 1) + i] = st[k * stride + first + i]
        for i in range(rows):
            behind = w[128 + i]
            phase = w[512 + i]
            fours = w[640 + i]
            q1 = w[768 + i]
            q2 = q1 * q1
            q4 = q2 * q2
            q8 = q4 * q4
            second = 4.0 if phase >= 4.0 else 0.0
            third = 8.0 if phase >= 8.0 else second
            place = phase - (12.0 if phase >= 12.0 else third)
            early = 1.0 if phase < 4.0 else q4
            late = q8 if phase < 12.0 else q8 * q4
            left = early if phase < 8.0 else late
            near = q1 if place == 0.0 else q2
            far = q2 * q1 if place == 2.0 else q4
            q = near if place < 2.0 else far
            d = q1 * (w[384 + i] + (w[i] - w[256 + i]))
            y = w[i] - (d + q * (fours + left * behind))
            full = d + q4 * fours
            after = full if place == 3.0 else fours
            ended = after + (q8 * q8) * behind
            e = ended if phase == 15.0 else behind
            bad = (y - y) + ((after - after) + (e - e))  # 0 unless one of them is not finite
            r = y + 0.0
            w[896 + i] = r if bad == 0.0 else NAN
            w[128 + i] = e if bad == 0.0 else behind
            w[256 + i] = w[i] if bad == 0.0 else w[256 + i]
            kept = 0.0 if place == 3.0 else d
            w[384 + i] = kept if bad == 0.0 else w[384 + i]
            following = phase + 1.0
            turned = 0.0 if phase == 15.0 else following
            w[512 + i] = turned if bad == 0.0 else phase
            closed = 0.0 if phase == 15.0 else after
            w[640 + i] = closed if bad == 0.0 else fours
        for i in range(rows):
            v[to + first + i] = w[896 + i]
        for k in range(5):
            for i in range(rows):
                st[k * stride + first + i] = w[128 * (k + 1) + i]
        first += rows


def ewm_lane(v: Row, place: int, st: Row, to: int, i: int, stride: int) -> None:
    """One lane, its seed included."""
    x = v[place]
    v[to] = NAN
    if st[6 * stride + i] < st[7 * stride + i]:
        total = x if st[6 * stride + i] == 0.0 else st[i] + x
        if total - total == 0.0:
            st[i] = total
            st[6 * stride + i] = st[6 * stride + i] + 1.0
            if st[6 * stride + i] == st[7 * stride + i]:
                y = total / st[7 * stride + i]
                v[to] = norm(y)
                st[stride + i] = x
                st[i] = x - y
                st[9 * stride] = st[9 * stride] - 1.0
        return
    phase = st[3 * stride + i]
    fours = st[4 * stride + i]
    q1 = st[5 * stride + i]
    q2 = q1 * q1
    q4 = q2 * q2
    q8 = q4 * q4
    left = 1.0
    k = phase
    if phase >= 12.0:
        left = q8 * q4
        k = phase - 12.0
    elif phase >= 8.0:
        left = q8
        k = phase - 8.0
    elif phase >= 4.0:
        left = q4
        k = phase - 4.0
    q = q1
    if k == 1.0:
        q = q2
    elif k == 2.0:
        q = q2 * q1
    elif k == 3.0:
        q = q4
    d = q1 * (st[2 * stride + i] + (x - st[stride + i]))
    y = x - (d + q * (fours + left * st[i]))
    after = fours
    e = st[i]
    if k == 3.0:
        after = d + q4 * fours
    if phase == 15.0:
        e = after + (q8 * q8) * st[i]
    if (y - y) + ((after - after) + (e - e)) == 0.0:
        v[to] = y + 0.0
        st[i] = e
        st[stride + i] = x
        st[2 * stride + i] = 0.0 if k == 3.0 else d
        st[3 * stride + i] = 0.0 if phase == 15.0 else phase + 1.0
        st[4 * stride + i] = 0.0 if phase == 15.0 else after


def lag_lanes(v: Row, at: Places, st: Row, to: int, n: int, stride: int) -> None:
    """One bar ago. Field: the value of the bar before."""
    for i in range(n):
        x = v[at[i]]
        v[to + i] = st[i]
        st[i] = x


# Windows over one series share its blocks of 1, 2, 4, ... rows, whatever their lengths. Each level of blocks is a ring of `room` rows,
# written twice, so that what was `ago` rows before is always at `room - ago` beyond the place of this row.


def push_blocks(join: int, x: float, h: Row, levels: int, room: int, place: int) -> None:
    """The blocks that end on this bar. h: the levels of the first carried value, then those of the second. join: as in windows.py."""
    span = 2 * room
    second = levels * span
    first = x
    if join == 4:
        first = x if x == x else INFINITY
    elif join == 5:
        first = x if x == x else -INFINITY
    h[place] = first
    h[room + place] = first
    if join == 2:
        h[second + place] = x - x
        h[second + room + place] = x - x
    k = 1
    for level in range(1, levels):
        newer = (level - 1) * span + room + place
        older = newer - k
        to = level * span + place
        if join == 0:
            r = h[newer] + h[older]
        elif join == 2:
            share = (1.0 * k) / (k + k)
            spread = (1.0 * k * k) / (k + k)
            d = h[older] - h[newer]
            s = (h[second + newer] + h[second + older]) + (d * d) * spread
            h[second + to] = s
            h[second + room + to] = s
            r = h[newer] + d * share
        elif join == 4:
            r = h[older] if h[older] > h[newer] else h[newer]
        else:
            r = h[older] if h[older] < h[newer] else h[newer]
        h[to] = r
        h[room + to] = r
        k = 2 * k


def sum_windows(h: Row, at: Places, counts: Places, pieces: int, v: Row, to: int, n: int, stride: int) -> None:
    """Lane i joins the blocks at h[at[i]], h[at[stride + i]], ..., largest first; counts: how many lanes have a block of each turn."""
    for i in range(n):
        v[to + i] = h[at[i]]
    for k in range(1, pieces):
        for i in range(counts[k]):
            v[to + i] = v[to + i] + h[at[k * stride + i]]
    for i in range(n):
        v[to + i] = norm(v[to + i])


def spread_windows(
    h: Row, at: Places, counts: Places, pieces: int, v: Row, to: int, n: int, stride: int, second: int, par: Row, w: Row
) -> None:
    """The same for variances. par: lengths, then for each turn after the first the lanes' share and spread. w: room for the means."""
    for i in range(n):
        w[i] = h[at[i]]
        v[to + i] = h[second + at[i]]
    for k in range(1, pieces):
        share = (2 * k - 1) * stride
        spread = 2 * k * stride
        for i in range(counts[k]):
            d = h[at[k * stride + i]] - w[i]
            v[to + i] = (v[to + i] + h[second + at[k * stride + i]]) + (d * d) * par[spread + i]
            w[i] = w[i] + d * par[share + i]
    for i in range(n):
        v[to + i] = norm(v[to + i] / par[i] + (w[i] - w[i]))


def high_windows(h: Row, at: Places, v: Row, to: int, n: int, stride: int) -> None:
    """The larger of two blocks of the largest size."""
    for i in range(n):
        newer = h[at[i]]
        older = h[at[stride + i]]
        r = older if older > newer else newer
        v[to + i] = norm(r)


def low_windows(h: Row, at: Places, v: Row, to: int, n: int, stride: int) -> None:
    for i in range(n):
        newer = h[at[i]]
        older = h[at[stride + i]]
        r = older if older < newer else newer
        v[to + i] = norm(r)


def addresses() -> dict[str, int]:
    """Where the compiled lanes are; empty when run as plain Python."""
    if not cython.compiled:
        return {}
    return {
        "fill": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, fill)),
        "gather": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, gather)),
        "ewm": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, ewm_lanes)),
        "lag": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, lag_lanes)),
        "blocks": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, push_blocks)),
        "sum": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, sum_windows)),
        "spread": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, spread_windows)),
        "high": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, high_windows)),
        "low": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, low_windows)),
    }
