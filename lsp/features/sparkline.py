"""The last values of a name, for hover: from what is known already, never waiting."""

from __future__ import annotations

from lsp.computed import last_line
from lsp.view import View


def last_values(view: View, name: str) -> str | None:
    """A sparkline with the last values of an input, a let, a state or a market series, on one line; None if they are not known for this very text yet,
    and then they are asked for, so that the next hover has them."""
    found = view.values(view) if view.values is not None else None
    if found is None:
        return None
    value = found.by_name.get(name)
    return last_line(found, value) if value is not None and value.role not in ("rule", "alert", "plot") else None
