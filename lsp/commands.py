"""`workspace/executeCommand`: a backtest, tests, a report. Each answers with what came of it, so that a client can show it in its own way too."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from lsprotocol import types

from compiler import syntax as s
from lsp.features.code_lens import BACKTEST, REPORT, TEST, label, names
from lsp.paths import uri_of
from lsp.results import ALL, Results, tests_said, why_not
from lsp.view import View
from lsp.warm import Answer

COMMANDS: tuple[str, ...] = (BACKTEST, TEST, REPORT)


class Client(Protocol):
    """What a command does at the client's."""

    async def working(self, title: str, work: Awaitable[Answer], token: int | str | None) -> Answer:
        """Waits for work, and shows that it goes on where the client can. Raises asyncio.CancelledError if the user has had enough."""

    def tell(self, text: str, kind: types.MessageType) -> None:
        """Shows a message to the user, if the client can't show results in place."""

    async def show_page(self, uri: str) -> bool:
        """Opens a page in the user's browser; False where the client can't."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a command answers. title: what came of it; else error: why nothing did."""

    title: str = ""
    error: str = ""
    more: Mapping[str, Any] | None = None

    def plain(self) -> dict[str, Any]:
        found: dict[str, Any] = {"error": self.error} if self.error else {"title": self.title}
        return {**found, **(self.more or {})}


async def execute(
    results: Results, client: Client, view: Callable[[str], View | None], params: types.ExecuteCommandParams
) -> dict[str, Any]:
    """Does what a command says. Its first argument is the document's uri; of `apx.test` the second is a test's title, all tests without it."""
    arguments = list(params.arguments or ())
    uri = arguments[0] if arguments and isinstance(arguments[0], str) else ""
    seen = view(uri)
    if seen is None:
        return Done(error="The document is not open.").plain()
    match params.command:
        case "apx.backtest":
            done = await backtest(results, client, seen, params.work_done_token)
        case "apx.test":
            done = await test(results, client, seen, arguments[1:], params.work_done_token)
        case "apx.report":
            done = await report(results, client, seen, arguments[1:], params.work_done_token)
        case _:
            return Done(error=f"There is no command {params.command}.").plain()
    client.tell(done.error or done.title, types.MessageType.Warning if done.error else types.MessageType.Info)
    return done.plain()


async def backtest(results: Results, client: Client, view: View, token: int | str | None) -> Done:
    answer = await client.working(label(view), results.backtest(view), token)
    if not answer.done:
        return unfinished(label(view), answer)
    body = answer.body
    stats, warnings = body["result"]["stats"], body["result"]["warnings"]
    more = {
        "data": body["data"],
        "line": body["line"],
        "stats": stats,
        "warnings": warnings,
        "equity": body["equity"],
        "times": body["times"],
    }
    return Done(f"backtest on {body['data']}: {body['line']}", more=more)


async def report(results: Results, client: Client, view: View, arguments: Sequence[object], token: int | str | None) -> Done:
    answer = await client.working(f"report of a {label(view)}", results.backtest(view, report=True), token)
    if not answer.done:
        return unfinished(label(view), answer)
    path = str(answer.body["report"])
    wanted = any(isinstance(given, Mapping) and given.get("show") for given in arguments)
    shown = wanted and await client.show_page(uri_of(path))
    return Done(f"report: {path}", more={"path": path, "data": answer.body["data"], "shown": shown})


async def test(results: Results, client: Client, view: View, arguments: Sequence[object], token: int | str | None) -> Done:
    wanted = next((given for given in arguments if isinstance(given, str)), None)
    tests = [statement for statement in view.analysis.statements if isinstance(statement, s.Test)]
    if not tests:
        return Done(error='There are no tests here; `test "…"` begins one.')
    if wanted is None:
        title, work = "run the test" if len(tests) == 1 else f"run {len(tests)} tests", results.test(view)
    else:
        found = next((one for name, one in zip(names(tests), tests, strict=True) if name == wanted), None)
        if found is None:
            return Done(error=f'There is no test "{wanted}" here.')
        title, work = f'test "{wanted}"', results.test(view, wanted, view.analysis.outer(found.span).start)
    answer = await client.working(title, work, token)
    if not answer.done:
        return unfinished(title, answer)
    more = {"passed": answer.body["passed"], "tests": [plain(view, one) for one in answer.body["tests"]]}
    return Done(f"{title}: {tests_said(answer.body)}", more=more)


def unfinished(title: str, answer: Answer) -> Done:
    return Done(error=f"{title}: {why_not(answer)}", more={"said": answer.said})


def plain(view: View, test: Mapping[str, Any]) -> dict[str, Any]:
    """A test with its places as the client counts them."""

    def ranged(one: Mapping[str, Any]) -> dict[str, Any]:
        first, last = (view.document.place(offset) for offset in one["place"])
        span = {"start": {"line": first.line, "character": first.column}, "end": {"line": last.line, "character": last.column}}
        return {key: value for key, value in one.items() if key != "place"} | {"range": span}

    return {**ranged(test), "failures": [ranged(failure) for failure in test["failures"]]}


__all__ = ["ALL", "COMMANDS", "Client", "execute"]
