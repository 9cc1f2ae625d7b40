"""Five hundred edits as people make them, some of them hostile: the text at the server stays the browser's, character by character."""

from __future__ import annotations

import json
import os
import random
from typing import Any

from lsp.document import Change, Document, Place
from tests.frontend.browser import Browser, Page, Server
from tests.frontend.test_browser import MIXED

EDITS, STEP = int(os.environ.get("BROWSER_EDITS", "500")), 50
"""More with `BROWSER_EDITS=5000`."""
PIECES = (
    "let x = close\n", "# 😀 astral 𝄞𝒳\n", "when close > open\r\n  buy 10% of equity\r\n", "a\rb\r\rc", "\r\n", "\n", "😀", "é́", "\u2028", "\x0c", "\x85", "\t",
    "  ", "quick", '"', "(", ")", "👩‍👩‍👧‍👦", "\ufeff", "߷", "\\", "sma(close, 20)", "1_000.5%", "\u202e",
)  # fmt: skip
WAY = """
(async ({edits, whole}) => {
  const { view } = apx;
  const inside = (at) => { const { text, from } = view.state.doc.lineAt(at), unit = text.charCodeAt(at - from); return unit >= 0xdc00 && unit < 0xe000 ? at - 1 : at; };
  for (const { kind, at, length, piece, wait } of edits) {
    const { doc } = view.state;
    const from = inside(Math.floor(at * doc.length)), to = inside(Math.min(doc.length, from + length));
    if (kind === "paste") {
      view.dispatch({ selection: { anchor: from, head: to } });
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", piece);
      view.contentDOM.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    } else if (kind === "several") {
      const other = inside(Math.floor(doc.length * (1 - at)));
      const [low, high] = from < other ? [from, other] : [other, from];
      view.dispatch({ changes: [{ from: low, insert: view.state.toText(piece) }, ...(high > low ? [{ from: high, insert: view.state.toText(piece) }] : [])], userEvent: "input.type" });
    } else if (kind === "delete") view.dispatch({ changes: { from, to }, userEvent: "delete" });
    else if (kind === "undo") view.contentDOM.dispatchEvent(new KeyboardEvent("keydown", { key: "z", ctrlKey: true, bubbles: true, cancelable: true }));
    else view.dispatch({ changes: { from, to, insert: view.state.toText(piece) }, selection: { anchor: from }, userEvent: "input.type" });
    if (view.state.doc.length > whole) view.dispatch({ changes: { from: 700, to: view.state.doc.length } });
    if (wait === 1) await null;
    else if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
  }
})
"""
KINDS = ("paste", "several", "delete", "undo", "replace", "replace", "insert")


def edits(numbers: random.Random, count: int) -> list[dict[str, Any]]:
    made = []
    for _ in range(count):
        kind = numbers.choice(KINDS)
        length = 0 if kind == "insert" else numbers.choice((0, 1, 2, 7, 40))
        made.append({"kind": kind, "at": numbers.random(), "length": length, "piece": numbers.choice(PIECES) * numbers.choice((1, 1, 1, 3)),
                     "wait": numbers.choice((0, 0, 1, 1, 2, 10))})  # fmt: skip
    return made


def replayed(page: Page) -> Document:
    """The document that the frames make of which a server heard, by the server's own arithmetic."""
    (frames,) = page.heard()["sent"]
    document: Document | None = None
    for frame in map(json.loads, frames):
        params = frame.get("params")
        if frame.get("method") == "textDocument/didOpen" and params["textDocument"]["uri"] == URI:
            document = Document(URI, params["textDocument"]["text"], params["textDocument"]["version"])
        elif frame.get("method") == "textDocument/didChange" and params["textDocument"]["uri"] == URI:
            assert document is not None
            assert params["textDocument"]["version"] > document.version
            document = document.changed(map(change, params["contentChanges"]), params["textDocument"]["version"])
    assert document is not None
    return document


