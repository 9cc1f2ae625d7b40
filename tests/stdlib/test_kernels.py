"""Each kernel against its definition in plain Python, bit for bit, in any chunking; and the same file compiled and not."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from stdlib.kernels.scalar import SCALARS
from stdlib.primitives import PRIMITIVES

Row = list[float]
NAN = math.nan
PRIMITIVE = {p.name: p for p in PRIMITIVES}


def norm(r: float) -> float:
    return r + (r - r)


def bits(row: Sequence[float]) -> list[bytes]:
    return [struct.pack("<d", NAN if v != v else v) for v in row]


# ---------------------------------------------------------------- definitions: a function of the last n values, oldest first


def fold(n: int, leaf: Callable[[int], tuple[float, ...]], join: Callable[..., tuple[float, ...]]) -> tuple[float, ...]:
    """The window tree, written as recursion; leaf(ago), join(newer, rows of newer, older, rows of older)."""

    def block(ago: int, size: int) -> tuple[float, ...]:
        if size == 1:
            return leaf(ago)
        return join(block(ago, size // 2), size // 2, block(ago + size // 2, size // 2), size // 2)

    sizes = [1 << k for k in reversed(range(n.bit_length())) if n >> k & 1]
    found, done = block(0, sizes[0]), sizes[0]
    for size in sizes[1:]:
        found, done = join(found, done, block(done, size), size), done + size
    return found


def window_sum(w: Row) -> float:
    return fold(len(w), lambda ago: (w[-1 - ago],), lambda p, a, q, b: (p[0] + q[0],))[0]


def window_weighted(w: Row) -> float:
    s, t = fold(len(w), lambda ago: (w[-1 - ago], 0.0), lambda p, a, q, b: (p[0] + q[0], p[1] + (q[1] + a * q[0])))
    return len(w) * s - t


def variance(w: Row) -> float:
    def join(p: tuple[float, ...], a: int, q: tuple[float, ...], b: int) -> tuple[float, ...]:
        d = q[0] - p[0]
        return p[0] + d * (b / (a + b)), (p[1] + q[1]) + (d * d) * (a * b / (a + b))

    return fold(len(w), lambda ago: (w[-1 - ago], w[-1 - ago] - w[-1 - ago]), join)[1] / len(w)


def covariance(x: Row, y: Row) -> float:
    def join(p: tuple[float, ...], a: int, q: tuple[float, ...], b: int) -> tuple[float, ...]:
        d, e = q[0] - p[0], q[1] - p[1]
        share, spread = b / (a + b), a * b / (a + b)
        return p[0] + d * share, p[1] + e * share, (p[2] + q[2]) + (d * e) * spread

    return fold(len(x), lambda ago: (x[-1 - ago], y[-1 - ago], (x[-1 - ago] - x[-1 - ago]) + (y[-1 - ago] - y[-1 - ago])), join)[
        2
    ] / len(x)


def known(w: Row) -> bool:
    return all(v == v for v in w)


def mean_deviation(w: Row) -> float:
    moved = s = 0.0
    for v in w:
        moved = moved + (v - w[-1])
    for v in w:
        s = s + abs((v - w[-1]) - moved / len(w))
    return s / len(w)


def shape(w: Row, power: int) -> float:
    moved = squares = powers = 0.0
    for v in w:
        moved = moved + (v - w[-1])
    for v in w:
        d = (v - w[-1]) - moved / len(w)
        squares = squares + d * d
        powers = powers + (d * d) * (d if power == 3 else d * d)
    spread = squares / len(w)
    if spread != spread:
        return NAN
    scale = spread * math.sqrt(spread) if power == 3 else spread * spread
    return NAN if scale == 0.0 else norm(powers / len(w) / scale)


def alma(w: Row, offset: float, sigma: float) -> float:
    m, s = offset * (len(w) - 1), len(w) / sigma
    num = den = 0.0
    for j, v in enumerate(w):
        weight = SCALARS["exp"](-((j - m) * (j - m)) / (2.0 * (s * s)))
        num, den = num + weight * v, den + weight
    return num / den


def median(w: Row) -> float:
    if not known(w):
        return NAN
    s = sorted(w)
    return s[len(w) // 2] if len(w) % 2 else (s[len(w) // 2 - 1] + s[len(w) // 2]) / 2.0


def quantile(w: Row, q: float) -> float:
    if not known(w):
        return NAN
    s, h = sorted(w), (len(w) - 1) * q
    low = math.floor(h)
    return s[low] + (h - low) * (s[min(low + 1, len(w) - 1)] - s[low])


def percentile(w: Row, p: float) -> float:
    """The first value in order that p percent do not pass."""
    if not known(w):
        return NAN
    return next(v for v in sorted(w) if sum(other <= v for other in w) * 100.0 >= p * len(w))


WINDOWED: dict[str, Callable[..., float]] = {
    "window_sum": window_sum,
    "window_weighted": window_weighted,
    "variance": variance,
    "covariance": covariance,
    "highest": lambda w: max(w) if known(w) else NAN,
    "lowest": lambda w: min(w) if known(w) else NAN,
    "highest_bars_ago": lambda w: w[::-1].index(max(w)) if known(w) else NAN,
    "lowest_bars_ago": lambda w: w[::-1].index(min(w)) if known(w) else NAN,
    "mean_deviation": mean_deviation,
    "skew": lambda w: shape(w, 3),
    "kurtosis": lambda w: shape(w, 4) - 3.0,
    "alma": alma,
    "median": median,
    "quantile": quantile,
    "percentile": percentile,
}


def windowed(name: str, columns: Sequence[Row], params: Sequence[float]) -> Row:
    n = int(params[0])
    rows = range(len(columns[0]))
    return [norm(WINDOWED[name](*(c[i - n + 1 : i + 1] for c in columns), *params[1:])) if i >= n - 1 else NAN for i in rows]


# ---------------------------------------------------------------- definitions: the others


def lag(x: Row, k: float, fill: float) -> Row:
    return [x[i - int(k)] if i >= k else fill for i in range(len(x))]


def ewm(x: Row, n: float, alpha: float) -> Row:
    """In fours and sixteens of known values: p of the four, r of the sixteen's fours, e before the sixteen."""
    found: Row = []
    q = 1.0 - alpha
    small = [q, q * q, q * q * q, (q * q) * (q * q)]
    q4 = small[3]
    large = [1.0, q4, q4 * q4, q4 * q4 * q4]
    seen, total, last, e, r, p, k = 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0
    for v in x:
        y = NAN
        if seen < n:
            after = total + v if seen else v
            if math.isfinite(after):
                seen, total = seen + 1, after
                if seen == n:
                    y = total / n
                    last, e = v, v - y
        else:
            part = q * (p + (v - last))
            y = v - (part + small[k % 4] * (r + large[k // 4] * e))
            four = part + q4 * r if k % 4 == 3 else r
            sixteen = four + (q4 * q4) * (q4 * q4) * e if k == 15 else e
            if all(map(math.isfinite, (y, four, sixteen))):
                last, e, r, k = v, sixteen, 0.0 if k == 15 else four, (k + 1) % 16
                p = part if k % 4 else 0.0
            else:
                y = NAN
        found.append(norm(y) if y == y else NAN)
    return found


def cumulate(x: Row) -> Row:
    found: Row = []
    y = 0.0
    for v in x:
        after = y + v
        found.append(norm(after) if math.isfinite(after) else NAN)
        y = after if math.isfinite(after) else y
    return found


def percentile_rank(x: Row, n: float) -> Row:
    n = int(n)
    return [
        100.0 * sum(v <= x[i] for v in x[i - n : i]) / n if i >= n and known(x[i - n : i + 1]) else NAN for i in range(len(x))
    ]


def last_truths(c: Row, n: int, i: int) -> Row:
    return [c[j] if j >= 0 else 1.0 for j in range(i - n + 1, i + 1)]


def held(c: Row, n: float) -> Row:
    return [min(last_truths(c, int(n), i)) for i in range(len(c))]


def within(c: Row, n: float) -> Row:
    return [max(last_truths(c, int(n), i)) for i in range(len(c))]


def count(c: Row, n: float) -> Row:
    windows = [last_truths(c, int(n), i) for i in range(len(c))]
    return [NAN if 1.0 in w else float(w.count(2.0)) for w in windows]


def bars_since(c: Row) -> Row:
    found: Row = []
    since = NAN
    for v in c:
        since = 0.0 if v == 2.0 else NAN if v == 1.0 else since + 1.0
        found.append(since)
    return found


def value_when(c: Row, x: Row, k: float) -> Row:
    found: Row = []
    values: Row = []
    doubt = False
    for truth, v in zip(c, x, strict=True):
        if truth == 2.0:
            values.append(v)
        doubt = truth == 1.0 or (doubt and truth != 2.0)
        found.append(norm(values[-1 - int(k)]) if len(values) > k and not doubt else NAN)
    return found


def pivot(x: Row, left: float, right: float, sign: float) -> Row:
    found: Row = []
    for i in range(len(x)):
        p = i - int(right)
        if p - left < 0 or not known(x[p - int(left) : i + 1]):
            found.append(NAN)
            continue
        top = all(sign * x[p] >= sign * v for v in x[p - int(left) : p]) and all(sign * x[p] > sign * v for v in x[p + 1 : i + 1])
        found.append(norm(x[p]) if top else NAN)
    return found


def varying(x: Row, k: Row, n: float, value: Callable[[Row], float]) -> Row:
    lengths = [NAN if v != v else max(1, min(math.floor(v), int(n))) for v in k]
    return [
        NAN if i + 1 < n or lengths[i] != lengths[i] else norm(value(x[i - int(lengths[i]) + 1 : i + 1][::-1]))
        for i in range(len(x))
    ]


def added(values: Row) -> float:
    total = 0.0
    for v in values:
        total = total + v
    return total


def along_a_cycle(w: Row, turn: float) -> float:
    return added([(v - w[0]) * SCALARS["sin"](2.0 * math.pi * (j / len(w) + turn)) for j, v in enumerate(w)])


OTHERS: dict[str, Callable[..., Row]] = {
    "lag": lag,
    "ewm": ewm,
    "cumulate": cumulate,
    "percentile_rank": percentile_rank,
    "varying_sum": lambda x, k, n: varying(x, k, n, added),
    "wave": lambda x, k, n, turn: varying(x, k, n, lambda w: along_a_cycle(w, turn)),
    "held": held,
    "within": within,
    "count": count,
    "bars_since": bars_since,
    "value_when": value_when,
    "pivot_high": lambda x, left, right: pivot(x, left, right, 1.0),
    "pivot_low": lambda x, left, right: pivot(x, left, right, -1.0),
}


def defined(name: str, columns: Sequence[Row], params: Sequence[float]) -> Row:
    return windowed(name, columns, params) if name in WINDOWED else OTHERS[name](*columns, *params)


# ---------------------------------------------------------------- hostile data

values = st.one_of(
    st.floats(-1e6, 1e6, allow_subnormal=True),
    st.integers(-3, 3).map(float),
    st.sampled_from([NAN, 1e17, -1e17, 1e300, 5e-324, 0.0, 100.0, 100.0]),
).map(lambda v: v if v != v else norm(v))  # what an engine feeds is never infinite and never -0
truths = st.sampled_from([0.0, 1.0, 2.0, 2.0, 0.0])
shares = st.floats(0.0, 1.0)


@st.composite
def calls(draw: st.DrawFn, name: str, longest: int = 40) -> tuple[list[Row], list[float], list[int]]:
    """Columns, parameters and chunk sizes for a primitive."""
    rows = draw(st.integers(0, 90))
    flat = draw(st.booleans())
    columns: list[Row] = []
    params: list[float] = []
    for p in PRIMITIVE[name].parameters:
        match p.kind:
            case "series":
                column = draw(st.lists(values, min_size=rows, max_size=rows))
                if flat and rows > 10:
                    column[5 : rows // 2] = [column[5]] * (rows // 2 - 5)
                columns.append(column)
            case "truth":
                columns.append(draw(st.lists(truths, min_size=rows, max_size=rows)))
            case "window":
                params.append(float(draw(st.integers(p.least, longest))))
            case "number" if p.name == "sigma":
                params.append(draw(st.floats(0.5, 10.0)))
            case "number" if p.name == "p":
                params.append(draw(st.integers(0, 100).map(float)))
            case "number":
                params.append(NAN if p.name == "fill" else draw(shares))
    chunks: list[int] = []
    left = rows
    while left and draw(st.booleans()):
        chunks.append(draw(st.integers(1, left)))
        left -= chunks[-1]
    return columns, params, chunks


relaxed = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.mark.parametrize("name", [p.name for p in PRIMITIVES])
def test_a_kernel_gives_the_bits_of_its_definition_in_any_chunking(name: str, compiled: Callable[..., Row]) -> None:
    @relaxed
    @given(calls(name))
    def check(call: tuple[list[Row], list[float], list[int]]) -> None:
        columns, params, chunks = call
        assert bits(compiled(name, columns, params, chunks)) == bits(defined(name, columns, params))

    check()


@pytest.mark.parametrize("name", [p.name for p in PRIMITIVES])
def test_the_same_file_run_as_plain_python_gives_the_same_bits(
    name: str, compiled: Callable[..., Row], plain: Callable[..., Row]
) -> None:
    @settings(parent=relaxed, max_examples=30)
    @given(calls(name, longest=12))
    def check(call: tuple[list[Row], list[float], list[int]]) -> None:
        columns, params, chunks = call
        assert bits(plain(name, columns, params, chunks)) == bits(compiled(name, columns, params, chunks))

    check()


@pytest.mark.parametrize("name", [p.name for p in PRIMITIVES])
def test_every_build_for_longer_vectors_gives_the_bits_of_the_build_for_any_processor(
    name: str, builds: dict[str, Callable[..., Row]]
) -> None:
    @settings(parent=relaxed, max_examples=40)
    @given(calls(name))
    def check(call: tuple[list[Row], list[float], list[int]]) -> None:
        found = {tuple(bits(run(name, *call))) for run in builds.values()}
        assert len(found) == 1

    check()


def noise(rows: int, seed: int = 7) -> Row:
    """A fixed pseudo-random walk around 100."""
    found, y = [], 100.0
    for _ in range(rows):
        seed = (seed * 6364136223846793005 + 1442695040888963407) % 2**64
        y = y + (seed / 2**63 - 1.0)
        found.append(y)
    return found


@pytest.mark.parametrize("name", [n for n in WINDOWED if n not in ("alma", "quantile", "percentile", "covariance")])
@pytest.mark.parametrize("n", [63, 64, 600, 1023])
def test_long_windows_agree_too_across_the_blocks_a_kernel_works_in(name: str, n: int, compiled: Callable[..., Row]) -> None:
    x = noise(2600)
    whole = compiled(name, [x], [n])
    assert bits(compiled(name, [x], [n], [1, 511, 512, 513, 2, 700])) == bits(whole)
    for i in (n - 1, n, 1500, 2599):
        assert bits(whole[i : i + 1]) == bits(windowed(name, [x[i - n + 1 : i + 1]], [n])[-1:])


@pytest.mark.parametrize("name", ["window_sum", "variance", "highest", "highest_bars_ago", "lag", "median"])
def test_a_window_of_a_hundred_thousand_bars_works_from_saved_state(name: str, compiled: Callable[..., Row]) -> None:
    n = 99_999
    x = noise(n + 40)
    params = [float(n)] if name != "lag" else [float(n), NAN]
    whole = compiled(name, [x], params)
    assert bits(compiled(name, [x], params, [n - 3, 1, 1, 1, 30])) == bits(whole)
    expected = x[39] if name == "lag" else norm(WINDOWED[name](x[-n:]))
    assert bits(whole[-1:]) == bits([expected])


@pytest.mark.parametrize("name", [p.name for p in PRIMITIVES if not p.maybe_unknown])
@given(n=st.integers(1, 30))
@settings(parent=relaxed, max_examples=25)
def test_warmup_is_exact_where_it_does_not_depend_on_values(name: str, n: int, compiled: Callable[..., Row]) -> None:
    x = noise(80)
    columns, params = [], []
    for p in PRIMITIVE[name].parameters:
        match p.kind:
            case "series":
                columns.append(x)
            case "truth":
                columns.append([2.0] * 80)
            case "window":
                params.append(float(n))
            case "number":
                params.append(NAN if p.name == "fill" else 0.5)
    found = compiled(name, columns, params)
    warmup = PRIMITIVE[name].warmup(*params)
    assert [v == v for v in found] == [i >= warmup for i in range(80)]


@pytest.mark.parametrize("name", [n for n in WINDOWED if n != "covariance"])
@pytest.mark.parametrize("spike", [NAN, 1e17, 1e308])
@given(n=st.integers(1, 25), at=st.integers(0, 60))
@example(n=16, at=30)
@settings(parent=relaxed, max_examples=20)
def test_a_nan_or_a_spike_is_forgotten_n_bars_later(
    name: str, spike: float, n: int, at: int, compiled: Callable[..., Row]
) -> None:
    clean = noise(100)
    hit = [*clean[:at], spike, *clean[at + 1 :]]
    params = [float(n), *([0.5] if name in ("quantile", "percentile") else [0.85, 6.0] if name == "alma" else [])]
    assert bits(compiled(name, [hit], params)[at + n :]) == bits(compiled(name, [clean], params)[at + n :])


@given(v=st.floats(-1e9, 1e9), n=st.integers(1, 70))
@settings(parent=relaxed, max_examples=60)
def test_a_flat_window_has_variance_zero(v: float, n: int, compiled: Callable[..., Row]) -> None:
    x = [*noise(40), *([norm(v)] * 80)]
    assert compiled("variance", [x], [n])[40 + n - 1 :] == [0.0] * (80 - n + 1)


def test_an_ewm_settles_within_a_millionth_of_an_infinite_past(compiled: Callable[..., Row]) -> None:
    x = noise(3000)
    for n in (2, 9, 50):
        alpha = 2.0 / (n + 1)
        settle = PRIMITIVE["ewm"].settle(n, alpha)
        late = compiled("ewm", [x[2000:]], [n, alpha])
        early = compiled("ewm", [x], [n, alpha])[2000:]
        first = abs(late[n - 1] - early[n - 1])
        assert abs(late[settle] - early[settle]) <= 1e-6 * first + 1e-12
