"""Writes the reference of the library, docs/language/library.md, from its declarations: `python -m apextrade.reference`, or `make docs`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import cast

import numpy as np

from apextrade.catalogue_document import catalogue
from apextrade.functions import program_of
from runtime.backtest import signals as computed_signals
from runtime.candles import Candles
from runtime.data.samples import SAMPLES, read_sample
from runtime.feeds import feed_columns
from runtime.kernel import bind
from runtime.portfolio.run import Seat, portfolio_signals

PAGE = Path(__file__).resolve().parent.parent / "docs" / "language" / "library.md"
SYMBOL = "AAPL"
KINDS = {
    "series": "a value per bar",
    "condition": "a condition per bar",
    "window": "a number of bars, fixed before the run",
    "number": "a number, fixed before the run",
}

HEAD = """# The library

Every function, made from its declaration by `make docs`; the same for one of them: `apx doc NAME`. A first argument that has a default may be left out
before a number: `rsi(14)` is `rsi(close, 14)`. *Warm-up* is how many bars pass before the first known value, *settles* how many until the first bar
of the data no longer matters, to a millionth. The figures are those of the daily bars of {symbol} that come with the language, at the close of {day}.
"""


def page() -> str:
    """The whole page."""
    candles = Candles.from_raw(read_sample(SYMBOL))
    day = str(candles.time[-1:].astype("M8[us]").astype("M8[D]")[0])
    functions = [cast(dict[str, object], f) for f in cast(list[object], catalogue()["functions"])]
    themes = list(dict.fromkeys(str(f["category"]) for f in functions))
    index = [f"- **{theme}**: {', '.join(_link(f) for f in functions if f['category'] == theme)}" for theme in themes]
    parts = [HEAD.format(symbol=SYMBOL, day=day), "\n".join(index)]
    for theme in themes:
        parts.append(f"## {theme[0].upper()}{theme[1:]}")
        parts += [_entry(f, candles) for f in functions if f["category"] == theme]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _link(function: dict[str, object]) -> str:
    return f"[{function['name']}](#{function['name']})"


def _entry(function: dict[str, object], candles: Candles) -> str:
    call = str(cast(dict[str, object], function["example"])["call"])
    lines = [f"### {function['name']}", "", f"`{function['signature']}`", "", str(function["doc"])]
    if function["source"] and f"Source: {function['source']}" not in str(function["doc"]):
        lines.append(f"Source: {function['source']}.")
    rows = [_argument(cast(dict[str, object], a)) for a in cast(list[object], function["parameters"])]
    if rows:
        lines += ["", "| takes | what | if left out |", "|---|---|---|", *rows]
    lines += ["", f"Warm-up: {_warmup(function)}. Settles: {_settle(function)}."]
    lines += ["", f"`{call}` is {figures(call, candles)}."]
    if function["formula"]:
        lines += ["", "```", str(function["formula"]), "```"]
    return "\n".join(lines)


def _argument(argument: dict[str, object]) -> str:
    kind = KINDS[str(argument["kind"])]
    units = cast(list[str], argument["units"])
    if argument["kind"] == "series" and 0 < len(units) < 4:
        kind += f" ({' or '.join(units)})"
    if argument["kind"] == "window":
        kind += f", {argument['least']} or more"
    return f"| `{argument['name']}` | {kind} | {'`' + str(argument['default']) + '`' if argument['default'] else ''} |"


def _warmup(function: dict[str, object]) -> str:
    warmup = cast(dict[str, object], function["warmup"])
    formulas = cast(dict[str, str], warmup["formula"])
    said = set(formulas.values())
    if "" in said:
        text = (
            str(warmup["said"])
            or f"{_bars(cast(int, warmup['bars']))} for `{cast(dict[str, object], function['example'])['call']}`"
        )
    elif len(said) == 1:
        text = _length(said.pop())
    else:
        text = ", ".join(f"{_length(formula)} for `.{name}`" for name, formula in formulas.items())
    return text


def _length(formula: str) -> str:
    return _bars(int(formula)) if formula.isdigit() else f"{formula} bars"


def _bars(n: int) -> str:
    return "none" if n == 0 else f"{n} bar" if n == 1 else f"{n} bars"


def _settle(function: dict[str, object]) -> str:
    settle = cast(dict[str, object], function["settle"])
    if settle["kind"] == "never":
        return "never, it depends on every bar since the first"
    return "with the warm-up" if settle["kind"] == "warmup" else f"after {_bars(cast(int, settle['bars']))} at its defaults"


def figures(call: str, candles: Candles) -> str:
    """What a call is on the last bar, each output by name."""
    plan = program_of(call).plan()
    if plan.across:  # beside the other samples
        seats = [Seat(bars, plan) for bars in (candles, *(sample for sample in others() if sample.symbol != candles.symbol))]
        signals = portfolio_signals(seats)[0]
        last = {column.name: float(signals[column.name][-1]) for column in plan.columns}
    elif plan.sources:
        found = computed_signals(plan, candles)
        last = {column.name: float(found[column.name][-1]) for column in plan.columns}
    else:
        kernel, rows = bind(plan), len(candles)
        kernel.chunk([np.ascontiguousarray(feed) for feed in feed_columns(plan.feeds, candles)], rows)
        last = {column.name: float(kernel.column(column.register, rows)[-1]) for column in plan.columns}
    shown = []
    for column in plan.columns:
        value = last[column.name]
        name = column.name.removeprefix("it").removeprefix(".")
        if column.kind == "truth":
            text = {0.0: "false", 2.0: "true"}.get(value, "unknown")
        else:
            text = "unknown" if value != value else f"{value:.6g}"
            text += f" ({column.unit})" if value == value else ""
        shown.append(f"{text} for `.{name}`" if name else text)
    return ", ".join(shown)


def others() -> list[Candles]:
    """Every sample, for functions that compare instruments."""
    return [Candles.from_raw(read_sample(name)) for name in SAMPLES]


def main() -> int:
    PAGE.write_text(page(), encoding="utf-8")
    print(f"Wrote {PAGE}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
