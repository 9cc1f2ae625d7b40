"""A request takes no more time and memory than it may, and what one loses no other notices."""

from __future__ import annotations

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from server.settings import Settings
from tests.compiler.hostile.hostile_programs import HEAD, HOSTILE, lines
from tests.server.conftest import Served, Strict, running
from tests.server.language.programs import GOOD
from tests.server.test_problems import problem

LONG = HOSTILE["four thousand rules"]
"""Takes seconds."""


def validate(client: httpx.Client, text: str, **asked: Any) -> httpx.Response:
    return client.post("/api/validate", json={"source": text, **asked})


def busy(strict: Strict) -> None:
    """Waits until the worker has work."""
    while strict.app.state.pool.idle or not strict.app.state.pool.workers:
        time.sleep(0.01)


def test_work_beyond_its_time_is_ended_and_the_next_request_is_answered(strict: Strict) -> None:
    before = strict.worker()
    found = problem(validate(strict.client, LONG), "time_limit")
    assert found["detail"] == "Work on this program was ended after 1 seconds."
    again = validate(strict.client, GOOD)
    assert again.status_code == 200, again.text[:500]
    assert strict.worker() != before


def test_work_beyond_its_memory_is_ended_and_the_next_request_is_answered() -> None:
    settings = Settings(workers=1, work_megabytes=8, work_seconds=60.0, catalogue_at_start=False)
    with running(settings, {}) as (app, client):
        assert validate(client, GOOD).json()["valid"]
        before = app.state.pool.workers[0].pid
        found = problem(validate(client, HEAD + lines("let a{i} = close + {i}", 2_000)), "memory_limit")
        assert found["detail"] == "Work on this program was ended at 8 MB of memory."
        assert validate(client, GOOD).json()["valid"]
        assert app.state.pool.workers[0].pid != before


def test_a_worker_that_is_killed_at_work_loses_one_request_only(strict: Strict) -> None:
    strict.worker()
    with ThreadPoolExecutor(2) as threads:
        lost = threads.submit(validate, strict.client, LONG)
        busy(strict)
        pid = strict.worker()
        waiting = threads.submit(validate, strict.client, GOOD)
        os.kill(pid, signal.SIGKILL)
        problem(lost.result(), "worker_lost")
        assert waiting.result().json()["valid"]
    assert strict.worker() != pid


def test_a_worker_that_is_killed_while_it_waits_is_replaced_without_a_word(strict: Strict) -> None:
    pid = strict.worker()
    os.kill(pid, signal.SIGKILL)
    while pid in [one.pid for one in strict.app.state.pool.workers]:
        time.sleep(0.01)
    problem(strict.client.get("/readyz"), "not_ready")
    assert validate(strict.client, GOOD).json()["valid"]


def test_an_answer_too_large_is_not_sent(strict: Strict) -> None:
    strict.worker()
    text = HEAD + "plot " + ", ".join(["close"] * 500) + "\n"
    assert validate(strict.client, text).status_code == 200
    problem(validate(strict.client, text, blocks=True), "answer_too_large")
    assert validate(strict.client, GOOD).json()["valid"]


def test_beyond_the_queue_requests_are_turned_away_at_once(strict: Strict) -> None:
    """One worker, two waiting, four of a client: of many at once some are answered, the others told to come back."""
    strict.worker()
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: validate(strict.client, GOOD), range(16)))
    done = [a for a in answers if a.status_code == 200]
    assert done
    assert len(done) < 16
    for answer in answers:
        if answer.status_code != 200:
            problem(answer, {503: "busy", 429: "too_many_requests"}[answer.status_code])
    assert not strict.app.state.pool.turns.present
    assert validate(strict.client, GOOD).json()["valid"]


def test_one_with_many_requests_does_not_keep_another_waiting(strict: Strict) -> None:
    """While one address has work and more of it waiting, the first request of another is next."""
    strict.worker()
    done: list[str] = []
    other = httpx.Client(base_url=strict.client.base_url, timeout=60, transport=httpx.HTTPTransport(local_address="127.0.0.2"))

    def ask(client: httpx.Client, name: str, text: str) -> None:
        answer = validate(client, text)
        assert answer.status_code in (200, 422), answer.text[:500]
        done.append(name)

    with other, ThreadPoolExecutor(3) as threads:
        first = threads.submit(ask, strict.client, "one's first", LONG)
        busy(strict)
        second = threads.submit(ask, strict.client, "one's second", LONG)
        while not strict.app.state.pool.turns.lines:
            time.sleep(0.01)
        third = threads.submit(ask, other, "another's", GOOD)
        while len(strict.app.state.pool.turns) < 2 and not first.done():
            time.sleep(0.01)
        for future in (first, second, third):
            future.result()
    assert done == ["one's first", "another's", "one's second"]
    assert not strict.app.state.pool.turns.present


def test_a_killed_process_of_the_served_program_is_replaced(served: Served) -> None:
    served.wait_until_ready(2)
    before = served.workers()
    assert len(before) == 2
    with httpx.Client(base_url=served.url, timeout=60) as client, ThreadPoolExecutor(1) as threads:
        hostile = threads.submit(validate, client, LONG)
        time.sleep(0.5)
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        problem(hostile.result(), "worker_lost")
        assert validate(client, GOOD).json()["valid"]
    served.wait_until_ready(2)
    assert not set(before) & set(served.workers())


def test_workers_know_no_secret_of_the_server(served: Served) -> None:
    served.wait_until_ready(2)
    for pid in served.workers():
        with open(f"/proc/{pid}/environ", "rb") as file:
            assert b"planted" not in file.read()


def test_hostile_programs_do_not_keep_others_from_being_served(served: Served) -> None:
    """Three clients send hostile programs in a row, a fourth a good one over and over; the server stays up, each answer is one."""
    names = [
        "parentheses a hundred thousand deep", "a tower of defines, ten calls a level", "lets that double sixty times", "conditions that double sixty times",
        "a flood of signs from everywhere", "an if of six thousand branches", "a hundred thousand dots", "a number of nine hundred thousand digits",
        "a word that almost ends, over and over",
    ]  # fmt: skip
    served.wait_until_ready(2)
    over = threading.Event()

    def attack(mine: list[str]) -> list[httpx.Response]:
        with httpx.Client(base_url=served.url, timeout=60) as client:
            return [validate(client, HOSTILE[name]) for name in mine]

    def visit() -> int:
        count = 0
        with httpx.Client(base_url=served.url, timeout=60) as client:
            while not over.is_set() or not count:
                assert validate(client, GOOD).json()["valid"]
                count += 1
        return count

    with ThreadPoolExecutor(4) as threads:
        visitor = threads.submit(visit)
        attackers = [threads.submit(attack, names[i::3]) for i in range(3)]
        answers = [answer for attacker in attackers for answer in attacker.result()]
        over.set()
        assert visitor.result() >= 1
    assert {answer.status_code for answer in answers} == {200}
    assert httpx.get(f"{served.url}/healthz").json() == {"status": "ok"}
    assert served.process.poll() is None
