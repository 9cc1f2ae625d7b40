"""Following names and changing texts with real clients: one that can all, one that can little, one in a browser."""

from __future__ import annotations

import pytest
import pytest_asyncio
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tests.lsp.editor import BROWSER, FULL, MINIMAL, Editor, start, stop

pytestmark = pytest.mark.asyncio(loop_scope="module")

TEXT = """apx 1
strategy "Follow"
trade "SPY" every 1d
settings
  commission 0.1%
let quick = sma(close, 20)
when close crosses above quick
  buy 10% of equity
  notify "above {quick}"
let  b=quick+1
plot b
"""
PROFILES = {"full": FULL, "minimal": MINIMAL, "browser": BROWSER}


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=PROFILES)
async def client(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    running = await start(tmp_path_factory.mktemp("following"), PROFILES[request.param])
    yield running
    assert await stop(running) == 0


def identifier(uri: str) -> types.TextDocumentIdentifier:
    return types.TextDocumentIdentifier(uri)


async def test_names_lead_to_their_places(client: Editor) -> None:
    uri = client.open(TEXT)
    at = client.at(uri, "above qu|ick\n")
    place = (at.text_document, at.position)
    found = await client.client.text_document_definition_async(types.DefinitionParams(*place))
    assert [(one.uri, one.range.start) for one in found] == [(uri, types.Position(5, 4))]  # type: ignore[union-attr]
    library = client.at(uri, "s|ma(close")
    standard = await client.client.text_document_definition_async(types.DefinitionParams(library.text_document, library.position))
    assert [one.uri.rpartition("/")[2] for one in standard] == ["averages.apx"]  # type: ignore[union-attr]
    asked = types.ReferenceParams(types.ReferenceContext(True), *place)
    assert len(await client.client.text_document_references_async(asked) or ()) == 4
    marks = await client.client.text_document_document_highlight_async(types.DocumentHighlightParams(*place))
    assert len(marks or ()) == 4
    symbols = await client.client.text_document_document_symbol_async(types.DocumentSymbolParams(at.text_document))
    trees = [isinstance(one, types.DocumentSymbol) for one in symbols or ()]
    assert trees
    assert all(trees) == (client.client.capabilities.text_document.document_symbol is not None)
    names = await client.client.workspace_symbol_async(types.WorkspaceSymbolParams("quick"))
    assert uri in {one.location.uri for one in names or ()}
    assert await client.client.text_document_folding_range_async(types.FoldingRangeParams(at.text_document))
    assert await client.client.text_document_selection_range_async(types.SelectionRangeParams(at.text_document, [at.position]))
    (item,) = await client.client.text_document_prepare_call_hierarchy_async(types.CallHierarchyPrepareParams(*place)) or ()
    into = await client.client.call_hierarchy_incoming_calls_async(types.CallHierarchyIncomingCallsParams(item))
    assert [one.from_.name for one in into or ()] == ["when close crosses above quick", "b"]
    out = await client.client.call_hierarchy_outgoing_calls_async(types.CallHierarchyOutgoingCallsParams(item))
    assert [one.to.name for one in out or ()] == ["sma"]


async def test_a_rename_comes_in_the_form_that_the_client_takes_or_is_refused_with_its_sentence(client: Editor) -> None:
    uri = client.open(TEXT)
    at = client.at(uri, "let qu|ick")
    edit = await client.client.text_document_rename_async(types.RenameParams(at.text_document, at.position, "fast"))
    assert edit is not None
    versioned = (
        client.client.capabilities.workspace is not None and client.client.capabilities.workspace.workspace_edit is not None
    )
    changes = edit.document_changes[0].edits if versioned else (edit.changes or {})[uri]  # type: ignore[index,union-attr]
    assert [one.new_text for one in changes] == ["fast"] * 4  # type: ignore[union-attr]
    with pytest.raises(JsonRpcException, match="`close` is a name of the language"):
        await client.client.text_document_rename_async(types.RenameParams(at.text_document, at.position, "close"))


async def test_texts_are_laid_out_and_corrected(client: Editor) -> None:
    uri = client.open(TEXT.replace("sma(close, 20)", "smaa(close, 20)"))
    found = next(d for d in await client.diagnostics(uri) if d.code == "E0202")
    where = types.Range(types.Position(5, 14), types.Position(5, 14))
    context = types.CodeActionContext([found] if found else [], [types.CodeActionKind.QuickFix])
    actions = await client.client.text_document_code_action_async(types.CodeActionParams(identifier(uri), where, context))
    fix = next(one for one in actions or () if one.title == "Change to `sma`")
    assert isinstance(fix, types.CodeAction)
    # Neovim asks for the rest of every action, also of one that lacks nothing, and makes what comes back.
    assert await client.client.code_action_resolve_async(fix) == fix
    lines = types.Range(types.Position(9, 0), types.Position(9, 3))
    options = types.FormattingOptions(2, True)
    edits = await client.client.text_document_range_formatting_async(
        types.DocumentRangeFormattingParams(identifier(uri), lines, options)
    )
    assert {one.range.start.line for one in edits or ()} == {9}
    typed = types.DocumentOnTypeFormattingParams(identifier(uri), types.Position(9, 0), "\n", options)
    await client.client.text_document_on_type_formatting_async(typed)


async def test_the_librarys_texts_are_given_to_who_asks(client: Editor) -> None:
    asked = types.TextDocumentContentParams("apx-library:/averages.apx")
    given = await client.client.workspace_text_document_content_async(asked)
    assert "define sma(" in given.text
    assert client.result is not None
    assert client.result.capabilities.workspace is not None
    assert client.result.capabilities.workspace.text_document_content is not None
    with pytest.raises(JsonRpcException, match="There is no text"):
        await client.client.workspace_text_document_content_async(types.TextDocumentContentParams("apx-library:/none.apx"))
