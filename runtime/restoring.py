"""Going on from a saved state: all of it, or nothing changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Protocol

from runtime.kernel import StateMismatch
from runtime.machine.instrument import Instrument


class Resumable(Protocol):
    """What keeps a state that can be saved. `take_up` may leave a part of it behind where it raises."""

    def save(self) -> bytes: ...
    def take_up(self, saved: bytes) -> None: ...


def restore_whole(stream: Resumable, saved: bytes) -> None:
    """Has a stream go on from saved bytes. Raises StateMismatch, and leaves it as it was, for bytes that are not of such a stream."""
    before = stream.save()
    try:
        stream.take_up(saved)
    except StateMismatch:
        stream.take_up(before)
        raise
    except (KeyError, IndexError, TypeError, ValueError) as error:
        stream.take_up(before)
        raise StateMismatch("These bytes are not a whole saved stream.") from error


_SAID = {"tick": "a tick", "lot": "a lot", "multiplier": "a multiplier", "min_notional": "a least order value", "currency": "prices in the currency"}  # fmt: skip


def facts_of(instrument: Instrument) -> list[float | str]:
    """The facts of an instrument, as JSON can hold them."""
    return [getattr(instrument, field.name) for field in fields(instrument)]


def require_facts(saved: list[float | str], instrument: Instrument, of: str = "") -> None:
    """Raises StateMismatch where a state was saved with other facts of an instrument: its orders and stops rest on that grid. of: its symbol, if one
    of several."""
    for field, then, now in zip(fields(instrument), saved, facts_of(instrument), strict=True):
        if then != now:
            whose = f" of {of}" if of else ""
            raise StateMismatch(f"The saved stream{whose} has {_SAID[field.name]} of {_shown(then)}; this one, of {_shown(now)}.")


def require_frame(saved: Mapping[str, Any], adjusted: bool) -> None:
    """Raises StateMismatch where one stream takes candles with factors and the other does not: what is held is counted in other prices."""
    if saved["adjusted"] != adjusted:
        then, now = ("with factors", "as traded") if saved["adjusted"] else ("as traded", "with factors")
        raise StateMismatch(f"The saved stream takes candles {then}; this one, {now}.")


def _shown(value: float | str) -> str:
    return (value or "no known kind") if isinstance(value, str) else f"{value:.15g}"
