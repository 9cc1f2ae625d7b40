"""The language server as an editor meets it: from a key to its diagnostics, bursts, start, answers and memory, beside ruff and basedpyright on Python.

    python bench/lsp.py [--rounds N] [--sizes 500,1000,5000] [--env FOLDER | --without-peers]

The client is the same for all: rig/editor.py, over standard input and output, in one thread. Every server gets texts of as many lines in its own language and the
same keys: an expression that ends in a name that does not exist, typed key by key into a line in the middle and into one near the top, and a line that is added. A
key is sent 60 ms after the diagnostics of the one before, as a quick typist would. What ApexTrade tells a little later, since it builds the whole program for it, is
timed with a name that is never read. A server whose diagnostics do not name the wrong name is not timed.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rig.computer import described
from rig.editor import Editor, Silent, is_publish
from rig.long_texts import long_module, long_strategy
from rig.peers import NoPeers, python_of_servers, servers_folder

TYPED = " + 0.25 * qqmissing"
ADDED = {"apx": "let added_line = close * 2\n", "python": "added_line = 2 * 2\n"}
BETWEEN_S = 0.06
BURST = 100
ASKED = 200
# Times in milliseconds, by editors' needs: a tier of diagnostics at once, another after a pause.
KEY_GOALS = {500: 6.0, 1000: 10.0, 5000: 30.0}
GOALS = {
    "deep": 150.0,
    "publishes": 3,
    "burst hover": 60.0,
    "initialize": 600.0,
    "first": 800.0,
    "hover": 10.0,
    "completion": 20.0,
}
GOALS |= {"signature": 10.0, "memory": 120.0}


@dataclass(slots=True)
class Server:
    """One server and what was measured of it, in milliseconds. key: by lines; asked: by request."""

    name: str
    command: tuple[str, ...]
    language: str
    suffix: str
    version: str = ""
    key: dict[int, list[float]] = field(default_factory=dict)
    rounds_p50: dict[int, list[float]] = field(default_factory=dict)
    later: dict[int, list[float]] = field(default_factory=dict)
    initialize: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    publishes: list[int] = field(default_factory=list)
    burst_hover: list[float] = field(default_factory=list)
    burst_final: list[float] = field(default_factory=list)
    asked: dict[str, list[float]] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)

    def text(self, lines: int, seed: int = 7) -> str:
        return long_strategy(lines, seed) if self.language == "apx" else long_module(lines, seed)

    @contextmanager
    def session(self) -> Iterator[tuple[Editor, float]]:
        """A new process, and the seconds of its `initialize`."""
        with tempfile.TemporaryDirectory() as name, Editor(self.command, Path(name).resolve(), self.language) as editor:
            yield editor, editor.initialize()


def servers(args: argparse.Namespace) -> list[Server]:
    found = [Server("ApexTrade", (sys.executable, "-m", "apextrade.cli", "lsp", "--stdio"), "apx", "apx")]
    if not args.without_peers:
        try:
            folder = python_of_servers(args.env).parent
        except NoPeers as error:
            print(f"Without peers: {error}", file=sys.stderr)
            return found
        found.append(Server("ruff server", (str(folder / "ruff"), "server"), "python", "py"))
        found.append(Server("basedpyright", (str(folder / "basedpyright-langserver"), "--stdio"), "python", "py"))
        for server, command in zip(found[1:], (["ruff", "--version"], ["basedpyright", "--version"]), strict=True):
            said = subprocess.run([str(folder / command[0]), command[1]], capture_output=True, text=True, check=False).stdout
            server.version = " ".join(said.split()[:2])
    return found


# ---------------------------------------------------------------- edits


def declaration(text: str, language: str, near: float) -> int:
    """The line of a declaration at a share of the text: a `let`, or an assignment outside all functions."""
    lines = text.split("\n")
    pattern = r"let \w+ = \w+\(\w+, \w+\)$" if language == "apx" else r"\w+ = max\(.*\)$"
    return next(at for at in range(int(near * len(lines)), len(lines)) if re.match(pattern, lines[at]))


def keys(server: Server, lines: int) -> None:
    """Forty edits of a text; the time from each to the diagnostics of its version."""
    text = server.text(lines)
    with server.session() as (editor, initialized):
        opened = time.perf_counter()
        uri = editor.open(f"text.{server.suffix}", text)
        first = editor.published(uri, 1)
        if lines == 500:
            server.initialize.append(1000 * initialized)
            server.first.append(1000 * (first.at - editor.begun))
        assert first.at > opened
        editor.quiet(1.0)
        version, took = 1, list[float]()
        for share in (0.5, 0.02):
            line = declaration(text, server.language, share)
            column = len(text.split("\n")[line])
            last: Any = None
            for at, key in enumerate((*TYPED, None)):
                version += 1
                if key is None:  # a line is added below
                    begun = editor.change(uri, version, line + 1, 0, ADDED[server.language])
                else:
                    begun = editor.change(uri, version, line, column + at, key)
                message = editor.published(uri, version)
                took.append(1000 * (message.at - begun))
                last = message.body["params"]["diagnostics"] if key is not None else last
                if key is not None and at + 1 == len(TYPED):
                    agreed(server, last, line)
                    editor.quiet(1.0)
                time.sleep(BETWEEN_S)
                editor.quiet(0.0)
    server.key.setdefault(lines, []).extend(took)
    server.rounds_p50.setdefault(lines, []).append(statistics.median(took))


def second_look(server: Server, lines: int, times: int = 6) -> None:
    """A line is typed whose name is never read; the time from its last key to the diagnostics that tell so, if they come after those of the key."""
    text = server.text(lines)
    with server.session() as (editor, _):
        uri = editor.open(f"text.{server.suffix}", text)
        editor.published(uri, 1)
        editor.quiet(2.0)
        line, version = declaration(text, server.language, 0.5), 1
        for number in range(times):
            version += 1
            editor.change(uri, version, line + 1, 0, f"let qqunused{number} = close\n")
            column = len(f"let qqunused{number} = close")
            for at, key in enumerate(" + 1"):
                editor.published(uri, version)
                time.sleep(BETWEEN_S)
                version += 1
                begun = editor.change(uri, version, line + 1, column + at, key)
            editor.published(uri, version)
            later = [m for m in editor.quiet(2.5) if is_publish(m.body, uri)]
            told = [m for m in later if any(f"qqunused{number}" in d["message"] for d in m.body["params"]["diagnostics"])]
            if not told:
                codes = {d["code"] for m in later for d in m.body["params"]["diagnostics"]}
                print(
                    f"Of {lines:,} lines {server.name} does not say that qqunused{number} is never read: {codes}", file=sys.stderr
                )
                return
            server.later.setdefault(lines, []).extend(1000 * (m.at - begun) for m in told[:1])


def agreed(server: Server, diagnostics: list[dict[str, Any]], line: int) -> None:
    """Ends the script if the wrong name is not what the diagnostics of its line say."""
    if not any("qqmissing" in d["message"] and d["range"]["start"]["line"] == line for d in diagnostics):
        raise SystemExit(f"{server.name} does not say that qqmissing in line {line + 1} is no name: {diagnostics[:3]}")


def burst(server: Server, lines: int = 1000) -> None:
    """A hundred edits without a pause, and a hover amid them."""
    text = server.text(lines)
    with server.session() as (editor, _):
        uri = editor.open(f"text.{server.suffix}", text)
        editor.published(uri, 1)
        editor.quiet(1.0)
        line = declaration(text, server.language, 0.5)
        column, hover, asked_at = len(text.split("\n")[line]), 0, 0.0
        mark = len(editor.received)
        written = (TYPED + " + qqmissing" * BURST)[:BURST]
        begun = time.perf_counter()
        for at, key in enumerate(written):
            editor.change(uri, at + 2, line, column + at, key)
            if at == BURST // 2:
                asked_at = time.perf_counter()
                hover = editor.ask(
                    "textDocument/hover", {"textDocument": {"uri": uri}, "position": {"line": line, "character": 6}}
                )
        editor.published(uri, BURST + 1)
        editor.quiet(1.5)
        came = editor.received[mark:]
        published = [m for m in came if is_publish(m.body, uri)]
        answer = next((m for m in came if m.body.get("id") == hover and "method" not in m.body), None)
        server.publishes.append(len(published))
        server.burst_final.append(1000 * (published[-1].at - begun))
        if answer is not None:
            server.burst_hover.append(1000 * (answer.at - asked_at))
        if published[-1].body["params"].get("version", BURST + 1) != BURST + 1:
            raise SystemExit(f"{server.name}: after a burst the last diagnostics are of an older version.")
        agreed(server, published[-1].body["params"]["diagnostics"], line)


# ---------------------------------------------------------------- requests and memory


def places(text: str, seed: int) -> dict[str, list[tuple[int, int]]]:
    """Places to ask at, drawn from the whole text: inside words for hover, after their first letters for completion, inside brackets for signatures."""
    chance, lines = random.Random(seed), text.split("\n")
    code = [(at, line.partition("#")[0]) for at, line in enumerate(lines)]
    words = [(at, m.start() + 1) for at, line in code for m in re.finditer(r"\b[a-z_]\w{2,}", line)]
    calls = [
        (at, m.end())
        for at, line in code
        for m in re.finditer(r"\b[a-z_]\w*\(", line)
        if not line.lstrip().startswith(("def", "class"))
    ]
    return {
        "hover": chance.choices(words, k=ASKED),
        "completion": [(at, column + 1) for at, column in chance.choices(words, k=ASKED)],
        "signature": chance.choices(calls, k=ASKED),
    }


def requests(server: Server, lines: int = 500) -> None:
    methods = {"hover": "hover", "completion": "completion", "signature": "signatureHelp"}
    text = server.text(lines)
    with server.session() as (editor, _):
        uri = editor.open(f"text.{server.suffix}", text)
        editor.published(uri, 1)
        editor.quiet(1.0)
        for kind, found in places(text, 3).items():
            if f"{'signatureHelp' if kind == 'signature' else kind}Provider" not in editor.offers:
                continue
            answered = 0
            for line, character in found:
                position = {"line": line, "character": character}
                answer, seconds = editor.request(
                    f"textDocument/{methods[kind]}", {"textDocument": {"uri": uri}, "position": position}
                )
                answered += bool(answer)
                server.asked.setdefault(kind, []).append(1000 * seconds)
            if answered < ASKED / 4:  # such as ruff's hover, which is for its own remarks alone
                print(f"{server.name} answers {kind} at {answered} of {ASKED} places.", file=sys.stderr)
                del server.asked[kind]


def memory(server: Server) -> None:
    with server.session() as (editor, _):
        for number in range(10):
            text = server.text(500, seed=number)
            uri = editor.open(f"text{number}.{server.suffix}", text)
            editor.published(uri, 1)
        editor.quiet(3.0)
        server.memory = {name: size / 2**20 for name, size in editor.memory().items()}


# ---------------------------------------------------------------- the page


def p(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def row(name: str, cells: Sequence[str], goal: str = "", met: bool | None = None) -> str:
    return f"| {name} | {' | '.join(cells)} | {goal} | {'' if met is None else 'met' if met else 'missed'} |"


def tables(found: list[Server], sizes: Sequence[int]) -> Iterator[str]:
    ours = found[0]
    yield f"| ms | {' | '.join(server.name for server in found)} | goal | |"
    yield f"|---|{'--:|' * len(found)}--:|---|"

    def cells(of: Any) -> list[str]:
        return [of(server) if server else "" for server in found]

    for lines in sizes:
        goal = KEY_GOALS.get(lines)
        median = p(ours.key[lines], 0.5)
        yield row(
            f"key to diagnostics, {lines:,} lines: p50 / p95",
            cells(lambda s, n=lines: f"{p(s.key[n], 0.5):.1f} / {p(s.key[n], 0.95):.1f}"),
            f"≤ {goal:g}" if goal else "", median <= goal if goal else None,
        )  # fmt: skip
        yield row("… p50 of the best round", cells(lambda s, n=lines: f"{min(s.rounds_p50[n]):.1f}"))
        yield row("… times the time of ApexTrade", cells(lambda s, n=lines, m=median: f"{p(s.key[n], 0.5) / m:.1f}"))
    for lines in sizes:
        least = p(ours.later[lines], 0.5) if ours.later.get(lines) else None
        goal = f"≤ {GOALS['deep']:g}" if least is not None else ""
        yield row(
            f"what only the built program tells, after the last key, {lines:,} lines: least / median",
            cells(lambda s, n=lines: f"{min(s.later[n]):.0f} / {p(s.later[n], 0.5):.0f}" if s.later.get(n) else "nothing"),
            goal, least <= GOALS["deep"] if least is not None else None,
        )  # fmt: skip
    most = max(ours.publishes)
    yield row(
        f"burst of {BURST} edits, 1,000 lines: publishes", cells(lambda s: f"{max(s.publishes)}"),
        f"≤ {GOALS['publishes']}", most <= GOALS["publishes"],
    )  # fmt: skip
    yield row("… until the last version's diagnostics", cells(lambda s: f"{p(s.burst_final, 0.5):.0f}"))
    hover = max(ours.burst_hover, default=1e9)
    yield row(
        "… a hover amid it, worst", cells(lambda s: f"{max(s.burst_hover):.0f}" if s.burst_hover else "no answer"),
        f"≤ {GOALS['burst hover']:g}", hover <= GOALS["burst hover"],
    )  # fmt: skip
    for name, kind in (("start to `initialize`", "initialize"), ("start to first diagnostics, 500 lines", "first")):
        values: dict[str, list[float]] = {s.name: getattr(s, kind) for s in found}
        yield row(
            f"{name}: least / median",
            cells(lambda s, v=values: f"{min(v[s.name]):.0f} / {statistics.median(v[s.name]):.0f}"),
            f"≤ {GOALS[kind]:g}", statistics.median(values[ours.name]) <= GOALS[kind],
        )  # fmt: skip
    for kind in ("hover", "completion", "signature"):
        yield row(
            f"{kind}, 500 lines: p50 / p95",
            cells(lambda s, k=kind: f"{p(s.asked[k], 0.5):.1f} / {p(s.asked[k], 0.95):.1f}" if k in s.asked else "not offered"),
            f"p95 ≤ {GOALS[kind]:g}", kind in ours.asked and p(ours.asked[kind], 0.95) <= GOALS[kind],
        )  # fmt: skip
    yield ""
    yield "| MB, ten files of 500 lines open | process | processes below it | goal | |"
    yield "|---|--:|--:|--:|---|"
    for server in found:
        own, *below = server.memory.values()
        goal = f"≤ {GOALS['memory']:g}" if server is ours else ""
        met = ("met" if own <= GOALS["memory"] else "missed") if server is ours else ""
        yield f"| {server.name} | {own:.0f} | {', '.join(f'{size:.0f}' for size in below) or 'none'} | {goal} | {met} |"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sizes", default="500,1000,5000", help="lines of the texts")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--env", type=Path, default=servers_folder(), help="where the peers' environment is, or is to be made")
    where.add_argument("--without-peers", action="store_true")
    args = parser.parse_args()
    sizes = [int(size) for size in args.sizes.split(",")]
    found = servers(args)
    try:
        for at in range(args.rounds):
            turn = found if at % 2 == 0 else found[::-1]
            for lines in sizes:
                for server in turn:
                    keys(server, lines)
                    if server.language == "apx":
                        second_look(server, lines)
                    print(f"round {at + 1}, {lines} lines: {server.name} {server.rounds_p50[lines][-1]:.1f} ms", file=sys.stderr)
            for server in turn:
                burst(server)
        for server in found:
            requests(server)
            memory(server)
    except Silent as error:
        raise SystemExit(str(error)) from None
    print(*described(), "; ".join(s.version for s in found if s.version) or "Without peers.", sep="\n", end="\n\n")
    print(
        f"{args.rounds} rounds, servers in turns, each round in new processes; {2 * (len(TYPED) + 1)} edits of each length a round."
    )
    print("The client's own time is in every figure.\n")
    print("\n".join(tables(found, sizes)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
