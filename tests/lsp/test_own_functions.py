"""What is kept of a program's own functions is what would be found anew, whatever is edited around them."""

from __future__ import annotations

from compiler.editing import Editing
from compiler.functions import Defined
from lsp.functions import Signature, signature, signature_without_units
from lsp.own_functions import Kept
from stdlib.library import load
from tests.lsp.features.views import HEAD, SHELF

PROGRAM = (
    HEAD
    + 'use "Bands" version 1 as b\n{inner}\ndefine middle(x, n = 5 bars) = inner(x, n) / 2\ndefine outer(y) = middle(y) + b.mid(y)\n'
)
VERSIONS = (
    "define inner(x, n = 3 bars) = sma(x, n)",
    "define inner(x, n = 3 bars) = sma(x, n) > x",
    "define inner(x, n = 3 bars) = sma(x, n)",
    "define inner(x, n = 30 bars) = number(sma(x, n))",
    "define inner(volume, n = 30 bars) = sma(volume, n) > 3",
    "",
    "define inner(x, n = 3 bars) = outer(x)",
    "define inner(x, n = 3 bars) = missing(x)",
    "define inner(x, n = 3 bars)\n  let two = x * 2\n  give up = two\n  give down = x",
)


def shown(found: Signature) -> tuple[object, ...]:
    return found.label, found.parameters, str(found.gives)


def test_signatures_follow_what_functions_call() -> None:
    library, editing = load(), Editing(load())
    seen = set()
    for inner in (*VERSIONS, *reversed(VERSIONS)):
        text = PROGRAM.format(inner=inner)
        names, anew = (x.analyse(text, SHELF).names for x in (editing, Editing(library)))
        for name, function in {**names.defines, **names.linked.visible}.items():
            other = anew.function(name)
            assert isinstance(function, Defined)
            assert isinstance(other, Defined)
            for found in (signature, signature_without_units):
                assert shown(found(name, function, names)) == shown(found(name, other, anew)), (name, inner)
            seen.add((name, str(signature(name, function, names).gives)))
    assert len([1 for name, _ in seen if name == "outer"]) > 1


def test_what_is_not_edited_is_not_found_again() -> None:
    made: list[str] = []
    kept: Kept[None] = Kept(lambda name, function, names: made.append(name))
    editing = Editing(load())
    for inner in VERSIONS[0], VERSIONS[0] + "\nlet a = close", VERSIONS[3]:
        names = editing.analyse(PROGRAM.format(inner=inner), SHELF).names
        for name, function in names.defines.items():
            kept.of(name, function, names)
    assert made == ["inner", "middle", "outer"] * 2