def change(sent: dict[str, Any]) -> Change:
    if "range" not in sent:
        return Change(sent["text"])
    start, end = (Place(sent["range"][which]["line"], sent["range"][which]["character"]) for which in ("start", "end"))
    return Change(sent["text"], start, end)


URI = "file:///edits/strategy.apx"
FRESH = "file:///edits/fresh.apx"
ASKED = ("semanticTokens/full", "documentSymbol", "foldingRange", "inlayHint", "codeLens")


def answers(page: Page, uri: str) -> str:
    """What the running server says of a document: its words with their places, outline, folds, hints, lenses and layout."""
    text = page.text
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": text.count("\n") + 1, "character": 0}}
    asked = json.dumps([[f"textDocument/{what}", {"textDocument": {"uri": uri}, "range": whole}] for what in ASKED])
    found = page.js(f"Promise.all({asked}.map(([method, params]) => apx.client.request(method, params)))")
    found.append(
        page.js(
            f"apx.client.request('textDocument/formatting', {{textDocument: {{uri: '{uri}'}}, options: {{tabSize: 2, insertSpaces: true}}}})"
        )
    )
    for one in found:
        if isinstance(one, dict):
            one.pop("resultId", None)
    return json.dumps(found).replace(uri, "…")


def test_after_500_edits_the_server_has_the_browsers_text(browser: Browser, server: Server) -> None:
    numbers = random.Random(20240229)
    page = browser.open(server.address, MIXED + "# a line that makes the text long\n" * 40, URI).online()
    page.js("apx.view.focus()")
    whole = partly = 0
    for _ in range(EDITS // STEP):
        page.js(f"({WAY})({json.dumps({'edits': edits(numbers, STEP), 'whole': 2600})})")
        page.settled()
        text = page.text
        assert replayed(page).text == text
        # The server itself: it says the same of the text it has by edits as of the browser's text opened anew.
        page.js(
            f"apx.client.notification('textDocument/didOpen', {{textDocument: {{uri: '{FRESH}', languageId: 'apx', version: 1, text: apx.view.state.doc.toString()}}}})"
        )
        assert answers(page, URI) == answers(page, FRESH)
        page.js(f"apx.client.notification('textDocument/didClose', {{textDocument: {{uri: '{FRESH}'}}}})")
    (frames,) = page.heard()["sent"]
    for frame in map(json.loads, frames):
        if frame.get("method") == "textDocument/didChange":
            whole += "range" not in frame["params"]["contentChanges"][0]
            partly += "range" in frame["params"]["contentChanges"][0]
    assert whole > 20  # short texts go whole, longer ones as edits: both ways were taken
    assert partly > 100
    assert any(
        ord(character) > 0xFFFF
        for frame in frames
        for character in json.loads(frame).get("params", {}).get("contentChanges", [{}])[0].get("text", "")
    )
    assert page.complaints() == []
    page.close()


def test_unseen_characters_are_shown_and_stay_in_place_when_something_changes_above_the_window(
    browser: Browser, server: Server
) -> None:
    page = browser.open(server.address, MIXED + "# far\u2028away \u202e\n" * 300, URI).online()
    assert page.texts(".cm-specialChar") == [] or page.js("apx.view.viewport.from") == 0
    page.press("Control+End")
    page.until(lambda: page.js("apx.view.viewport.from") > 1000, "scrolled down")
    assert "line separator, U+2028" in page.js("[...document.querySelectorAll('.cm-specialChar')].map((one) => one.title)")
    for piece in ("# above\n", "x", "\n\n"):
        page.js(f"apx.view.dispatch({{changes: {{from: 0, insert: {json.dumps(piece)}}}}})")
        assert page.js(
            "[...document.querySelectorAll('.cm-line')].every((one) => one.querySelectorAll('.cm-specialChar').length === (one.textContent.startsWith('# far') ? 2 : 0))"
        )
    assert page.complaints() == []
    page.close()
