"""Program text as tokens. Small slips that the tokens show are reported here and read as what was meant."""

from __future__ import annotations

import itertools
import re
from functools import cache
from typing import NamedTuple

from compiler.diagnostics import Diagnostic, Edit, Fix
from compiler.source import Span
from compiler.words import LEADING, RESERVED, UNITS
from grammar.tables import load

END = "$END"
WORD = "WORD"  # any word; which terminal it is depends on where it stands
LEAD = "LEAD"  # a word that leads its line


class Token(NamedTuple):
    """`kind` is a terminal of the grammar, WORD, LEAD or END."""

    kind: str
    text: str
    start: int
    end: int


@cache
def _scanner() -> re.Pattern[str]:
    """One pattern: what is skipped, then a token. The possessive skip keeps it linear on any text."""
    taken = {"NAME", "CURRENCY", "ELSE_IF", "WHITE_SPACE", "COMMENT", "DURATION", "__ANON_0"}
    parts = [
        r"(?P<CLOCK>[0-9]{1,2}:[0-9]{2}(?:[ ]?-[ ]?[0-9]{1,2}:[0-9]{2})?(?![0-9A-Za-z_:]))",
        r"(?P<DOLLARS>\$[ ]?[0-9][0-9_]*(?:\.[0-9]+)?(?![0-9A-Za-z_.,%]))",
        r"(?P<BAD_SIGN>\*\*)",
        r"(?P<SLIP>&&|\|\||:=|=>|=<|<>|//[^\r\n]*|'[^'\r\n]*'|[\u201c\u201d][^\u201c\u201d\"\r\n]*[\u201c\u201d])",
        r"(?P<WORD>[A-Za-z_][A-Za-z0-9_]*(?!\w))",
        r"(?P<DURATION>[0-9]+(?:mo|m|h|d|w)(?![A-Za-z0-9_]))",
        r"(?P<BAD_NUMBER>[0-9][0-9_]*\.(?![0-9.])|\.[0-9][0-9_]*|[0-9][0-9_]*__[0-9_]*|[0-9]+_(?![0-9]))",
        r"(?P<RANGE>\.\.)",
        *(f"(?P<{name}>{pattern})" for name, pattern in load().patterns if name not in taken),
        r"(?P<UNCLOSED>\"[^\r\n]*)",
        r"(?P<FOREIGN>[^\W\d]\w*)",  # a letter that is not of a to z
        r"(?P<BAD>[^ \t\r\n])",
        r"(?P<END>\Z)",
    ]
    return re.compile(r"(?>[ \t\r\n]+|#[^\r\n]*)*+(?:" + "|".join(parts) + ")")


def tokens_of(text: str, start: int, end: int, lead: bool, problems: list[Diagnostic]) -> list[Token]:
    """The tokens of text[start:end], an END last, which stands where the last token ends. With `lead` the first word leads."""
    found: list[Token] = []
    add = found.append
    last_end = start
    for match in _scanner().finditer(text, start, end):
        kind = match.lastgroup or "BAD"
        at, to = match.span(kind)
        if kind == "END":
            break
        word = match.group(kind)
        if kind == WORD:
            if lead:
                kind, lead = LEAD, False
            elif word != word.lower():
                _capitals(text, word, at, to, found, problems)
                continue
        elif kind == "FOREIGN":
            wrong = next(letter for letter in word if not letter.isascii())
            problems.append(
                Diagnostic("E0128", Span(at, to), f"Words are written with the letters a to z; `{word}` has `{wrong}` in it.")
            )
            add(Token(WORD, word.lower(), at, to))
            lead = False
            continue
        elif kind == "CLOCK":
            _clock(word, at, to, found, problems)
            last_end = to
            continue
        elif kind == "DOLLARS":
            _dollars(word, at, to, found, problems)
            last_end = to
            continue
        elif kind in _SLIPS:
            if word == ";":
                _semicolon(text, at, found, problems)
            else:
                _slip(kind, word, at, to, found, problems)
            last_end = to
            continue
        elif kind == "PERCENT" and found and found[-1].kind == "NUMBER" and found[-1].end < at:
            gap = Span(found[-1].end, at)
            problems.append(
                Diagnostic(
                    "E0125", Span(found[-1].start, to), f"`%` stands directly after its number: `{found[-1].text}%`.",
                    fixes=(Fix("remove the space", (Edit(gap, ""),), safe=True),),
                )
            )  # fmt: skip
        elif kind == "RANGE":
            kind = "__ANON_0"
        elif kind == "NUMBER":
            word = _in_reach(word, at, to, problems)
        elif kind == "DURATION" and to - at > LONGEST_NUMBER:
            problems.append(
                Diagnostic("E0151", Span(at, to), f"A duration of {to - at:,} characters is longer than any history.")
            )
            word = "1" + word.lstrip("0123456789")
        elif kind == "DURATION" and not int(word.rstrip("mohdw")):
            shown, word = word, "1" + word.lstrip("0")  # read on with a length, so that this is one mistake
            problems.append(
                Diagnostic(
                    "E0150",
                    Span(at, to),
                    f"`{shown}` is no time at all; bars last at least a minute.",
                    hint="For example `1h` or `1d`.",
                )
            )
        add(Token(kind, word, at, to))
    last_end = found[-1].end if found else last_end
    add(Token(END, "", last_end, last_end))
    if len(found) > 3:
        _look_ahead(found, problems)
        _crosses_over(found, problems)
        _currency_first(text, found, problems)
    return found


