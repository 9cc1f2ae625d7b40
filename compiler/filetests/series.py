"""The bars of a test: the series that are given, and the others, which follow from `close`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from compiler import syntax as s
from compiler.diagnostics import Diagnostics, Edit, Fix, Label
from compiler.filetests.case import SERIES, Bars
from compiler.filetests.place import Place
from compiler.inference.typed import Env, words
from compiler.inference.work import Inference
from compiler.source import Span
from compiler.suggest import closest
from compiler.types import PRICE, QUANTITY, settled_unit

ASSUMED_VOLUME = 1.0
"""The volume of every bar of a test that gives none."""

SMALLEST_TICK = 0.01
FINEST_DECIMALS = 8


@dataclass(frozen=True, slots=True)
class Given:
    """One `given` line, read: its statement and its numbers, NaN for `unknown`."""

    line: s.TestGiven
    values: tuple[float, ...]


def read_bars(test: s.Test, inference: Inference, env: Env, place: Place, found: Diagnostics) -> Bars | None:
    """The bars of a test; None if they have a mistake, which is reported."""
    given: dict[str, Given] = {}
    broken = False
    for line in test.lines:
        if isinstance(line, s.TestGiven):
            read = _read(line, given, inference, env, place, found)
            if read is None:
                broken = True
            else:
                given[line.series.name] = read
    if "close" not in {line.series.name for line in test.lines if isinstance(line, s.TestGiven)} and not broken:
        found.error(
            "E0704", Span(test.span.start, test.title.span.end), "This test gives no `close`, so it has no bars to run on.",
            "Add `given close = [10, 11, 12]`; the other series follow from it.",
        )  # fmt: skip
        return None
    if broken or not _one_length(given, found):
        return None
    values = {name: one.values for name, one in given.items()}
    bars = _followed(values)
    return bars if _possible(bars, given, found) else None


def _read(
    line: s.TestGiven, given: Mapping[str, Given], inference: Inference, env: Env, place: Place, found: Diagnostics
) -> Given | None:
    name = line.series.name
    if name not in SERIES:
        near = closest(name, SERIES)
        known = name in inference.typed.names.lets or name in inference.typed.names.states or name in ("hl2", "hlc3", "ohlc4")
        hint = f"Did you mean `{near}`?" if near else "A test gives `open`, `high`, `low`, `close` and `volume`."
        if known:
            hint = f"`{name}` follows from them; write what it should be with `expect {name} at bar 3 is …`."
        found.error(
            "E0702", line.series.span, f"`{name}` is no series of the market, so a test can't give it.", hint,
            fixes=(Fix(f"change to `{near}`", (Edit(line.series.span, near),)),) if near and not known else (),
        )  # fmt: skip
        return None
    if name in given:
        first = given[name].line
        found.error(
            "E0703", line.series.span, f"`{name}` is already given in this test.", "Keep one of the two lines.",
            (Label(first.series.span, "first given here"),), (Fix("remove this line", (Edit(line.span, ""),)),),
        )  # fmt: skip
        return None
    if not line.values.items:
        found.error(
            "E0704", line.values.span, f"`given {name}` is empty; a test needs at least one bar.", "For example `[10, 11, 12]`."
        )
        return None
    numbers = [_number(item, name, inference, env, place, found) for item in line.values.items]
    return None if None in numbers else Given(line, tuple(n for n in numbers if n is not None))


def _number(item: s.Expr, name: str, inference: Inference, env: Env, place: Place, found: Diagnostics) -> float | None:
    """A value of a list; None if it can't be one, which is reported."""
    wanted = QUANTITY if name == "volume" else PRICE
    before = len(found.found)
    type_ = inference.expressions.expr(item, env)
    unit = settled_unit(type_.unit) if type_.kind == "number" else None
    if type_.kind not in ("number", "error") or (
        unit is not None and unit != wanted and not (unit.dimensionless and unit.scale in ("", "plain"))
    ):
        found.error(
            "E0705", item.span, f"`given {name}` lists {'quantities' if name == 'volume' else 'prices'}; this is {words(type_)}.",
            "Write plain numbers, or `unknown` for a gap.",
        )  # fmt: skip
        return None
    value = place.number(item)
    if value is None:
        if len(found.found) == before:
            found.error(
                "E0705", item.span, f"A value of `given {name}` must be fixed before the test runs; this changes from bar to bar.",
                "Write a plain number.",
            )  # fmt: skip
        return None
    if math.isinf(value) or (name != "volume" and value <= 0) or value < 0:
        what = "A price is above zero" if name != "volume" else "A volume is zero or more"
        found.error(
            "E0705",
            item.span,
            f"{what}; this is {value:g}.",
            "Write `unknown` for a bar without one.",
            fixes=(Fix("change to `unknown`", (Edit(item.span, "unknown"),)),),
        )
        return None
    return value


