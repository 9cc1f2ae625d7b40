"""What a slot takes: how it is written, the kind of value, and the unit where that is known."""

from __future__ import annotations

from dataclasses import dataclass

from compiler import syntax as s
from compiler.aggregates import Aggregate
from compiler.blocks.places import Page, Place, everything
from compiler.blocks.shape import Slot
from compiler.builtins import MARKET
from compiler.functions import Mark, Scalar, bind, parameter_names
from compiler.library import Primitive
from compiler.pipeline import Checked
from compiler.resolve import Names
from compiler.source import Span
from compiler.types import Type, settled_unit


@dataclass(frozen=True, slots=True)
class Accepts:
    """`form`: how it is written (see compiler/blocks/shape.py). `kind`: of the value. `unit`: '' where any will do or it is not known.
    `constant`: fixed before the run."""

    form: str
    kind: str
    unit: str
    constant: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What checking found: the type of each expression by its place, and what the names stand for."""

    types: dict[Span, Type]
    names: Names | None

    @staticmethod
    def by(checked: Checked) -> Found:
        """By place, not by node: a file with its libraries linked is not the tree of its text."""
        typed = checked.typed
        if typed is None:
            return Found({}, None)
        types = {node.span: typed.types[id(node)] for node in everything(checked.file) if id(node) in typed.types}
        return Found(types, typed.names)

    def unit(self, expr: s.Expr) -> str:
        """The unit of a number, '' if it has none, or none is known."""
        found = self.types.get(expr.span)
        unit = settled_unit(found.unit) if found is not None and found.kind == "number" else None
        return "" if unit is None or str(unit) == "plain number" else str(unit)


def accepted(page: Page, place: Place, slot: Slot, found: Found) -> Accepts:
    node = place.node
    constant = slot.form in ("constant", "bar")
    kind, unit = slot.wanted, slot.unit
    if isinstance(node, s.Argument):
        return _argument(page, place, slot, found)
    if isinstance(node, s.Input):
        return Accepts(slot.form, kind, found.unit(node.default), True)
    if not unit and kind in ("number", "any") and not constant:
        unit = _sibling(node, slot, found)
    if kind == "any" and unit:
        return Accepts(slot.form, "number", unit, constant)
    constant = constant or (isinstance(node, s.Index) and slot.name == "ago") or slot.name == "length"
    return Accepts(slot.form, kind, unit, constant)


def _sibling(node: object, slot: Slot, found: Found) -> str:
    """What is compared, added or chosen between has one unit: that of the other side."""
    match node:
        case s.Binary(op="+" | "-" | "<" | "<=" | ">" | ">=" | "==" | "!=" | "or_else", left=left, right=right):
            return found.unit(right if slot.name == "left" else left)
        case s.Crosses(left=left, right=right):
            return found.unit(right if slot.name == "left" else left)
        case s.Between(operand=operand, low=low):
            return found.unit(low if slot.name == "operand" else operand)
        case s.If(branches=branches, otherwise=otherwise) if slot.name in ("values", "otherwise"):
            return found.unit(otherwise) or found.unit(branches[0][1])
        case _:
            return ""


def _argument(page: Page, place: Place, slot: Slot, found: Found) -> Accepts:
    """What a parameter takes."""
    parent = page.parent(place)
    anything = Accepts(slot.form, "any", "")
    names = found.names
    if names is None or parent is None or not isinstance(parent.node, s.Call) or not isinstance(parent.node.function, s.Name):
        return anything
    function = names.function(parent.node.function.name)
    if function is None:
        return anything
    if isinstance(function, Mark | Scalar):
        return Accepts(slot.form, "number", "")
    if isinstance(function, Aggregate):
        return Accepts(slot.form, "condition" if function.takes == "truth" else "number", "")
    argument = place.node
    assert isinstance(argument, s.Argument)
    bound = bind(function, parent.node, names.is_constant)
    index = next((i for i, value in enumerate(bound.arguments) if value is argument.value), None)
    if index is None or index >= len(parameter_names(function)):
        return anything
    if isinstance(function, Primitive):
        parameter = function.parameters[index]
        kind = "condition" if parameter.kind == "truth" else "number"
        fixed = parameter.kind in ("window", "number")
        unit = (
            "bars" if parameter.kind == "window" else parameter.unit if parameter.unit in ("price", "quantity", "money") else ""
        )
        return Accepts(slot.form, kind, unit, fixed)
    return _by_default(slot, function.define.params[index].default)


def _by_default(slot: Slot, default: s.Expr | None) -> Accepts:
    """A define's parameter says what it takes by its default."""
    match default:
        case s.Number(unit="bars"):
            return Accepts(slot.form, "number", "bars", True)
        case s.Number():
            return Accepts(slot.form, "number", "", True)
        case s.TruthLiteral():
            return Accepts(slot.form, "condition", "")
        case s.Name(name=name) if name in MARKET:
            return Accepts(slot.form, "number", "")
        case _:
            return Accepts(slot.form, "any", "")
