"""Settings, by each way that clients have to tell them: what they change, what is said of wrong ones, and that the rest of them counts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types

from compiler.codes import CODES
from lsp.client import Client
from lsp.settings import LEVELS, Settings
from lsp.written_settings import NAMES, read, section_of
from tests.lsp.editor import FULL, MINIMAL, PATIENCE_S, Editor, start, stop

Severity = types.DiagnosticSeverity

HEAD = 'apx 1\nstrategy "S"\ntrade "AAPL" every 1d\n'
RULES = "when close > open\n  buy 10 shares\nwhen close < open\n  sell\n"
UNUSED = HEAD + "let unused = sma(close, 20)\n" + RULES
"""Warned of by the deep tier: W0202 on the `let`, W0502 on the costs that are not set."""
REFRESHES = {types.WORKSPACE_INLAY_HINT_REFRESH, types.WORKSPACE_CODE_LENS_REFRESH}
TWICE = HEAD + RULES + "when close > open\n  buy 10 shares\n"


def levels(found: list[types.Diagnostic]) -> dict[str, types.DiagnosticSeverity | None]:
    return {str(d.code): d.severity for d in found}


def changed(editor: Editor, settings: object) -> None:
    editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings))


async def hints(editor: Editor, uri: str) -> list[str]:
    everywhere = types.Range(types.Position(0, 0), types.Position(1000, 0))
    params = types.InlayHintParams(types.TextDocumentIdentifier(uri), everywhere)
    found = await editor.settled(lambda: editor.client.text_document_inlay_hint_async(params))
    return [str(hint.label) for hint in found or ()]


async def titles(editor: Editor, uri: str) -> list[str]:
    params = types.CodeLensParams(types.TextDocumentIdentifier(uri))
    found = await editor.settled(lambda: editor.client.text_document_code_lens_async(params))
    return [lens.command.title for lens in found or () if lens.command is not None]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def asked(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Editor]:
    """A client that is asked for its settings, each test with all of them anew."""
    running = await start(tmp_path_factory.mktemp("asked"), FULL, {})
    yield running
    assert await stop(running) == 0


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def telling(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Editor]:
    """A client that can't be asked."""
    running = await start(tmp_path_factory.mktemp("telling"), MINIMAL, options={"lints": {"W0502": "off"}})
    yield running
    assert await stop(running) == 0


@pytest.mark.asyncio(loop_scope="session")
async def test_a_client_is_asked_after_it_has_come_and_its_levels_count(tmp_path: Path) -> None:
    editor = await start(tmp_path, FULL, {"lints": {"W0202": "off", "w0502": "hint"}})
    uri = editor.open(UNUSED)
    await editor.diagnostics(uri, lambda found: levels(found) == {"W0502": Severity.Hint})
    assert types.WORKSPACE_DID_CHANGE_CONFIGURATION in editor.registered
    assert editor.client.messages == []
    assert await stop(editor) == 0


@pytest.mark.asyncio(loop_scope="session")
async def test_another_level_is_seen_at_once_in_both_tiers(asked: Editor) -> None:
    asked.client.set_configuration({"apx": {}})
    changed(asked, None)
    deep, quick = asked.open(UNUSED), asked.open(HEAD + RULES + 'test "t"\n  given close = [1]\n  expect no order\n')
    await asked.diagnostics(deep, lambda found: levels(found).get("W0202") == Severity.Warning)
    for level, severity in (("error", Severity.Error), ("info", Severity.Information), ("hint", Severity.Hint)):
        asked.client.set_configuration({"apx": {"lints": {"W0202": level}}})
        changed(asked, None)
        found = await asked.diagnostics(deep, lambda found, now=severity: levels(found).get("W0202") == now)  # type: ignore[misc]
        assert levels(found)["W0502"] == Severity.Warning
    asked.client.set_configuration({"apx": {"lints": {"W0202": "off"}}})
    changed(asked, None)
    await asked.diagnostics(deep, lambda found: list(levels(found)) == ["W0502"])
    asked.close(quick)


