"""What is wrong where a line could not be read: one diagnostic, and how to read on as if it were mended."""

from __future__ import annotations

import re

from compiler.diagnostics import Diagnostic, Edit, Fix, Label
from compiler.source import Span
from compiler.suggest import closest
from compiler.text.automaton import Failure, run, terminal_of
from compiler.text.expectations import SIZE, keywords, wanted
from compiler.text.habits import BEGINNINGS, from_habit
from compiler.text.mend import Mend, span_of
from compiler.text.tokens import END, LEAD, WORD, Token
from compiler.words import DURATION_UNITS, LEADING, RESERVED, SETTINGS_WORDS, UNITS


def mend(text: str, tokens: list[Token], failure: Failure, in_settings: bool) -> Mend:
    """The mistake at tokens[failure.index]."""
    i = failure.index
    token, before = tokens[i], tokens[i - 1] if i else None
    expected = failure.expected()
    habit = from_habit(tokens, failure, expected, in_settings)
    if habit is not None:
        return habit
    after_number = before is not None and before.kind == "NUMBER" and not _starts_line(text, before, token)
    if after_number and token.kind == WORD and token.text not in RESERVED:
        return _unit(tokens, i, expected)
    for attempt in (
        _twice,
        _equals,
        _entry_without_at,
        _price_without_at,
        _first_on_line,
        _unquoted,
        _not_first_on_line,
        _reserved_name,
        _bracket,
        _open_if,
        _chain,
        _exit_what,
        _exit_amount,
        _missing,
        _misspelt,
    ):
        found = attempt(text, tokens, failure, expected, in_settings)
        if found is not None:
            return found
    return Mend(_unexpected(tokens, i, expected))


def _replaced(tokens: list[Token], i: int, *instead: Token) -> list[Token]:
    return [*tokens[:i], *instead, *tokens[i + 1 :]]


def _next_terminal(tokens: list[Token], i: int, failure: Failure) -> str:
    return terminal_of(tokens[i], failure.row())


def _twice(text: str, tokens: list[Token], failure: Failure, expected: frozenset[str], in_settings: bool) -> Mend | None:
    i = failure.index
    token = tokens[i]
    if not i or token.kind == END or token.text != tokens[i - 1].text or token.text in "()[]*":
        return None
    if not _goes_on(tokens, i + 1, failure):
        return None
    gap = Span(tokens[i - 1].end, token.end)
    problem = Diagnostic(
        "E0110", span_of(token), f"`{token.text}` stands here twice.", fixes=(Fix("remove one", (Edit(gap, ""),), safe=True),)
    )
    return Mend(problem, _replaced(tokens, i))


def _goes_on(tokens: list[Token], i: int, failure: Failure) -> bool:
    """Whether tokens[i] could stand where the failure is."""
    if tokens[i].kind == END:
        return failure.can_end()
    return any(failure.takes((terminal,)) for terminal in _terminals(tokens[i], failure))


def _terminals(token: Token, failure: Failure) -> tuple[str, ...]:
    return (terminal_of(token, failure.row()),)


def _equals(text: str, tokens: list[Token], failure: Failure, expected: frozenset[str], in_settings: bool) -> Mend | None:
    i = failure.index
    token = tokens[i]
    if in_settings:  # a setting compares nothing
        return None
    if token.kind == "EQUAL" and "COMPARE" in expected:
        meant, kind, said = "==", "COMPARE", "`=` names a value; two values are compared with `==`."
    elif token.text == "==" and "EQUAL" in expected:
        meant, kind, said = "=", "EQUAL", "`==` compares two values; a value is named with `=`."
    else:
        return None
    problem = Diagnostic(
        "E0116", span_of(token), said, fixes=(Fix(f"write `{meant}`", (Edit(span_of(token), meant),), safe=True),)
    )
    return Mend(problem, _replaced(tokens, i, Token(kind, meant, token.start, token.end)))


