"""The program of the language page at every stage, as golden texts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest

from compiler.dump import Stage, dump
from compiler.pipeline import check
from stdlib.library import load

PROGRAM = (Path(__file__).parent / "programs" / "golden_cross.apx").read_text(encoding="utf-8")


def test_the_program_has_no_mistake_and_says_what_it_needs() -> None:
    result = check(PROGRAM, load())
    assert [d.code for d in result.diagnostics if d.severity == "error"] == []
    assert result.program is not None
    assert (result.program.warmup, result.program.title, result.program.symbols) == (200, "Golden cross", ("SPY",))


@pytest.mark.parametrize("stage", get_args(Stage))
def test_a_stage_of_the_program_of_the_language_page(stage: Stage, golden: Callable[[str, str], None]) -> None:
    golden(f"dump/golden_cross.{stage}.txt", dump(check(PROGRAM, load()), stage))


def test_the_reasons_of_the_optimiser_are_shown(golden: Callable[[str, str], None]) -> None:
    golden("dump/golden_cross.why.txt", dump(check(PROGRAM, load()), "ir", why=True))


def test_a_dump_is_the_same_every_time() -> None:
    for stage in get_args(Stage):
        assert dump(check(PROGRAM, load()), stage) == dump(check(PROGRAM, load()), stage)


def test_a_program_with_mistakes_has_a_syntax_tree_only() -> None:
    broken = check(PROGRAM.replace("sma(close, fast)", "smaa(close, fast)"), load())
    assert "smaa" in dump(broken, "ast")
    with pytest.raises(ValueError, match="no later stages"):
        dump(broken, "ir")