LONGEST_NUMBER = 100
"""Characters of a number. A double keeps 17 digits."""


def _in_reach(text: str, at: int, to: int, problems: list[Diagnostic]) -> str:
    """A number as written, unless no double is near it or nobody could read it: that is reported, and another stands for it."""
    value = float(text)
    span = Span(at, to)
    if value - value != 0.0:
        shown = text if len(text) < 20 else text[:18] + "…"
        problems.append(
            Diagnostic(
                "E0151",
                span,
                f"`{shown}` is larger than any number that can be computed with.",
                hint="The largest are about 1e308.",
            )
        )
        return "1"  # read on with a number, so that this is one mistake
    if value == 0.0 and any(digit in "123456789" for digit in re.split("[eE]", text)[0]):
        shown = f"`{text}` is" if len(text) <= LONGEST_NUMBER else "This number is"
        problems.append(
            Diagnostic("E0151", span, f"{shown} nearer to 0 than any number can be, so it would be 0.", fixes=(Fix("write `0`", (Edit(span, "0"),)),))
        )  # fmt: skip
        return "0"
    if len(text) > LONGEST_NUMBER:
        kept = repr(value).replace("+", "")
        problems.append(
            Diagnostic(
                "E0151", span, f"This number has {len(text):,} characters; only the first 17 digits count.",
                fixes=(Fix("keep what counts", (Edit(span, kept),)),),
            )
        )  # fmt: skip
        return kept
    return text


_SLIPS = frozenset(("SLIP", "BAD_NUMBER", "UNCLOSED", "BAD", "BAD_SIGN"))
_MEANT = {
    "&&": ("and", "E0117", "`and`"),
    "||": ("or", "E0117", "`or`"),
    ":=": ("=", "E0118", "`=`"),
    "=>": (">=", "E0116", "`>=`"),
    "=<": ("<=", "E0116", "`<=`"),
    "<>": ("!=", "E0116", "`!=`"),
}
_NO_SIGN = {
    "^": "A power is written `x * x`, or `pow(x, 3)`.",
    "**": "A power is written `x * x`, or `pow(x, 3)`.",
    "?": "Write `if condition then a else b end`.",
}
"""Signs of other languages: without them the line would mean something else, so none is removed."""
_KINDS = {"and": WORD, "or": WORD, "=": "EQUAL", ">=": "COMPARE", "<=": "COMPARE", "!=": "COMPARE"}


def _slip(kind: str, text: str, at: int, to: int, found: list[Token], problems: list[Diagnostic]) -> None:
    """Report a slip and add the token that was meant."""
    span = Span(at, to)

    def report(code: str, message: str, title: str = "", meant: str | None = None, safe: bool = True) -> None:
        fixes = (Fix(title, (Edit(span, meant),), safe),) if meant is not None else ()
        problems.append(Diagnostic(code, span, message, fixes=fixes))

    if text in _MEANT:
        meant, code, said = _MEANT[text]
        report(code, f"`{text}` is written {said}.", f"write {said}", meant)
        found.append(Token(_KINDS[meant], meant, at, to))
    elif text == "!":
        report("E0117", "`!` is written `not`.", "write `not`", "not ")
        found.append(Token(WORD, "not", at, to))
    elif text.startswith("//"):
        report("E0119", "A comment begins with `#`.", "write `#`", "#" + text[2:])
    elif kind == "SLIP":  # quotes that are not "
        report("E0123", 'Text stands in straight double quotes: `"…"`.', 'write `"`', f'"{text[1:-1]}"')
        found.append(Token("STRING", f'"{text[1:-1]}"', at, to))
    elif kind == "UNCLOSED":
        closed = text.rstrip(" \t")
        problems.append(
            Diagnostic(
                "E0123", span, 'This text has no closing `"`. Text ends on the line on which it begins.',
                fixes=(Fix('close it at the end of the line', (Edit(Span(at + len(closed), at + len(closed)), '"'),)),),
            )
        )  # fmt: skip
        found.append(Token("STRING", closed + '"', at, to))
    elif kind == "BAD_NUMBER":
        meant = re.sub("_+", "_", ("0" + text if text.startswith(".") else text.rstrip("."))).rstrip("_")
        report("E0129", f"This number is written `{meant}`.", f"write `{meant}`", meant)
        found.append(Token("NUMBER", meant, at, to))
    elif text in _NO_SIGN:
        problems.append(Diagnostic("E0128", span, f"`{text}` has no meaning here.", hint=_NO_SIGN[text]))
    elif text.isprintable():
        report("E0128", f"`{text}` has no meaning here.", "remove it", "", safe=False)
    else:
        report(
            "E0128",
            f"There is an invisible character here (U+{ord(text):04X}). Only spaces, tabs and line ends may be.",
            "remove it",
            " ",
        )


