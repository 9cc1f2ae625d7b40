"""The catalogue as one JSON document, with a version and a hash. Every fact in it is declared elsewhere or found by compiling."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping

from compiler.account import FILL_MODELS, LIMITS
from compiler.builtins import FIELDS, MARKET, MARKS, MEMBERS, TEXTS
from compiler.catalogue.facts import FunctionFacts, facts_of, settled
from compiler.catalogue.functions import INSIDE, KERNELS, OPERATORS, Described, describe, names
from compiler.codes import CODES
from compiler.forms import FORMS
from compiler.library import UNBOUNDED, FunctionLibrary
from compiler.lines import LINES, LineForm
from compiler.text.heads import EDITION
from compiler.types import PRICE, Type, number
from compiler.words import (
    DURATION_UNITS,
    INNER,
    LEADING,
    LINE_WORDS,
    SETTINGS_WORDS,
    SINGULAR,
    STATEMENT_WORDS,
    UNIT_NAMES,
    UNITS,
)

VERSION = 1
"""Of the document's shape: fields are added freely; one that goes or changes its meaning makes a new version."""

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

_WARMUP_SAID = re.compile(r"Warm-up: ([^.]*)\.", re.DOTALL)
_SOURCE_SAID = re.compile(r"Source: (.*?)\.?(?: TA-Lib:|\n|$)")
_EXAMPLE_SAID = re.compile(r"Example: (.*)")


def catalogue(library: FunctionLibrary, examples: Mapping[str, str]) -> dict[str, Json]:
    """The whole document. examples: whole programs by name, to start from."""
    content: dict[str, Json] = {
        "version": VERSION,
        "edition": EDITION,
        "library": library.hash,
        "functions": [_function(describe(name, library), library) for name in names(library)],
        "marks": [{"name": name, "signature": f"{name}(x)"} for name in MARKS],
        "operators": [_form(i) for i, form in enumerate(FORMS) if not re.search("[a-z]{2}", _signs(form.written))],
        "phrases": [_form(i) for i, form in enumerate(FORMS) if re.search("[a-z]{2}", _signs(form.written))],
        "fields": _fields(),
        "units": _units(),
        "literals": _literals(),
        "statements": [_line(line) for line in LINES if line.where == "statement"],
        "actions": [_line(line) for line in LINES if line.where == "action"],
        "attached": [_line(line) for line in LINES if line.where == "attached"],
        "settings": [_setting(line) for line in LINES if line.where == "setting"],
        "inner": [_line(line) for line in LINES if line.where in ("define", "test")],
        "words": {
            "statements": _listed(STATEMENT_WORDS),
            "lines": _listed(LINE_WORDS),
            "settings": _listed(SETTINGS_WORDS),
            "reserved": _listed(LEADING | INNER),
        },
        "templates": _templates(examples),
        "diagnostics": [{"code": c.code, "severity": c.severity, "title": c.title, "explanation": c.explanation} for c in CODES],
    }
    digest = hashlib.sha256(canonical(content).encode()).hexdigest()
    return {**content, "hash": digest}


def canonical(document: Mapping[str, Json]) -> str:
    """A document as the one text that its hash is made of: without its hash, keys sorted, no spaces."""
    kept = {key: value for key, value in document.items() if key != "hash"}
    return json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _listed(words: frozenset[str]) -> list[Json]:
    return [*sorted(words)]


def _signs(written: str) -> str:
    return re.sub(r"\{\w+\}", "", written)


def _function(described: Described, library: FunctionLibrary) -> dict[str, Json]:
    facts = facts_of(described, library)
    doc, primitive = described.doc, library.primitives.get(described.name)
    said = {name: match[1] if (match := pattern.search(doc)) else "" for name, pattern in _SAID.items()}
    return {
        "name": described.name,
        "category": described.theme,
        "file": f"{described.theme}.apx" if described.theme not in (KERNELS, OPERATORS, INSIDE) else "",
        "origin": "kernel"
        if primitive
        else "definition"
        if described.formula
        else "aggregate"
        if described.theme == INSIDE
        else "operator",
        "signature": described.signature,
        "parameters": [
            {
                "name": a.name,
                "kind": a.kind,
                "units": list(facts.units.get(a.name, ())) if a.kind == "series" else ["bars"] if a.kind == "window" else [],
                "default": a.default,
                "least": facts.least.get(a.name),
            }
            for a in described.arguments
        ],
        "results": [{"name": o.name, "kind": o.kind, "unit": o.unit} for o in facts.outputs],
        "doc": doc,
        "source": described.source or said["source"],
        "formula": described.formula,
        "example": {"call": described.example, "shown": described.shown or said["example"]},
        "warmup": _warmup(facts, said["warmup"]),
        "settle": _settle(facts),
        "cost": {"steps_per_bar": round(facts.cost, 3), "formula": facts.cost_formula, "state": facts.state},
    }