@pytest.mark.asyncio(loop_scope="session")
async def test_a_warning_that_is_off_has_no_correction_and_is_none_of_all_at_once(asked: Editor) -> None:
    asked.client.set_configuration({"apx": {}})
    changed(asked, None)
    uri = asked.open(TWICE)
    known = [d for d in await asked.diagnostics(uri, lambda found: "W0317" in levels(found)) if d.code == "W0317"]
    where = known[0].range

    async def offered(kind: str) -> list[str]:
        params = types.CodeActionParams(types.TextDocumentIdentifier(uri), where, types.CodeActionContext(known, only=[kind]))
        found = await asked.settled(lambda: asked.client.text_document_code_action_async(params))
        return [action.title for action in found or ()]

    assert await offered("quickfix") == ["Remove this rule"]
    assert await offered("source.fixAll") == ["Make every safe correction"]
    asked.client.set_configuration({"apx": {"lints": {"W0317": "off"}}})
    changed(asked, None)
    await asked.diagnostics(uri, lambda found: "W0317" not in levels(found))
    assert await offered("quickfix") == []
    assert await offered("source.fixAll") == []


@pytest.mark.asyncio(loop_scope="session")
async def test_hints_and_lenses_are_refreshed_when_their_settings_change(asked: Editor) -> None:
    asked.client.set_configuration({"apx": {}})
    changed(asked, None)
    uri = asked.open('apx 1\nstrategy "S"\nlet mean = sma(close, 20)\n' + RULES)
    await asked.diagnostics(uri)
    await asked.until(lambda: not asked.client.protocol._request_futures)
    assert [label.split(",")[0] for label in await hints(asked, uri)] == [": price", "n:"]
    assert await titles(asked, uri) == ["backtest"]
    for written, left in (
        ({"units": False}, ["n:"]),
        ({"parameters": False}, [": price"]),
        ({"units": False, "parameters": False}, []),
    ):
        asked.asked.clear()
        asked.client.set_configuration({"apx": {**written, "defaultData": " QQQ "}})
        changed(asked, None)
        await asked.until(lambda: {method for method, _ in asked.asked} >= REFRESHES)
        assert [label.split(",")[0] for label in await hints(asked, uri)] == left
        assert await titles(asked, uri) == ["backtest on QQQ"]


@pytest.mark.asyncio(loop_scope="session")
async def test_what_can_not_be_meant_is_told_once_and_the_rest_counts(asked: Editor) -> None:
    asked.client.messages.clear()
    uri = asked.open(UNUSED)
    wrong = {"colour": 1, "units": "yes", "lints": {"W9999": "off", "W0502": "loud", "W0202": "off"}, "defaultDate": "AAPL"}
    for _ in range(2):
        asked.client.set_configuration({"apx": wrong})
        changed(asked, None)
        found = await asked.diagnostics(uri, lambda found: "W0202" not in levels(found) and "W0502" in levels(found))
        assert levels(found) == {"W0502": Severity.Warning}
    await asked.until(lambda: bool(asked.client.messages))
    [message] = asked.client.messages
    assert message.type == types.MessageType.Warning
    assert "there is no colour" in message.message
    logged = "\n".join(entry.message for entry in asked.client.log_messages)
    for sentence in (
        "there is no defaultDate; defaultData is meant?",
        'units takes true or false; this is "yes".',
        'lints names "W9999", and there is no such code.',
        'lints takes off, hint, info, warning or error for W0502; this is "loud".',
    ):
        assert logged.count(sentence) == 1, sentence
    asked.client.set_configuration({"apx": {}})
    changed(asked, None)
    await asked.diagnostics(uri, lambda found: "W0202" in levels(found))


