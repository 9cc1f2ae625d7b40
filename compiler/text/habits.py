"""What traders write from habit, in English or in other charting languages, and how it is written here."""

from __future__ import annotations

from compiler.diagnostics import Diagnostic, Edit, Fix
from compiler.source import Span
from compiler.text.automaton import Failure
from compiler.text.mend import Mend, span_of
from compiler.text.other_languages import day_of_week, hold_for, if_after_value, remainder, within_without_last
from compiler.text.tokens import END, LEAD, WORD, Token

BEGINNINGS: dict[str, str] = {
    "if": "A rule is `when close > open`, with what it does on the lines below.",
    "else": "What a rule does where its condition is false stands under `otherwise`.",
    "close": "What is open is closed by `exit position`.",
    "go": "`buy` opens a long position, `short` a short one.",
    "long": "`buy` opens a long position, `short` a short one.",
    "enter": "`buy` opens a long position, `short` a short one.",
    "order": "`buy` opens a long position, `short` a short one.",
    "trailing": "A trailing stop is `trail by 2%`.",
    "trailing_stop": "A trailing stop is `trail by 2%`.",
    "stoploss": "A stop is `stop loss at 2%`.",
    "stop_loss": "A stop is `stop loss at 2%`.",
    "sl": "A stop is `stop loss at 2%`.",
    "target": "A target is `take profit at 4%`.",
    "profit": "A target is `take profit at 4%`.",
    "take_profit": "A target is `take profit at 4%`.",
    "tp": "A target is `take profit at 4%`.",
    "var": "A series is named by `let`.",
    "def": "A function is `define f(x) = …`.",
    "function": "A function is `define f(x) = …`.",
    "param": "What may be changed before a run is an `input`.",
    "parameter": "What may be changed before a run is an `input`.",
    "symbol": 'What is traded stands after `trade`: `trade "SPY" every 1d`.',
    "indicator": "A strategy that only plots is a `strategy` too.",
    "study": "A strategy that only plots is a `strategy` too.",
    "import": "Another file's names are brought in by `use`.",
    "print": "Values are shown by `plot`.",
}
"""Of words that begin lines elsewhere: how such a line begins here."""


def from_habit(tokens: list[Token], failure: Failure, expected: frozenset[str], in_settings: bool) -> Mend | None:
    """The mistake at tokens[failure.index], if it is one of these."""
    i = failure.index
    if not i or in_settings:
        return None
    for attempt in (_share_without_of, _for_how_long, _is_above, _at_market, _label_after_as, _stop_without_loss, _risk, _sell_short, _range_from,
                    _alert_first, _everything, if_after_value, remainder, day_of_week, within_without_last, hold_for):  # fmt: skip
        found = attempt(tokens, i, failure, expected)
        if found is not None:
            return found
    return None


def _mended(
    message: str, title: str, where: Span, meant: str, tokens: list[Token], code: str = "E0110", safe: bool = True
) -> Mend:
    problem = Diagnostic(code, where, message, fixes=(Fix(title, (Edit(where, meant),), safe=safe),))
    return Mend(problem, tokens)


def _share_without_of(tokens: list[Token], i: int, failure: Failure, expected: frozenset[str]) -> Mend | None:
    """`buy 10% equity`."""
    token, before = tokens[i], tokens[i - 1]
    if token.text not in ("equity", "cash", "position") or before.kind not in ("PERCENT", "NUMBER"):
        return None
    taken = failure.takes(("OF", "POSITION" if token.text == "position" else "NAME")) or failure.takes(("OF", token.text.upper()))
    if "OF" not in expected or not taken:
        return None
    at = Span(token.start, token.start)
    instead = [*tokens[:i], Token(WORD, "of", token.start, token.start), *tokens[i:]]
    problem = Diagnostic(
        "E0110", span_of(token), f"A share is written `of {token.text}`.", fixes=(Fix("add `of`", (Edit(at, "of "),), safe=True),)
    )
    return Mend(problem, instead)


def _for_how_long(tokens: list[Token], i: int, failure: Failure, expected: frozenset[str]) -> Mend | None:
    """`a > b for 3 bars`."""
    token = tokens[i]
    if token.text != "for" or "HAS" not in expected or not failure.takes(("HAS", "HELD", "FOR")):
        return None
    at = Span(token.start, token.start)
    words = [Token(WORD, word, token.start, token.start) for word in ("has", "held")]
    problem = Diagnostic(
        "E0110",
        span_of(token),
        "How long a condition has been true is written `has held for …`.",
        fixes=(Fix("write `has held for`", (Edit(at, "has held "),), safe=True),),
    )
    return Mend(problem, [*tokens[:i], *words, *tokens[i:]])


_COMPARED = {
    ("above",): ">", ("over",): ">", ("greater", "than"): ">", ("higher", "than"): ">", ("more", "than"): ">", ("below",): "<", ("under",): "<",
    ("less", "than"): "<", ("lower", "than"): "<", ("equal", "to"): "==", ("not", "equal", "to"): "!=",
}  # fmt: skip


def _is_above(tokens: list[Token], i: int, failure: Failure, expected: frozenset[str]) -> Mend | None:
    """`a is above b`, `a is greater than b`."""
    if tokens[i - 1].text != "is":
        return None
    for words, sign in _COMPARED.items():
        if tuple(token.text for token in tokens[i : i + len(words)]) != words:
            continue
        where = Span(tokens[i - 1].start, tokens[i + len(words) - 1].end)
        instead = [*tokens[: i - 1], Token("COMPARE", sign, where.start, where.end), *tokens[i + len(words) :]]
        return _mended(f"`is {' '.join(words)}` is written `{sign}`.", f"write `{sign}`", where, sign, instead)
    return None


