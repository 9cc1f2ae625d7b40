"""Random programs that parse, whatever they mean: every form of the syntax, comments and line ends everywhere, any spacing."""

from __future__ import annotations

import re

from hypothesis import strategies as st

names = st.sampled_from(
    ["a", "b", "close", "volume", "position", "top", "limit", "margin", "step", "day", "m.line", "position.size"]
)
numbers = st.sampled_from(
    ["1", "1_000", "2.5", "1e-9", "2%", "10 bps", "1 bar", "20 bars", "3 ticks", "50 shares", "2 R", "5 USD"]
)
durations = st.sampled_from(["1m", "15m", "4h", "1d", "1w", "1mo"])
texts = st.sampled_from(['"x"', '"# no comment"', '""', '"buy when (" '])


# Each `?` stands for an expression. The brackets are there because phrases and comparisons do not nest without them.
FORMS = (
    "? + ?", "? - ?", "? * ?", "? / ?", "-?", "? or_else ?", "? < ?", "? <= ?", "? == ?", "? != ?",
    "? crosses ?", "? crosses above ?", "? crosses below ?", "? and ?", "? or ?", "not ?", "?[3]", "bars since ?", "? on 4h",
    '? from "SPY"', "f(?, n = ?)", "m.g()", "? within last ?", "? has held for ?", "? between ? and ?", "? is rising for 3 bars",
    "? is falling for ?", "? is available", "? is new", 'time is within "09:30-16:00" in "UTC"',
    "if ? then ? else ? end", "if ? then ? else if ? then ? else ? end", "if ? then ? else if ? then ? else ? end end",
)  # fmt: skip


@st.composite
def loose_expressions(draw: st.DrawFn, depth: int = 3) -> str:
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        return draw(st.one_of(names, numbers, durations, st.sampled_from(["true", "unknown", '"text"'])))
    parts = draw(st.sampled_from(FORMS)).split("?")
    inner = [draw(loose_expressions(depth=depth - 1)) for _ in parts[1:]]
    return parts[0] + "".join(_bracketed(text) + part for text, part in zip(inner, parts[1:], strict=True))


def _bracketed(text: str) -> str:
    return text if re.fullmatch(r"[a-z.]+(\[\d\])?|\d[\d_.]*%?|\([^()]*\)", text) else f"({text})"


loose = loose_expressions()
expressions = loose.map(_bracketed)

sizes = st.one_of(
    expressions.map(lambda e: f"{e} of equity"),
    expressions.map(lambda e: f"risking {e} of equity"),
    expressions,
    st.just("5 shares"),
)
entries = st.one_of(
    st.sampled_from(["", " at next open", " at this close"]),
    expressions.map(lambda e: f" at limit {e}"),
    st.tuples(expressions, expressions).map(lambda t: f" at stop {t[0]} limit {t[1]}"),
)
attached = st.one_of(
    expressions.map(lambda e: f"stop loss at {e}"),
    expressions.map(lambda e: f"take profit at {e}"),
    st.tuples(expressions, expressions).map(lambda t: f"trail by {t[0]} after {t[1]}"),
    st.just("hold at most 20 bars"),
    st.just("expire after n"),
)
orders = st.tuples(
    st.sampled_from(["buy", "short", "sell", "cover"]),
    sizes,
    entries,
    st.sampled_from(["", ' named "t"']),
    st.lists(attached, max_size=3),
).map(lambda t: "\n".join([f"{t[0]} {t[1]}{t[2]}{t[3]}", *t[4]]))
actions = st.one_of(
    orders,
    entries.map(lambda e: f"exit position{e}"),
    st.just('exit "t"'),
    st.just("exit 50% of position"),
    st.just("cancel"),
    st.just('notify "text {close}"'),
    expressions.map(lambda e: f'protect position named "p"\nstop loss at {e}'),
)
blocks = st.lists(actions, min_size=1, max_size=3).map("\n".join)
statements = st.one_of(
    loose.map(lambda e: f"let x = {e}"),
    loose.map(lambda e: f"require {e}"),
    st.tuples(expressions, expressions).map(lambda t: f"remember y = {t[0]} initially {t[1]}"),
    st.just('input n = 5 bars in 2 .. 20 step 1 "Label"'),
    st.tuples(loose, blocks).map("\n".join).map(lambda t: f"when {t}"),
    st.tuples(expressions, expressions, expressions, blocks).map(
        lambda t: f"when {t[0]} and ({t[1]} or {t[2]}) and ready\n{t[3]}"
    ),
    st.tuples(expressions, expressions, blocks).map(lambda t: f"when {t[0]} or {t[1]} and ready\n{t[2]}"),
    st.tuples(expressions, blocks, blocks).map(lambda t: f"when {t[0]}\n{t[1]}\notherwise\n{t[2]}"),
    st.tuples(expressions, blocks).map(lambda t: f'every day at "15:45" where {t[0]}\n{t[1]}'),
    expressions.map(lambda e: f"every month end\nhold top 5 of members by {e} where {e} weighted by {e}"),
    st.tuples(expressions, expressions).map(lambda t: f"define f(a, b = 14 bars) = {t[0]} + {t[1]}"),
    st.tuples(expressions, expressions).map(lambda t: f"define g(a)\nlet b = {t[0]}\ngive line = {t[1]}, signal = b"),
    st.just(
        "settings\ncapital 10_000 USD\ncommission 1 USD per order\nfills detail 1m\nlimit daily_loss 3%\nflat 5m before close"
    ),
    st.tuples(expressions, expressions).map(lambda t: f'plot {t[0]} "A", {t[1]}'),
    expressions.map(lambda e: f'alert when {e} "text"'),
    st.just(
        'test "t"\nwith n = 3 bars\ngiven close = [1, -2, unknown]\nexpect sell at bar 2\nexpect x at bar 1 is -3 within 1e-9'
    ),
)
# Between lines: blank lines, comments, any indentation, any line end. Inside: any spacing.
gaps = st.lists(
    st.sampled_from(["\n", "\r\n", "\n\n", "\n# note\n", "\n  ## doc\n", "  # end of line\n", "\n   ", "\n\t"]),
    min_size=1,
    max_size=2,
)
spaces = st.sampled_from([" ", "  ", "\t", "\n  ", " # inside\n "])


@st.composite
def programs(draw: st.DrawFn, least: int = 0) -> str:
    """A program of at least so many statements after its edition."""
    lines = "\n".join(["apx 1", *draw(st.lists(statements, min_size=least, max_size=5))]).split("\n")
    out = []
    for line in lines:
        parts = re.split(r'("[^"]*")', line)
        for i in range(0, len(parts), 2):
            if draw(st.integers(0, 9)) == 0:
                # a space that comes right after the leading word, or before a leading word, is left alone
                parts[i] = re.sub(
                    r"(?<=[)\]a-z0-9]) (?=(and|or|then|else|of|at|\+|\*|<) )", lambda _: draw(spaces), parts[i], count=1
                )
        out.append("".join(parts) + "".join(draw(gaps)))
    return draw(st.sampled_from(["", "\n", "# top\n"])) + "".join(
        line if line.endswith(("\n", "\r", " ", "\t")) else line + "\n" for line in out
    )
