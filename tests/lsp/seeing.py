"""Views of texts for the tests of features, and texts to try them on."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st
from lsprotocol import types

from apextrade.libraries import Beside
from compiler.editing import Editing
from compiler.libraries.port import Resolver
from lsp.document import Document, Encoding, Place
from lsp.settings import Client, Settings
from lsp.view import View
from stdlib.library import load

EXAMPLES = {path.name: path.read_text() for path in sorted(Path("examples").glob("*.apx"))}
FOLDER = Path("examples").absolute()
WHOLE = """apx 1
strategy "Every form"
use "Trend filters" version 1
trade "SPY" every 1d
input n = 20 bars in 2 .. 100 "Length"
input share = 10%
require n > 1 bars
settings
  capital 10_000 USD
  limit direction long
define both(x, k = 14 bars)
  let middle = sma(x, k)
  remember best = max(best or_else middle, middle) initially unknown
  give upper = middle + best, lower = middle
define half(x) = x / 2
let m = both(close, k = n)
let odd = if close > m.upper then m.upper else m.lower end
remember tally = tally + 1 initially 0
## The rule.
when close crosses above half(m.upper) and is_uptrend(n)
  buy share of equity named "runner"
    stop loss at entry - 2 * atr(14)
    take profit at 3 R
  notify "in at {close}, {m.upper} of {symbol} and { odd }"
otherwise
  exit "runner"
every month end where position.size > 0
  exit position
plot m.upper "Upper", odd, tally on 1w
alert when odd > 0 "odd {odd}"
test "nothing"
  with n = 3 bars, share = 5%
  given close = [1, 2, 3]
  expect odd at bar 2 is 3
  expect no order
"""
"""Every kind of name in one program; its library is among the examples."""


def seen(
    text: str,
    name: str = "seen.apx",
    encoding: Encoding = "utf-16",
    resolver: Resolver | None = None,
    client: Client | None = None,
) -> View:
    """A text as a file beside the examples, unless libraries are given."""
    path = FOLDER / name
    document = Document(path.as_uri(), text, 1, encoding)
    libraries = resolver or Beside(path, locked=False)
    analysis = Editing(load(), str(path)).analyse(text, libraries)
    return View(document, analysis, load(), Settings(client=client or Client()), resolver=libraries)


def params(view: View) -> types.TextDocumentIdentifier:
    return types.TextDocumentIdentifier(view.document.uri)


def position(view: View, marked: str) -> types.Position:
    """The place of `|` in a piece of the text: `let m| = both`."""
    before, _, after = marked.partition("|")
    at = view.text.index(before + after)
    return view.position(at + len(before))


def span(view: View, where: types.Range) -> tuple[int, int]:
    """The offsets of a range, which must be places of the document."""
    ends = [view.document.offset(Place(p.line, p.character)) for p in (where.start, where.end)]
    assert [view.position(end) for end in ends] == [where.start, where.end], "a range that is not in the document"
    assert ends[0] <= ends[1]
    return ends[0], ends[1]


def said(view: View, where: types.Range) -> str:
    start, end = span(view, where)
    return view.text[start:end]


def line_of(view: View, where: types.Range) -> str:
    return view.document.line(where.start.line)


@st.composite
def anywhere(draw: st.DrawFn) -> tuple[View, types.Position]:
    """Any place of any example, of any prefix of one, and of one with a piece of text put in or taken out."""
    text = draw(st.sampled_from([*EXAMPLES.values(), WHOLE]))
    kind = draw(st.sampled_from(("whole", "prefix", "edited")))
    at = draw(st.integers(0, len(text)))
    if kind == "prefix":
        text = text[:at]
    elif kind == "edited":
        taken = draw(st.integers(0, 10))
        put = draw(
            st.sampled_from(
                (
                    "",
                    "(",
                    '"',
                    "{close}",
                    "\n",
                    "  ",
                    "let x = ",
                    "end",
                    "é",
                    "💶",
                    "\u2028",
                    "\r",
                    "# ",
                    "m.",
                    ", k = 3",
                    'test "t"\n',
                )
            )
        )
        text = text[:at] + put + text[at + taken :]
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    view = seen(text, encoding=draw(st.sampled_from(("utf-8", "utf-16", "utf-32"))))
    near = draw(st.sampled_from((0, 1))) if at <= len(text) else 0
    return view, view.position(min(at + near, len(text)) if draw(st.booleans()) else draw(st.integers(0, len(text))))
