"""What a user can set, the one place where each setting is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from lsp.client import Client

Level = Literal["off", "info", "warning", "error"]


@dataclass(frozen=True)
class Settings:
    """The settings of a connection, as far as features read them."""

    default_data: str = ""
    units: bool = True
    lints: Mapping[str, Level] = field(default_factory=dict)
    client: Client = field(default_factory=Client)
