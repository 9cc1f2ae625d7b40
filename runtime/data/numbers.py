"""Number cells that are not plain: empty, with thousands separators, decimal commas, currency signs or K and M."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal, TypeAlias

Comma: TypeAlias = Literal["thousands", "decimal", "none"]
"""What a comma inside a number means in this file."""

_EMPTY = frozenset(("", "nan", "na", "n/a", "#n/a", "null", "none", "-", "--", ".", "?", "nat", "<na>", "#na"))
_SCALE = {"k": 3, "m": 6, "b": 9, "t": 12}
_PLAIN = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]{1,4})?")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+),[0-9]*(?:e[+-]?[0-9]{1,4})?")
_DOTTED = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{3})+")
_CURRENCY = re.compile(r"^([+-]?)[$€£¥]\s*|\s*[$€£¥]$")


def find_comma(cells: Iterable[str], separator: str) -> Comma:
    """What commas mean, judged from a file's first rows: a decimal point elsewhere makes them thousands separators.

    In a comma-separated file they can only be thousands separators.
    """
    some = False
    for cell in cells:
        if "," in cell:
            some = True
            if separator == "," or cell.count(",") > 1 or "." in cell[cell.rindex(",") :]:
                return "thousands"
        elif re.search(r"\.[0-9]{1,2}$|\.[0-9]{4,}$", cell.strip()):
            return "thousands"
    return "decimal" if some else "none"


def read_number(cell: str, comma: Comma) -> float | None:
    """The cell's value; NaN if it is empty or says that there is none; None if it is no number in this file's style."""
    text = cell.strip().lower()
    if text in _EMPTY:
        return float("nan")
    text = _CURRENCY.sub(r"\1", text)
    exponent = 0
    if text and text[-1] in _SCALE:
        exponent, text = _SCALE[text[-1]], text[:-1].rstrip()
    if comma == "thousands" and _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    elif comma == "decimal" and _DECIMAL.fullmatch(text):
        text = text.replace(".", "").replace(",", ".")
    elif comma == "decimal" and "." in text:
        if not _DOTTED.fullmatch(text):
            return None
        text = text.replace(".", "")
    elif not _PLAIN.fullmatch(text):
        return float(text) if text.lstrip("+-") in ("inf", "infinity") else None
    return float(f"{text}e{exponent}") if exponent else float(text)
