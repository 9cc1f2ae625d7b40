"""The terms of a broker beyond commission and margin: what it costs to hold a position, and when one is closed by force."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Terms:
    """Shares are fractions; zero, or -1 for maintenance and maker, where a term does not apply.

    borrow: a year's cost of a short, of its value. interest: a year's cost of borrowed cash. funding: what a long pays a short each `funding_every`
    seconds, of the value; below zero the short pays. maintenance: the share of what is held that equity must stay above. maker: the commission, of its
    value, of a fill that waited at its limit; below zero it is paid out.
    """

    borrow: float = 0.0
    interest: float = 0.0
    funding: float = 0.0
    funding_every: int = 0
    maintenance: float = -1.0
    maker: float = -1.0

    @property
    def charges(self) -> bool:
        """Whether holding a position costs anything."""
        return bool(self.borrow or self.interest or self.funding)


NO_TERMS = Terms()
