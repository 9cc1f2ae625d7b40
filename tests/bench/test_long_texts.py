"""The texts that the language server is measured on are programs as people write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.editing import Editing
from compiler.pipeline import check
from stdlib.library import load

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def bench_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "bench"))


@pytest.mark.parametrize("seed", range(12))
def test_long_programs_have_their_length_no_errors_and_hardly_a_line_twice(seed: int) -> None:
    from rig.long_texts import long_module, long_strategy

    text, module = long_strategy(500, seed), long_module(500, seed)
    assert text.count("\n") == module.count("\n") == 500
    assert not [d for d in check(text, load()).diagnostics if d.severity == "error"]
    compile(module, "module.py", "exec")
    written = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    assert len(set(written)) > 0.9 * len(written)


def test_of_a_program_beyond_the_limits_names_and_types_are_known_all_the_same() -> None:
    from rig.long_texts import long_strategy

    text = long_strategy(5000)
    assert [d.code for d in check(text, load()).diagnostics] == ["E0602"]
    assert Editing(load()).analyse(text).diagnostics == ()
    wrong = text.replace("crosses above", "crosses above qqmissing *", 1)
    assert [d.code for d in Editing(load()).analyse(wrong).diagnostics] == ["E0201"]
