"""`apx.ta`: every library function on NumPy arrays, run by the same kernels as a strategy.

    ta.rsi(close, 14)                     arrays first, in the function's order; then windows and numbers
    ta.atr(high, low, close, 14)          what it reads of the market, in the order open, high, low, close, volume
    ta.atr(14, high=h, low=l, close=c)    or by name
    ta.vwap(high, low, close, volume, time=t)      times, where a function reads the clock
    ta.macd(close).signal                 several outputs: a named tuple

Arrays have shape (n,) and one length. NaN is unknown, in and out; a condition is 1, 0 or NaN.
Times are what `Candles.from_arrays` takes.
"""

from __future__ import annotations

import math
from collections import namedtuple
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from apextrade.functions import Argument, Described, call, describe, names, program_of
from compiler.aggregates import AGGREGATE
from compiler.builtins import ACROSS
from compiler.diagnostics import CompileError
from compiler.inputs import InputError
from compiler.plan import Column, Plan
from runtime.data.bar_calendar import calendar_columns
from runtime.data.given_times import micros_of
from runtime.fusing import fused
from runtime.kernel import bind
from runtime.signals import truth_values
from stdlib.library import load

Floats = npt.NDArray[np.float64]
MARKET = ("open", "high", "low", "close", "volume")
PRICES = ("close", "open", "high", "low")

# How a feed stands for an array, by the unit a function asks for; and for a condition.
UNITS = ("{}", "number({})", "oscillator({})")
CONDITION = "{} > 0.5"


def __getattr__(name: str) -> Callable[..., Any]:
    if name in ACROSS:
        raise AttributeError(f"`{name}` compares the instruments of a run; it can't be computed from the arrays of one.")
    if name in AGGREGATE:
        raise AttributeError(f"`{name}` reads finer bars inside each bar; it can't be computed from arrays of one value a bar.")
    if name.startswith("__") or name not in names(load()):
        raise AttributeError(f"the library has no function {name!r}")
    described = describe(name)

    def function(*args: Any, **named: Any) -> Any:
        return _computed(described, args, named)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{described.signature}\n\n{described.doc}"
    globals()[name] = function
    return function


def __dir__() -> list[str]:
    return sorted(name for name in names(load()) if name not in ACROSS and name not in AGGREGATE)


@dataclass(frozen=True, slots=True)
class _Bound:
    """A compiled call: the feed that stands for each array argument, the market it reads besides, whether it reads the clock."""

    plan: Plan
    feeds: Mapping[str, str]
    market: tuple[str, ...]

    @property
    def clock(self) -> bool:
        return any(feed.startswith("time") for feed in self.plan.feeds)


