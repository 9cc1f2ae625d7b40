"""The benchmark's own check of agreement: our run is the one written by hand, and a run that is not is named."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BARS = 2_000


@pytest.fixture(autouse=True)
def bench_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when a script of bench/ runs: its folder is where modules are found."""
    monkeypatch.syspath_prepend(str(ROOT / "bench"))


def test_our_sma_cross_is_the_one_written_by_hand() -> None:
    command = [sys.executable, "bench/w2_sma_cross.py", "--without-peers", "--bars", str(BARS), "--rounds", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Agreed: ")


def test_a_fill_elsewhere_or_other_money_is_named() -> None:
    from rig.market import make_bars
    from sma_cross.agreement import disagreements
    from sma_cross.by_hand import by_hand

    bars = make_bars(BARS)
    right = by_hand(bars)
    assert len(right.profit) > 10
    assert disagreements(right, right) == []
    at_close = bars.copy()
    at_close[0] = bars[3]
    assert any(line.startswith("entry_price") for line in disagreements(by_hand(at_close), right))
    assert any(line.startswith("equity") for line in disagreements(replace(right, equity=right.equity + 1e-3), right))
    assert any(line.startswith("entry_bar") for line in disagreements(replace(right, entry_bar=right.entry_bar + 1), right))
    one_less = {name: getattr(right, name)[:-1] for name in ("entry_bar", "entry_price", "exit_bar", "exit_price", "profit")}
    assert disagreements(replace(right, **one_less), right) == [
        f"{len(right.profit) - 1:,} closed trades against {len(right.profit):,}"
    ]
    assert any(line.startswith("win_rate") for line in disagreements(replace(right, win_rate=float("nan")), right))


def test_our_sweep_of_all_pairs_is_the_one_written_by_hand() -> None:
    command = [sys.executable, "bench/w3_sweep.py", "--without-peers", "--bars", "600", "--rounds", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Agreed on ")
    assert "by hand on 3 pairs" in done.stdout


def test_our_eight_conditions_are_those_of_the_layers_and_of_the_interpreter() -> None:
    command = [sys.executable, "bench/w4_conditions.py", "--without-peers", "--bars", "4000", "--rounds", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Agreed: ")


def test_fills_of_the_eight_conditions_that_are_not_the_interpreters_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import conditions.ours_checked as checked
    from rig.market import make_bars

    from runtime.machine.core import Machine

    class Richer(Machine):
        """Begins with more money."""

        def __init__(self, *given: object, **named: object) -> None:
            super().__init__(*given, **named)  # type: ignore[arg-type]
            self.cash += 1.0

    bars = make_bars(4_000)
    assert checked.found_in_ours(bars, 3_000) == []
    monkeypatch.setattr(checked.Layers, "machine", staticmethod(lambda: Richer))
    assert "equity_values in one piece are not those of the layers" in checked.found_in_ours(bars, 3_000)


def test_figures_of_a_pair_that_differ_are_named() -> None:
    import numpy as np
    from sma_sweep.rules import Cells, disagreements, pairs

    some = pairs(5)
    right = Cells(*(np.arange(5.0) + k for k in range(4)))
    assert disagreements(right, right, some) == []
    wrong = replace(right, trades=right.trades + np.array([0, 0, 1, 0, 0]))
    assert disagreements(wrong, right, some) == [
        f"trades of 1 pairs; of {some[2]} it is {wrong.trades[2]!r} against {right.trades[2]!r}"
    ]
    unknown = replace(right, win_rate=np.full(5, np.nan))
    assert disagreements(unknown, right, some)[0].startswith("win_rate of 5 pairs")


def test_our_studies_run_without_the_pine_runtime() -> None:
    command = [sys.executable, "bench/w7_pine.py", "--without-peers", "--bars", "4000", "--rounds", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "Agreed on every column" in done.stdout


def test_studies_that_differ_are_named() -> None:
    import numpy as np
    from pine_script.rules import COLUMNS, SETTLED, disagreements

    right = np.arange(6.0 * (SETTLED + 5)).reshape(6, -1)
    assert disagreements(right, right.copy()) == []
    wrong = right.copy()
    wrong[COLUMNS.index("slow"), SETTLED + 2] *= 1 + 1e-6
    assert [line.split(" on ")[0] for line in disagreements(right, wrong)] == ["slow"]
    assert disagreements(right, right[:, :-1])[0].endswith(f"against {SETTLED + 5:,}")


def test_the_page_holds_every_measuring_script_and_keeps_what_is_not_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import page

    # Those beside them are run by others, count instead of measuring, or need a server.
    others = {"page", "startup", "w3_cells", "talib_agreement", "talib_page", "instructions", "celery_sweep"}
    scripts = {path.stem for path in (ROOT / "bench").glob("*.py")} - others
    assert {section.name for section in page.SECTIONS} == scripts
    printed = {section.name: f"| {section.name} |" for section in page.SECTIONS}
    monkeypatch.setattr(page, "PAGE", tmp_path / "benchmarks.md")
    page.PAGE.write_text(page.page(printed, ["a machine"]), encoding="utf-8")
    assert page.printed_before() == printed
    assert "\n\n\n" not in page.PAGE.read_text(encoding="utf-8")


def test_a_history_in_parts_of_two_sizes_and_in_memory_agrees() -> None:
    command = [sys.executable, "bench/long_history.py", "--bars", "20000"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Agreed on 23 statistics and ")
    assert "| all in memory |" in done.stdout


def test_runs_of_a_history_that_differ_are_named() -> None:
    from long_history import different

    right = {"stats": {"sharpe": "0x1p0", "trades": "0x1p3"}, "hash": "a"}
    assert different(right, right) == []
    assert different({"stats": {**right["stats"], "sharpe": "0x1p1"}, "hash": "b"}, right) == [  # type: ignore[dict-item]
        "the statistic sharpe",
        "the file of trades",
    ]
