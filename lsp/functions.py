"""Functions as a client shows them: how each is called, what each argument is, what it gives. Found by typing calls of it, without building any."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product

from compiler import syntax as s
from compiler.aggregates import Aggregate
from compiler.builtins import MARKS, SCALAR_FUNCTIONS
from compiler.catalogue.facts import SERIES_UNITS
from compiler.catalogue.functions import TRIED, Kind
from compiler.catalogue.functions import names as library_names
from compiler.diagnostics import Diagnostics
from compiler.functions import Defined, Function, Mark, Scalar, default_of, parameter_names, required
from compiler.libraries.linking import Linked
from compiler.library import FunctionLibrary, Primitive
from compiler.resolve import Names, resolve
from compiler.source import Source, Span
from compiler.types import Type, settled_unit
from lsp.kinds import Typer, expression, typer
from lsp.own_functions import Kept

KINDS: Mapping[Kind, str] = {
    "series": "a value per bar",
    "condition": "a condition per bar",
    "window": "a number of bars, fixed before the run",
    "number": "a number, fixed before the run",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a function. default: as it is written, '' where the argument must be given. units: those a series may have.

    usual: an argument that it takes, where one must be given.
    """

    name: str
    kind: Kind
    default: str = ""
    units: tuple[str, ...] = ()
    needed: bool = True
    usual: str = ""

    @property
    def written(self) -> str:
        return f"{self.name} = {self.default}" if self.default else self.name

    @property
    def takes(self) -> str:
        """What it takes, in words."""
        unit = ""
        if self.kind == "series" and self.units:
            unit = "; of any unit" if len(self.units) == len(SERIES_UNITS) else f"; {' or '.join(self.units)}"
        return f"{KINDS[self.kind]}{unit}{f'; {self.default} if left out' if self.default else ''}"


@dataclass(frozen=True, slots=True)
class Signature:
    """How a function is called. gives: its type for its defaults, or for the first arguments that go together; None where no call could be typed."""

    name: str
    parameters: tuple[Parameter, ...]
    gives: Type | None

    @property
    def label(self) -> str:
        return f"{self.name}({', '.join(p.written for p in self.parameters)})"

    @property
    def places(self) -> list[tuple[int, int]]:
        """Where in the label each parameter stands."""
        found, at = [], len(self.name) + 1
        for parameter in self.parameters:
            found.append((at, at + len(parameter.written)))
            at += len(parameter.written) + 2
        return found


_NOTHING: dict[str, Names] = {}
_SIGNATURES: dict[tuple[str, str], Signature] = {}


def empty_program(library: FunctionLibrary) -> Names:
    """The names of a program that says nothing."""
    if library.hash not in _NOTHING:
        _NOTHING[library.hash] = resolve(Source(""), Linked(s.File(())), library, Diagnostics())
    return _NOTHING[library.hash]


def signature(name: str, function: Function, names: Names) -> Signature:
    """The signature of a function. name: as the program writes it, `m.f` for a library's."""
    if isinstance(function, Defined) and not function.of_library:
        return _OWN.of(name, function, names)
    key = (names.library.hash, name)
    if key not in _SIGNATURES:
        nothing = empty_program(names.library)
        _SIGNATURES[key] = _with_units(_found(name, function, nothing), function, nothing)
    return _SIGNATURES[key]


def signature_without_units(name: str, function: Defined, names: Names) -> Signature:
    """The same of a function that the program or a library defines, sooner."""
    return _OWN_QUICK.of(name, function, names)


_STANDARD: dict[str, dict[str, Signature]] = {}


def standard_signatures(library: FunctionLibrary) -> Mapping[str, Signature]:
    """Of each function of the standard library, without units. The first time costs half a second, but for what `prepare` has found."""
    prepare(library, None)
    return _STANDARD[library.hash]


def prepare(library: FunctionLibrary, most: int | None) -> bool:
    """Finds the signatures of so many more functions, and tells whether all are known: a server does it while it has nothing else to do."""
    known = _STANDARD.setdefault(library.hash, {})
    nothing = empty_program(library)
    left = [name for name in (*library_names(library), *MARKS) if name not in known]
    for name in left[:most]:
        function = nothing.standard_function(name)
        if function is not None:
            known[name] = _found(name, function, nothing)
    return most is None or len(left) <= most


def call_to_fill_in(shown: Signature) -> str:
    """A call of a function as a snippet: what must be given stands in it as it may begin, for the rest there is room."""
    needed = [p for p in shown.parameters if p.needed]
    if not shown.parameters:
        return f"{shown.name}()"
    inside = ", ".join(f"${{{i}:{p.usual}}}" for i, p in enumerate(needed, 1))
    return f"{shown.name}({inside or '$1'})$0"


def quick_label(function: Function) -> str:
    """The parameters in parentheses, found without typing anything."""
    match function:
        case Defined(define=define):
            return f"({', '.join(_default(function, i, p.name.name) for i, p in enumerate(define.params))})"
        case _:
            return f"({', '.join(parameter_names(function))})"


def _default(function: Defined, index: int, name: str) -> str:
    default = default_of(function, index)
    return name if default is None else f"{name} = {function.source.on_one_line(default.span)}"


def doc_of(function: Function, library: FunctionLibrary) -> str:
    """What its declaration says of a function."""
    match function:
        case Primitive(doc=doc):
            return doc
        case Defined(define=define, of_library=True):
            lines = library.definitions[define.name.name].text.splitlines()
            return "\n".join(line.removeprefix("##").strip() for line in lines if line.startswith("##"))
        case Defined(define=define):
            return define.doc
        case Scalar(name=name):
            text = SCALAR_FUNCTIONS[name][2]
            return text[:1].upper() + text[1:] + "."
        case Aggregate(doc=doc):
            return doc
        case Mark(name="number"):
            return "x without its unit, a plain number."
        case Mark():
            return "x as an oscillator: it says that x runs from 0 to 100, and changes no value."


