"""What was run for the documents of one connection: results where they are shown, what is running, and values for those who only look."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Protocol

from compiler.libraries.head import library_head
from lsp.computed import Computed, computed, sparkline
from lsp.paths import path_of
from lsp.view import View
from lsp.warm import Answer, Question, Warm

ALL: Final = "\0all"
"""The part that stands for all tests of a document; the part of a backtest is ''."""

KEPT_VALUES = 20


class Files(Protocol):
    """The documents of the connection."""

    folders: dict[str, str]

    def texts(self) -> dict[str, str]: ...


@dataclass(frozen=True, slots=True)
class Shown:
    """What a lens says behind its label. old: of an earlier text. label: in place of the lens' own, '' for that."""

    text: str
    old: bool = False
    done: bool = False
    label: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run of one text. base: of which (`base_of`)."""

    base: str
    answer: Answer


@dataclass(slots=True)
class Results:
    """refresh: called when lenses are no longer what they were. Belongs to one event loop."""

    warm: Warm
    files: Files
    refresh: Callable[[], None]
    _outcomes: dict[str, dict[str, Outcome]] = field(default_factory=dict)
    _running: dict[str, dict[str, str]] = field(default_factory=dict)
    _computed: dict[str, tuple[str, Computed]] = field(default_factory=dict)
    _turns: dict[str, int] = field(default_factory=dict)
    """How often files were others that a document uses."""
    _background: set[asyncio.Task[object]] = field(default_factory=set)

    # ------------------------------------------------------------ running

    async def backtest(self, view: View, report: bool = False) -> Answer:
        """Trades a document. report: its page is written too."""
        body = self.body(view)
        question = Question(view.document.uri, "backtest", {**body, "report": True} if report else body, "", urgent=True)
        return await self._run(view, question)

    async def test(self, view: View, part: str = ALL, at: int | None = None) -> Answer:
        """Runs all tests of a document, or the one at a place of its text. part: which lens shows it."""
        body = self.body(view)
        return await self._run(
            view, Question(view.document.uri, "test", body if at is None else {**body, "at": at}, part, urgent=True)
        )

    async def _run(self, view: View, question: Question) -> Answer:
        uri, part, base = view.document.uri, question.part, base_of(self.body(view))
        known = self.warm.known(question)
        if known is None:
            self._running.setdefault(uri, {})[part] = base
            self.refresh()
        try:
            answer = known or await self.warm.ask(question)
            if not answer.dropped:
                self._outcomes.setdefault(uri, {})[part] = Outcome(base, answer)
            return answer
        finally:
            if self._running.get(uri, {}).get(part) == base and not self.warm.is_asked(question):
                del self._running[uri][part]
            self.refresh()

    # ------------------------------------------------------------ looking

    def shown(self, view: View) -> Mapping[str, Shown]:
        """What the lenses of a document say, by their part."""
        uri, base = view.document.uri, base_of(self.body(view))
        found = {part: said(outcome, outcome.base != base) for part, outcome in self._outcomes.get(uri, {}).items()}
        return found | {part: Shown("running…") for part, of in self._running.get(uri, {}).items() if of == base}

    def known_values(self, view: View) -> Computed | None:
        """The values of a document's very text, if they are known. If not they are asked for, where the text has no mistake: this never waits."""
        question = self.values_question(view)
        answer = self.warm.known(question)
        if answer is not None:
            return self._read(question, answer)
        if not self.warm.is_asked(question) and not has_mistakes(view):
            task: asyncio.Task[object] = asyncio.get_running_loop().create_task(self.warm.ask(question))
            self._background.add(task)
            task.add_done_callback(self._background.discard)
        return None

    async def values(self, view: View) -> Computed | None:
        """The values of a document's text; None where there are none: it has a mistake, there are no bars, or it is another text by now."""
        if has_mistakes(view):
            return None
        question = self.values_question(view)
        return self._read(question, await self.warm.ask(question))

    def values_question(self, view: View) -> Question:
        return Question(view.document.uri, "values", {**self.body(view), "last": KEPT_VALUES})

    def _read(self, question: Question, answer: Answer) -> Computed | None:
        if not answer.done:
            return None
        known = self._computed.get(question.uri)
        if known is None or known[0] != question.key:
            known = self._computed[question.uri] = (question.key, computed(answer.body))
        return known[1]

    # ------------------------------------------------------------ documents

    def changed(self, uri: str) -> None:
        """A document has another text: what runs for the old one is given up."""
        self.warm.forget(uri)
        self._running.pop(uri, None)

    def files_changed(self, uri: str) -> None:
        """Files that a document uses are others: the same text may come to something else."""
        self.changed(uri)
        self._turns[uri] = self._turns.get(uri, 0) + 1

    def closed(self, uri: str) -> None:
        self.changed(uri)
        self._outcomes.pop(uri, None)
        self._computed.pop(uri, None)

    def close(self) -> None:
        for task in tuple(self._background):
            task.cancel()
        self.warm.kill()

    def body(self, view: View) -> dict[str, Any]:
        """What a question about a document says of it: its text, where it is, unsaved libraries beside it, the bars to fall back on."""
        path = path_of(view.document.uri)
        found: dict[str, Any] = {"text": view.text, "path": path, "default": view.settings.default_data}
        if turn := self._turns.get(view.document.uri):
            found["turn"] = turn
        folders = [Path(folder) for uri in self.files.folders if (folder := path_of(uri))]
        if path:
            around = [folder for folder in folders if Path(path).is_relative_to(folder)]
            found["folder"] = str(max(around, key=lambda folder: len(folder.parts), default=Path(path).parent))
            texts = self.files.texts() if "use" in view.text else {}
            beside = {
                name: text
                for name, text in texts.items()
                if name != path and Path(name).parent == Path(path).parent and library_head(text) is not None
            }
            if beside:
                found["overlays"] = beside
        elif folders:
            found["folder"] = str(folders[0])
        return found