def _one_length(given: Mapping[str, Given], found: Diagnostics) -> bool:
    """Whether all lists have the length of `close`; the others are reported."""
    close = given["close"]
    same = True
    for name, one in given.items():
        if len(one.values) != len(close.values):
            same = False
            have, need = len(one.values), len(close.values)
            found.error(
                "E0706", one.line.values.span, f"`{name}` has {_counted(have)} and `close` has {_counted(need)}; all lists of a test have one length.",
                f"{'Remove' if have > need else 'Add'} {_counted(abs(have - need))}.",
                (Label(close.line.values.span, f"{_counted(need)} here"),),
            )  # fmt: skip
    return same


def _counted(n: int) -> str:
    return f"{n} value{'' if n == 1 else 's'}"


def _followed(values: Mapping[str, Sequence[float]]) -> Bars:
    """All five series. Where a series is not given: open is the last known close (the first: its own close), kept inside a given high and low;
    high and low are the larger and smaller of open and close; volume is ASSUMED_VOLUME. On a gap of `close` they are unknown too."""
    close = tuple(values["close"])
    n = len(close)
    opens, highs, lows = [math.nan] * n, [math.nan] * n, [math.nan] * n
    last = math.nan
    for i, price in enumerate(close):
        if "open" in values:
            opens[i] = values["open"][i]
        elif price == price:
            opens[i] = last if last == last else price
            for bound, side in (("high", min), ("low", max)):
                if bound in values and values[bound][i] == values[bound][i]:
                    opens[i] = side(opens[i], values[bound][i])
        whole = opens[i] == opens[i] and price == price
        highs[i] = values["high"][i] if "high" in values else max(opens[i], price) if whole else math.nan
        lows[i] = values["low"][i] if "low" in values else min(opens[i], price) if whole else math.nan
        last = price if price == price else last
    volume = values["volume"] if "volume" in values else [ASSUMED_VOLUME if price == price else math.nan for price in close]
    return Bars(tuple(opens), tuple(highs), tuple(lows), close, tuple(volume), tuple(name for name in SERIES if name in values))


def _possible(bars: Bars, given: Mapping[str, Given], found: Diagnostics) -> bool:
    """Whether no bar contradicts itself; the first that does is reported."""
    for i in range(len(bars)):
        for upper, lower in (("high", "low"), ("high", "open"), ("high", "close"), ("open", "low"), ("close", "low")):
            above, below = getattr(bars, upper)[i], getattr(bars, lower)[i]
            if above < below:
                name, *others = sorted((n for n in (upper, lower) if n in given), key=lambda n: -_apart(given[n].values, i)) or [
                    "close"
                ]
                found.error(
                    "E0707", given[name].line.values.items[i].span, f"Bar {i} can't be: its {upper} {above:g} is below its {lower} {below:g}.",
                    "A bar's high is at least its open and close, its low at most.",
                    tuple(Label(given[n].line.values.items[i].span, f"its {n}") for n in others),
                )  # fmt: skip
                return False
    return True


def _apart(values: Sequence[float], i: int) -> float:
    """How far a value stands from its neighbours, as a share: of two that contradict each other, the odd one is likelier wrong."""
    beside = [values[j] for j in (i - 1, i + 1) if 0 <= j < len(values) and values[j] == values[j]]
    return min((abs(values[i] / other - 1.0) for other in beside), default=0.0)


def tick_of(bars: Bars) -> float:
    """The price step of a test's run: a hundredth, or finer where a given price is."""
    prices = [price for name in bars.given if name != "volume" for price in getattr(bars, name) if price == price]
    decimals = 2
    while decimals < FINEST_DECIMALS and not all(_has_decimals(price, decimals) for price in prices):
        decimals += 1
    return SMALLEST_TICK if decimals == 2 else 10.0**-decimals


def _has_decimals(price: float, decimals: int) -> bool:
    """Whether the price is written with so many decimals at most, as far as a double can tell."""
    steps = abs(price) * 10.0**decimals
    return steps >= 2.0**52 or abs(steps - round(steps)) <= 1e-6 + steps * 2.0**-50