def _entry_without_at(
    text: str, tokens: list[Token], failure: Failure, expected: frozenset[str], in_settings: bool
) -> Mend | None:
    """`buy 10 shares limit 99`."""
    i = failure.index
    token = tokens[i]
    if not i or token.text not in ("stop", "limit") or tokens[i + 1].text in ("loss", "at") or "AT" not in expected:
        return None
    if _starts_line(text, tokens[i - 1], token) or not failure.takes(("AT", "LIMIT" if token.text == "limit" else "STOP_INLINE")):
        return None
    problem = Diagnostic(
        "E0110", span_of(token), f"The price of an order is written `at {token.text} …`.",
        fixes=(Fix("add `at`", (Edit(Span(token.start, token.start), "at "),), safe=True),),
    )  # fmt: skip
    return Mend(problem, [*tokens[:i], Token(WORD, "at", token.start, token.start), *tokens[i:]])


_PRICED = {("stop", "loss"): "A stop loss", ("take", "profit"): "A target"}


def _price_without_at(
    text: str, tokens: list[Token], failure: Failure, expected: frozenset[str], in_settings: bool
) -> Mend | None:
    """`stop loss 2%`."""
    i = failure.index
    token = tokens[i]
    line = (tokens[i - 2].text, tokens[i - 1].text) if i >= 2 else ("", "")
    if line not in _PRICED or "AT" not in expected or token.kind == END or _starts_line(text, tokens[i - 1], token):
        return None
    if not failure.takes(("AT", _value_terminal(token))):
        return None
    at = tokens[i - 1].end
    problem = Diagnostic(
        "E0110", span_of(token), f"{_PRICED[line]} is written `{' '.join(line)} at …`.",
        fixes=(Fix("add `at`", (Edit(Span(token.start, token.start), "at "),), safe=True),),
    )  # fmt: skip
    return Mend(problem, [*tokens[:i], Token(WORD, "at", at, at), *tokens[i:]])


def _first_on_line(text: str, tokens: list[Token], failure: Failure, expected: frozenset[str], in_settings: bool) -> Mend | None:
    """A word first on its line where the line above was complete was meant to lead."""
    i = failure.index
    token = tokens[i]
    if token.kind == END or (i and not (_starts_line(text, tokens[i - 1], token) and failure.can_end())):
        return None
    word, span = token.text, span_of(token)
    if token.kind != WORD or word in RESERVED - LEADING:
        return Mend(
            Diagnostic(
                "E0112",
                span,
                f"A line cannot begin with `{word}`; it begins with a leading word.",
                hint=BEGINNINGS.get(word, _LEADS),
            ),
            cut=i,
        )
    if word in LEADING:  # only its capitals kept it from leading
        return Mend(
            Diagnostic("E0115", span, f"The words of the language are written in small letters: `{word}`."), cut=i, lead=word
        )
    if word in SETTINGS_WORDS:
        return Mend(
            Diagnostic("E0112", span, f"`{word}` begins a line only under `settings`.", hint="Put `settings` on the line above."),
            cut=i,
            lead=word if in_settings else "",
            silent=in_settings,  # under a misspelt `settings`
        )
    after = tokens[i + 1]
    if after.kind == "EQUAL":
        problem = Diagnostic(
            "E0112", span, f"A line begins with a leading word; `{word}` is named with `let`.",
            fixes=(Fix(f"write `let {word}`", (Edit(Span(span.start, span.start), "let "),), safe=True),),
        )  # fmt: skip
        return Mend(problem, cut=i, lead="let")
    candidates = sorted(LEADING | SETTINGS_WORDS if in_settings else LEADING)
    near = closest(word, candidates) if word not in BEGINNINGS else None
    if near is None or not _could_lead(near, word, tokens, i):
        return Mend(
            Diagnostic(
                "E0112",
                span,
                f"A line cannot begin with `{word}`; it begins with a leading word.",
                hint=BEGINNINGS.get(word, _LEADS),
            ),
            cut=i,
        )
    problem = Diagnostic(
        "E0112",
        span,
        f"A line cannot begin with `{word}`. Did you mean `{near}`?",
        fixes=(Fix(f"write `{near}`", (Edit(span, near),)),),
    )
    return Mend(problem, cut=i, lead=near)


def _could_lead(near: str, word: str, tokens: list[Token], i: int) -> bool:
    """Whether a leading word is likely meant: one slip away, or two with a line behind it that goes on as it would."""
    if closest(word, (near,), most=1) is not None:
        return True
    if tokens[i + 1].kind == END:
        return False
    result = run([Token(LEAD, near, tokens[i].start, tokens[i].end), *tokens[i + 1 :]], "line")
    return not isinstance(result, Failure) or result.index > 1


