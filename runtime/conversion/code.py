"""Codes of currencies, as the language writes them."""

from __future__ import annotations

import re

HUNDREDTHS: dict[str, str] = {"GBp": "GBX", "ZAc": "ZAC", "ILa": "ILA"}
"""Spellings of a hundredth of a currency, which capitals would turn into the whole."""


def currency_code(text: str) -> str:
    """A currency's code as the language writes it, three to five capitals; '' for what is none."""
    name = HUNDREDTHS.get(text.strip(), text.strip().upper())
    return name if re.fullmatch(r"[A-Z]{3,5}", name) else ""
