"""The process that computes, from the server's side: real processes, real kills; what is known is not asked again."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from apextrade.cli import main
from lsp.warm import Command, Question, Warm

ROOT = Path(__file__).parents[2]
GOLDEN_CROSS = ROOT / "examples" / "golden_cross.apx"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
ANSWER = Command((sys.executable, "-P", "-m", "apextrade", "answer"), ENVIRONMENT)
STRATEGY = 'apx 1\nstrategy "s"\n'

SLOW = """
import os, sys, time
from pathlib import Path
from apextrade.editing import process, work
def slow(desk, question, program, args):
    if question.text.endswith("# dies"):
        os._exit(7)
    while question.text.endswith("# slow"):
        time.sleep(0.01)
    if question.text.endswith("# deaf"):
        try:
            time.sleep(60)
        except BaseException:
            time.sleep(60)
    return {"pid": os.getpid()}
work.WORK["slow"] = slow
process.main(Path.cwd(), 256)
"""
"""The process itself, with work that takes as long as it is told to."""

pytestmark = pytest.mark.asyncio(loop_scope="module")


def asked(kind: str, text: str, uri: str = "file:///s.apx", **body: Any) -> Question:
    return Question(uri, kind, {"text": text, **body})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def warm() -> AsyncIterator[Warm]:
    """One process for all tests that leave it alive."""
    found = Warm(ANSWER)
    yield found
    await found.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def slow_process(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Warm, list[str]]]:
    told: list[str] = []
    environment = {**ENVIRONMENT, "APX_HOME": str(tmp_path_factory.mktemp("home"))}
    found = Warm(Command((sys.executable, "-c", SLOW), environment), told.append, grace_s=0.3)
    yield found, told
    await found.close()


@pytest_asyncio.fixture(loop_scope="module")
async def slow(slow_process: tuple[Warm, list[str]]) -> tuple[Warm, list[str]]:
    """One process for all tests, until one of them kills it; ready, with nothing known, counted from zero."""
    warm, told = slow_process
    warm.seconds = 30.0
    await warm.ask(asked("slow", STRATEGY + "# ready"))
    warm._known.clear()
    told.clear()
    warm.ran, warm.started = 0, 1
    return warm, told


async def test_nothing_is_started_before_something_is_asked() -> None:
    warm = Warm(ANSWER)
    assert warm.known(asked("backtest", STRATEGY)) is None
    assert warm.started == 0
    await warm.close()


async def test_a_backtest_has_the_numbers_of_the_command(warm: Warm, capsys: pytest.CaptureFixture[str]) -> None:
    text = GOLDEN_CROSS.read_text()
    answer = await warm.ask(asked("backtest", text, path=str(GOLDEN_CROSS), default="AAPL"))
    assert main(["backtest", str(GOLDEN_CROSS), "--data", "AAPL", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert answer.said == "done"
    for part in ("hash", "data", "settings", "stats"):
        assert answer.body["result"][part] == said[part]


async def test_what_is_known_is_not_asked_again_until_its_files_change(warm: Warm, tmp_path: Path) -> None:
    bars = tmp_path / "bars.csv"
    head = "time,open,high,low,close,volume\n2024-01-02,1,2,1,2,10\n"
    bars.write_text(head + "2024-01-03,2,3,2,3,10\n")
    question = asked("values", STRATEGY + "let a = close\n", default=str(bars))
    first, ran = await warm.ask(question), warm.ran
    assert await warm.ask(asked("values", STRATEGY + "let a = close\n", default=str(bars))) is first
    assert warm.known(question) is first
    assert warm.ran == ran
    other = await warm.ask(asked("values", STRATEGY + "let a = open\n", default=str(bars)))
    assert (warm.ran, other.body["values"][0]["values"]) == (ran + 1, [1, 2])
    assert await warm.ask(question) is first  # the text is what it was before the edit
    assert warm.ran == ran + 1
    bars.write_text(head + "2024-01-03,2,3,2,4,10\n2024-01-04,2,3,2,5,10\n")
    assert warm.known(question) is None
    assert (await warm.ask(question)).body["values"][0]["values"] == [2, 4, 5]
    assert warm.ran == ran + 2


async def test_a_library_that_changes_on_disk_or_unsaved_makes_another_answer(warm: Warm, tmp_path: Path) -> None:
    library = tmp_path / "filters.apx"
    saved = 'apx 1\nlibrary "Filters" version 1\ndefine level() = {}\n'
    library.write_text(saved.format(1))
    text = STRATEGY + 'use "Filters" version 1\nlet x = level()\n'

    async def x(**body: Any) -> object:
        answer = await warm.ask(asked("values", text, path=str(tmp_path / "s.apx"), default="AAPL", last=1, **body))
        return next(value["values"] for value in answer.body["values"] if value["name"] == "x")

    assert await x() == [1]
    assert await x(overlays={str(library): saved.format(2)}) == [2]
    library.write_text(saved.format(33))
    assert await x() == [33]


async def test_a_broken_program_and_one_without_data_are_answered_so(warm: Warm) -> None:
    broken = await warm.ask(asked("backtest", STRATEGY + "let a = smma(close, 3)\n", default="AAPL"))
    assert broken.said == "diagnostics"
    assert [d["code"] for d in broken.body["diagnostics"]] == ["E0202"]
    none = await warm.ask(asked("backtest", STRATEGY))
    assert none.said == "no data"
    assert "default data" in none.why
    refused = await warm.ask(asked("backtest", STRATEGY, default="NOSUCH"))
    assert refused.said == "refused"
    assert "no sample named 'NOSUCH'" in refused.why


async def test_a_newer_question_takes_the_place_of_an_older_one(slow: tuple[Warm, list[str]]) -> None:
    warm, told = slow
    running = asyncio.ensure_future(warm.ask(asked("slow", STRATEGY + "# slow")))
    while warm.ran == 0:
        await asyncio.sleep(0.01)
    waiting = asyncio.ensure_future(warm.ask(asked("slow", STRATEGY + "# slow", uri="file:///other.apx")))
    newest = asyncio.ensure_future(warm.ask(asked("slow", STRATEGY + "# newer")))
    await asyncio.sleep(0)
    warm.forget("file:///other.apx")
    assert (await running).said == "replaced"
    assert (await waiting).said == "replaced"
    assert (await newest).said == "done"
    assert (warm.started, told) == (1, [])  # it gave the long one up by itself


async def test_what_somebody_waits_for_comes_first(slow: tuple[Warm, list[str]]) -> None:
    warm, _ = slow
    done: list[int] = []

    async def ask(number: int, urgent: bool) -> None:
        await warm.ask(Question(f"file:///{number}.apx", "slow", {"text": f"{STRATEGY}# {number}"}, urgent=urgent))
        done.append(number)

    await asyncio.gather(*(ask(number, number == 3) for number in range(4)))
    assert done == [3, 0, 1, 2]


async def test_the_same_question_is_asked_once_however_many_wait_for_it(slow: tuple[Warm, list[str]]) -> None:
    warm, _ = slow
    answers = await asyncio.gather(*(warm.ask(asked("slow", STRATEGY)) for _ in range(5)))
    assert all(answer is answers[0] for answer in answers)
    assert warm.ran == 1


async def test_a_question_nobody_waits_for_any_more_is_given_up(slow: tuple[Warm, list[str]]) -> None:
    warm, _ = slow
    first, second = (asyncio.ensure_future(warm.ask(asked("slow", STRATEGY + "# slow"))) for _ in range(2))
    while warm.ran == 0:
        await asyncio.sleep(0.01)
    first.cancel()
    await asyncio.sleep(0.05)
    assert warm.is_asked(asked("slow", STRATEGY + "# slow"))
    second.cancel()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not warm.is_asked(asked("slow", STRATEGY + "# slow"))
    assert (await warm.ask(asked("slow", STRATEGY))).said == "done"


async def test_a_process_that_does_not_hear_is_killed_and_another_answers(slow: tuple[Warm, list[str]]) -> None:
    warm, told = slow
    deaf = asyncio.ensure_future(warm.ask(asked("slow", STRATEGY + "# deaf")))
    while warm.ran == 0:
        await asyncio.sleep(0.01)
    warm.forget("file:///s.apx")
    assert (await deaf).said == "replaced"
    assert (await warm.ask(asked("slow", STRATEGY))).said == "done"
    assert (warm.started, told) == (2, [])


async def test_a_process_that_is_killed_is_told_once_and_started_anew(slow: tuple[Warm, list[str]]) -> None:
    warm, told = slow
    first = await warm.ask(asked("slow", STRATEGY))
    os.kill(first.body["pid"], signal.SIGKILL)
    second = await warm.ask(asked("slow", STRATEGY + "# again"))
    assert second.said == "done"
    assert second.body["pid"] != first.body["pid"]
    assert len(told) == 1
    assert "Another one is started" in told[0]


async def test_a_question_that_kills_its_process_is_tried_twice_and_no_more(slow: tuple[Warm, list[str]]) -> None:
    warm, told = slow
    answer = await warm.ask(asked("slow", STRATEGY + "# dies"))
    assert answer.said == "lost"
    assert "exit code 7" in answer.why
    assert warm.started == 2
    assert len(told) == 1
    assert (await warm.ask(asked("slow", STRATEGY))).said == "done"


async def test_a_question_that_takes_too_long_is_said_to(slow: tuple[Warm, list[str]]) -> None:
    warm, _ = slow
    warm.seconds = 0.2
    assert (await warm.ask(asked("slow", STRATEGY + "# slow"))).said == "late"
    assert (await warm.ask(asked("slow", STRATEGY))).said == "done"
    assert warm.started == 1


async def test_a_command_that_cannot_be_started_is_told_once_and_not_tried_at_every_question(tmp_path: Path) -> None:
    told: list[str] = []
    warm = Warm(Command((str(tmp_path / "nothing"),)), told.append)
    for n in range(3):
        answer = await warm.ask(asked("backtest", f"{n}"))
        assert answer.said == "lost"
    other = Warm(Command((sys.executable, "-c", "print('hello')"), ENVIRONMENT), told.append)
    assert (await other.ask(asked("backtest", "1"))).said == "lost"
    assert len(told) == 2
    await warm.close()
    await other.close()


@pytest.mark.parametrize("answering", [True, False])
async def test_after_the_end_no_other_process_takes_the_place_of_one_that_answered_or_was_being_started(answering: bool) -> None:
    told: list[str] = []
    warm = Warm(Command((sys.executable, "-c", SLOW), ENVIRONMENT), told.append)
    asking = asyncio.ensure_future(warm.ask(asked("slow", STRATEGY + "# slow")))
    await until(lambda: warm.ran == 1 if answering else warm._running is not None)
    warm.kill()
    assert warm._work is not None
    await asyncio.wait_for(warm._work, 60)
    assert (await asking).said == "cancelled"
    assert (warm.started, warm._process, told) == (1, None, [])
    await warm.close()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0)
