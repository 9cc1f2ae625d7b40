"""Bars as bytes for another process: a short description, then the columns as they are in memory. The same bars give the same bytes."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from runtime.candles import Candles
from runtime.data.problems import DataError, Problem

MARK = b"apextrade bars 1\n"
COLUMNS = ("time", "open", "high", "low", "close", "volume")


def pack(candles: Candles) -> bytes:
    """The bars with everything that they carry: facts, repairs, the bars beside them and inside them."""
    columns: list[bytes] = []
    head = json.dumps(_described(candles, columns), separators=(",", ":"), ensure_ascii=False).encode()
    return b"".join((MARK, len(head).to_bytes(8, "little"), head, *columns))


def unpack(packed: bytes) -> Candles:
    """The bars of `pack`. Raises DataError for bytes that are none."""
    try:
        if not packed.startswith(MARK):
            raise ValueError("no mark")
        at = len(MARK) + 8
        length = int.from_bytes(packed[len(MARK) : at], "little")
        reader = _Reader(packed, at + length)
        found = reader.candles(json.loads(packed[at : at + length]))
        if reader.at != len(packed):
            raise ValueError("bytes left over")
        return found
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"These bytes are no packed bars: {error}.") from None


def _described(candles: Candles, columns: list[bytes]) -> dict[str, Any]:
    for name in COLUMNS:
        columns.append(getattr(candles, name).astype("<i8" if name == "time" else "<f8").tobytes())
    if candles.factor is not None:
        columns.append(candles.factor.astype("<f8").tobytes())
    return {
        "bars": len(candles),
        "symbol": candles.symbol,
        "timeframe": candles.timeframe,
        "source": candles.source,
        "calendar": candles.calendar,
        "currency": candles.currency,
        "factor": candles.factor is not None,
        "repairs": [[p.kind, p.rows, list(p.first_rows), p.action, p.sentence] for p in candles.repairs],
        "beside": [[symbol, _described(bars, columns)] for symbol, bars in sorted(candles.beside.items())],
        "finer": None if candles.finer is None else _described(candles.finer, columns),
    }


class _Reader:
    """Reads columns one after the other."""

    def __init__(self, packed: bytes, at: int) -> None:
        self.packed, self.at = packed, at

    def column(self, bars: int, kind: str) -> Any:
        found = np.frombuffer(self.packed, dtype=kind, count=bars, offset=self.at).astype(kind[1:])
        found.flags.writeable = False
        self.at += 8 * bars
        return found

    def candles(self, head: dict[str, Any]) -> Candles:
        bars = int(head["bars"])
        columns = {name: self.column(bars, "<i8" if name == "time" else "<f8") for name in COLUMNS}
        factor = self.column(bars, "<f8") if head["factor"] else None
        repairs = tuple(
            Problem(kind, rows, tuple(first), action, sentence) for kind, rows, first, action, sentence in head["repairs"]
        )
        beside = {symbol: self.candles(one) for symbol, one in head["beside"]}
        finer = None if head["finer"] is None else self.candles(head["finer"])
        return Candles(
            **columns, symbol=head["symbol"], timeframe=head["timeframe"], source=head["source"], repairs=repairs,
            calendar=head["calendar"], beside=beside, finer=finer, currency=head["currency"], factor=factor,
        )  # fmt: skip
