"""Windows, by their definitions: each bar's value from the history, blocks of powers of two joined newest and largest first."""

from __future__ import annotations

from collections.abc import Callable

from runtime.interpreter.arithmetic import FALSE, MAYBE, TRUE, UNKNOWN, divide, floor, known, norm
from stdlib.kernels.scalar import SCALARS

TWO_PI = 6.283185307179586

Block = tuple[float, ...]
Join = Callable[[Block, Block, float, float], Block]
"""Joins a newer block with an older one; then how many bars each of them spans."""

Push = Callable[..., float]
"""Takes this bar's inputs, gives this bar's result; remembers what came before."""


def last(history: list[float], n: int) -> list[float]:
    """The last n values, oldest first; empty if there are not so many or one is unknown."""
    window = history[len(history) - n :] if len(history) >= n else []
    return window if all(known(x) for x in window) else []


def block_of(leaves: list[Block], end: int, level: int, join: Join) -> Block:
    """P_level(end): the 2^level bars that end at `end`."""
    if level == 0:
        return leaves[end]
    half = 1 << (level - 1)
    newer = block_of(leaves, end, level - 1, join)
    older = block_of(leaves, end - half, level - 1, join)
    return join(newer, older, float(half), float(half))


def tree(leaves: list[Block], join: Join) -> Block:
    """All leaves (oldest first) joined: n in binary, the newest bars in the largest block."""
    n = len(leaves)
    end, taken = n - 1, 0
    result: Block | None = None
    for level in range(n.bit_length() - 1, -1, -1):
        size = 1 << level
        if not n & size:
            continue
        block = block_of(leaves, end, level, join)
        result = block if result is None else join(result, block, float(taken), float(size))
        taken += size
        end -= size
    assert result is not None
    return result


def join_sums(newer: Block, older: Block, a: float, b: float) -> Block:
    return (newer[0] + older[0],)


def join_weighted(newer: Block, older: Block, a: float, b: float) -> Block:
    """(S, W): the sum, and the sum of age times value."""
    return newer[0] + older[0], newer[1] + (older[1] + a * older[0])


def join_variances(newer: Block, older: Block, a: float, b: float) -> Block:
    """(mean, sum of squared distances from it)."""
    d = older[0] - newer[0]
    share = b / (a + b)
    spread = a * b / (a + b)
    return newer[0] + d * share, (newer[1] + older[1]) + (d * d) * spread


def join_covariances(newer: Block, older: Block, a: float, b: float) -> Block:
    """(mean of x, mean of y, sum of products of distances from them)."""
    dx, dy = older[0] - newer[0], older[1] - newer[1]
    share = b / (a + b)
    spread = a * b / (a + b)
    return newer[0] + dx * share, newer[1] + dy * share, (newer[2] + older[2]) + (dx * dy) * spread


def over_window(n: float, value: Callable[[list[float]], float]) -> Push:
    """A result computed from the last n values, unknown if one of them is."""
    history: list[float] = []

    def push(x: float) -> float:
        history.append(x)
        window = last(history, int(n))
        return norm(value(window)) if window else UNKNOWN

    return push


def total(window: list[float]) -> float:
    return tree([(x,) for x in window], join_sums)[0]


def window_sum(n: float) -> Push:
    return over_window(n, total)


def window_weighted(n: float) -> Push:
    def value(window: list[float]) -> float:
        s, w = tree([(x, 0.0) for x in window], join_weighted)
        return n * s - w

    return over_window(n, value)


def variance(n: float) -> Push:
    return over_window(n, lambda window: tree([(x, 0.0) for x in window], join_variances)[1] / n)


def covariance(n: float) -> Push:
    xs: list[float] = []
    ys: list[float] = []

    def push(x: float, y: float) -> float:
        xs.append(x)
        ys.append(y)
        a, b = last(xs, int(n)), last(ys, int(n))
        if not a or not b:
            return UNKNOWN
        return norm(tree([(u, v, 0.0) for u, v in zip(a, b, strict=True)], join_covariances)[2] / n)

    return push


def place_of_extreme(window: list[float], beats: Callable[[float, float], bool]) -> int:
    """Where the extreme is, counted back from the newest; of equal ones the most recent."""
    best = len(window) - 1
    for i in range(len(window) - 2, -1, -1):
        if beats(window[i], window[best]):
            best = i
    return len(window) - 1 - best


def highest(n: float) -> Push:
    return over_window(n, lambda window: window[len(window) - 1 - place_of_extreme(window, lambda a, b: a > b)])


def lowest(n: float) -> Push:
    return over_window(n, lambda window: window[len(window) - 1 - place_of_extreme(window, lambda a, b: a < b)])


def highest_bars_ago(n: float) -> Push:
    return over_window(n, lambda window: float(place_of_extreme(window, lambda a, b: a > b)))


def lowest_bars_ago(n: float) -> Push:
    return over_window(n, lambda window: float(place_of_extreme(window, lambda a, b: a < b)))


def mean_deviation(n: float) -> Push:
    def value(window: list[float]) -> float:
        apart, _ = distances(window, n)
        size = 0.0
        for d in apart:
            size = size + (-d if d < 0.0 else d)
        return size / n

    return over_window(n, value)