def _at_market(tokens: list[Token], i: int, failure: Failure, expected: frozenset[str]) -> Mend | None:
    """`at market`, `at open`: both are the next open."""
    token = tokens[i]
    if tokens[i - 1].text != "at" or token.text not in ("market", "open") or not failure.takes(("NEXT", "OPEN")):
        return None
    words = [Token(WORD, word, token.start, token.end) for word in ("next", "open")]
    said = "An order without a price fills `at next open`."
    return _mended(said, "write `next open`", span_of(token), "next open", [*tokens[:i], *words, *tokens[i + 1 :]])


def _label_after_as(tokens: list[Token], i: int, failure: Failure, expected: frozenset[str]) -> Mend | None:
    """`plot close as "Close"`."""
    token, after = tokens[i], tokens[i + 1] if token_follows(tokens, i) else None
    if token.text != "as" or tokens[0].text not in ("plot", "input") or after is None or after.kind != "STRING":
        return None
    said = "A label stands directly after what it names."
    return _mended(said, "remove `as`", Span(token.start, after.start), "", [*tokens[:i], *tokens[i + 1 :]])


def token_follows(tokens: list[Token], i: int) -> bool:
    return i + 1 < len(tokens) and tokens[i + 1].kind != END


def _stop_without_loss(tokens: list[Token], i: int, failure: Failure, expected: frozenset[str]) -> Mend | None:
    """`stop at 2%` under an order."""
    token = tokens[i]
    if i != 1 or tokens[0].text != "stop" or token.text != "at" or not failure.takes(("LOSS", "AT")):
        return None
    problem = Diagnostic(
        "E0110", span_of(token), "A stop loss is written `stop loss at …`.",
        fixes=(Fix("add `loss`", (Edit(Span(token.start, token.start), "loss "),), safe=True),),
    )  # fmt: skip
    return Mend(problem, [tokens[0], Token(WORD, "loss", token.start, token.start), *tokens[1:]])


def _risk(tokens: list[Token], i: int, failure: Failure, expected: frozenset[str]) -> Mend | None:
    """`buy risk 1% of equity`."""
    if i != 2 or tokens[0].text not in ("buy", "short") or tokens[1].text not in ("risk", "risks"):
        return None
    instead = [tokens[0], Token(WORD, "risking", tokens[1].start, tokens[1].end), *tokens[2:]]
    said = f"`{tokens[1].text}` has no meaning here. Did you mean `risking`?"
    return _mended(said, "write `risking`", span_of(tokens[1]), "risking", instead)


def _sell_short(tokens: list[Token], i: int, failure: Failure, expected: frozenset[str]) -> Mend | None:
    """`sell short 10 shares`."""
    if i != 1 or (tokens[0].text, tokens[1].text) != ("sell", "short") or not token_follows(tokens, i):
        return None
    where = Span(tokens[0].start, tokens[1].end)
    instead = [Token(LEAD, "short", where.start, where.end), *tokens[2:]]
    said = "`sell` reduces a long position; a short one is opened by `short`."
    return _mended(said, "write `short`", where, "short", instead, "E0113")


def _range_from(tokens: list[Token], i: int, failure: Failure, expected: frozenset[str]) -> Mend | None:
    """`input n = 20 bars from 10 to 50`."""
    token = tokens[i]
    if tokens[0].text != "input" or token.text != "from" or not failure.takes(("IN",)):
        return None
    to = next((j for j in range(i + 2, len(tokens)) if tokens[j].text in ("to", "..")), None)
    if to is None:
        return None
    between = tokens[to]
    edits = (Edit(span_of(token), "in"), *(() if between.text == ".." else (Edit(span_of(between), ".."),)))
    problem = Diagnostic(
        "E0110",
        span_of(token),
        "The range of an input is written `in 10 .. 50`.",
        fixes=(Fix("write `in` and `..`", edits, safe=True),),
    )
    dots = Token("__ANON_0", "..", between.start, between.end)
    return Mend(problem, [*tokens[:i], Token(WORD, "in", token.start, token.end), *tokens[i + 1 : to], dots, *tokens[to + 1 :]])


def _alert_first(tokens: list[Token], i: int, failure: Failure, expected: frozenset[str]) -> Mend | None:
    """`alert "up"`, alone or before its `when`."""
    if i != 1 or tokens[0].text != "alert" or tokens[1].kind != "STRING":
        return None
    said, alert = tokens[1], tokens[0]
    if not token_follows(tokens, i):
        problem = Diagnostic(
            "E0110", span_of(said), f"A rule's message is `notify {said.text}`; an `alert` has its own `when`.",
            fixes=(Fix("write `notify`", (Edit(span_of(alert), "notify"),)),),
        )  # fmt: skip
        return Mend(problem, cut=0, lead="notify")
    if tokens[2].text != "when":
        return None
    gone = Edit(Span(said.start, tokens[2].start), "")
    end = tokens[-2].end
    problem = Diagnostic(
        "E0110",
        span_of(said),
        "The text of an `alert` stands after its condition.",
        fixes=(Fix("put it there", (gone, Edit(Span(end, end), f" {said.text}")), safe=True),),
    )
    return Mend(problem, [alert, *tokens[2:-1], Token("STRING", said.text, end, end), tokens[-1]])


def _everything(tokens: list[Token], i: int, failure: Failure, expected: frozenset[str]) -> Mend | None:
    """`exit all`."""
    word = tokens[1]
    if i != 2 or tokens[0].text != "exit" or word.text not in ("all", "everything", "trade", "trades", "market"):
        return None
    instead = [tokens[0], Token(WORD, "position", word.start, word.end), *tokens[2:]]
    return _mended("What is open is closed by `exit position`.", "write `position`", span_of(word), "position", instead)
