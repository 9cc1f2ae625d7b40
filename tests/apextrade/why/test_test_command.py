"""`apx test`: passes are one line, failures a picture, and the exit code says which it was."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path

import pytest

import apextrade
from apextrade import cli
from apextrade.why.look import Look
from apextrade.why.tests import results_text
from compiler.pipeline import check
from runtime.filetests import run_tests
from stdlib.library import load

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted((ROOT / "examples").glob("*.apx"))
PAGE = (ROOT / "docs" / "language" / "tests.md").read_text(encoding="utf-8")
GOLDEN_CROSS = re.findall(r"```apx\n(.*?)```", PAGE, re.DOTALL)[0]


def test_the_tests_of_all_examples_pass(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["test", *map(str, EXAMPLES)]) == 0
    said = capsys.readouterr().out
    count = sum(path.read_text(encoding="utf-8").count("\ntest ") for path in EXAMPLES)
    assert count >= 4
    assert said.endswith(f"\n{count} tests: all passed\n")


def test_a_failing_test_is_the_picture_that_the_page_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "golden_cross.apx").write_text(
        GOLDEN_CROSS.replace("expect buy at bar 4", "expect buy at bar 5"), encoding="utf-8"
    )
    assert cli.main(["test", "golden_cross.apx"]) == 1
    shown = next(text for text in re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL) if text.startswith("golden_cross.apx"))
    assert capsys.readouterr().out == shown


def test_without_unicode_the_picture_is_plain() -> None:
    program = check(GOLDEN_CROSS.replace("expect buy at bar 4", "expect buy at bar 5"), load()).program
    assert program is not None
    text = results_text("f.apx", run_tests(program), Look())
    assert text.isascii()
    assert "x quick crosses above trend" in text
    assert "> " in text


def test_colours_change_nothing_but_colour() -> None:
    program = check(GOLDEN_CROSS.replace("expect buy at bar 4", "expect buy at bar 5"), load()).program
    assert program is not None
    results = run_tests(program)
    coloured = results_text("f.apx", results, Look(unicode=True, colour=True))
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == results_text("f.apx", results, Look(unicode=True))


def test_titles_can_not_command_the_terminal() -> None:
    text = GOLDEN_CROSS.replace("buys on the bar after the cross", "\x1b]0;x\x07 title").replace(
        "expect buy at bar 4", "expect buy at bar 5"
    )
    program = check(text, load()).program
    assert program is not None
    assert "\x1b" not in results_text("f\x1b[2J.apx", run_tests(program), Look(unicode=True))


def test_json_holds_every_expectation_with_its_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "golden_cross.apx"
    path.write_text(GOLDEN_CROSS + "  expect buy at bar 5\n  expect trend at bar 1 is 4\n", encoding="utf-8")
    assert cli.main(["test", str(path), "--json"]) == 1
    (file,) = json.loads(capsys.readouterr().out)
    assert (file["file"], file["passed"]) == (str(path), False)
    (test,) = file["tests"]
    assert [e["passed"] for e in test["expectations"]] == [True, False, False]
    failed = test["expectations"][1]
    assert failed["picture"]["marked"] == 5
    assert failed["picture"]["bars"] == [2, 3, 4, 5, 6]
    columns = {column["name"]: column["values"] for column in failed["picture"]["columns"]}
    assert columns["close"] == [8.0, 9.0, 12.0, 14.0, 15.0]
    assert columns["orders"] == ["", "", "buy", "", ""]
    assert columns["rule 1"] == [False, False, True, False, False]
    assert failed["rules"][0]["clause"]["parts"][0]["decides"] is True
    unknown = test["expectations"][2]["picture"]["columns"]
    assert {column["name"]: column["values"] for column in unknown}["trend"] == [None, None, 9.0]


def test_a_program_with_a_mistake_is_refused_with_its_diagnostics(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "wrong.apx"
    path.write_text(GOLDEN_CROSS.replace("expect buy at bar 4", "expect short at bar 4"), encoding="utf-8")
    assert cli.main(["test", str(path)]) == 1
    assert "E0713" in capsys.readouterr().err


def test_a_file_without_tests_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "none.apx"
    path.write_text('apx 1\nstrategy "None"\ntrade "SPY" every 1d\nplot close\n', encoding="utf-8")
    assert cli.main(["test", str(path)]) == 0
    assert capsys.readouterr().out == f"{path}: no tests\n"


def test_checking_a_program_does_not_run_its_tests(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "fails.apx"
    path.write_text(GOLDEN_CROSS.replace("expect buy at bar 4", "expect buy at bar 5"), encoding="utf-8")
    assert cli.main(["check", str(path)]) == 0
    assert "nothing wrong" in capsys.readouterr().out


def test_a_library_is_tested_through_what_it_defines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = next(text for text in re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL) if text.startswith("library"))
    path = tmp_path / "averages.apx"
    path.write_text(f"apx 1\n\n{shown}", encoding="utf-8")
    assert cli.main(["test", str(path)]) == 0
    user = tmp_path / "user.apx"
    lines = 'apx 1\nstrategy "User"\nuse "Averages" version 1 as avg\ntrade "SPY" every 1d\nplot avg.middle_of(close)\n'
    test = 'test "t"\n  given close = [10, 12, 20]\n  expect avg.middle_of(close) at bar 2 is 16\n  expect avg.middle_of(close) at bar 1 is 12\n'
    user.write_text(lines + test, encoding="utf-8")
    capsys.readouterr()
    assert cli.main(["test", str(user)]) == 1
    assert "`avg.middle_of(close)` was 11, not 12." in capsys.readouterr().out


def test_tests_run_from_python() -> None:
    program = apextrade.compile(GOLDEN_CROSS)
    (result,) = program.test()
    assert (result.title, result.passed) == ("buys on the bar after the cross", True)
    assert repr(apextrade.run_tests(GOLDEN_CROSS)) == repr((result,))


def test_a_program_comes_from_the_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    class Given:
        buffer = io.BytesIO(GOLDEN_CROSS.encode())

    monkeypatch.setattr(sys, "stdin", Given())
    assert cli.main(["test", "-"]) == 0
    assert "1 test: passed" in capsys.readouterr().out