# ------------------------------------------------------------ found by typing calls


def _found(name: str, function: Function, names: Names) -> Signature:
    """Without units."""
    type_of = typer(names, None)
    shown = parameter_names(function)
    needed = [i for i in range(len(shown)) if required(function, i)]
    options = [_options(function, i) for i in needed]
    gives: Type | None = None
    kinds = {i: choice[0] for i, choice in zip(needed, options, strict=True)}
    for chosen in product(*options):
        gives = _typed(_call(name, function, dict(zip(needed, (text for text, _ in chosen), strict=True))), type_of)
        if gives is not None:
            kinds = dict(zip(needed, chosen, strict=True))
            break
    parameters = []
    for i, shown_name in enumerate(shown):
        default = default_of(function, i)
        written = function.source.on_one_line(default.span) if isinstance(function, Defined) and default is not None else ""
        usual, kind = kinds[i] if i in kinds else ("", _kind_of(default))
        parameters.append(Parameter(shown_name, kind, written, (), i in kinds, usual))
    return Signature(name, tuple(parameters), gives)


def _with_units(found: Signature, function: Function, names: Names) -> Signature:
    """The same with the units that its series may have."""
    if found.gives is None:
        return found
    type_of = typer(names, None)
    texts = {i: p.usual for i, p in enumerate(found.parameters) if p.needed}
    parameters = tuple(
        replace(p, units=_units(found.name, function, i, texts, type_of)) if p.kind == "series" else p
        for i, p in enumerate(found.parameters)
    )
    return Signature(found.name, parameters, found.gives)


def _options(function: Function, index: int) -> list[tuple[str, Kind]]:
    if isinstance(function, Primitive):
        kinds: dict[str, Kind] = {"series": "series", "truth": "condition", "window": "window", "number": "number"}
        return [(text, kind) for text, kind in TRIED if kind == kinds[function.parameters[index].kind]]
    if isinstance(function, Aggregate):
        wanted: Kind = "condition" if function.takes == "truth" else "series"
        return [(text, kind) for text, kind in TRIED if kind == wanted]
    return [(text, kind) for text, kind in TRIED if kind != "window"] if isinstance(function, Scalar | Mark) else list(TRIED)


def _kind_of(default: s.Expr | None) -> Kind:
    inner = default.operand if isinstance(default, s.Unary) else default
    if isinstance(inner, s.Number):
        return "window" if inner.unit == "bars" else "number"
    return "condition" if isinstance(inner, s.TruthLiteral) else "series"


def _call(name: str, function: Function, texts: Mapping[int, str]) -> s.Call | None:
    """A call with some arguments given."""
    placed = isinstance(function, Scalar | Mark | Aggregate)
    shown = parameter_names(function)
    arguments = []
    for i, text in texts.items():
        value = _EXPRESSIONS.get(text) or _EXPRESSIONS.setdefault(text, expression(text))
        if value is None:
            return None
        arguments.append(s.Argument(value.span, None if placed else s.Ident(value.span, shown[i]), value))
    return s.Call(_NOWHERE, s.Name(_NOWHERE, name), tuple(arguments))


_OWN_QUICK: Kept[Signature] = Kept(_found)
_OWN: Kept[Signature] = Kept(lambda name, function, names: _with_units(_OWN_QUICK.of(name, function, names), function, names))

_NOWHERE = Span(0, 0)
_EXPRESSIONS: dict[str, s.Expr | None] = {}


def _typed(call: s.Call | None, type_of: Typer) -> Type | None:
    found = type_of(call) if call is not None else None
    return found if found is not None and found.kind != "error" else None


def _units(name: str, function: Function, index: int, texts: Mapping[int, str], type_of: Typer) -> tuple[str, ...]:
    """The units that a series may have, its other series having their usual ones or else the same."""
    others = {i: text for i, text in texts.items() if i != index}
    series = [i for i, text in others.items() if text in SERIES_UNITS.values()]
    found = []
    for unit, text in SERIES_UNITS.items():
        alone = _call(name, function, {**others, index: text})
        alike = _call(name, function, {**others, **dict.fromkeys(series, text), index: text})
        if _typed(alone, type_of) is not None or _typed(alike, type_of) is not None:
            found.append(unit)
    return tuple(found)


def result_words(gives: Type | None) -> str:
    """What a function gives, in words."""
    if gives is None:
        return ""
    if gives.kind == "record":
        return ", ".join(f"`.{name}` {type_}" for name, type_ in gives.fields)
    return str(gives)


def fits(gives: Type | None, wanted: Type | None) -> bool:
    """Whether a result is of the kind and unit that is wanted."""
    if gives is None or wanted is None:
        return False
    if gives.kind == "record":
        return any(fits(part, wanted) for _, part in gives.fields)
    if gives.kind != wanted.kind:
        return False
    if gives.kind != "number":
        return True
    a, b = settled_unit(gives.unit), settled_unit(wanted.unit)
    return a is None or b is None or a == b


_FIRST_SENTENCE = re.compile(r"(.*?[.:;])(?:\s|$)", re.DOTALL)


def first_sentence(text: str) -> str:
    """The first sentence of a documentation, on one line."""
    found = _FIRST_SENTENCE.match(text)
    return " ".join((found[1] if found else text).split()).rstrip(":;")