_SAID = {"warmup": _WARMUP_SAID, "source": _SOURCE_SAID, "example": _EXAMPLE_SAID}


def _warmup(facts: FunctionFacts, said: str) -> dict[str, Json]:
    """formula: of each output, in its windows; where there is no simple one, `said` is what the documentation says."""
    return {
        "bars": max(o.warmup for o in facts.outputs),
        "formula": {o.name: o.warmup_formula for o in facts.outputs},
        "said": " ".join(said.split()),
        "exact": not any(o.maybe_unknown for o in facts.outputs),
    }


def _settle(facts: FunctionFacts) -> dict[str, Json]:
    bars, warmup = settled(facts.outputs), max(o.warmup for o in facts.outputs)
    if bars == UNBOUNDED:
        return {"bars": None, "kind": "never"}
    return {"bars": bars, "kind": "warmup" if bars <= warmup else "filter"}


def _form(index: int) -> dict[str, Json]:
    form = FORMS[index]
    takes: list[Json] = list(form.takes)
    return {
        "name": form.name, "written": form.written, "precedence": form.binds, "chains": form.chains, "takes": takes,
        "gives": form.gives, "doc": form.doc, "meaning": form.meaning,
    }  # fmt: skip


def _fields() -> list[Json]:
    found: list[Json] = [_field("market", name, type_) for name, type_ in (MARKET | TEXTS).items()]
    for group, members in MEMBERS.items():
        found += [_field(group, f"{group}.{name}", type_) for name, type_ in members.items()]
    found.append(_field("order", "entry", number(PRICE)))
    return found


def _field(group: str, name: str, type_: Type) -> dict[str, Json]:
    unit = str(type_) if type_.kind == "number" else ""
    return {
        "name": name,
        "group": group,
        "kind": type_.kind,
        "unit": unit,
        "doc": FIELDS.get(name, ""),
        "later": False,
    }


def _units() -> list[Json]:
    found: list[Json] = []
    for unit, doc in UNIT_NAMES.items():
        spellings: list[Json] = [spelling for spelling, meant in UNITS.items() if meant == unit]
        found.append({"unit": unit, "spellings": spellings, "singular": SINGULAR.get(unit, unit), "doc": doc})
    found.append(
        {"unit": "currency", "spellings": [], "singular": "", "doc": "an amount of money: three to five capitals such as USD"}
    )
    return found


def _literals() -> list[Json]:
    durations: list[Json] = [f"1{unit}" for unit in DURATION_UNITS]
    return [
        {"name": "number", "examples": ["14", "2.5", "1_000", "1e-9"]},
        {"name": "truth", "examples": ["true", "false"]},
        {"name": "unknown", "examples": ["unknown"]},
        {"name": "text", "examples": ['"SPY"', '"up at {close}"']},
        {"name": "duration", "examples": durations},
    ]


def _line(line: LineForm) -> dict[str, Json]:
    return {"word": line.word, "label": line.label, "snippet": line.snippet, "doc": line.doc}


def _setting(line: LineForm) -> dict[str, Json]:
    """A line under `settings`, with the words or units that its value may be."""
    parts = line.filled.split()
    choices: list[Json] = []
    units: list[Json] = []
    if line.word == "fills":
        choices = list(FILL_MODELS)
    elif line.word == "limit" and parts[1] in LIMITS:
        units = [str(unit) for unit in LIMITS[parts[1]]]
    elif line.word == "limit":
        choices = ["long", "short", "both"]
    return {**_line(line), "name": f"limit {parts[1]}" if line.word == "limit" else line.word, "choices": choices, "units": units}


def _templates(examples: Mapping[str, str]) -> list[Json]:
    """Whole programs to start from; the snippets of single lines stand with their lines."""
    return [{"name": name, "kind": "program", "text": text, "doc": _first_doc(text)} for name, text in sorted(examples.items())]


def _first_doc(text: str) -> str:
    return next((line.lstrip("# ").rstrip() for line in text.splitlines() if line.startswith("##")), "")