_LEADS = "Such as `let`, `when`, `buy` or `plot`."


def _starts_line(text: str, before: Token, token: Token) -> bool:
    gap = text[before.end : token.start]
    return "\n" in gap or "\r" in gap


def _unquoted(text: str, tokens: list[Token], failure: Failure, expected: frozenset[str], in_settings: bool) -> Mend | None:
    """Words where a text in quotes is wanted."""
    i = end = failure.index
    if "STRING" not in expected or "NUMBER" in expected or not failure.takes(("STRING",)) or failure.can_end():
        return None
    while tokens[end].kind == WORD and tokens[end].text not in RESERVED:
        end += 1
    if end == i:
        return None
    span = Span(tokens[i].start, tokens[end - 1].end)
    quoted = f'"{text[span.start : span.end]}"'
    problem = Diagnostic(
        "E0123",
        span,
        f"This text stands in quotes: `{quoted}`.",
        fixes=(Fix("add the quotes", (Edit(span, quoted),), safe=True),),
    )
    return Mend(problem, [*tokens[:i], Token("STRING", quoted, span.start, span.end), *tokens[end:]])


def _not_first_on_line(
    text: str, tokens: list[Token], failure: Failure, expected: frozenset[str], in_settings: bool
) -> Mend | None:
    i = failure.index
    token = tokens[i]
    if not i or token.kind != WORD or token.text not in LEADING or not failure.can_end():
        return None
    if tokens[i + 1].kind == END or _starts_line(text, token, tokens[i + 1]):  # it would lead nothing
        return None
    if in_settings and _settings_go_on(text, tokens[-1].start):  # no card begins amid the settings
        return None
    problem = Diagnostic(
        "E0113", span_of(token), f"`{token.text}` stands first on its line.",
        fixes=(Fix("put it on a new line", (Edit(Span(tokens[i - 1].end, token.start), "\n  "),), safe=True),),
    )  # fmt: skip
    return Mend(problem, cut=i, lead=token.text)


_NEXT_WORD = re.compile(r"(?:\s|#[^\r\n]*)*([a-z_]*)")


def _settings_go_on(text: str, end: int) -> bool:
    """Whether the line after this one is a setting too."""
    following = _NEXT_WORD.match(text, end)
    return following is not None and following[1] in SETTINGS_WORDS


def _reserved_name(text: str, tokens: list[Token], failure: Failure, expected: frozenset[str], in_settings: bool) -> Mend | None:
    """A reserved word where a name is wanted."""
    i = failure.index
    token = tokens[i]
    if token.kind != WORD or token.text not in RESERVED or "NAME" not in expected:
        return None
    named = len(tokens) > i + 1 and tokens[i + 1].kind == "EQUAL"
    if "NUMBER" in expected and not (named and "LPAR" in expected):
        return None
    if not failure.takes(("NAME",)) or not (
        named or tokens[i + 1].kind in ("LPAR", "COMMA", "RPAR") or (i and tokens[i - 1].kind == "DOT")
    ):
        return None
    problem = Diagnostic(
        "E0114", span_of(token), f"`{token.text}` is a word of the language and cannot be a name.",
        fixes=(Fix(f"call it `{token.text}_`", (Edit(span_of(token), token.text + "_"),)),),
    )  # fmt: skip
    return Mend(problem, _replaced(tokens, i, Token("NAME", token.text, token.start, token.end)))


