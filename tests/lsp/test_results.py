"""Results inside the editor, by a real client: lenses that show a backtest, tests, values at the cursor. The numbers are those of the commands."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import pytest_asyncio
from lsprotocol import types
from pygls.exceptions import JsonRpcRequestCancelled

import apextrade as apx
from apextrade.cli import main
from runtime.data.store import Store
from tests.lsp.editor import MINIMAL, Editor, start, stop

pytestmark = pytest.mark.asyncio(loop_scope="session")

CROSS = """apx 1
# 😀 lines before the strategy
strategy "Cross"
trade "AAPL" every 1d
input n = 20 bars in 2 .. 50
settings
  capital 10_000 USD
  commission 0.1%
let quick = sma(close, n)
when close crosses above quick
  buy 50% of equity
when close crosses below quick
  exit position
plot quick
test "buys above"
  with n = 2 bars
  given close = [10, 9, 8, 9, 12]
  expect buy at bar 3
test "is wrong"
  with n = 2 bars
  given close = [10, 9, 8, 9, 12]
  expect no order
"""


async def lenses(editor: Editor, uri: str) -> list[str]:
    found = await editor.client.text_document_code_lens_async(types.CodeLensParams(types.TextDocumentIdentifier(uri)))
    return [lens.command.title for lens in found or () if lens.command is not None]


async def run(editor: Editor, command: str, *arguments: object) -> dict[str, Any]:
    params = types.ExecuteCommandParams(command, list(arguments))
    answer = await asyncio.wait_for(editor.client.workspace_execute_command_async(params), 60)
    return as_json(answer)


def as_json(answer: Any) -> Any:
    """An answer of a custom form, as plain values."""
    if hasattr(answer, "_asdict"):
        answer = answer._asdict()
    if isinstance(answer, dict):
        return {key: as_json(value) for key, value in answer.items()}
    return [as_json(value) for value in answer] if isinstance(answer, list) else answer


def workers(editor: Editor) -> list[int]:
    """The processes that a server has started for results, where the system lists them."""
    assert editor.client._server is not None
    listed = Path(f"/proc/{editor.client._server.pid}/task/{editor.client._server.pid}/children")
    pids = listed.read_text().split() if listed.exists() else []
    return [int(pid) for pid in pids if b"answer" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def command_stats(path: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["backtest", str(path), "--json", *arguments]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)["stats"]
    return found


async def test_the_lens_shows_the_backtest_and_its_numbers_are_those_of_the_command(
    editor: Editor, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    uri = editor.open(CROSS)
    assert await lenses(editor, uri) == ["backtest on AAPL", "run all 2 tests", "run test", "run test"]
    answer = await run(editor, "apx.backtest", uri)
    path = tmp_path / "cross.apx"
    path.write_text(CROSS)
    assert answer["stats"] == command_stats(path, capsys)
    first = (await lenses(editor, uri))[0]
    assert first.startswith(f"{answer['title']} ")
    assert answer["title"].startswith("backtest on AAPL: ")
    assert "Sharpe" in first
    assert set(first[-5:]) <= set("▁▂▃▄▅▆▇█")


async def test_a_lens_stands_above_the_line_it_is_about_and_names_its_command(editor: Editor) -> None:
    uri = editor.open(CROSS)
    found = await editor.client.text_document_code_lens_async(types.CodeLensParams(types.TextDocumentIdentifier(uri)))
    assert found is not None
    lines = CROSS.split("\n")
    assert [(lines[lens.range.start.line].split()[0], lens.range.start.character) for lens in found] == [
        ("strategy", 0), ("strategy", 0), ("test", 0), ("test", 0),
    ]  # fmt: skip
    assert [lens.command.command for lens in found if lens.command] == ["apx.backtest", "apx.test", "apx.test", "apx.test"]
    assert editor.result is not None
    provider = editor.result.capabilities.execute_command_provider
    assert provider is not None
    assert {"apx.backtest", "apx.test", "apx.report"} <= set(provider.commands)


async def test_a_result_of_an_earlier_text_is_marked_and_that_of_the_same_text_is_there_again(editor: Editor) -> None:
    uri = editor.open(CROSS)
    await run(editor, "apx.backtest", uri)
    before = (await lenses(editor, uri))[0]
    editor.replace(uri, "n = 20 bars", "n = 21 bars")
    assert (await lenses(editor, uri))[0] == f"{before} (before the last edit)"
    editor.replace(uri, "n = 21 bars", "n = 20 bars")
    assert (await lenses(editor, uri))[0] == before


async def test_tests_are_run_in_place_and_say_what_happened(editor: Editor) -> None:
    uri = editor.open(CROSS)
    good = await run(editor, "apx.test", uri, "buys above")
    assert (good["passed"], good["title"]) == (True, 'test "buys above": passed, 1 expectation')
    bad = await run(editor, "apx.test", uri, "is wrong")
    (failure,) = bad["tests"][0]["failures"]
    assert failure["happened"] == "On bar 3 an order was made: `buy`."
    assert failure["range"]["start"] == {"line": 21, "character": 2}
    titles = await lenses(editor, uri)
    assert titles[2:] == [
        "run test: passed, 1 expectation",
        "run test: failed, expect no order: On bar 3 an order was made: `buy`.",
    ]
    both = await run(editor, "apx.test", uri)
    assert both["title"] == "run 2 tests: 1 of 2 failed: is wrong"
    assert (await lenses(editor, uri))[1] == "run all 2 tests: 1 of 2 failed: is wrong"
    missing = await run(editor, "apx.test", uri, "no such")
    assert missing["error"] == 'There is no test "no such" here.'


async def test_the_only_test_of_a_program_is_called_one(editor: Editor) -> None:
    uri = editor.open(CROSS[: CROSS.rindex("test ")])
    assert (await run(editor, "apx.test", uri))["title"].startswith("run the test: passed")


async def test_a_broken_program_and_one_without_data_say_so_in_place(editor: Editor) -> None:
    uri = editor.open(CROSS.replace("sma(", "smma("))
    answer = await run(editor, "apx.backtest", uri)
    assert answer["error"] == "backtest on AAPL: the program has a mistake: There is no function `smma`."
    assert (await lenses(editor, uri))[0] == answer["error"]
    other = editor.open(CROSS.replace("AAPL", "NOSUCH"))
    answer = await run(editor, "apx.backtest", other)
    assert answer["error"].startswith(
        "backtest on NOSUCH: There are no stored bars of NOSUCH and no sample of that name. To run it here, "
    )


async def test_an_unsaved_library_beside_it_counts(editor: Editor) -> None:
    editor.open('apx 1\nlibrary "Unsaved" version 1\ndefine level() = 1\n', "unsaved.apx")
    program = CROSS.replace("settings", 'use "Unsaved" version 1\nsettings', 1).replace(
        "sma(close, n)", "sma(close, n) * level()"
    )
    uri = editor.open(program, "uses_unsaved.apx")
    with_it, without = await run(editor, "apx.backtest", uri), await run(editor, "apx.backtest", editor.open(CROSS))
    assert with_it["stats"] == without["stats"]


async def test_the_report_is_a_page_on_disk(editor: Editor) -> None:
    uri = editor.open(CROSS, "reported.apx")
    answer = await run(editor, "apx.report", uri)
    page = Path(answer["path"])
    assert page.name.startswith("reported-")
    assert page.read_text().startswith("<!doctype html>")
    assert answer["shown"] is False
    assert "report" in await lenses(editor, uri)


async def test_a_report_is_of_the_text_that_is_there_also_when_an_edit_was_undone(editor: Editor) -> None:
    uri = editor.open(CROSS, "undone.apx")

    async def page() -> str:
        return Path((await run(editor, "apx.report", uri))["path"]).read_text()

    first = await page()
    editor.replace(uri, 'strategy "Cross"', 'strategy "Other"')
    assert "Other" in await page()
    editor.replace(uri, 'strategy "Other"', 'strategy "Cross"')
    assert await page() == first


# ---------------------------------------------------------------- values


async def test_inline_values_stand_behind_their_lines(editor: Editor, tmp_path: Path) -> None:
    uri = editor.open(CROSS)
    whole = types.Range(types.Position(0, 0), types.Position(30, 0))
    context = types.InlineValueContext(0, types.Range(types.Position(8, 0), types.Position(8, 3)))
    params = types.InlineValueParams(types.TextDocumentIdentifier(uri), whole, context)
    found = await asyncio.wait_for(editor.client.text_document_inline_value_async(params), 60)
    texts = {value.range.start.line: value.text for value in found or () if isinstance(value, types.InlineValueText)}
    path = tmp_path / "cross.apx"
    path.write_text(CROSS)
    assert main(["run", str(path), "--out", str(tmp_path / "columns.csv")]) == 0
    head, *_, last = (tmp_path / "columns.csv").read_text().splitlines()
    columns = dict(zip(head.split(","), last.split(","), strict=True))
    assert texts[8] == f"quick = {float(columns['quick']):.6g}, close = 430.47"
    assert texts[9].startswith("rule 1 = false, close = 430.47, quick = ")
    assert texts[4] == "n = 20"


async def test_values_at_the_cursor_for_clients_that_draw_them(editor: Editor) -> None:
    uri = editor.open(CROSS)
    params = {"textDocument": {"uri": uri}, "position": {"line": 8, "character": 0}}
    answer = as_json(await asyncio.wait_for(editor.client.protocol.send_request_async("apx/inlineValues", params), 60))
    assert (answer["data"], answer["symbol"], answer["time"]) == ("AAPL", "AAPL", "2013-03-01")
    (line,) = answer["lines"]
    quick = line["values"][0]
    assert (quick["name"], quick["unit"], quick["role"]) == ("quick", "price", "let")
    assert quick["ranges"] == [{"start": {"line": 8, "character": 4}, "end": {"line": 8, "character": 9}}]
    assert len(quick["values"]) == len(quick["sparkline"]) == 20
    assert line["range"]["end"] == {"line": 8, "character": len("let quick = sma(close, n)")}
    editor.replace(uri, "sma(close, n)", "smma(close, n)")
    assert await asyncio.wait_for(editor.client.protocol.send_request_async("apx/inlineValues", params), 60) is None


# ---------------------------------------------------------------- a client that can less


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def plain(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Editor]:
    running = await start(tmp_path_factory.mktemp("plain"), MINIMAL)
    yield running
    left = workers(running)
    assert await stop(running) == 0
    async with asyncio.timeout(10):  # what was started for it ends with it
        while any(Path(f"/proc/{pid}").exists() for pid in left):
            await asyncio.sleep(0.05)


async def test_a_client_that_cannot_refresh_lenses_is_told_in_a_message(plain: Editor) -> None:
    uri = plain.open(CROSS)
    answer = await run(plain, "apx.backtest", uri)
    await plain.until(lambda: bool(plain.client.messages))
    assert [(message.type, message.message) for message in plain.client.messages] == [(types.MessageType.Info, answer["title"])]


# ---------------------------------------------------------------- while it runs


SLOW = (
    CROSS.replace("AAPL", "SLOW").replace("every 1d", "every 1m").partition("test ")[0]
    + "when close > "
    + " and close > ".join(f"median(close, {n})" for n in range(3_000, 3_100))
    + "\n  exit position\n"
)
"""A program that takes much longer than a test may."""


@pytest.fixture(scope="module")
def slow_bars(editor: Editor) -> None:
    rng = np.random.default_rng(7)
    close = np.round(100 + np.cumsum(rng.normal(0, 0.05, 200_000)), 2)
    time = np.datetime64("2020-01-01", "us").astype(np.int64) + 60_000_000 * np.arange(len(close))
    candles = apx.Candles.from_arrays(time=time, open=close, high=close, low=close, close=close, volume=np.ones(len(close)))
    Store(editor.folder / "home" / "candles").write(candles, "SLOW", "1m")


async def running(editor: Editor, uri: str) -> None:
    """Waits until the lens says that the backtest runs."""
    async with asyncio.timeout(60):
        while (await lenses(editor, uri))[0] != "backtest on SLOW: running…":
            await asyncio.sleep(0.02)


@pytest.mark.usefixtures("slow_bars")
async def test_what_runs_for_an_earlier_text_is_given_up_when_the_text_changes(editor: Editor) -> None:
    uri = editor.open(SLOW)
    reported = len(editor.client.progress_reports)
    answer = asyncio.ensure_future(run(editor, "apx.backtest", uri))
    await running(editor, uri)
    await editor.until(lambda: len(editor.client.progress_reports) > reported)  # it takes long enough for progress
    editor.replace(uri, "n = 20 bars", "n = 21 bars")
    assert (await answer)["error"] == "backtest on SLOW: it was given up: the text is another now"
    assert (await lenses(editor, uri))[0] == "backtest on SLOW"
    quick = editor.open(CROSS)
    assert (await run(editor, "apx.backtest", quick))["data"] == "AAPL"


@pytest.mark.usefixtures("slow_bars")
async def test_a_command_that_the_user_cancels_is_given_up(editor: Editor) -> None:
    uri = editor.open(SLOW)
    params = types.ExecuteCommandParams("apx.backtest", [uri])
    asked = editor.client.protocol.send_request("workspace/executeCommand", params, msg_id="to be cancelled")
    await running(editor, uri)
    editor.client.cancel_request(types.CancelParams("to be cancelled"))
    with pytest.raises(JsonRpcRequestCancelled):
        await asyncio.wait_for(asyncio.wrap_future(asked), 60)
    assert (await lenses(editor, uri))[0] == "backtest on SLOW"


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="the system does not list a process's children")
async def test_a_process_that_is_killed_is_logged_once_and_another_one_answers(editor: Editor) -> None:
    uri = editor.open(CROSS)
    first = await run(editor, "apx.backtest", uri)
    (worker,) = workers(editor)
    os.kill(worker, signal.SIGKILL)
    before = len(lost(editor))
    assert (await run(editor, "apx.backtest", uri)) == first  # known: nothing is run
    editor.replace(uri, "n = 20 bars", "n = 19 bars")
    assert "Sharpe" in (await run(editor, "apx.backtest", uri))["title"]
    await editor.until(lambda: len(lost(editor)) == before + 1)


def lost(editor: Editor) -> list[str]:
    return [m.message for m in editor.client.log_messages if "Another one is started" in m.message]


async def test_hover_shows_the_last_values_of_a_name_once_they_are_known(editor: Editor, tmp_path: Path) -> None:
    uri = editor.open(CROSS)
    line = CROSS.split("\n").index("let quick = sma(close, n)")
    asked = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(line, 5))
    for _ in range(300):
        found = await editor.client.text_document_hover_async(asked)
        assert found is not None
        said = found.contents.value if isinstance(found.contents, types.MarkupContent) else str(found.contents)
        if "on AAPL, to" in said:
            break
        await asyncio.sleep(0.1)
    path, out = tmp_path / "cross.apx", tmp_path / "columns.csv"
    path.write_text(CROSS)
    assert main(["run", str(path), "--data", "AAPL", "--out", str(out)]) == 0
    columns = pd.read_csv(out)
    assert f"{columns['quick'].iloc[-1]:.6g}" in said
