"""The last values of what a text under edit computes: every input, let, state, rule and plot, and the expressions that they are made of."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from apextrade.currency import account_of, rates_for
from apextrade.editing.places import Place, places_of
from apextrade.editing.questions import Question
from apextrade.editing.whose_bars import Chosen
from apextrade.run_arguments import Asked, read_arguments
from apextrade.values import read_settings
from compiler import syntax as s
from compiler.inputs import InputValue
from compiler.program import Program
from compiler.source import Span
from runtime.candles import Candles
from runtime.clocks.base_bars import as_traded
from runtime.conversion.quoted import quote_currency
from runtime.data.arrays import Floats
from runtime.why.json_form import typed
from runtime.why.observe import observe

MOST_BYTES = 512 << 20
"""What the columns of a run may take: past it the expressions inside are left out, and names alone are given."""


@dataclass(frozen=True, slots=True)
class Computed:
    """A column of a run, truths as codes."""

    kind: str
    unit: str
    values: Floats


Columns = dict[str, Computed]


def values_of(question: Question, program: Program, args: argparse.Namespace, found: Chosen, reports: Path) -> Mapping[str, Any]:
    """The last values over the bars, as they are in the backtest with the same options: position and account too.

    `values` lists what has a name or a place: `places` are those in the text, in characters. Unknown is null.
    """
    values = read_settings(program, args.settings)
    program.values(values)
    asked = read_arguments(args, program, say_repairs=False)
    every = places_of(program)
    wanted = [p for p in every if question.parts is None or p.role != "part" or within(p, question.parts)]
    if isinstance(asked.candles, dict):
        bars, columns = of_several(program, asked, values)
        note = (
            "The values are those of the first of several instruments; expressions without a name have none."
            if len(asked.candles) > 1
            else ""
        )
    else:
        bars, columns, note = of_one(program, asked, asked.candles, values, wanted)
    rows = slice(max(0, len(bars) - question.last), len(bars))
    return {
        "symbol": bars.symbol,
        "bars": len(bars),
        "times": [int(time) // 1_000 for time in bars.time[rows]],
        "note": note,
        "values": [*inputs_json(program, values, wanted), *values_json(columns, wanted, rows)],
    }


def within(place: Place, parts: Iterable[Span]) -> bool:
    """Whether a place is wanted: it touches a part of the text that is."""
    return any(place.span.start < part.end and part.start < place.span.end for part in parts)


# ---------------------------------------------------------------- running


def of_one(
    program: Program, asked: Asked, candles: Candles, values: Mapping[str, InputValue], wanted: list[Place]
) -> tuple[Candles, Columns, str]:
    """The columns of a run over one instrument, by the keys of places and by name; and what is to be said of them."""
    from apextrade.backtesting import traded_instrument

    instrument, _ = traded_instrument(
        program, candles, asked.fact("tick"), asked.fact("lot"), asked.fact("multiplier"), asked.venue
    )
    if asked.detail is not None:
        candles = candles.with_finer(asked.detail)
    bars = as_traded(candles, program.symbols, program.session, program.every)
    instrument = replace(instrument, currency=quote_currency(bars))
    plan = program.plan(values, instrument.tick, "backtest", bars.has_factors)
    account = account_of(program, plan.account, asked.settings, instrument.tick, [instrument.currency], asked.venue)
    rates = rates_for(program, account, {bars.symbol: bars}, bars.beside).get(bars.symbol)
    watches: dict[str, s.Expr] = {place.key: place.expr for place in wanted if place.role != "input"}
    note = ""
    if 8 * len(bars) * (len(watches) + len(program.plan(values, instrument.tick).columns)) > MOST_BYTES:
        watches = {}
        note = f"There are {len(bars):,} bars, too many to keep every expression: only names have values."
    _, watching = program.watching(watches, values, instrument.tick, bars.has_factors)
    seen = observe(replace(watching, account=account), bars, instrument, (), rates)
    units = {column.name: column.unit for column in seen.plan.columns}
    return bars, {name: Computed(seen.kinds[name], units[name], column) for name, column in seen.columns.items()}, note


def of_several(program: Program, asked: Asked, values: Mapping[str, InputValue]) -> tuple[Candles, Columns]:
    """The columns of the first of several instruments on one account, by name."""
    from apextrade.portfolio import in_order, signals

    assert isinstance(asked.candles, dict)
    found = signals(program, asked.candles, values, None, asked.universe, asked.finer, asked.venue)
    symbol = next(iter(found))
    own = found[symbol]
    columns = {}
    for name, column in own.columns.items():
        codes = own.truth(name).astype(float) if column.kind == "truth" else own[name]
        columns[name] = Computed(column.kind, column.unit, codes)
    return in_order(program, asked.candles)[symbol], columns


# ---------------------------------------------------------------- as JSON


def inputs_json(program: Program, values: Mapping[str, InputValue], wanted: list[Place]) -> Iterator[dict[str, Any]]:
    """The inputs: one value for all bars."""
    given = program.values(values)
    for info in program.inputs:
        places = [spans(p) for p in wanted if p.role == "input" and p.name == info.name]
        value = given[info.name]
        yield {
            "name": info.name, "role": "input", "kind": info.kind, "unit": "ticks" if info.in_ticks else info.unit, "text": info.name,
            "places": places, "values": [value],
        }  # fmt: skip


def values_json(columns: Columns, wanted: list[Place], rows: slice) -> Iterator[dict[str, Any]]:
    """Columns with a place in the text, in its order. A let of several outputs has one for each: `m.signal`."""
    by_key: dict[str, list[Place]] = {}
    for place in wanted:
        if place.role != "input":
            by_key.setdefault(place.key, []).append(place)
    for key, places in by_key.items():
        first = next((place for place in places if place.name), places[0])
        found = {first.name: columns[key]} if key in columns else named_columns(columns, first)
        for name, column in found.items():
            yield {
                "name": name, "role": first.role, "kind": column.kind, "unit": column.unit,
                "text": first.text if name == first.name else name,
                "places": [spans(place) for place in places],
                "values": [typed(float(value), column.kind) for value in column.values[rows]],
            }  # fmt: skip


def named_columns(columns: Columns, place: Place) -> Columns:
    """The columns that the program itself names: of a let, of its outputs, of a rule."""
    own = place.name.replace(" ", "_") if place.role in ("rule", "alert") else place.name
    if own in columns:
        return {place.name: columns[own]}
    return {name: column for name, column in columns.items() if place.role == "let" and name.startswith(f"{own}.")}


def spans(place: Place) -> list[int]:
    return [place.span.start, place.span.end]
