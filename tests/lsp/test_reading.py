"""What a client reads of a program: hover, completion, signatures, hints and colours, through a real session."""

from __future__ import annotations

import pytest
from lsprotocol import types

from tests.lsp.editor import BROWSER, FULL, MINIMAL, Editor, start, stop

pytestmark = pytest.mark.asyncio(loop_scope="session")

PROGRAM = """apx 1
strategy "Read"
trade "AAPL" every 1d

input n = 20 bars in 5 .. 50
let mean = sma(close, 20)

when close crosses above mean
  buy 10% of equity
"""


async def test_hover_completion_signature_hints_and_tokens_come_of_one_document(editor: Editor) -> None:
    uri = editor.open(PROGRAM)
    place = editor.at(uri, "s|ma(close")
    found = await editor.client.text_document_hover_async(types.HoverParams(place.text_document, place.position))
    assert found is not None
    assert isinstance(found.contents, types.MarkupContent)
    assert "define sma(x = close, n = 20 bars)" in found.contents.value

    place = editor.at(uri, "above m|ean")
    items = await editor.client.text_document_completion_async(types.CompletionParams(place.text_document, place.position))
    assert isinstance(items, types.CompletionList)
    mean = next(item for item in items.items if item.label == "mean")
    resolved = await editor.client.completion_item_resolve_async(mean)
    assert isinstance(resolved.documentation, types.MarkupContent)
    assert "let mean = sma(close, 20)" in resolved.documentation.value

    place = editor.at(uri, "sma(close, |20)")
    shown = await editor.client.text_document_signature_help_async(types.SignatureHelpParams(place.text_document, place.position))
    assert shown is not None
    assert (shown.signatures[0].label, shown.active_parameter) == ("sma(x = close, n = 20 bars)", 1)

    everywhere = types.Range(types.Position(0, 0), types.Position(99, 0))
    hints = await editor.client.text_document_inlay_hint_async(types.InlayHintParams(place.text_document, everywhere))
    assert [hint.label for hint in hints or ()][-1:] == ["n:"]
    said = await editor.client.inlay_hint_resolve_async((hints or [])[-1])
    assert said.tooltip is not None

    first = await editor.client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(place.text_document))
    assert first is not None
    assert first.result_id is not None
    editor.replace(uri, "let mean = sma(close, 20)", "let mean = ema(close, 20)")
    params = types.SemanticTokensDeltaParams(place.text_document, first.result_id)
    changed = await editor.client.text_document_semantic_tokens_full_delta_async(params)
    assert isinstance(changed, types.SemanticTokensDelta)
    assert not changed.edits
    assert changed.result_id == first.result_id


@pytest.mark.parametrize(
    ("client", "marked", "snippets"),
    [(FULL, True, True), (MINIMAL, True, False), (BROWSER, True, False)],
    ids=["full", "minimal", "browser"],
)
async def test_every_client_gets_what_it_can_show(
    tmp_path_factory: pytest.TempPathFactory, client: types.ClientCapabilities, marked: bool, snippets: bool
) -> None:
    running = await start(tmp_path_factory.mktemp("reading"), client)
    uri = running.open(PROGRAM)
    place = running.at(uri, "s|ma(close")
    found = await running.client.text_document_hover_async(types.HoverParams(place.text_document, place.position))
    assert found is not None
    assert isinstance(found.contents, types.MarkupContent)
    assert ("```apx" in found.contents.value) == marked
    place = running.at(uri, "above m|ean")
    items = await running.client.text_document_completion_async(types.CompletionParams(place.text_document, place.position))
    assert isinstance(items, types.CompletionList)
    formats = {item.insert_text_format for item in items.items}
    assert (types.InsertTextFormat.Snippet in formats) == snippets
    assert await stop(running) == 0
