"""Pictures: valid PNGs of their size, the same bytes for the same result whatever a user set, shown by a real notebook kernel."""

from __future__ import annotations

import base64
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import matplotlib
import numpy as np
import pytest

import apextrade as apx
from apextrade.failures import UsageError
from apextrade.plotting import Plot
from runtime.data.samples import read_sample

EXAMPLES = Path(__file__).parents[2] / "examples"
GOLDEN = str(EXAMPLES / "golden_cross.apx")


def pixels(png: bytes) -> tuple[int, int, int]:
    """Width, height and the number of distinct rows of a PNG whose every chunk and row is checked."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, data, kinds = 8, b"", []
    size = (0, 0)
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        body = png[at + 8 : at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length : at + 12 + length])[0] == zlib.crc32(kind + body)
        if kind == b"IHDR":
            size = struct.unpack(">II", body[:8])
        data += body if kind == b"IDAT" else b""
        kinds.append(kind)
        at += 12 + length
    assert kinds[-1] == b"IEND"
    assert b"tIME" not in kinds
    raw = zlib.decompress(data)
    row = len(raw) // size[1]
    return size[0], size[1], len({raw[i * row : (i + 1) * row] for i in range(size[1])})


@pytest.fixture(scope="module")
def candles() -> apx.Candles:
    return apx.Candles.from_raw(read_sample("AAPL"))


@pytest.fixture(scope="module")
def result(candles: apx.Candles) -> apx.backtesting.Result:  # type: ignore[name-defined]
    return apx.backtest(GOLDEN, candles)


def test_a_result_is_a_picture_of_the_right_size(result: apx.backtesting.Result, tmp_path: Path) -> None:  # type: ignore[name-defined]
    wide, tall, rows = pixels(result.plot().png)
    assert (wide, tall) == (1000, 560)
    assert rows > 200, "something is drawn"
    saved = result.plot().save(tmp_path / "a.png")
    assert saved.read_bytes() == result.plot().png
    with pytest.raises(UsageError, match=r"ends in \.png"):
        result.plot().save(tmp_path / "a.jpg")


def test_a_comparison_and_a_sweep_are_pictures(candles: apx.Candles, result: apx.backtesting.Result) -> None:  # type: ignore[name-defined]
    other = apx.backtest(GOLDEN, candles, fast=20)
    assert pixels(apx.compare({"$a_1$ \\x": result, "b": other}).plot().png)[:2] == (1000, 500)
    table = apx.sweep(GOLDEN, candles, fast=[10, 20], slow=[100, 150, 200])
    assert pixels(table.plot().png)[:2] == (900, 600)
    with pytest.raises(apx.InputError, match="two inputs that vary"):
        apx.sweep(GOLDEN, candles, fast=[10, 20]).plot()


def test_a_users_own_settings_of_matplotlib_change_nothing(result: apx.backtesting.Result) -> None:  # type: ignore[name-defined]
    plain = result.plot().png
    with matplotlib.rc_context({"figure.dpi": 50, "lines.linewidth": 9, "axes.facecolor": "red", "font.size": 30}):
        before = dict(matplotlib.rcParams)
        assert result.plot().png == plain
        assert dict(matplotlib.rcParams) == before


PROGRAM = f"""
import hashlib, sys, apextrade as apx
from runtime.data.samples import read_sample
from apextrade.report import write_html
candles = apx.Candles.from_raw(read_sample("AAPL"))
one = apx.backtest({GOLDEN!r}, candles)
two = apx.backtest({GOLDEN!r}, candles, fast=20)
from apextrade.comparing.page import write_html as page
from apextrade.result_json import saved_text
for data in (write_html(one.shown()).encode(), page(apx.compare([one, two])).encode(), saved_text(one).encode(), one.plot().png):
    print(hashlib.sha256(data).hexdigest())
"""


def test_report_comparison_file_and_picture_are_the_same_bytes_in_any_process() -> None:
    found = []
    for seed in ("1", "4242"):
        ran = subprocess.run(
            [sys.executable, "-c", PROGRAM], env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(p for p in sys.path if p), "PATH": ""},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        found.append(ran.stdout.split())
    assert found[0] == found[1]
    assert len(set(found[0])) == 4


def test_it_reads_as_the_summary_where_there_is_no_picture(
    result: apx.backtesting.Result, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[name-defined]
    plot = result.plot()
    assert "Total return" in repr(plot)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert plot._repr_png_() is None
    assert "pip install 'apextrade[plot]'" in repr(plot)
    with pytest.raises(UsageError, match=r"apextrade\[plot\]"):
        plot.png  # noqa: B018


def test_an_account_without_a_known_value_and_one_in_ruin_are_drawn() -> None:
    n = 300
    nothing = np.full(n, np.nan)
    time = np.arange(n) * 86_400_000_000
    candles = apx.Candles.from_arrays(
        time=time.astype("M8[us]"), open=nothing, high=nothing, low=nothing, close=nothing, volume=nothing
    )
    assert isinstance(apx.backtest(GOLDEN, candles).plot(), Plot)
    assert pixels(apx.backtest(GOLDEN, candles).plot().png)[:2] == (1000, 560)


def test_a_notebook_shows_the_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from jupyter_client.manager import KernelManager

    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", ":".join(p for p in sys.path if p))
    manager = KernelManager(kernel_name="python3")
    manager.kernel_spec.argv[0] = sys.executable  # type: ignore[union-attr]
    manager.start_kernel()
    client = manager.client()
    try:
        client.start_channels()
        client.wait_for_ready(timeout=60)
        shown: list[dict[str, str]] = []

        def heard(message: dict) -> None:  # type: ignore[type-arg]
            assert message["header"]["msg_type"] != "error", message["content"]
            if message["header"]["msg_type"] in ("execute_result", "display_data"):
                shown.append(message["content"]["data"])

        code = (
            "import apextrade as apx\nfrom runtime.data.samples import read_sample\n"
            f"apx.backtest({GOLDEN!r}, apx.Candles.from_raw(read_sample('AAPL'))).plot()"
        )
        reply = client.execute_interactive(code, timeout=120, output_hook=heard)
        assert reply["content"]["status"] == "ok", reply["content"]
        assert pixels(base64.b64decode(shown[0]["image/png"]))[:2] == (1000, 560)
        assert "Total return" in shown[0]["text/plain"]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
