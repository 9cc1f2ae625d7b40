"""Pages: what is said of each kind of thing, on hover and beside a completion. Every fact is declared elsewhere or found by compiling."""

from __future__ import annotations

import re
from collections.abc import Collection

from compiler import syntax as s
from compiler.aggregates import Aggregate
from compiler.builtins import FIELDS, MARKET, MEMBERS, TEXTS
from compiler.catalogue.facts import Worked, settled, worked_out
from compiler.catalogue.functions import Described, describe
from compiler.codes import find
from compiler.diagnostics import Diagnostic
from compiler.forms import FORMS, Form
from compiler.functions import Defined, Function, Scalar
from compiler.library import UNBOUNDED, FunctionLibrary, Primitive
from compiler.lines import LINES, Where
from compiler.resolve import Names
from compiler.source import Source
from compiler.types import Type
from compiler.words import UNIT_NAMES
from lsp.functions import doc_of, result_words, signature
from lsp.prose import Code, Part, Rows, Words

_KNOWN: dict[tuple[str, str], tuple[Described, Worked]] = {}


def known(name: str, library: FunctionLibrary) -> tuple[Described, Worked]:
    """A function of the standard library as a reader meets it, with what holds for every length; compiled on first use, then kept."""
    key = (library.hash, name)
    if key not in _KNOWN:
        described = describe(name, library)
        _KNOWN[key] = described, worked_out(described, library)
    return _KNOWN[key]


# ------------------------------------------------------------ functions


def function_page(name: str, function: Function, names: Names, at: str = "") -> list[Part]:
    """A function: how it is called, what it takes and gives, its definition, when it is known, what it costs. at: what this call gives."""
    shown = signature(name, function, names)
    parts: list[Part] = [Code(shown.label)]
    doc = doc_of(function, names.library)
    if doc:
        parts.append(Words(doc))
    rows = [(f"`{p.name}`", p.takes) for p in shown.parameters]
    gives = result_words(shown.gives)
    if at or gives:
        rows.append(("gives", at or gives))
    parts.append(Rows(tuple(rows)))
    match function:
        case Defined(of_library=True) | Primitive() | Aggregate() | Scalar():
            parts += _standard(function.name, function, names.library)
        case Defined(define=define, source=source):
            parts.append(Code(definition(define, source, names)))
        case _:
            pass
    return parts


def definition(define: s.Define, source: Source, names: Names) -> str:
    """The text of a definition, without the lines above it."""
    span = define.span
    if source is names.source:
        return source.said(span)
    return source.text[span.start : span.end].strip()


def _standard(name: str, function: Function, library: FunctionLibrary) -> list[Part]:
    described, found = known(name, library)
    parts: list[Part] = []
    if described.formula:
        parts.append(Code(described.formula))
    rows: list[tuple[str, str]] = []
    formulas = dict.fromkeys(o.warmup_formula for o in found.outputs)
    if len(formulas) == 1 and "" not in formulas:
        rows.append(("warm-up", _bars(next(iter(formulas)))))
    elif "" not in formulas:
        rows += [(f"warm-up of `.{o.name}`", _bars(o.warmup_formula)) for o in found.outputs]
    else:
        rows.append((f"warm-up of `{described.example}`", _bars(str(max(o.warmup for o in found.outputs)))))
    bars, warmup = settled(found.outputs), max(o.warmup for o in found.outputs)
    if bars == UNBOUNDED:
        rows.append(("settles", "never: it depends on every bar since the first"))
    elif bars > warmup:
        rows.append((f"settles in `{described.example}`", f"after {_bars(str(bars))}, to a millionth"))
    rows.append((f"cost of `{described.example}`", f"{found.cost:g} steps a bar"))
    if isinstance(function, Primitive):
        rows.append(("source", described.source))
        rows.append(("example", f"`{described.shown}`"))
    elif described.formula:
        rows.append(("library", f"{described.theme}.apx"))
    parts.append(Rows(tuple(rows)))
    return parts


def _bars(formula: str) -> str:
    if formula == "0":
        return "none"
    return "1 bar" if formula == "1" else f"{formula} bars" if formula.isdigit() else f"`{formula}` bars"


# ------------------------------------------------------------ names of the language


def field_page(name: str) -> list[Part]:
    """A series of the market, a fact of position, account, session or time, or `entry`. name: as it is written."""
    base, _, member = name.partition(".")
    type_ = MEMBERS[base][member] if member else (MARKET | TEXTS).get(name)
    unit = str(type_) if type_ is not None else "price" if name == "entry" else ""
    return [Code(name), Words(f"{_sentence(FIELDS[name])}"), Rows((("unit", unit),) if unit else ())]


BASES = {
    "time": 'When the bar opened, in the zone of the instrument; `time in "UTC"` for another.',
    "session": "Facts of the trading session that the bar is in.",
    "position": "Facts of what is held at the close of the bar.",
    "account": "Facts of the account at the close of the bar.",
}


