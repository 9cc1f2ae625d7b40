"""A session of the language server with a real client: documents, diagnostics, formatting, defects, the end."""

from __future__ import annotations

import pytest
from lsprotocol import types

from tests.lsp.editor import Editor

pytestmark = pytest.mark.asyncio(loop_scope="session")

GOLDEN_CROSS = """apx 1
strategy "Golden cross"
trade "AAPL" every 1d

let fast = sma(close, 50)
let slow = sma(close, 200)

when fast crosses above slow
  buy 100% of equity
when fast crosses below slow
  sell
"""


async def test_a_mistake_is_published_with_its_place_and_goes_when_it_is_corrected(editor: Editor) -> None:
    uri = editor.open(GOLDEN_CROSS.replace("let slow = sma", "let slow = smaa"))
    found = await editor.diagnostics(uri)
    assert [(d.code, d.severity, d.source) for d in found] == [("E0202", types.DiagnosticSeverity.Error, "apx")]
    assert found[0].range == types.Range(types.Position(5, 11), types.Position(5, 15))
    editor.replace(uri, "smaa", "sma")
    await editor.diagnostics(uri, lambda now: not any(d.severity == types.DiagnosticSeverity.Error for d in now))


def applied(text: str, edits: list[types.TextEdit], editor: Editor) -> str:
    """A text after edits of it, as a client makes them."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))

    def offset(place: types.Position) -> int:
        return starts[place.line] + place.character  # these texts are ASCII

    for edit in sorted(edits, key=lambda e: offset(e.range.start), reverse=True):
        text = text[: offset(edit.range.start)] + edit.new_text + text[offset(edit.range.end) :]
    return text


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
async def test_formatting_edits_the_lines_that_differ_and_no_other(editor: Editor, ends: str) -> None:
    untidy = GOLDEN_CROSS.replace("let slow = sma(close, 200)", "let slow=sma( close,200 )").replace(
        "\nlet fast", "\n\n\nlet fast"
    )
    uri = editor.open(untidy.replace("\n", ends))
    params = types.DocumentFormattingParams(types.TextDocumentIdentifier(uri), types.FormattingOptions(2, True))
    edits = await editor.settled(lambda: editor.client.text_document_formatting_async(params))
    assert edits
    assert applied(untidy.replace("\n", ends), list(edits), editor) == GOLDEN_CROSS.replace("\n", ends)
    touched = {line for edit in edits for line in range(edit.range.start.line, edit.range.end.line + 1)}
    assert touched <= {3, 4, 5, 6, 7}