def _bracket(text: str, tokens: list[Token], failure: Failure, expected: frozenset[str], in_settings: bool) -> Mend | None:
    """A bracket that is never closed, or never opened."""
    i = failure.index
    token = tokens[i]
    opened: list[Token] = []
    for earlier in tokens[:i]:
        if earlier.kind in ("LPAR", "LSQB"):
            opened.append(earlier)
        elif earlier.kind in ("RPAR", "RSQB") and opened:
            opened.pop()
    if token.kind in ("RPAR", "RSQB") and not opened:
        if not failure.can_end() and not _goes_on(tokens, i + 1, failure):
            return None
        problem = Diagnostic(
            "E0122", span_of(token), f"This `{token.text}` closes nothing.",
            fixes=(Fix("remove it", (Edit(span_of(token), ""),)),),
        )  # fmt: skip
        return Mend(problem, _replaced(tokens, i))
    if not opened:
        return None
    terminal, closing = ("RPAR", ")") if opened[-1].kind == "LPAR" else ("RSQB", "]")
    if terminal not in expected:
        return None
    outer = any(o.text == {")": "(", "]": "["}.get(token.text) for o in opened[:-1])  # it closes a bracket further out
    if token.kind in ("RPAR", "RSQB") and not outer:
        inserted = _replaced(tokens, i, Token(terminal, closing, token.start, token.end))
        said = f"This `{opened[-1].text}` is closed by `{token.text}`, not by `{closing}`."
        fix = Fix(f"write `{closing}`", (Edit(span_of(token), closing),))
        return Mend(
            Diagnostic("E0121", span_of(token), said, labels=(Label(span_of(opened[-1]), "opened here"),), fixes=(fix,)), inserted
        )
    at = tokens[i - 1].end
    after = _terminals(token, failure)[0]
    if token.kind != END and not failure.takes((terminal, after)):
        return None
    inserted = [*tokens[:i], Token(terminal, closing, at, at), *tokens[i:]]
    problem = Diagnostic(
        "E0121", span_of(opened[-1]), f"This `{opened[-1].text}` is never closed.",
        labels=(Label(Span(at, at), f"`{closing}` could stand here"),),
        fixes=(Fix(f"add `{closing}`", (Edit(Span(at, at), closing),)),),
    )  # fmt: skip
    return Mend(problem, inserted)


def _open_if(text: str, tokens: list[Token], failure: Failure, expected: frozenset[str], in_settings: bool) -> Mend | None:
    """An `if` without its `else` or its `end`."""
    i = failure.index
    token = tokens[i]
    at = tokens[i - 1].end if i else token.start
    if token.text == "end" and "ELSE" in expected:
        problem = Diagnostic(
            "E0126", span_of(token), "An `if` says both what holds `then` and what holds `else`.",
            hint="`else unknown` where there is no other value.",
            fixes=(Fix("add `else unknown`", (Edit(Span(token.start, token.start), "else unknown "),)),),
        )  # fmt: skip
        inserted = [*tokens[:i], Token(WORD, "else", at, at), Token(WORD, "unknown", at, at), *tokens[i:]]
        return Mend(problem, inserted)
    depth, opened = 0, None
    for earlier in reversed(tokens[:i]):
        depth += (earlier.text == "end") - (earlier.text == "if" and earlier.kind == WORD)
        if depth < 0:
            opened = earlier
            break
    if "END" not in expected or opened is None:
        return None
    if token.kind != END and not failure.takes(("END", _terminals(token, failure)[0])):
        return None
    problem = Diagnostic(
        "E0126", span_of(opened), "This `if` is not closed by `end`.",
        labels=(Label(Span(at, at), "`end` could stand here"),), fixes=(Fix("add `end`", (Edit(Span(at, at), " end"),)),),
    )  # fmt: skip
    return Mend(problem, [*tokens[:i], Token(WORD, "end", at, at), *tokens[i:]])


_COMPARING = frozenset(["crosses", "is", "between"])


def _chain(text: str, tokens: list[Token], failure: Failure, expected: frozenset[str], in_settings: bool) -> Mend | None:
    """`a < b < c`."""
    i = failure.index
    token = tokens[i]
    if not (token.kind == "COMPARE" or (token.kind == WORD and token.text in _COMPARING)) or not (
        expected & {"AND", "OR", "WITHIN"}
    ):
        return None
    first = next((j for j in range(i - 1, 0, -1) if tokens[j].kind in ("COMPARE", "LPAR", "COMMA", "EQUAL", LEAD)), 0)
    fixes: tuple[Fix, ...] = ()
    if token.kind == tokens[first].kind == "COMPARE" and first + 1 < i:
        middle = text[tokens[first + 1].start : tokens[i - 1].end]
        again = Edit(Span(tokens[i - 1].end, tokens[i - 1].end), f" and {middle}")
        fixes = (Fix(f"compare `{middle}` with both", (again,)),) if "\n" not in middle else ()
    return Mend(
        Diagnostic(
            "E0127", span_of(token), "Comparisons do not chain.", hint="Write `a < b and b < c`, or `b between a and c`.", fixes=fixes
        )
    )  # fmt: skip


