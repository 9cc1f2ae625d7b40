"""The rows of a shard as bytes with a checksum: the same rows give the same bytes, so that a shard that is run twice can be compared."""

from __future__ import annotations

import hashlib
import json

import numpy as np

from runtime.statistics import COLUMNS
from runtime.sweep.space import Numbers
from runtime.sweep.task import Rows


class Damaged(ValueError):
    """Bytes that are not the rows that were asked for."""


def packed_rows(rows: Rows) -> bytes:
    head = json.dumps(
        {"rows": len(rows.numbers), "tried": rows.tried, "not_allowed": rows.not_allowed, "refused": list(rows.refused)}
    ).encode()
    body = b"".join((
        len(head).to_bytes(8, "little"), head, rows.numbers.astype("<i8").tobytes(), rows.values.astype("<f8").tobytes(),
    ))  # fmt: skip
    return hashlib.sha256(body).digest() + body


def unpacked_rows(packed: bytes, asked: Numbers) -> Rows:
    """Raises Damaged for bytes that are not whole, or are of other combinations than these."""
    digest, body = packed[:32], packed[32:]
    if hashlib.sha256(body).digest() != digest:
        raise Damaged("the checksum is wrong")
    try:
        at = 8 + int.from_bytes(body[:8], "little")
        head = json.loads(body[8:at])
        count = int(head["rows"])
        numbers = np.frombuffer(body, "<i8", count, at).astype(np.int64)
        values = np.frombuffer(body, "<f8", count * len(COLUMNS), at + 8 * count).astype(np.float64).reshape(count, len(COLUMNS))
        refused = tuple((int(number), str(why)) for number, why in head["refused"])
        rows = Rows(numbers, values, int(head["tried"]), int(head["not_allowed"]), refused)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise Damaged(f"these are no rows: {error}") from None
    met = np.concatenate((numbers, np.array([number for number, _ in refused], dtype=np.int64)))
    whole = rows.tried == len(asked) and len(met) + rows.not_allowed == len(asked)
    if not whole or len(np.unique(met)) != len(met) or not np.isin(met, asked).all():
        raise Damaged("these are not the combinations of the shard")
    return rows
