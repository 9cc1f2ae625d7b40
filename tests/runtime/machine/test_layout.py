"""The machine's rows: compiled code and Python mean the same by each number."""

from __future__ import annotations

import re
from pathlib import Path

from runtime.machine import layout
from tests.runtime.machine.desk import plain

PXD = Path(layout.__file__).with_name("layout.pxd")


def test_compiled_code_has_the_layout_that_python_has() -> None:
    compiled = {name: int(value) for name, value in re.findall(r"^    (\w+) = (\d+)$", PXD.read_text(), re.M)}
    python = {name: value for name, value in vars(layout).items() if name.isupper() and isinstance(value, int)}
    assert compiled == python
    assert len(compiled) > 100


def test_the_plain_machine_is_plain() -> None:
    assert str(plain.__file__).endswith(".py")