def base_page(name: str) -> list[Part]:
    """A name that is several values."""
    return [Code(name), Words(BASES[name]), Rows(tuple((f"`.{m}`", FIELDS[f"{name}.{m}"]) for m in MEMBERS[name]))]


# ------------------------------------------------------------ names that a program gives


def named_page(written: str, type_: Type | None, doc: str, rows: tuple[tuple[str, str], ...] = ()) -> list[Part]:
    """An input, a value or a state, by its line."""
    parts: list[Part] = [Code(written)]
    if doc:
        parts.append(Words(doc))
    unit = ((("gives" if type_.kind == "record" else "unit"), result_words(type_)),) if _says(type_) and type_ is not None else ()
    if unit or rows:
        parts.append(Rows((*unit, *rows)))
    return parts


def _says(type_: Type | None) -> bool:
    return type_ is not None and type_.kind not in ("error", "list")


# ------------------------------------------------------------ words and signs


def line_page(word: str, where: tuple[Where, ...], said: Collection[str] = ()) -> list[Part]:
    """What a line means that begins with a word, and how it can be written. said: other words of it, which tell which one it is."""
    every = [line for line in LINES if line.word == word]
    forms = [line for line in every if line.where in where] or every
    shared = {form.label: len(set(form.filled.split()) & set(said)) for form in forms}
    forms = [form for form in forms if shared[form.label] == max(shared.values())]
    parts: list[Part] = []
    for doc in dict.fromkeys(form.doc for form in forms):
        parts += (Code("\n".join(form.filled for form in forms if form.doc == doc)), Words(doc))
    return parts or [Code(word)]


FORM = {form.name: form for form in FORMS}


def form_page(form: Form, gives: Type | None, operands: tuple[str, ...] = ()) -> list[Part]:
    """An operator or a phrase, with what it means in simpler words, and what this one gives. operands: those of this one, as written."""
    parts: list[Part] = [Code(_written(form.written)), Words(form.doc)]
    if form.meaning:
        names = dict.fromkeys(_OPERAND.findall(form.written))
        here = dict(zip(names, operands, strict=False)) if len(names) == len(operands) else {}
        meant = _OPERAND.sub(lambda part: here.get(str(part[1]), str(part[1])), form.meaning)
        parts += (Words("The same, written out:"), Code(meant if len(meant) <= LONGEST_MEANING else _written(form.meaning)))
    if _says(gives):
        parts.append(Rows((("gives", result_words(gives)),)))
    return parts


_OPERAND = re.compile(r"\{(\w+)\}")
LONGEST_MEANING = 240


def _written(form: str) -> str:
    return _OPERAND.sub(lambda part: str(part[1]), form)


def number_page(literal: s.Number, type_: Type | None) -> list[Part]:
    """A number with its unit, and what it is without."""
    value, unit = literal.value, literal.unit
    said = f"{value:g}{unit}" if unit == "%" else f"{value:,g} {unit}".rstrip() if value < 1e6 else f"{value:g} {unit}".rstrip()
    if unit in ("%", "bps"):
        plain = value / 100 if unit == "%" else value / 10_000
        rows = [("", f"`{said}` = {float(f'{plain:.12g}'):.12g}")]
    else:
        rows = []
    if unit in UNIT_NAMES:
        rows.append(("", _sentence(UNIT_NAMES[unit])))
    elif unit:
        rows.append(("", f"An amount of money in {unit}."))
    if _says(type_):
        rows.append(("unit", str(type_)))
    return [Code(said), Rows(tuple(rows))]


_LENGTHS = {"m": ("minute", 1), "h": ("hour", 60), "d": ("day", 0), "w": ("week", 0), "mo": ("month", 0)}


def duration_page(literal: s.DurationLiteral) -> list[Part]:
    word, minutes = _LENGTHS[literal.unit]
    said = f"{literal.count} {word}{'' if literal.count == 1 else 's'}"
    rest = f", {literal.count * minutes} minutes" if minutes > 1 else " of the instrument's calendar" if not minutes else ""
    return [Code(f"{literal.count}{literal.unit}"), Words(f"A length of time: {said}{rest}.")]


def type_page(written: str, type_: Type) -> list[Part]:
    """Any other expression: what it is."""
    return [Code(written), Rows((("gives", result_words(type_)),))] if _says(type_) else []


# ------------------------------------------------------------ mistakes


def diagnostic_page(diagnostic: Diagnostic) -> list[Part]:
    """The page of a diagnostic's code, in short."""
    code = find(diagnostic.code)
    if code is None:
        return []
    return [Words(f"{code.code}: {code.title}."), Words(code.explanation), Words(f"More: `apx explain {code.code}`")]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "`")) else ".")
