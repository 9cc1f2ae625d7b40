"""`apx check --facts`, `--most-cost` and `--most-state`, and the same limits from Python."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import apextrade as apx
from apextrade.cli import main
from compiler.diagnostics import CompileError

TEXT = """apx 1

strategy "Facts"
trade "AAPL" every 1d

input length = 14 bars in 2 .. 50

settings
  commission 0.1%

let strength = rsi(length)
let place = stochastic(14).k
let days = count(close > open, 10)

when strength < 30 and place < 20
  buy 10% of equity

plot strength, days
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "facts.apx").write_text(TEXT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return "facts.apx"


def test_facts_say_what_every_let_and_rule_can_be(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--facts", file]) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    program = apx.compile(TEXT)
    assert lines == [
        "facts.apx: nothing wrong",
        "input length 14 bars, can be 2 .. 50",
        "let strength from 0 to 100",
        "let place any number; on ordinary bars from 0 to 100",
        "let days from 0 to 10, whole",
        "rule rule_1 `strength < 30 and place < 20` true or false or unknown",
        "plot plot_1 `strength` from 0 to 100",
        "plot plot_2 `days` from 0 to 10, whole",
        f"warm-up {program.warmup} bars",
        f"settle {program.settle} bars",
        f"state {program.state:,} bytes",
        f"cost at most {program.cost:,.0f} steps a bar",
    ]


def test_the_json_of_check_stays_a_list_of_diagnostics(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--facts", "--json", file]) == 0
    assert json.loads(capsys.readouterr().out) == []


@pytest.mark.parametrize(("option", "code"), [("--most-cost", "E0611"), ("--most-state", "E0612")])
def test_a_limit_on_the_command_line_is_an_error_over_it(
    option: str, code: str, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", option, "1_000_000", file]) == 0
    assert main(["check", option, "10", file]) == 1
    assert code in capsys.readouterr().out
    assert main(["check", option, "none", file]) == 2


def test_compile_takes_the_same_limits() -> None:
    program = apx.compile(TEXT)
    assert apx.compile(TEXT, most_cost=program.cost, most_state=program.state).hash == program.hash
    for limits in ({"most_cost": program.cost - 1}, {"most_state": program.state - 1}):
        with pytest.raises(CompileError) as caught:
            apx.compile(TEXT, **limits)  # type: ignore[arg-type]
        assert [d.code for d in caught.value.diagnostics if d.severity == "error"] == [
            "E0611" if "most_cost" in limits else "E0612"
        ]