def _clock(text: str, at: int, to: int, found: list[Token], problems: list[Diagnostic]) -> None:
    """`15:45`: where a text can stand it lacks its quotes; of a comparison it is the hour."""
    span = Span(at, to)
    if found and found[-1].kind == "COMPARE":
        hint = 'Such as `time.hour >= 10`, or `time is within "09:30-16:00" in "America/New_York"`.'
        problems.append(Diagnostic("E0128", span, "A clock time is compared by its parts, or with a span of time.", hint=hint))
        found.append(Token("NUMBER", text.partition(":")[0], at, to))
        return
    quoted = '"' + "-".join(part.strip().zfill(5) for part in text.split("-")) + '"'
    fix = Fix(f"write `{quoted}`", (Edit(span, quoted),), safe=True)
    problems.append(Diagnostic("E0123", span, f"A clock time stands in quotes: `{quoted}`.", fixes=(fix,)))
    found.append(Token("STRING", quoted, at, to))


def _dollars(text: str, at: int, to: int, found: list[Token], problems: list[Diagnostic]) -> None:
    """`$1000`."""
    span, number = Span(at, to), re.sub("_+", "_", text[1:].strip()).rstrip("_")
    fix = Fix(f"write `{number} USD`", (Edit(span, f"{number} USD"),), safe=True)
    problems.append(Diagnostic("E0128", span, f"An amount of money is written `{number} USD`.", fixes=(fix,)))
    found += (Token("NUMBER", number, at, to), Token("CURRENCY", "USD", to, to))


def _semicolon(text: str, at: int, found: list[Token], problems: list[Diagnostic]) -> None:
    """`;` ends nothing here: at the end of a line it goes, before a leading word a new line stands, elsewhere a comma."""
    after = re.compile(r"[ \t]*([a-z_]*)[^\r\n]*").match(text, at + 1)
    assert after is not None  # the pattern matches anything
    rest = after[0].strip()
    span = Span(at, at + 1)
    if not rest or rest.startswith("#"):
        title, meant = "remove it", ""
    elif after[1] in LEADING:
        title, meant = "begin a new line", "\n"
    else:
        title, meant = "write `,`", ","
        found.append(Token("COMMA", ",", at, at + 1))
    problems.append(Diagnostic("E0128", span, "`;` has no meaning here.", fixes=(Fix(title, (Edit(span, meant),)),)))


def _capitals(text: str, word: str, at: int, to: int, found: list[Token], problems: list[Diagnostic]) -> None:
    """A word with capitals: a unit after a number, else a slip."""
    after_number = bool(found) and found[-1].kind == "NUMBER" and not text[found[-1].end : at].strip(" \t")
    if after_number and (word in UNITS or re.fullmatch("[A-Z]{3,5}", word)):
        found.append(Token(WORD if word in UNITS else "CURRENCY", word, at, to))
        return
    small = word.lower()
    what = "The words of the language" if small in RESERVED else "Names"
    problems.append(
        Diagnostic(
            "E0115", Span(at, to), f"{what} are written in small letters: `{small}`.",
            fixes=(Fix(f"write `{small}`", (Edit(Span(at, to), small),), safe=True),),
        )
    )  # fmt: skip
    found.append(Token(WORD, small, at, to))


def _look_ahead(found: list[Token], problems: list[Diagnostic]) -> None:
    """`x[-1]` would read the future. It is read as `x[1]`."""
    for i in range(len(found) - 4, 0, -1):
        if (
            [token.kind for token in found[i : i + 4]] == ["LSQB", "MINUS", "NUMBER", "RSQB"]
            and (found[i - 1].kind in ("RPAR", "RSQB") or (found[i - 1].kind == WORD and found[i - 1].text not in RESERVED))
        ):  # fmt: skip
            minus, ago = found[i + 1], found[i + 2].text
            problems.append(
                Diagnostic(
                    "E0401", Span(found[i].start, found[i + 3].end),
                    f"`[-{ago}]` asks for a bar that has not happened yet; the future cannot be read.",
                    hint=f"`[{ago}]` is the value {ago} bar{'' if ago == '1' else 's'} ago.",
                    fixes=(Fix(f"read {ago} back: `[{ago}]`", (Edit(Span(minus.start, minus.end), ""),)),),
                )
            )  # fmt: skip
            del found[i + 1]