def base_of(body: Mapping[str, Any]) -> str:
    """The same for texts of which the same comes."""
    return sha256(repr(sorted(body.items())).encode(errors="surrogatepass")).hexdigest()


def has_mistakes(view: View) -> bool:
    return any(diagnostic.severity == "error" for diagnostic in view.analysis.diagnostics)


# ---------------------------------------------------------------- in words


def said(outcome: Outcome, old: bool) -> Shown:
    """An outcome behind a lens' label."""
    answer = outcome.answer
    if not answer.done:
        return Shown(why_not(answer), old)
    if "tests" in answer.body:
        return Shown(tests_said(answer.body), old, True)
    return Shown(
        f"{answer.body['line']} {sparkline(answer.body['equity'][::3])}", old, True, f"backtest on {answer.body['data']}"
    )


def tests_said(body: Mapping[str, Any]) -> str:
    """`passed, 3 expectations`; of one that failed what happened; of several how many."""
    tests = body["tests"]
    if len(tests) != 1:
        bad = [test for test in tests if not test["passed"]]
        return (
            f"{len(bad)} of {len(tests)} failed: {', '.join(test['title'] for test in bad)}"
            if bad
            else f"all {len(tests)} passed"
        )
    (test,) = tests
    if test["passed"]:
        count = int(test["expectations"])
        return f"passed, {count} expectation{'' if count == 1 else 's'}"
    return f"failed, {failure_said(test)}"


def failure_said(test: Mapping[str, Any]) -> str:
    """The first thing that went wrong in a test, and how many more did."""
    if test["error"]:
        return f"it can't be run: {test['error']}"
    first, *others = test["failures"]
    more = f" (and {len(others)} more)" if others else ""
    return f"{first['text']}: {first['happened']}{more}"


def why_not(answer: Answer) -> str:
    """Why there is no result, in a sentence or less."""
    match answer.said:
        case "diagnostics":
            errors = [d for d in answer.body["diagnostics"] if d["severity"] == "error"]
            count = "a mistake" if len(errors) == 1 else f"{len(errors)} mistakes"
            return f"the program has {count}: {errors[0]['message']}" if errors else "the program has mistakes"
        case "late":
            return "it took too long and was given up"
        case "memory":
            return "it took more memory than it may"
        case "replaced":
            return "it was given up: the text is another now"
        case "cancelled":
            return "it was given up"
        case "defect":
            kept = answer.body.get("kept")
            return f"a defect of ApexTrade, {answer.why}" + (f"; what is needed to find it is in {kept}" if kept else "")
        case _:
            return answer.why or "there is no result"
