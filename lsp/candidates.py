"""Candidates: what could stand where a cursor is, best first. What a client makes of them is for features/completion.py."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from lsprotocol.types import CompletionItemKind as Kind

from compiler import syntax as s
from compiler.account import FILL_MODELS, LIMITS
from compiler.builtins import CHOSEN_FROM, MARKET, MARKS, MEMBERS, TEXTS
from compiler.catalogue.functions import names as library_names
from compiler.filetests.case import SERIES
from compiler.functions import Defined, Function, parameter_names
from compiler.library import FunctionLibrary
from compiler.resolve import Names
from compiler.text.expectations import keywords
from compiler.types import TRUTH, Type
from compiler.words import DURATION_UNITS, SINGULAR
from lsp.candidate import FUNCTION, FUNCTION_FITS, GIVEN, GIVEN_FITS, OWN, OWN_FITS, WORD, Candidate
from lsp.candidate_lines import Lines
from lsp.cursor import Cursor, open_brackets, open_call, operand_before
from lsp.functions import (
    Signature,
    call_to_fill_in,
    empty_program,
    fits,
    quick_label,
    signature_without_units,
    standard_signatures,
)
from lsp.kinds import Typer, expression_of, typer
from lsp.view import View
from lsp.wanted import Want, wanted

Titles = Callable[[], Iterable[tuple[str, int]]]
"""The libraries that a program could use: title and version."""


def candidates(view: View, cursor: Cursor, titles: Titles) -> Iterator[Candidate]:
    """Everything that could stand at the cursor."""
    if cursor.inside == "comment":
        return
    found = _Found(view, cursor, titles)
    if cursor.inside == "text":
        yield from found.texts(quoted=False)
        return
    if cursor.fresh:
        yield from Lines(view, cursor).lines()
    if cursor.tokens:
        yield from found.goes_on()


@dataclass(slots=True)
class _Found:
    view: View
    cursor: Cursor
    titles: Titles

    @property
    def names(self) -> Names:
        return self.view.analysis.names

    # ------------------------------------------------------------ inside a line

    def goes_on(self) -> Iterator[Candidate]:
        """What may come next in the line that is being written."""
        cursor = self.cursor
        expected = cursor.expected
        if cursor.last == ".":
            yield from self.members()
            return
        if not cursor.fresh and len(cursor.tokens) == 1:
            yield from Lines(self.view, cursor).rests()
        if cursor.value:
            yield from self.values()
        elif "NAME" in expected:
            yield from self.names_only()
        if "STRING" in expected and not cursor.value:
            yield from self.texts(quoted=True)
        if "DURATION" in expected and "NUMBER" not in expected:
            yield from self.durations()
        yield from self.words()

    def words(self) -> Iterator[Candidate]:
        """Words of the language; units where a number stands before."""
        cursor = self.cursor
        number_before = bool(cursor.tokens) and cursor.tokens[-1].kind == "NUMBER"
        # On a new line the line above goes on only where it must, or under it.
        if cursor.fresh and "$END" in cursor.expected and not cursor.indent:
            return
        if number_before:
            yield from self.units()
        for word in keywords(cursor.expected):
            if word in MEMBERS and cursor.value:
                continue  # `position` is among the values
            if word in _UNIT_WORDS:
                if word != "bars" or number_before or not cursor.value:
                    continue
                yield Candidate("bars since", Kind.Keyword, WORD, "bars since ", page=("form", "bars since"))
                continue
            phrases = _AFTER.get((cursor.last, word)) or _PHRASES.get(word, (word,))
            for phrase in phrases:
                yield Candidate(phrase, Kind.Keyword, WORD, phrase, page=("form", phrase))

    def units(self) -> Iterator[Candidate]:
        one = self.cursor.last == "1"
        typed = self.wanted().type
        for unit in ("bars", "ticks", "shares", "units", "bps", "R"):
            terminal = SINGULAR.get(unit, unit).upper()
            if terminal not in self.cursor.expected or (unit == "R" and self.cursor.line not in ("take", "trail")):
                continue
            text = SINGULAR.get(unit, unit) if one else unit
            rank = OWN_FITS if typed is not None and str(typed) == _UNIT_OF[unit] else GIVEN_FITS
            yield Candidate(text, Kind.Unit, rank, text, page=("unit", unit))
        if "CURRENCY" in self.cursor.expected:
            for currency in self.currencies():
                yield Candidate(currency, Kind.Unit, FUNCTION_FITS, currency, page=("unit", currency))

    def currencies(self) -> list[str]:
        """Those that the program names, else the most usual one."""
        written = re.findall(r"[0-9_]\s?([A-Z]{3,5})\b", self.view.text)
        return list(dict.fromkeys(written)) or ["USD"]

    def durations(self) -> Iterator[Candidate]:
        count = self.cursor.word if self.cursor.word.isdigit() else ""
        known = [f"{count}{unit}" for unit in DURATION_UNITS] if count else list(_DURATIONS)
        for i, text in enumerate(known):
            yield Candidate(text, Kind.Unit, i // 10, text, page=("duration", text))

    # ------------------------------------------------------------ values

    def typer(self) -> Typer:
        return typer(self.names, self.view.analysis.typed, self.cursor.define, True)

    def wanted(self) -> Want:
        return wanted(self.cursor, self.names, self.typer())

    def values(self) -> Iterator[Candidate]:
        """Names, series and functions: those of the kind and unit that is wanted first."""
        want = self.wanted()
        yield from self.arguments()
        if self.cursor.define is None:
            yield from self.own(want)
        else:
            yield from self.locals(want)
        for name, type_ in (MARKET | TEXTS).items():
            rank = GIVEN_FITS if _suits(type_, want) and not want.fixed else GIVEN
            yield Candidate(name, Kind.Field, rank, name, more=f" {type_}", page=("field", name))
        for base, members in MEMBERS.items():
            if base in ("position", "account") and self.cursor.statement == "define":
                continue
            fit = not want.fixed and any(_suits(member, want) for member in members.values())
            yield Candidate(base, Kind.Struct, GIVEN_FITS if fit else GIVEN, base, order=1, page=("base", base))
        if self.cursor.line in ("stop", "take"):
            yield Candidate("entry", Kind.Field, OWN_FITS, "entry", more=" price", page=("field", "entry"))
        yield from self.functions(None if want.fixed else want.type)
        for use in self.view.analysis.statements:
            if isinstance(use, s.Use) and use.alias is not None:
                yield Candidate(use.alias.name, Kind.Module, OWN, use.alias.name, page=("name", use.alias.name))

    def own(self, want: Want) -> Iterator[Candidate]:
        """What the program itself gives a name."""
        names, typed, giving = self.names, self.view.analysis.typed, self.giving()
        types: Mapping[str, Type] = {**typed.inputs, **typed.lets, **typed.states} if typed is not None else {}
        for name in (*names.inputs, *names.lets, *names.states):
            if name != giving:
                type_ = types.get(name)
                fit = _suits(type_, want) and (not want.fixed or names.is_constant_name(name))
                kind = Kind.Constant if name in names.inputs else Kind.Variable
                more = f" {type_}" if type_ is not None and type_.kind in ("number", "truth", "text") else ""
                yield Candidate(name, kind, OWN_FITS if fit else OWN, name, more=more, page=("name", name))

    def giving(self) -> str:
        """The name that this very line gives: a `let` is not made of itself."""
        tokens = self.cursor.tokens
        return tokens[1].text if self.cursor.line in ("let", "input") and len(tokens) > 1 else ""

    def locals(self, want: Want) -> Iterator[Candidate]:
        define = self.cursor.define
        assert define is not None
        type_of = self.typer()
        giving = self.giving()
        inner = self.view.analysis.inner(self.cursor.start)
        for local in (*define.params, *define.body):
            name = local.name.name
            if name == giving or local.span.start > inner:
                continue
            type_ = type_of(s.Name(local.name.span, name))
            fit = _suits(type_, want) if type_.kind != "error" else want.type is not None
            yield Candidate(name, Kind.Variable, OWN_FITS if fit else OWN, name, page=("local", name))

    def functions(self, want: Type | None) -> Iterator[Candidate]:
        names = self.names
        own = [n for n in names.defines if n != (self.cursor.define.name.name if self.cursor.define is not None else "")]
        for name in (*own, *(n for n in names.linked.visible if "." not in n and n not in names.linked.constants)):
            function = names.function(name)
            if isinstance(function, Defined):
                shown = signature_without_units(name, function, names)
                yield _function(shown, function, FUNCTION_FITS if fits(shown.gives, want) else FUNCTION)
        for name in sorted(c for c in names.linked.constants if "." not in c and c in names.linked.visible):
            yield Candidate(name, Kind.Constant, OWN, name, page=("function", name))
        for name, gives, fitting, other in _of_library(self.view.library):
            if name not in names.defines:
                yield fitting if fits(gives, want) else other

    def arguments(self) -> Iterator[Candidate]:
        """Where an argument of a call begins: its parameters by name."""
        tokens = self.cursor.tokens
        call = open_call(tokens) if tokens and tokens[-1].kind in ("LPAR", "COMMA") else None
        function = self.names.function(call.name) if call is not None else None
        brackets = open_brackets(tokens)
        if call is None or function is None or not brackets or tokens[brackets[-1] - 1] is not call.at:
            return
        given = {a[0].text for a in call.arguments if len(a) > 1 and a[1].kind == "EQUAL"}
        placed = len([a for a in call.arguments[:-1] if not (len(a) > 1 and a[1].kind == "EQUAL")])
        if given or library_names(self.view.library).get(call.name) not in ("one bar", "inside a bar"):
            for name in parameter_names(function)[placed:]:
                if name not in given and call.name not in MARKS:
                    yield Candidate(f"{name} =", Kind.Property, OWN, f"{name} = ", page=("parameter", f"{call.name} {name}"))

    def members(self) -> Iterator[Candidate]:
        """After a dot."""
        operand = operand_before(self.cursor.tokens[:-1])
        if not operand:
            return
        base = operand[0].text if len(operand) == 1 else ""
        if base in MEMBERS:
            for name, type_ in MEMBERS[base].items():
                yield Candidate(name, Kind.Property, 0, name, more=f" {type_}", page=("field", f"{base}.{name}"))
            return
        names = self.names
        if base:
            for full, function in names.linked.visible.items():
                alias, _, name = full.partition(".")
                if alias == base and name and full in names.linked.constants:
                    yield Candidate(name, Kind.Constant, 0, name, page=("function", full))
                elif alias == base and name:
                    yield _function(signature_without_units(full, function, names), function, 0)
        expr = expression_of(operand)
        type_found = self.typer()(expr) if expr is not None else None
        if type_found is not None and type_found.kind == "record":
            for name, part in type_found.fields:
                yield Candidate(name, Kind.Property, 0, name, more=f" {part}")

    # ------------------------------------------------------------ places where only some names fit

    def names_only(self) -> Iterator[Candidate]:
        cursor, names = self.cursor, self.names
        tokens = cursor.tokens
        match cursor.line:
            case "fills" if len(tokens) == 1:
                for model in FILL_MODELS:
                    yield Candidate(model, Kind.EnumMember, 0, model, page=("line", "fills"))
            case "limit" if len(tokens) == 1:
                for name in (*LIMITS, "direction"):
                    yield Candidate(name, Kind.EnumMember, 1, name, page=("line", f"limit {name}"))
            case "input" if len(tokens) > 2:
                for name in names.inputs:
                    if name != self.giving():
                        yield Candidate(name, Kind.Constant, OWN, name, page=("name", name))
            case "with" if tokens[-1].text in ("with", ","):
                given = {t.text for t in tokens}
                for name, line in names.inputs.items():
                    if name not in given:
                        default = self.view.analysis.said(line.default.span)
                        yield Candidate(
                            name,
                            Kind.Constant,
                            0,
                            f"{name} = {default}",
                            f"{name} = ${{1:{default}}}",
                            f" = {default}",
                            page=("name", name),
                        )
            case "given" if len(tokens) == 1:
                for name in SERIES:
                    yield Candidate(name, Kind.Field, 0, name, page=("field", name))
            case "hold" if cursor.last == "of":
                yield Candidate(CHOSEN_FROM, Kind.Field, 0, CHOSEN_FROM)
            case "expect":
                for name in (*names.lets, *names.states):
                    yield Candidate(name, Kind.Variable, OWN, name, page=("name", name))

    def texts(self, quoted: bool) -> Iterator[Candidate]:
        """Texts that are known: instruments, libraries, tags."""
        cursor = self.cursor
        before = cursor.last
        found: Iterable[str] = ()
        if (cursor.line == "trade" and before in ("trade", ",")) or before == "from":
            found = self.symbols()
        elif cursor.line == "use" and before == "use":
            for title, version in sorted(set(self.titles())):
                text = f'"{title}" version {version}' if quoted else title
                yield Candidate(text if quoted else title, Kind.Module, 0, text, more=f" version {version}")
            return
        elif cursor.line in ("exit", "cancel") and before == cursor.line:
            found = self.tags()
        elif before == "in":
            found = _ZONES
        for text in found:
            yield Candidate(f'"{text}"' if quoted else text, Kind.Value, 0, f'"{text}"' if quoted else text)

    def symbols(self) -> list[str]:
        """The instruments that the program names elsewhere."""
        trades = (x for x in self.view.analysis.statements if isinstance(x, s.Trade))
        beside = re.findall(r'\bfrom\s+"([^"\r\n]*)"', self.view.text)
        default = self.view.settings.default_data.partition("@")[0]
        named = [default] if default and "/" not in default and "." not in default else []
        return [x for x in dict.fromkeys((*(y.value for trade in trades for y in trade.symbols), *beside, *named)) if x]

    def tags(self) -> list[str]:
        return list(dict.fromkeys(re.findall(r'\bnamed\s+"([^"\r\n]+)"', self.view.text)))


def _function(shown: Signature, function: Function, rank: int) -> Candidate:
    name, more = shown.name.rpartition(".")[2], quick_label(function)
    call = call_to_fill_in(replace(shown, name=name))
    return Candidate(name, Kind.Function, rank, name, call, more, page=("function", shown.name))


Offered = tuple[str, Type | None, Candidate, Candidate]
_OF_LIBRARY: dict[str, tuple[Offered, ...]] = {}


def _of_library(library: FunctionLibrary) -> tuple[Offered, ...]:
    """Each function that every program knows: its name, what it gives, and its candidate where that fits and where it does not."""
    if library.hash not in _OF_LIBRARY:
        nothing, standard, found = empty_program(library), standard_signatures(library), list[Offered]()
        for name in (*library_names(library), *MARKS):
            function = nothing.standard_function(name)
            if function is not None:
                shown = standard[name]
                fitting, other = _function(shown, function, FUNCTION_FITS), _function(shown, function, FUNCTION)
                found.append((name, shown.gives, fitting, other))
        _OF_LIBRARY[library.hash] = tuple(found)
    return _OF_LIBRARY[library.hash]


def _suits(type_: Type | None, want: Want) -> bool:
    """Whether a value could stand there: what a condition begins with may be anything."""
    return type_ is not None and (want.type == TRUTH or fits(type_, want.type))


_UNIT_WORDS = frozenset(("bar", "bars", "tick", "ticks", "share", "shares", "unit", "units", "bps", "r", "R"))
_UNIT_OF = {"bars": "bars", "ticks": "price", "shares": "quantity", "units": "quantity", "bps": "ratio", "R": "plain number"}
_PHRASES = {
    "crosses": ("crosses above", "crosses below", "crosses"),
    "is": ("is rising for", "is falling for", "is new", "is available"),
    "has": ("has held for",),
    "within": ("within last",),
}
_AFTER = {
    ("is", "rising"): ("rising for",),
    ("is", "falling"): ("falling for",),
    ("is", "within"): ("within",),
    ("has", "held"): ("held for",),
    ("bars", "since"): ("since",),
}
_DURATIONS = ("1m", "5m", "15m", "30m", "1h", "4h", "1d", "1w", "1mo")
_ZONES = ("America/New_York", "America/Chicago", "Europe/London", "Europe/Berlin", "Asia/Tokyo", "UTC")