def _missing(text: str, tokens: list[Token], failure: Failure, expected: frozenset[str], in_settings: bool) -> Mend | None:
    """A single comma or equals sign left out."""
    i = failure.index
    token = tokens[i]
    if token.kind == END or not i:
        return None
    for terminal, sign, name in (("COMMA", ",", "a comma"), ("EQUAL", "=", "`=`")):
        if terminal in expected and any(failure.takes((terminal, after)) for after in (_value_terminal(token),)):
            at = tokens[i - 1].end
            problem = Diagnostic(
                "E0110", span_of(token), f"There is no {name.removeprefix('a ')} before `{token.text}`.",
                fixes=(Fix(f"add {name}", (Edit(Span(at, at), sign if sign == "," else " ="),)),),
            )  # fmt: skip
            return Mend(problem, [*tokens[:i], Token(terminal, sign, at, at), *tokens[i:]])
    return None


def _value_terminal(token: Token) -> str:
    if token.kind != WORD:
        return token.kind
    return "NAME" if token.text not in RESERVED else token.text.upper()


def _exit_what(text: str, tokens: list[Token], failure: Failure, expected: frozenset[str], in_settings: bool) -> Mend | None:
    """`exit` and a word that is nearly `position`: read as a share, it would lack its `of`."""
    i = failure.index
    if i < 2 or tokens[i - 2].text != "exit" or tokens[i].text == "of" or closest(tokens[i - 1].text, ("position",)) is None:
        return None
    word = tokens[i - 1]
    problem = Diagnostic(
        "E0110",
        span_of(word),
        f"`{word.text}` can't be exited. Did you mean `position`?",
        fixes=(Fix("write `position`", (Edit(span_of(word), "position"),)),),
    )
    return Mend(problem, _replaced(tokens, i - 1, Token(WORD, "position", word.start, word.end)))


def _exit_amount(text: str, tokens: list[Token], failure: Failure, expected: frozenset[str], in_settings: bool) -> Mend | None:
    """`exit 10 shares`: an amount that does not say of what. `sell` and `cover` take amounts."""
    i = failure.index
    token, lead = tokens[i], tokens[0]
    if lead.text != "exit" or i < 2 or "of" not in keywords(expected) or not (token.kind == END or token.text in ("at", "named")):
        return None
    amount = text[tokens[1].start : tokens[i - 1].end]
    if "\n" in amount or "\r" in amount:
        return None
    whole = Span(tokens[1].start, tokens[i - 1].end)
    if tokens[i - 1].text == "%":
        fixes: tuple[Fix, ...] = (Fix(f"write `{amount} of position`", (Edit(Span(whole.end, whole.end), " of position"),)),)
        hint = f"Write `{amount} of position`."
    elif tokens[i - 1].kind != "NUMBER" and tokens[1].kind == "NUMBER" and i == 3:
        fixes = tuple(
            Fix(f"write `{verb} {amount}`, of a {side}", (Edit(span_of(lead), verb),))
            for verb, side in (("sell", "long"), ("cover", "short"))
        )
        hint = f"`sell {amount}` reduces a long, `cover {amount}` a short."
    else:
        fixes, hint = (
            (),
            "An amount, such as `10 shares`, is for `sell`, which reduces a long, or `cover`, which reduces a short.",
        )
    problem = Diagnostic(
        "E0111" if token.kind == END else "E0110", whole,
        f"`exit` takes `position`, a share such as `50% of position`, or a tag in quotes, not `{amount}`.", hint=hint, fixes=fixes,
    )  # fmt: skip
    return Mend(problem, [lead, Token(WORD, "position", whole.start, whole.end), *tokens[i:]])