@pytest.mark.asyncio(loop_scope="session")
async def test_a_client_that_can_not_be_asked_tells_them_at_the_start_and_later(telling: Editor) -> None:
    uri = telling.open(UNUSED)
    await telling.diagnostics(uri, lambda found: list(levels(found)) == ["W0202"])
    changed(telling, {"apx": {"lints": {"W0202": "info"}}, "python": {"path": "x"}})
    await telling.diagnostics(uri, lambda found: levels(found) == {"W0202": Severity.Information, "W0502": Severity.Warning})
    silent: tuple[object, ...] = (None, {})
    for nothing in silent:
        changed(telling, nothing)
    changed(telling, {"lints": {"W0202": "off"}})  # as Helix does it
    await telling.diagnostics(uri, lambda found: list(levels(found)) == ["W0502"])
    changed(telling, {"apx": []})  # as an empty table of Lua comes
    await telling.diagnostics(uri, lambda found: set(levels(found)) == {"W0202", "W0502"})
    assert telling.client.messages == []


@pytest.mark.asyncio(loop_scope="session")
async def test_each_folder_has_its_own_and_what_is_in_none_has_the_others(tmp_path: Path) -> None:
    one, two, inner = tmp_path / "one", tmp_path / "two", tmp_path / "one" / "inner"
    inner.mkdir(parents=True)
    two.mkdir()
    editor = await start(tmp_path, FULL, {"lints": {"W0502": "off"}}, folders=(one, two, inner))
    editor.client.set_configuration({"apx": {"lints": {"W0202": "off"}}}, scope_uri=one.as_uri())
    editor.client.set_configuration({"apx": {"lints": {"W0502": "off"}}}, scope_uri=inner.as_uri())
    changed(editor, None)
    uris = {name: editor.open(UNUSED, f"{name}.apx") for name in ("one/a", "two/a", "one/inner/a", "a")}
    expected = {"one/a": ["W0502"], "two/a": ["W0202"], "one/inner/a": ["W0202"], "a": ["W0202"]}
    for name, codes in expected.items():
        await editor.diagnostics(uris[name], lambda found, codes=codes: list(levels(found)) == codes)  # type: ignore[misc]
    event = types.WorkspaceFoldersChangeEvent([], [types.WorkspaceFolder(one.as_uri(), "one")])
    editor.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))
    await editor.diagnostics(uris["one/a"], lambda found: list(levels(found)) == ["W0202"])
    event = types.WorkspaceFoldersChangeEvent([types.WorkspaceFolder(one.as_uri(), "one")], [])
    editor.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))
    await editor.diagnostics(uris["one/a"], lambda found: list(levels(found)) == ["W0502"])
    assert await stop(editor) == 0


@pytest.mark.asyncio(loop_scope="session")
async def test_a_client_that_refuses_or_answers_nonsense_keeps_the_settings_that_it_told(tmp_path: Path) -> None:
    editor = await start(tmp_path, FULL, options={"apx": {"lints": {"W0502": "off"}}})
    uri = editor.open(UNUSED)
    await editor.diagnostics(uri, lambda found: list(levels(found)) == ["W0202"])
    answers: list[Any] = [[], [1, 2, 3]]

    def answer(params: types.ConfigurationParams) -> Any:
        if not answers:
            raise ValueError("no")
        return answers.pop()

    editor.client.protocol.fm.features.pop(types.WORKSPACE_CONFIGURATION)
    editor.client.feature(types.WORKSPACE_CONFIGURATION)(answer)
    for count in range(1, 4):
        changed(editor, None)
        await editor.until(lambda count=count: len(told(editor)) == count)  # type: ignore[misc]
    editor.replace(uri, "sma(close, 20)", "sma(close, 21)")
    await editor.diagnostics(uri, lambda found: list(levels(found)) == ["W0202"])
    assert await stop(editor) == 0


def told(editor: Editor) -> list[str]:
    return [entry.message for entry in editor.client.log_messages if "was asked for" in entry.message]


