"""What each part of an order is read as: prices, quantities, or what has no factor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from fractions import Fraction

from compiler.adjustment.exponents import NOTHING, Power
from compiler.nodes import Node
from compiler.orders import OrderNodes

PRICE: Power = (("", Fraction(1)),)
QUANTITY: Power = (("", Fraction(-1)),)


def order_parts(order: OrderNodes) -> list[tuple[Node, Power]]:
    """Every node of an order with the power that the machine takes it to carry: fields in their order, then those of its text."""
    powers = {
        "price": PRICE,
        "limit": PRICE,
        "stop": PRICE,
        "target": PRICE,
        "size": QUANTITY if order.sizing == "quantity" else NOTHING,
        "trail": NOTHING if order.trail_share else PRICE,
        "trail_after": NOTHING if order.trail_after_share else PRICE,
    }
    found = [(v, powers.get(f.name, NOTHING)) for f in fields(order) if isinstance(v := getattr(order, f.name), Node)]
    return found + [(part, NOTHING) for part in order.text if isinstance(part, Node)]


def with_parts(order: OrderNodes, nodes: Sequence[Node]) -> OrderNodes:
    """The order with other nodes, in the order of `order_parts`."""
    following = iter(nodes)
    changes: dict[str, object] = {f.name: next(following) for f in fields(order) if isinstance(getattr(order, f.name), Node)}
    changes["text"] = tuple(next(following) if isinstance(part, Node) else part for part in order.text)
    return replace(order, **changes)  # type: ignore[arg-type]
