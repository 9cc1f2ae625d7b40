"""Types: kind and unit. Units are rational powers of price, quantity and bars, or one of the dimensionless scales."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from compiler.source import Span

Scale = Literal["", "plain", "ratio", "oscillator", "duration"]
ZERO, ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Unit:
    """`price^a * quantity^b * bars^c * account^d`; with all powers zero, `scale` says which dimensionless scale it is."""

    price: Fraction = ZERO
    quantity: Fraction = ZERO
    bars: Fraction = ZERO
    scale: Scale = ""
    account: Fraction = ZERO  # money of the account, where it is told apart from money of the prices

    @property
    def dimensionless(self) -> bool:
        return not (self.price or self.quantity or self.bars or self.account)

    def __str__(self) -> str:
        if self.dimensionless:
            return {"plain": "plain number", "": "plain number"}.get(self.scale, self.scale)
        if (self.price, self.quantity, self.bars, self.account) == (ONE, ONE, ZERO, ZERO):
            return "money"
        parts = [
            (n, p)
            for n, p in (("price", self.price), ("quantity", self.quantity), ("bars", self.bars), ("account money", self.account))
            if p
        ]
        above = [_power(n, p) for n, p in parts if p > 0]
        below = [_power("bar" if n == "bars" else n, -p) for n, p in parts if p < 0]
        return "·".join(above or ["1"]) + ("/" + "/".join(below) if below else "")


def _power(name: str, power: Fraction) -> str:
    if power == 1:
        return name
    small = {2: "²", 3: "³", 4: "⁴"}
    if power.denominator == 1 and int(power) in small:
        return name + small[int(power)]
    return f"{name}^{power}"


PLAIN = Unit(scale="plain")
RATIO = Unit(scale="ratio")
OSCILLATOR = Unit(scale="oscillator")
DURATION = Unit(scale="duration")
PRICE = Unit(price=ONE)
QUANTITY = Unit(quantity=ONE)
MONEY = Unit(price=ONE, quantity=ONE)
ACCOUNT_MONEY = Unit(account=ONE)
"""Money of the account where prices are in another currency: not price times quantity."""
BARS = Unit(bars=ONE)

UNITS_BY_NAME: dict[str, Unit] = {
    "plain": PLAIN, "": PLAIN, "ratio": RATIO, "oscillator": OSCILLATOR, "duration": DURATION,
    "price": PRICE, "quantity": QUANTITY, "money": MONEY, "bars": BARS,
}  # fmt: skip


def scaled(unit: Unit, power: Fraction) -> Unit:
    """unit to a power; a dimensionless scale stays what it is."""
    if unit.dimensionless:
        return unit
    return _settled(unit.price * power, unit.quantity * power, unit.bars * power, unit.account * power)


def product(a: Unit, b: Unit) -> Unit:
    """The unit of a * b. Ratio and plain keep the other's unit."""
    if a.dimensionless and b.dimensionless:
        if a.scale in ("plain", ""):
            return b
        if b.scale in ("plain", "") or a == b == RATIO:
            return a
        return OSCILLATOR if RATIO in (a, b) else PLAIN
    if a.dimensionless:
        return b
    if b.dimensionless:
        return a
    return _settled(a.price + b.price, a.quantity + b.quantity, a.bars + b.bars, a.account + b.account)


def quotient(a: Unit, b: Unit) -> Unit:
    """The unit of a / b. Same over same is a ratio."""
    if a.dimensionless and b.dimensionless:
        if b.scale in ("plain", ""):
            return a
        return RATIO if a == b else PLAIN
    if b.dimensionless:
        return a
    if a == b:
        return RATIO
    return _settled(a.price - b.price, a.quantity - b.quantity, a.bars - b.bars, a.account - b.account)


def _settled(price: Fraction, quantity: Fraction, bars: Fraction, account: Fraction) -> Unit:
    if not (price or quantity or bars or account):
        return RATIO
    return Unit(price, quantity, bars, account=account)


def joined(a: Unit, b: Unit) -> Unit | None:
    """The unit of a sum, comparison or choice between a and b; None if they do not go together.

    A plain number goes with any dimensionless scale and takes it; a ratio never goes with an oscillator.
    """
    if a == b:
        return a
    if a.dimensionless and b.dimensionless:
        if a.scale in ("plain", ""):
            return b
        if b.scale in ("plain", ""):
            return a
    return None


@dataclass(slots=True, eq=False)
class UnitVar:
    """A unit still to be found: of a bare literal, or of an input or let made of one. Solved by its first use that has a unit."""

    name: str = ""  # the input or let it belongs to; '' for a literal on its own
    place: Span | None = None
    solved: Unit | None = None
    cause: Span | None = None
    link: UnitVar | None = None
    anything: bool = False  # a parameter in the generic check of a define: goes with everything

    def root(self) -> UnitVar:
        var = self
        while var.link is not None:
            var = var.link
        return var


UnitTerm = Unit | UnitVar


def settled_unit(term: UnitTerm) -> Unit | None:
    """The unit if it is known by now."""
    if isinstance(term, Unit):
        return term
    return term.root().solved


Kind = Literal["number", "truth", "text", "record", "error", "list"]


@dataclass(frozen=True, slots=True)
class Type:
    """What an expression is. `unit` for numbers, `fields` for records. An `error` type has been reported and goes with everything."""

    kind: Kind
    unit: UnitTerm = PLAIN
    fields: tuple[tuple[str, Type], ...] = field(default=())
    literal: bool = False  # a bare literal or arithmetic of bare literals: adopts the unit it meets

    def __str__(self) -> str:
        if self.kind == "number":
            unit = settled_unit(self.unit)
            return str(unit) if unit is not None else "plain number"
        if self.kind == "record":
            return "(" + ", ".join(f"{name}: {type_}" for name, type_ in self.fields) + ")"
        return {"truth": "condition", "text": "text", "list": "list"}.get(self.kind, self.kind)


TRUTH = Type("truth")
TEXT = Type("text")
ERROR = Type("error")


def number(unit: UnitTerm = PLAIN, literal: bool = False) -> Type:
    return Type("number", unit, (), literal)
