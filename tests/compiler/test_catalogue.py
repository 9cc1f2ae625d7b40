"""The catalogue tells the truth: whatever it names can be written, and means what it says."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from compiler.builtins import FIELDS, MARKET, MEMBERS, TEXTS
from compiler.catalogue import VERSION, canonical, catalogue
from compiler.catalogue.functions import call, program_of
from compiler.codes import CODES
from compiler.diagnostics import Diagnostic
from compiler.facts import extents
from compiler.forms import FORMS, Form
from compiler.lines import LINES, LineForm
from compiler.pipeline import check
from compiler.words import LEADING, SETTINGS_WORDS, UNIT_NAMES, UNITS
from stdlib.library import load
from tests.generators.markets import market
from tests.laws.running import compiled, interpreter_columns, one_nan

ROOT = Path(__file__).parents[2]
ELSEWHERE = "E0220"  # libraries are looked for beside a file
HEAD = 'apx 1\nstrategy "x"\ntrade "SPY" every 5m\nsettings\n  commission 0.1%\ninput length = 14 bars in 2 .. 50\nlet average = sma(close, 20)\n'


@cache
def document() -> Any:
    return catalogue(load(), {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "examples").glob("*.apx")})


def errors(text: str) -> list[Diagnostic]:
    return [d for d in check(text, load()).diagnostics if d.severity == "error"]


FUNCTIONS = [f["name"] for f in document()["functions"]]


def function(name: str) -> Any:
    return next(f for f in document()["functions"] if f["name"] == name)


# ---------------------------------------------------------------- the document


def test_its_shape_is_the_one_that_editors_were_built_for(golden: Callable[[str, str], None]) -> None:
    lines: set[str] = set()

    def describe(value: Any, path: str) -> None:
        if isinstance(value, dict):
            for key, part in value.items():
                free = path.endswith(".warmup.formula")  # keys there are names of outputs
                describe(part, f"{path}.{'<output>' if free else key}")
        elif isinstance(value, list):
            for part in value or [None]:
                describe(part, f"{path}[]")
        else:
            lines.add(f"{path}: {type(value).__name__}")

    describe(document(), "")
    golden("catalogue/shape.txt", f"version {VERSION}\n" + "\n".join(sorted(lines)) + "\n")


def test_its_hash_is_that_of_its_content() -> None:
    found = document()
    assert found["hash"] == hashlib.sha256(canonical(found).encode()).hexdigest()
    assert json.loads(canonical(found)) == {key: value for key, value in found.items() if key != "hash"}
    assert canonical({**found, "templates": []}) != canonical(found)


def test_every_name_of_the_language_is_in_it() -> None:
    found = document()
    library = load()
    assert set(FUNCTIONS) >= set(library.definitions) | {p.name for p in library.primitives.values() if not p.hidden}
    assert {f["name"] for f in found["fields"]} == set(FIELDS)
    assert set(FIELDS) == {*MARKET, *TEXTS, "entry", *(f"{base}.{name}" for base, names in MEMBERS.items() for name in names)}
    assert {spelling for unit in found["units"] for spelling in unit["spellings"]} == set(UNITS)
    assert set(UNIT_NAMES) == set(UNITS.values())
    assert {line.word for line in LINES} == LEADING | SETTINGS_WORDS
    assert [d["code"] for d in found["diagnostics"]] == [c.code for c in CODES]
    assert {f["name"] for f in found["operators"]} | {f["name"] for f in found["phrases"]} == {f.name for f in FORMS}
    assert [t["name"] for t in found["templates"]] == sorted(p.stem for p in (ROOT / "examples").glob("*.apx"))


# ---------------------------------------------------------------- functions


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_compiles_and_gives_what_it_says(name: str) -> None:
    entry = function(name)
    program = program_of(entry["example"]["call"], load())
    plan = program.plan()
    assert [c.name.partition(".")[2] for c in plan.columns] == [r["name"] for r in entry["results"]]
    assert [c.unit if c.kind == "number" else "" for c in plan.columns] == [r["unit"] for r in entry["results"]]
    assert plan.warmup == entry["warmup"]["bars"]
    assert plan.settle == (-1 if entry["settle"]["bars"] is None else entry["settle"]["bars"])
    assert entry["doc"].strip()
    assert entry["formula"] or entry["source"] or entry["origin"] in ("operator", "aggregate")


@pytest.mark.parametrize("name", [n for n in FUNCTIONS if any(p["kind"] == "window" for p in function(n)["parameters"])])
@pytest.mark.parametrize("lengths", [(7, 11, 13, 6), (16, 5, 8, 19)])
def test_a_warm_up_formula_holds_for_lengths_that_it_was_not_made_from(name: str, lengths: tuple[int, ...]) -> None:
    entry = function(name)
    windows = [p["name"] for p in entry["parameters"] if p["kind"] == "window"]
    given = dict(zip(windows, lengths, strict=False))
    needed = {p["name"]: {"series": "close", "condition": "close > open", "number": "0.5"}[p["kind"]]
              for p in entry["parameters"] if not p["default"] and p["kind"] != "window"}  # fmt: skip
    built = program_of(call(name, {**needed, **{n: f"{k} bars" for n, k in given.items()}}.items()), load()).build()
    facts = extents(built.graph, built.roots, load())
    warmups = {o.name.partition(".")[2]: facts[o.node.id].warmup for o in built.outputs}
    for output, formula in entry["warmup"]["formula"].items():
        if formula:
            assert eval(formula, {"max": max, "min": min}, dict(given)) == warmups[output], (output, formula)
        else:
            assert entry["warmup"]["said"], "neither a formula nor a sentence"


def test_what_the_documentation_says_of_warm_ups_is_what_was_found() -> None:
    agreed = 0
    for name in FUNCTIONS:
        entry = function(name)
        said = re.fullmatch(r"([^,;]*?) bars?", entry["warmup"]["said"])
        formulas = set(entry["warmup"]["formula"].values())
        if said is None or len(formulas) != 1 or not all(formulas) or not re.fullmatch(r"[\w +*()-]+", said[1]):
            continue
        for n in (5, 9, 20):
            names = {p["name"]: n + i for i, p in enumerate(entry["parameters"]) if p["kind"] == "window"}
            spoken = re.sub(r"(\d)([a-z])", r"\1 * \2", said[1])
            known = {"max": max, "min": min, "floor": math.floor, "sqrt": math.sqrt}
            assert eval(spoken, known, dict(names)) == eval(formulas.copy().pop(), known, dict(names)), (name, said[1], formulas)
        agreed += 1
    assert agreed >= 20


@pytest.mark.parametrize("name", [n for n in FUNCTIONS if any(p["least"] for p in function(n)["parameters"])])
def test_the_shortest_window_is_the_shortest(name: str) -> None:
    entry = function(name)
    needed = {p["name"]: {"series": "close", "condition": "close > open", "number": "0.5", "window": "14 bars"}[p["kind"]]
              for p in entry["parameters"] if not p["default"]}  # fmt: skip
    for parameter in entry["parameters"]:
        if parameter["least"]:
            for n, good in ((parameter["least"], True), (parameter["least"] - 1, False)):
                text = f"{HEAD}let it = {call(name, {**needed, parameter['name']: f'{n} bars'}.items())}\nplot average\n"
                assert (errors(text) == []) == good, (parameter, n)


def test_units_of_series_are_those_that_compile() -> None:
    assert set(function("sma")["parameters"][0]["units"]) == {"price", "quantity", "plain number", "oscillator", "bars"}
    assert function("keltner")["parameters"][0]["units"] == ["price"]
    assert "price" not in function("log10")["parameters"][0]["units"]


# ---------------------------------------------------------------- operators and phrases


PARTS = {"number": "(close - open)", "truth": "(close > open)", "same": "(high - low)", "bars": "3", "anything": "(close - open)"}
SECOND = {**PARTS, "number": "(high - close)", "truth": "(high > high[1])", "same": "(close - low)"}
THIRD = {**SECOND, "number": "(high - low)"}
RUN = [f for f in FORMS if f.name not in ("on", "from", "call", "output")]


def written(form: Form, text: str, parts: tuple[dict[str, str], ...] = (PARTS, SECOND, THIRD)) -> str:
    names = re.findall(r"\{(\w+)\}", form.written)
    values = {name: parts[min(i, 2)][kind] for i, (name, kind) in enumerate(zip(names, form.takes, strict=True))}
    return text.format(**values)


@pytest.mark.parametrize("form", RUN, ids=lambda f: f.name)
def test_a_form_compiles_and_gives_what_it_says(form: Form) -> None:
    text = written(form, form.written)
    plan = program_of(text, load()).plan()
    (column,) = plan.columns
    expected = {"same": "number", "bars": "number"}.get(form.gives, form.gives)
    assert column.kind == expected
    assert form.gives != "bars" or column.unit == "bars"


@pytest.mark.parametrize("form", [f for f in FORMS if f.meaning], ids=lambda f: f.name)
@pytest.mark.parametrize("kind", ["wild", "holes", "steps", "spike"])
def test_a_form_is_bit_for_bit_what_it_is_said_to_mean(form: Form, kind: str) -> None:
    program = compiled(f'apx 1\nstrategy "x"\nlet a = {written(form, form.written)}\nlet b = {written(form, form.meaning)}\n')
    seen: set[float] = set()
    for seed in range(5):
        columns = interpreter_columns(program, market(seed, kind, 60))
        assert one_nan(columns["a"]).tobytes() == one_nan(columns["b"]).tobytes()
        seen |= set(columns["a"].tolist())
    assert kind != "holes" or len(seen) > 2 or (form.name == "is new" and len(seen) == 2), "hardly anything was compared"


@pytest.mark.parametrize("tight", [f for f in FORMS if f.binds < 11 and f.name not in ("on", "from")], ids=lambda f: f.name)
def test_a_tighter_form_inside_a_looser_one_needs_no_brackets(tight: Form) -> None:
    """`a or b and c` is `a or (b and c)`: as the last and as the first operand of every looser form that takes its kind."""
    inner = written(tight, tight.written)
    kind = "truth" if tight.gives == "truth" else "number"
    tried = 0
    for loose in FORMS:
        names = re.findall(r"\{(\w+)\}", loose.written)
        if loose.binds >= tight.binds or "{" not in loose.written:
            continue
        for at in {0, len(names) - 1}:
            if loose.takes[at] not in (kind, "same", "anything"):
                continue
            others = {n: SECOND["same" if k == "anything" else k] for n, k in zip(names, loose.takes, strict=True)}
            if loose.takes[at] in ("same", "anything"):
                others = {n: SECOND[kind if k in ("same", "anything") else k] for n, k in zip(names, loose.takes, strict=True)}
            bare = loose.written.format(**{**others, names[at]: inner})
            bracketed = loose.written.format(**{**others, names[at]: f"({inner})"})
            head = 'apx 1\nstrategy "x"\nlet it = '
            if errors(f"{head}{bracketed}\n"):
                continue  # units that do not go together
            program, other = compiled(f"{head}{bare}\n"), compiled(f"{head}{bracketed}\n")
            candles = market(3, "holes", 50)
            left, right = interpreter_columns(program, candles)["it"], interpreter_columns(other, candles)["it"]
            assert np.array_equal(one_nan(left), one_nan(right), equal_nan=True), (bare, bracketed)
            tried += 1
    assert tried or tight.binds == 1


@pytest.mark.parametrize("form", [f for f in FORMS if not f.chains], ids=lambda f: f.name)
def test_what_does_not_chain_is_refused_beside_its_like(form: Form) -> None:
    assert [d.code for d in errors(f'apx 1\nstrategy "x"\nlet it = {written(form, form.written)} < close\n')] == ["E0127"]


# ---------------------------------------------------------------- lines and templates


def program_with(line: LineForm) -> str:
    """A whole program in which the line stands where it belongs."""
    text = line.filled
    match line.where, line.word:
        case "statement", "apx":
            return HEAD
        case "statement", "library":
            return f"apx 1\n{text}\ndefine f(x) = x\n"
        case "statement", "strategy" | "trade" | "settings" | "input" | "let":
            kept = [part for part in re.split(r"(?m)^(?=\w)", HEAD) if part and not part.startswith(line.word)]
            return "".join([kept[0], f"{text}\n", *kept[1:]])
        case "statement", _:
            return f"{HEAD}{text}\n"
        case "action", "otherwise":
            return f"{HEAD}when close > open\n  exit position\n{text}\n"
        case "action", _:
            return f"{HEAD}when close > open\n  {text}\n"
        case "attached", _:
            return f"{HEAD}when close > open\n  buy 10% of equity\n    {text}\n"
        case "setting", _:
            return HEAD.replace("  commission 0.1%", f"  {text}")
        case "define", _:
            return f"{HEAD}define f(x = close)\n  let y = x\n  {text}\n"
        case _:
            lines = {
                "with": "with length = 3 bars",
                "given": "given close = [10, 9, 12]",
                "expect": "expect no order",
                line.word: text,
            }
            return f'{HEAD}when average > close\n  buy 10% of equity\ntest "t"\n' + "".join(
                f"  {lines[word]}\n" for word in ("with", "given", "expect")
            )


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.label)
def test_a_snippet_filled_in_as_it_stands_compiles(line: LineForm) -> None:
    found = errors(program_with(line))
    assert [d.message for d in found if d.code != ELSEWHERE] == []
    assert line.filled.startswith(line.word)
    places = [int(n) for n in re.findall(r"\$\{(\d+):", line.snippet)]
    assert places == list(range(1, len(places) + 1))


def test_choices_and_units_of_settings_are_those_that_compile() -> None:
    values = {"ratio": "5%", "money": "5_000 USD", "plain number": "5"}
    for entry in document()["settings"]:
        snippet = LineForm(entry["word"], "", "setting", entry["snippet"], "").filled
        for choice in entry["choices"]:
            text = HEAD.replace("  commission 0.1%", "  " + snippet.rsplit(" ", 1)[0] + f" {choice}")
            assert [d for d in errors(text) if d.code != ELSEWHERE] == [], choice
        for unit in entry["units"]:
            text = HEAD.replace("  commission 0.1%", f"  {entry['name']} {values[unit]}")
            assert errors(text) == [], (entry["name"], unit)


@pytest.mark.parametrize("template", document()["templates"], ids=lambda t: t["name"])
def test_a_template_is_a_program_without_mistakes(template: Any) -> None:
    found = errors(template["text"])
    assert {d.code for d in found} <= ({"E0220"} if "\nuse " in template["text"] else set()), found
    assert template["doc"]
