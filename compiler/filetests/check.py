"""Check the `test` blocks of a program: every mistake that can be seen without running them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compiler import syntax as s
from compiler.diagnostics import Diagnostics, Label
from compiler.filetests.case import Case
from compiler.filetests.expectations import read_expectations
from compiler.filetests.inputs import read_inputs
from compiler.filetests.place import Place
from compiler.filetests.series import SMALLEST_TICK, read_bars, tick_of
from compiler.inference import Typed
from compiler.inference.typed import Env
from compiler.inference.work import Inference
from compiler.inputs import InputInfo, InputValue
from compiler.resolve import Scope
from compiler.source import Span

MOST_TESTS = 500
"""Tests of one file: each with inputs of its own is built on its own, and checking a file takes bounded time."""

MOST_PLACES = 8
"""So many sets of inputs are kept built."""


def check_tests(typed: Typed, infos: Sequence[InputInfo], found: Diagnostics) -> tuple[Case, ...]:
    """The tests of a program that can run, in the order of the text. What is wrong with the others is reported. Nothing runs."""
    names = typed.names
    slips = [d.span for d in found.found if d.severity == "error" and d.code.startswith("E01")]
    lost = {
        names.source.text[d.span.start : d.span.end] for d in found.found if d.code == "E0201"
    }  # reported where they are used
    env = Env(Scope(names), names.source)
    inference = Inference(typed, found)
    cases: list[Case] = []
    titles: dict[str, s.Test] = {}
    tests = [statement for statement in names.file.statements if isinstance(statement, s.Test)]
    if len(tests) > MOST_TESTS:
        at = tests[MOST_TESTS]
        found.error(
            "E0715", Span(at.span.start, at.title.span.end), f"A file holds at most {MOST_TESTS:,} tests; this has {len(tests):,}.",
            "Split the file, or remove tests that prove nothing new.",
        )  # fmt: skip
        return ()
    defaults = {info.name: info.default for info in infos}
    counted = Place.of(typed, defaults, 1.0, found)
    tried: set[tuple[InputValue, ...]] = set()
    places: dict[tuple[object, ...], Place] = {}

    def place(values: Mapping[str, InputValue], tick: float) -> Place:
        key = (tick, *values.values())
        if key not in places:
            if len(places) >= MOST_PLACES:
                places.clear()
            places[key] = Place.of(typed, values, tick, found)
        return places[key]

    for test in tests:
        _title(test, titles, found)
        if any(test.span.start <= slip.start <= test.span.end for slip in slips):
            continue  # what a line that could not be read leaves out is no further mistake
        before = len(found.found)
        inputs = read_inputs(test, infos, inference, env, counted, found, None if slips else lost, tried)
        values = defaults | (inputs or {})
        bars = read_bars(test, inference, env, place(values, SMALLEST_TICK), found)
        tick = tick_of(bars) if bars is not None else SMALLEST_TICK
        count = len(bars) if bars is not None else 0
        expectations = read_expectations(test, count, inference, env, place(values, tick), found, bool(slips))
        if inputs is not None and bars is not None and not any(d.severity == "error" for d in found.found[before:]):
            cases.append(Case(test.title.value, test.doc, test.span, inputs, bars, tick, expectations))
    return tuple(cases)


def _title(test: s.Test, titles: dict[str, s.Test], found: Diagnostics) -> None:
    title = test.title.value
    if title in titles:
        first = titles[title]
        found.warn(
            "W0710", test.title.span, f'Two tests are called "{title}"; when one fails, the title does not say which.', "Give one another title.",
            (Label(Span(first.title.span.start, first.title.span.end), "the first"),),
        )  # fmt: skip
    titles.setdefault(title, test)
