"""`apx doc`, `explain`, `ir`, `new`, `examples` and `data`."""

from __future__ import annotations

from pathlib import Path

import pytest

from apextrade.cli import main
from apextrade.functions import describe, names
from compiler.codes import CODES
from stdlib.library import load

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(p.stem for p in (ROOT / "examples").glob("*.apx"))


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APX_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


def said(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    assert main(list(argv)) == 0
    return capsys.readouterr().out


def test_a_page_of_the_library_has_call_formula_units_and_warmup(capsys: pytest.CaptureFixture[str]) -> None:
    page = said(capsys, "doc", "rsi")
    for part in ("rsi(x = close, n = 14 bars)", "oscillator", "warm-up: 14 bars", "give oscillator(", "Wilder"):
        assert part in page


def test_a_page_of_a_kernel_has_its_source_and_example(capsys: pytest.CaptureFixture[str]) -> None:
    page = said(capsys, "doc", "ewm")
    assert "Computed by a kernel" in page
    assert "ewm(close, 3, 0.5) on 1 2 3 4 -> _ _ 2 3" in page


def test_doc_lists_every_function_once(capsys: pytest.CaptureFixture[str]) -> None:
    listed = [line.split()[0] for line in said(capsys, "doc").splitlines() if line.startswith("  ")]
    assert sorted(listed) == sorted(names(load()))


@pytest.mark.parametrize("name", sorted(names(load())))
def test_every_function_has_a_page(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    page = said(capsys, "doc", name)
    assert page.startswith(describe(name).signature)
    assert len(page.splitlines()) > 8


def test_explain_shows_both_programs_and_lists_all_codes(capsys: pytest.CaptureFixture[str]) -> None:
    page = said(capsys, "explain", "e0301")
    assert page.index("A program with it:") < page.index("Corrected:")
    assert len(said(capsys, "explain").splitlines()) == len(CODES)


@pytest.mark.parametrize("stage", ["ast", "typed", "ir", "plan"])
def test_every_stage_prints(stage: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(said(capsys, "ir", str(ROOT / "examples/golden_cross.apx"), "--stage", stage, "--why").splitlines()) > 10


@pytest.mark.parametrize("name", ["Morning gap", "my_first.apx", '  A "quoted" {name}!  '])
def test_a_new_program_checks_clean_and_runs(name: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert "apx backtest" in said(capsys, "new", name)
    (path,) = tmp_path.glob("*.apx")
    assert said(capsys, "check", str(path)) == f"{path}: nothing wrong\n"
    said(capsys, "run", str(path))
    assert main(["fmt", "--check", str(path)]) == 0
    capsys.readouterr()
    assert main(["test", str(path)]) == 0
    assert "1 test: passed" in capsys.readouterr().out


def test_new_overwrites_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.apx").write_text("mine")
    assert main(["new", "Mine"]) == 2
    assert main(["new", "!!!"]) == 2
    assert main(["new", "absent/x.apx"]) == 2
    assert (tmp_path / "mine.apx").read_text() == "mine"


def test_examples_are_listed_printed_and_copied(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [line.split()[0] for line in said(capsys, "examples").splitlines()] == EXAMPLES
    text = (ROOT / "examples" / "golden_cross.apx").read_text()
    assert said(capsys, "examples", "golden_cross") == text
    said(capsys, "examples", "golden_cross", "--copy")
    assert (tmp_path / "golden_cross.apx").read_text() == text
    assert main(["examples", "golden_cross", "--copy"]) == 2
    assert main(["examples", "--copy"]) == 2
    assert "trend_filters.apx" in said(capsys, "examples", "filtered_breakout", "--copy")
    assert said(capsys, "check", "filtered_breakout.apx", "trend_filters.apx").count("nothing wrong") == 2
    (tmp_path / "filtered_breakout.apx").unlink()
    said(capsys, "examples", "filtered_breakout", "--copy")  # the same library may stand there already
    (tmp_path / "filtered_breakout.apx").unlink()
    (tmp_path / "trend_filters.apx").write_text("mine")
    assert main(["examples", "filtered_breakout", "--copy"]) == 2
    assert not (tmp_path / "filtered_breakout.apx").exists()


@pytest.mark.parametrize("name", ["opening_range", "crypto_trend", "london_hours"])
def test_an_intraday_example_is_copied_with_its_bars_and_runs_as_said(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrote = said(capsys, "examples", name, "--copy")
    bars = next(path for path in tmp_path.glob("made_*.csv"))
    assert bars.name in wrote
    argv = wrote.partition("Next: apx ")[2].split()
    assert argv == ["backtest", f"{name}.apx", "--data", bars.name]
    assert "Total return" in said(capsys, *argv)


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_is_clean_and_in_the_canonical_layout(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(ROOT / "examples" / f"{name}.apx")
    assert said(capsys, "check", path) == f"{path}: nothing wrong\n"
    assert main(["fmt", "--check", path]) == 0


def test_bars_are_imported_listed_and_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bars = tmp_path / "bars.csv"
    rows = [f"2020-01-{d:02}T{h:02}:00:00Z,1,2,1,1.5,9\n" for d in range(1, 11) for h in range(24) if (d, h) != (4, 7)]
    bars.write_text("time,open,high,low,close,volume\n" + "".join(rows))
    assert "is empty" in said(capsys, "data", "list")
    assert "Stored 239 bars of HOURLY every 1h" in said(capsys, "data", "import", str(bars), "--symbol", "HOURLY")
    assert said(capsys, "data", "list").startswith("HOURLY  1h  239 bars")
    assert "1 bar missing in 1 gap" in said(capsys, "data", "check", "HOURLY@store")
    assert (
        said(capsys, "data", "check", str(bars)).splitlines()[1:]
        == said(capsys, "data", "check", "hourly@store").splitlines()[1:]
    )


def test_other_bars_of_a_stored_symbol_need_replace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bars = tmp_path / "x.csv"
    for close in ("1.5", "1.6"):
        bars.write_text(f"time,open,high,low,close,volume\n2020-01-01,1,2,1,{close},9\n2020-01-02,1,2,1,1,9\n")
        code = main(["data", "import", str(bars)])
        assert code == (0 if close == "1.5" else 1)
    assert "--replace" in capsys.readouterr().err
    assert "Stored 2 bars of X" in said(capsys, "data", "import", str(bars), "--replace")


def test_unusable_bars_are_reported_and_exit_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bars = tmp_path / "x.csv"
    bars.write_text("nothing of the kind\n")
    assert main(["data", "check", str(bars), "AAPL"]) == 1
    out = capsys.readouterr().out
    assert f"{bars}:" in out
    assert "AAPL:" in out
    assert "Traceback" not in out