def distances(window: list[float], n: float) -> tuple[list[float], float]:
    """Of each value from the mean, measured from the newest first; and their mean square."""
    moved = 0.0
    for x in window:
        moved = moved + (x - window[-1])
    apart = [(x - window[-1]) - moved / n for x in window]
    squares = 0.0
    for d in apart:
        squares = squares + d * d
    return apart, squares / n


def skew(n: float) -> Push:
    def value(window: list[float]) -> float:
        apart, spread = distances(window, n)
        cubes = 0.0
        for d in apart:
            cubes = cubes + (d * d) * d
        return divide(cubes / n, spread * SCALARS["sqrt"](spread))

    return over_window(n, value)


def kurtosis(n: float) -> Push:
    def value(window: list[float]) -> float:
        apart, spread = distances(window, n)
        fourths = 0.0
        for d in apart:
            fourths = fourths + (d * d) * (d * d)
        return divide(fourths / n, spread * spread) - 3.0

    return over_window(n, value)


def percentile_rank(n: float) -> Push:
    def value(window: list[float]) -> float:
        not_above = 0.0
        for x in window[:-1]:
            if x <= window[-1]:
                not_above = not_above + 1.0
        return 100.0 * not_above / n

    return over_window(n + 1, value)


def median(n: float) -> Push:
    def value(window: list[float]) -> float:
        ordered = sorted(window)
        middle = len(ordered) // 2
        return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2.0

    return over_window(n, value)


def quantile(n: float, q: float) -> Push:
    def value(window: list[float]) -> float:
        if not 0.0 <= q <= 1.0:
            return UNKNOWN
        ordered = sorted(window)
        place = (n - 1.0) * q
        below = int(floor(place))
        low, high = ordered[below], ordered[min(below + 1, len(ordered) - 1)]
        return low + (place - floor(place)) * (high - low)

    return over_window(n, value)


def percentile(n: float, p: float) -> Push:
    def value(window: list[float]) -> float:
        if not 0.0 <= p <= 100.0:
            return UNKNOWN
        rank = -floor(-(p * n / 100.0))
        return sorted(window)[max(int(rank), 1) - 1]

    return over_window(n, value)


def varying(n: float, value: Callable[[list[float]], float]) -> Push:
    """A result computed from the last k values, newest first; k is rounded down and held between 1 and n."""
    history: list[float] = []

    def push(x: float, k: float) -> float:
        history.append(x)
        if len(history) < n or not known(k):
            return UNKNOWN
        newest_first = history[: -1 - int(min(max(k, 1.0), n)) : -1]
        return norm(value(newest_first))

    return push


def varying_sum(n: float) -> Push:
    def value(newest_first: list[float]) -> float:
        total = 0.0
        for x in newest_first:
            total = total + x
        return total

    return varying(n, value)


def wave(n: float, turn: float) -> Push:
    def value(newest_first: list[float]) -> float:
        total = 0.0
        for j, x in enumerate(newest_first):
            total = total + (x - newest_first[0]) * SCALARS["sin"](TWO_PI * (j / len(newest_first) + turn))
        return total

    return varying(n, value)


def alma(n: float, offset: float, sigma: float) -> Push:
    centre = offset * (n - 1.0)
    width = divide(n, sigma)
    weights = []
    for j in range(int(n)):
        distance = float(j) - centre
        weights.append(norm(SCALARS["exp"](divide(-(distance * distance), 2.0 * (width * width)))))

    def value(window: list[float]) -> float:
        weighted, weight = 0.0, 0.0
        for w, x in zip(weights, window, strict=True):
            weighted = weighted + w * x
            weight = weight + w
        return divide(weighted, weight)

    return over_window(n, value)


def pivot(left: float, right: float, at_least: Callable[[float, float], bool], beats: Callable[[float, float], bool]) -> Push:
    """x as it was `right` bars ago if it is at least every one of the `left` before it and beats every one after it."""

    def value(window: list[float]) -> float:
        middle = window[int(left)]
        before, after = window[: int(left)], window[int(left) + 1 :]
        if all(at_least(middle, x) for x in before) and all(beats(middle, x) for x in after):
            return middle
        return UNKNOWN

    return over_window(left + right + 1.0, value)


def pivot_high(left: float, right: float) -> Push:
    return pivot(left, right, lambda a, b: a >= b, lambda a, b: a > b)


def pivot_low(left: float, right: float) -> Push:
    return pivot(left, right, lambda a, b: a <= b, lambda a, b: a < b)


def lag(k: float, fill: float) -> Push:
    history: list[float] = []

    def push(x: float) -> float:
        history.append(x)
        at = len(history) - 1 - int(k)
        return history[at] if at >= 0 else fill

    return push


def truths(n: float, value: Callable[[list[float]], float]) -> Push:
    """A result computed from the last n truths; rows before the first count as unknown."""
    history: list[float] = [MAYBE] * int(n)

    def push(c: float) -> float:
        history.append(c)
        return value(history[len(history) - int(n) :])

    return push


def held(n: float) -> Push:
    return truths(n, lambda window: FALSE if FALSE in window else MAYBE if MAYBE in window else TRUE)


def within(n: float) -> Push:
    return truths(n, lambda window: TRUE if TRUE in window else MAYBE if MAYBE in window else FALSE)


def count(n: float) -> Push:
    return truths(n, lambda window: UNKNOWN if MAYBE in window else float(window.count(TRUE)))