def _crosses_over(found: list[Token], problems: list[Diagnostic]) -> None:
    """`a crosses over b` is said `crosses above`."""
    for i in range(1, len(found) - 2):
        word, after = found[i], found[i + 1]
        if word.text not in ("over", "under") or found[i - 1].text != "crosses" or word.kind != WORD:
            continue
        if after.kind == "NUMBER" or (after.kind == WORD and after.text not in RESERVED):
            meant = "above" if word.text == "over" else "below"
            problems.append(
                Diagnostic(
                    "E0120", Span(word.start, word.end), f"`crosses {word.text}` is written `crosses {meant}`.",
                    fixes=(Fix(f"write `{meant}`", (Edit(Span(word.start, word.end), meant),), safe=True),),
                )
            )  # fmt: skip
            found[i] = Token(WORD, meant, word.start, word.end)


def _currency_first(text: str, found: list[Token], problems: list[Diagnostic]) -> None:
    """`USD 5_000`: a currency stands behind its number."""
    for i in range(1, len(found) - 1):
        word, amount = found[i], found[i + 1]
        written = text[word.start : word.end]
        if (
            amount.kind != "NUMBER"
            or word.kind != WORD
            or not re.fullmatch("[A-Z]{3,5}", written)
            or found[i - 1].kind == "NUMBER"
        ):
            continue
        if text[word.end : amount.start].strip(" \t") or found[i + 2].kind in ("CURRENCY", "PERCENT"):
            continue
        span, meant = Span(word.start, amount.end), f"{amount.text} {written}"
        problems[:] = [slip for slip in problems if not (slip.code == "E0115" and slip.span.start == word.start)]
        problems.append(
            Diagnostic(
                "E0124", span, f"A currency stands behind its number: `{meant}`.",
                fixes=(Fix(f"write `{meant}`", (Edit(span, meant),), safe=True),),
            )
        )  # fmt: skip
        found[i] = Token("NUMBER", amount.text, word.start, word.start)
        found[i + 1] = Token("CURRENCY", written, word.start, amount.end)


def chain_ifs(tokens: list[Token]) -> list[Token]:
    """Join `else if` into one token where the chain shares a single `end`; leave it apart where every `if` has its own `end`.

    Which of the two was written shows only in the number of `end`s, counted between the same brackets.
    """
    if not any(a.text == "else" and b.text == "if" for a, b in itertools.pairwise(tokens)):
        return tokens
    scopes: list[list[int]] = [[]]
    done: list[list[int]] = []
    for i, token in enumerate(tokens):
        if token.kind in ("LPAR", "LSQB"):
            scopes.append([])
        elif token.kind in ("RPAR", "RSQB") and len(scopes) > 1:
            done.append(scopes.pop())
        elif token.kind == WORD and token.text in ("if", "else", "end"):
            scopes[-1].append(i)
    joined: set[int] = set()
    for scope in done + scopes:
        joined |= _chained(tokens, scope)
    result: list[Token] = []
    for i, token in enumerate(tokens):
        if i - 1 in joined:
            result[-1] = Token("ELSE_IF", "else if", result[-1].start, token.end)
        else:
            result.append(token)
    return result


def _chained(tokens: list[Token], scope: list[int]) -> set[int]:
    """Of the `if`, `else` and `end` tokens between the same brackets, the `else`s that continue a chain."""
    links = {i for i in scope if tokens[i].text == "else" and tokens[i + 1].text == "if" and tokens[i + 1].kind == WORD}
    words = [tokens[i].text for i in scope]
    ifs, ends = words.count("if"), words.count("end")
    if ends == ifs:
        return set()
    if ends <= ifs - len(links):
        return links
    # Some of both: from the right, an `end` serves the nearest `if`, and through a chain the one before it where none is left.
    chained: set[int] = set()
    waiting: list[bool] = []  # the `end`s still to be matched: whether their `else` has been met
    served: list[bool] = []
    for i in reversed(scope):
        word = tokens[i].text
        if word == "end":
            waiting.append(False)
        elif word == "if":
            served = [waiting.pop()] if waiting else []
        elif i in links and (not waiting or waiting[-1]):
            chained.add(i)
            waiting.extend(served)
        elif waiting:
            waiting[-1] = True
    return chained
