"""Signals: what a program computed, a column for each `let`, rule, plot and alert, a row for each bar."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from compiler.plan import Column
from runtime.data.arrays import Floats, Micros

if TYPE_CHECKING:
    import pandas as pd

Codes = npt.NDArray[np.uint8]


class Signals(Mapping[str, Floats]):
    """Name -> float64 array of shape (n,), NaN where unknown.

    A truth is 1.0, 0.0 or NaN, never a bool that hides the unknown; `truth(name)` gives the codes 0 false, 1 unknown, 2 true.
    time: microseconds since 1970-01-01 UTC of each bar's open. columns: what each name is, its unit and label.
    """

    def __init__(
        self, time: Micros, columns: Sequence[Column], registers: Mapping[int, Floats], slots: Mapping[int, Floats] | None = None
    ) -> None:
        """registers, slots: what kernel and machine leave, truths as codes; a column that is in neither is left out."""
        self.time = time
        self.columns: dict[str, Column] = {}
        self._raw: dict[str, Floats] = {}
        self._shown: dict[str, Floats] = {}
        for column in columns:
            raw = registers.get(column.register) if column.register >= 0 else (slots or {}).get(column.slot)
            if raw is not None and column.name not in self.columns:
                self.columns[column.name] = column
                self._raw[column.name] = raw

    def __getitem__(self, name: str) -> Floats:
        if name not in self._shown:
            raw = self._raw[name]
            self._shown[name] = truth_values(raw) if self.columns[name].kind == "truth" else raw
        return self._shown[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    def __repr__(self) -> str:
        return f"<Signals of {len(self.time):,} bars: {', '.join(self.columns)}>"

    def truth(self, name: str) -> Codes:
        """The codes of a truth: 0 false, 1 unknown, 2 true. Raises KeyError for no such name, TypeError for a number."""
        if self.columns[name].kind != "truth":
            raise TypeError(f"`{name}` is a number, not a truth.")
        return self._raw[name].astype(np.uint8)

    def to_pandas(self) -> pd.DataFrame:
        """A table with a column for each name, its index the times in UTC."""
        import pandas as pd

        index = pd.DatetimeIndex(self.time.astype("M8[us]"), name="time").tz_localize("UTC")
        return pd.DataFrame({name: self[name] for name in self}, index=index)


def truth_values(codes: Floats) -> Floats:
    """Truth codes 0, 1, 2 as 0.0, NaN, 1.0."""
    values: Floats = codes * 0.5
    values[codes == 1.0] = np.nan
    return values


def truth_value(code: float) -> float:
    """The same for one code."""
    return float("nan") if code == 1.0 else code * 0.5