@pytest.mark.asyncio(loop_scope="session")
async def test_a_client_that_traces_is_told_what_took_how_long(tmp_path: Path) -> None:
    editor = await start(tmp_path, FULL, {}, trace=types.TraceValue.Messages)
    traced: list[types.LogTraceParams] = []
    editor.client.feature(types.LOG_TRACE)(lambda params: traced.append(params))
    uri = editor.open(UNUSED)
    await editor.diagnostics(uri, lambda found: bool(found))
    await hints(editor, uri)
    await editor.until(lambda: any(t.message.startswith("textDocument/inlayHint answered in ") for t in traced))
    assert any(t.message.startswith("textDocument/didOpen taken in") and t.message.endswith(" ms") for t in traced)
    assert any("found and sent in" in t.message for t in traced)
    assert all(t.verbose is None for t in traced)
    editor.client.set_trace(types.SetTraceParams(types.TraceValue.Verbose))
    await hints(editor, uri)
    await editor.until(lambda: any(t.verbose is not None and f"{uri}, version 1" in t.verbose for t in traced))
    where = editor.at(uri, "sm|a(close")
    params = types.InlineValueParams(
        where.text_document,
        types.Range(where.position, where.position),
        types.InlineValueContext(0, types.Range(where.position, where.position)),
    )
    await editor.settled(lambda: editor.client.text_document_inline_value_async(params))  # what waits is told when it is answered
    await editor.until(lambda: any(t.message.startswith("textDocument/inlineValue answered") for t in traced))
    editor.client.set_trace(types.SetTraceParams(types.TraceValue.Off))
    await hints(editor, uri)
    before = len(traced)
    await hints(editor, uri)
    assert len(traced) == before
    editor.client.set_configuration({"apx": {"trace": "messages"}})
    changed(editor, None)
    async with asyncio.timeout(PATIENCE_S):
        while not logged_times(editor):  # answers that came before the new settings are not told of
            await hints(editor, uri)
    assert len(traced) == before
    assert await stop(editor) == 0


def logged_times(editor: Editor) -> list[str]:
    return [entry.message for entry in editor.client.log_messages if " in " in entry.message and entry.message.endswith(" ms")]


# ---------------------------------------------------------------- what was written

LEAVES = st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from((*LEVELS, *NAMES, "W0310", "E0301", "loud", ""))
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from((*NAMES, "W0310", "path", "x")), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(ANYTHING)
def test_whatever_is_written_gives_settings_and_sentences(written: object) -> None:
    client = Client(markdown=True)
    found, problems = read(section_of(written), Settings(client=client))
    assert found.client is client
    assert isinstance(found.default_data, str)
    assert {type(found.units), type(found.parameters)} == {bool}
    assert set(found.lints.values()) <= set(LEVELS)
    assert all(problem.endswith((".", "?")) for problem in problems)
    again = {"defaultData": found.default_data, "units": found.units, "parameters": found.parameters, "trace": found.trace}
    assert read({**again, "lints": dict(found.lints)}, found) == (found, ())


def test_only_warnings_have_levels() -> None:
    for code in CODES:
        found, problems = read({"lints": {code.code: "off"}}, Settings())
        assert (dict(found.lints) == {}) == (code.severity == "error") == bool(problems), code.code


def test_what_is_not_set_is_the_default() -> None:
    silent: tuple[object, ...] = (
        None,
        {},
        [],
        {"lints": []},
        {"units": None, "path": "/opt/apx", "trace": {"server": "verbose"}},
    )
    for nothing in silent:
        assert read(section_of(nothing), Settings()) == (Settings(), ()), json.dumps(nothing)


def test_a_line_length_is_told_to_mean_nothing() -> None:
    _, [problem] = read({"lineLength": 80}, Settings())
    assert problem == "lineLength means nothing: the canonical layout breaks no line and joins none."