def _misspelt(text: str, tokens: list[Token], failure: Failure, expected: frozenset[str], in_settings: bool) -> Mend | None:
    """A word one slip away from one that could stand here."""
    i = failure.index
    token = tokens[i]
    if token.kind not in (WORD, "NAME") or token.text in RESERVED:  # a word of the language is no slip of a finger
        return None
    near = closest(token.text, keywords(expected))
    return _meant(tokens, i, near) if near is not None else None


def _meant(tokens: list[Token], i: int, near: str) -> Mend:
    token = tokens[i]
    problem = Diagnostic(
        "E0110", span_of(token), f"`{token.text}` has no meaning here. Did you mean `{near}`?",
        fixes=(Fix(f"write `{near}`", (Edit(span_of(token), near),)),),
    )  # fmt: skip
    return Mend(problem, _replaced(tokens, i, Token(WORD, near, token.start, token.end)))


_DURATION_WORDS = {
    "min": "m", "mins": "m", "minute": "m", "minutes": "m", "hour": "h", "hours": "h", "hr": "h", "hrs": "h",
    "day": "d", "days": "d",
    "week": "w", "weeks": "w", "month": "mo", "months": "mo", **{unit: unit for unit in DURATION_UNITS},
}  # fmt: skip
_UNIT_WORDS = {
    "percent": "%", "pct": "%", "pips": "ticks", "pip": "ticks", "candles": "bars", "candle": "bars", "contracts": "units",
    "contract": "units", "dollars": "USD", "dollar": "USD", "usd": "USD", "eur": "EUR", "r": "R", "bp": "bps",
}  # fmt: skip


def _unit(tokens: list[Token], i: int, expected: frozenset[str]) -> Mend:
    """A word after a number that is no unit."""
    number, token = tokens[i - 1], tokens[i]
    whole = Span(number.start, token.end)
    if token.text in _DURATION_WORDS and number.text.isdigit():
        meant = number.text + _DURATION_WORDS[token.text]
        problem = Diagnostic(
            "E0124",
            whole,
            f"A duration is one word: `{meant}`.",
            fixes=(Fix(f"write `{meant}`", (Edit(whole, meant),), safe=True),),
        )
        return Mend(problem, [*tokens[: i - 1], Token("DURATION", meant, number.start, token.end), *tokens[i + 1 :]])
    near = _UNIT_WORDS.get(token.text) or closest(token.text, sorted(set(UNITS) - {"%", "R"}))
    if near is None:
        joining = closest(token.text, [word for word in keywords(expected) if word not in UNITS])
        if joining is not None:
            return _meant(tokens, i, joining)
        problem = Diagnostic(
            "E0124", span_of(token), f"`{token.text}` is no unit.",
            hint="A number's unit is `%`, `bps`, `bars`, `ticks`, `shares`, `units`, `R`"
            " or a currency such as `USD`.",
        )  # fmt: skip
        return Mend(problem, _replaced(tokens, i))
    meant = f"{number.text}{'' if near == '%' else ' '}{near}"
    problem = Diagnostic(
        "E0124",
        span_of(token),
        f"`{token.text}` is no unit. Did you mean `{meant}`?",
        fixes=(Fix(f"write `{meant}`", (Edit(whole, meant),)),),
    )
    kind = "PERCENT" if near == "%" else "CURRENCY" if near.isupper() and len(near) > 1 else WORD
    return Mend(problem, _replaced(tokens, i, Token(kind, near, token.start, token.end)))


def _unexpected(tokens: list[Token], i: int, expected: frozenset[str]) -> Diagnostic:
    token = tokens[i]
    before = tokens[i - 1].text if i else ""
    want = wanted(tokens, i, expected)
    after = f"after `{before}` " if before else ""
    if want == SIZE:
        return Diagnostic("E0508", span_of(tokens[i - 1]), f"After `{before}` comes {SIZE}.")
    if token.kind == END:
        return Diagnostic("E0111", span_of(tokens[i - 1]), f"This line ends too early: {after}comes {want}.")
    if want is None:
        return Diagnostic(
            "E0110", span_of(token), f"`{token.text}` has no place {after}".rstrip() + ".", hint="The line could end before it."
        )
    return Diagnostic(
        "E0110",
        span_of(token),
        f"{after.capitalize()}comes {want}, not `{token.text}`." if after else f"`{token.text}` cannot begin a line.",
    )