def _computed(described: Described, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
    times = named.pop("time", None)
    arrays, literals, market = _sorted(described, args, named)
    bound = _bound(described.name, tuple(arrays), tuple(literals.items()))
    missing = [name for name in bound.market if name not in market] + ["time"] * (bound.clock and times is None)
    if missing:
        raise TypeError(f"{described.name} also reads {', '.join(missing)}; {_usage(described)}")
    columns = {bound.feeds[name]: array for name, array in arrays.items()} | {name: market[name] for name in bound.market}
    lengths = {name: len(array) for name, array in (*arrays.items(), *((m, market[m]) for m in bound.market))}
    if bound.clock:
        micros, _ = micros_of(times, lambda i: f"time {i + 1}")
        columns |= calendar_columns(micros)
        lengths["time"] = len(micros)
    if len(set(lengths.values())) > 1:
        raise ValueError(f"{described.name}: the arrays differ in length: {', '.join(f'{k} {v}' for k, v in lengths.items())}.")
    found = bind(bound.plan).run(columns, next(iter(lengths.values()), 0))
    values = [truth_values(found[c.register]) if c.kind == "truth" else found[c.register] for c in bound.plan.columns]
    if len(values) == 1 and bound.plan.columns[0].name == "it":
        return values[0]
    return _record(described.name, bound.plan.columns)(*values)


@cache
def _record(name: str, columns: tuple[Column, ...]) -> Any:
    title = "".join(part.capitalize() for part in name.split("_"))
    return namedtuple(title, [c.name.removeprefix("it.") for c in columns])


def _sorted(
    described: Described, args: tuple[Any, ...], named: dict[str, Any]
) -> tuple[dict[str, Floats], dict[str, str], dict[str, Floats]]:
    """The call's values as arrays by argument, literals by argument, and market arrays by name. Raises TypeError."""
    known = {a.name: a for a in described.arguments}
    arrays: dict[str, Floats] = {}
    literals: dict[str, str] = {}
    market: dict[str, Floats] = {}
    for key, value in named.items():
        if key not in known and key not in MARKET:
            raise TypeError(f"{described.name} has no argument {key!r}; {_usage(described)}")
        if _is_array(value):
            (arrays if key in known else market)[key] = _array(key, value)
        elif key in known:
            literals[key] = _literal(known[key], value)
        else:
            raise TypeError(f"{key} is an array of bars; this is {value!r}.")
    given = [_array(f"argument {i + 1}", value) for i, value in enumerate(args) if _is_array(value)]
    numbers = [value for value in args if not _is_array(value)]
    fixed = [a for a in described.arguments if a.kind in ("window", "number") and a.name not in literals]
    for argument, value in zip(fixed, numbers, strict=False):
        literals[argument.name] = _literal(argument, value)
    series = [
        a for a in described.arguments if a.name not in literals and a.name not in arrays and a.kind in ("series", "condition")
    ]
    over = numbers[len(fixed) :]
    if over:  # numbers where arrays could stand: clamp(x, 10, 20)
        takers = series[len(series) - len(over) :] if len(over) < len(series) else []
        if not takers:
            raise TypeError(f"{described.name} takes fewer numbers; {_usage(described)}")
        literals |= {a.name: _literal(a, value) for a, value in zip(takers, over, strict=True)}
        series = series[: len(series) - len(over)]
    for chosen in (series, [a for a in series if not a.default]):
        asked = [a.name for a in chosen]
        rest = [m for m in _bound(described.name, (*arrays, *asked), tuple(literals.items())).market if m not in market]
        if len(given) == len(asked) + len(rest):
            arrays |= dict(zip(asked, given, strict=False))
            market |= dict(zip(rest, given[len(asked) :], strict=True))
            return arrays, literals, market
    raise TypeError(
        f"{described.name} was given {len(given)} array{'' if len(given) == 1 else 's'} by place; {_usage(described)}"
    )


@cache
def _bound(name: str, arrays: tuple[str, ...], literals: tuple[tuple[str, str], ...]) -> _Bound:
    """Compiles a call. Feeds of the market stand for the arrays: such as the function itself does not read."""
    described = describe(name)
    if not arrays:
        plan = _compiled(described, {}, literals)
        return _Bound(plan, {}, tuple(m for m in MARKET if m in plan.feeds))
    first = _compiled(described, dict.fromkeys(arrays, "close"), literals)
    second = _compiled(described, dict.fromkeys(arrays, "open"), literals)
    market = tuple(m for m in MARKET if m in first.feeds and m in second.feeds)
    free = [p for p in (*PRICES, "volume") if p not in market]
    if len(free) < len(arrays):
        raise TypeError(f"{name} takes more arrays than can be given at once.")
    feeds = dict(zip(arrays, free, strict=False))
    return _Bound(_compiled(described, feeds, literals), feeds, market)


def _compiled(described: Described, feeds: Mapping[str, str], literals: tuple[tuple[str, str], ...]) -> Plan:
    """The plan of a call in which feeds stand for arrays, in the first unit that the function takes. Raises InputError."""
    kinds = {a.name: a.kind for a in described.arguments}
    first: CompileError | None = None
    for unit in UNITS if feeds else UNITS[:1]:
        values = {k: (CONDITION if kinds[k] == "condition" else unit).format(feed) for k, feed in feeds.items()} | dict(literals)
        ordered = [(a.name, values[a.name]) for a in described.arguments if a.name in values]
        places = [("", value) for _, value in ordered] if described.theme == "one bar" else ordered
        try:
            return fused(program_of(call(described.name, places)).plan())
        except CompileError as error:
            first = first or error
    assert first is not None
    said = next(d for d in first.diagnostics if d.severity == "error")
    raise InputError(f"{described.name}: {said.message}{f' {said.hint}' if said.hint else ''}")


def _is_array(value: Any) -> bool:
    return isinstance(value, (list, tuple)) or getattr(value, "ndim", 0) > 0


def _array(name: str, value: Any) -> Floats:
    array: Floats = np.ascontiguousarray(value, dtype=np.float64)
    if array.ndim != 1:
        raise TypeError(f"{name} has {array.ndim} dimensions; a series has one.")
    return array


def _literal(argument: Argument, value: Any) -> str:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise TypeError(f"{argument.name} takes a number; this is {value!r}.")
    return repr(value).replace("e+", "e")


def _usage(described: Described) -> str:
    """How a function is called, for messages."""
    series = [a.name for a in described.arguments if a.kind in ("series", "condition") and not a.default]
    bound = _bound(described.name, tuple(series), _required_numbers(described))
    fixed = [a.name for a in described.arguments if a.kind in ("window", "number")]
    clock = ["time=times"] * bound.clock
    return f"it is called as ta.{described.name}({', '.join((*series, *bound.market, *fixed, *clock))})."


def _required_numbers(described: Described) -> tuple[tuple[str, str], ...]:
    return tuple(
        (a.name, "14" if a.kind == "window" else "0.5")
        for a in described.arguments
        if a.kind in ("window", "number") and not a.default
    )
