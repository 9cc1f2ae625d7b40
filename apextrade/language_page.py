"""Writes the reference of the language, docs/language/reference.md: `python -m apextrade.language_page`, or `make docs`.

Forms come from the catalogue where it declares them, else from `written_forms`. Each example is compiled as the page is made.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import cast

from apextrade.catalogue_document import catalogue
from apextrade.written_forms import WRITTEN, Entry
from compiler.forms import FORMS, Form
from compiler.lines import LINES
from compiler.pipeline import check
from compiler.words import INNER, LEADING
from stdlib.library import load

PAGE = Path(__file__).resolve().parent.parent / "docs" / "language" / "reference.md"
ELSEWHERE = "E0220"
"""The code of an example that is right: a library that is not beside the program."""

SECTION: dict[str, str] = {
    "statement": "Statements", "define": "Statements", "action": "Actions", "attached": "Lines under an order", "setting": "Settings",
    "test": "Tests",
}  # fmt: skip
SECTIONS = (
    "Statements", "Actions", "Lines under an order", "Settings", "Tests", "Operators", "Phrases", "Facts", "Marks", "Units", "Literals",
)  # fmt: skip
BLOCKS = SECTIONS[:5]

OPERANDS: dict[str, tuple[str, ...]] = {
    "number": ("close", "open", "high"),
    "truth": ("(close > open)", "(high > high[1])", "(low > open)"),
    "same": ("close", "open", "high"),
    "bars": ("3 bars", "3 bars", "3 bars"),
    "anything": ("close", "open", "high"),
}
SPECIAL: dict[str, str] = {
    "on": "sma(close, 3) on 1w", "from": 'close from "SPY"', "bars ago": "close[3]", "output": "macd(close).line", "call": "sma(close, 20)",
    "if": "if close > open then high else low end", "within last": "close > open within last 3 bars",
    "has held for": "close > open has held for 3 bars", "or": "close > open or high > high[1]", "and": "close > open and high > high[1]",
    "not": "not close > open", "bars since": "bars since (close > open)", "between": "close between low and high",
}  # fmt: skip
"""Examples that read better than operands put in."""

UNIT_EXAMPLES = {
    "%": "2%", "bps": "10 bps", "bars": "20 bars", "ticks": "3 ticks", "shares": "50 shares", "units": "0.5 units", "R": "3 R",
    "currency": "100_000 USD",
}  # fmt: skip

HEAD = """# Reference

Everything that can be written, in one line each with an example; made by `make docs` from the declarations that the compiler and editors use, and each
example compiled. The rules in full: [orders and fills](fills.md), [writing orders](orders.md), [clocks and schedules](time.md),
[tests](tests.md), [libraries](libraries.md), [several instruments](portfolio.md). Functions are in [the library](library.md); which test proves each
form is in [coverage](coverage.md).

Every line begins with a leading word. Reserved words are names nowhere: {reserved}.
"""


def example_of(form: Form) -> str:
    """A form with operands put in."""
    if form.name in SPECIAL:
        return SPECIAL[form.name]
    names = dict.fromkeys(re.findall(r"\{(\w+)\}", form.written))
    return form.written.format(**{name: OPERANDS[form.takes[i]][min(i, 2)] for i, name in enumerate(names)})


def entries() -> tuple[Entry, ...]:
    """Every form of the language, section by section."""
    document = catalogue()
    found = [Entry(SECTION[line.where], line.label, line.where, line.filled, line.doc) for line in LINES]
    phrases = {str(cast(dict[str, object], f)["name"]) for f in cast(list[object], document["phrases"])}
    for form in FORMS:
        section = "Phrases" if form.name in phrases else "Operators"
        same = f" The same as `{_meaning(form)}`." if form.meaning else ""
        found.append(Entry(section, form.name, "expression", example_of(form), form.doc + same))
    found += WRITTEN
    for field in (cast(dict[str, object], f) for f in cast(list[object], document["fields"])):
        unit = f" ({field['unit']})" if field["unit"] else f" ({field['kind']})"
        found.append(Entry("Facts", str(field["name"]), "expression", str(field["name"]), _sentence(str(field["doc"])) + unit))
    for mark in (cast(dict[str, object], m) for m in cast(list[object], document["marks"])):
        name = str(mark["name"])
        meaning = "Drops the unit of x and no value." if name == "number" else "Says that x runs from 0 to 100."
        found.append(Entry("Marks", name, "expression", f"{name}(close)", meaning))
    for unit_entry in (cast(dict[str, object], u) for u in cast(list[object], document["units"])):
        unit_name = str(unit_entry["unit"])
        found.append(Entry("Units", unit_name, "expression", UNIT_EXAMPLES[unit_name], _sentence(str(unit_entry["doc"])) + "."))
    for literal in (cast(dict[str, object], part) for part in cast(list[object], document["literals"])):
        shown = cast(list[str], literal["examples"])
        found.append(Entry("Literals", str(literal["name"]), "expression", shown[0], f"Written `{'`, `'.join(shown)}`."))
    return tuple(sorted(found, key=lambda entry: SECTIONS.index(entry.section)))


def _meaning(form: Form) -> str:
    names = re.findall(r"\{(\w+)\}", form.written)
    return form.meaning.format(**{name: name for name in names})


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


# ---------------------------------------------------------------- an example as a program

START = 'apx 1\nstrategy "Example"\n'
TRADE = 'trade "SPY" every 1d\n'
COSTS = "settings\n  commission 0.1%\n"
BEFORE = "input length = 14 bars in 2 .. 50\nlet average = sma(close, 2)\n"
ENTRY = 'when close > open\n  buy 10 shares named "core"\n'


def program_of(entry: Entry) -> str:
    """A whole program in which the example stands where it belongs."""
    text, word = entry.example, entry.example.split()[0]
    match entry.where, word:
        case "statement", "apx":
            return f'{text}\nstrategy "Example"\n'
        case "statement", "strategy":
            return f"apx 1\n{text}\n"
        case "statement", "library":
            return f"apx 1\n{text}\ndefine f(x) = x\n"
        case "statement", "settings":
            return f"{START}{TRADE}{text}\n{BEFORE}{ENTRY}"
        case "statement", "trade":
            return f"{START}{text}\n{COSTS}{BEFORE}{ENTRY}"
        case "statement", "let":
            return f"{START}{TRADE}{COSTS}{text}\n"
        case "statement", "every" if "day at" in text:
            return f"{START}{TRADE.replace('1d', '15m')}{COSTS}{ENTRY}{text}\n"
        case "statement", _:
            return f"{START}{TRADE}{COSTS}{ENTRY}{text}\n"
        case "action", "hold":
            return f'{START}trade "SPY", "QQQ", "IWM" every 1d\n{COSTS}every month end\n  {text}\n'
        case "action", "otherwise":
            return f"{START}{TRADE}{COSTS}{ENTRY}{text}\n"
        case "action", _:
            return f"{START}{TRADE}{COSTS}{ENTRY}when close < open\n  {text}\n"
        case "attached", _:
            return f"{START}{TRADE}{COSTS}{ENTRY}    {text}\n"
        case "setting", "flat":
            return f"{START}{TRADE.replace('1d', '5m')}{COSTS}  {text}\n{ENTRY}"
        case "setting", _:
            costs = "settings\n" if word == "commission" else COSTS
            return f"{START}{TRADE}{costs}  {text}\n{ENTRY}"
        case "define", _:
            return f"{START}{TRADE}{COSTS}define f(x = close)\n  let y = x\n  {text}\nplot f()\n"
        case "test", _:
            lines = {"with": "with length = 3 bars", "given": "given close = [10, 9, 12]", "expect": "expect no order"} | {
                word: text
            }
            body = "".join(f"  {lines[kind]}\n" for kind in ("with", "given", "expect"))
            return f'{START}{TRADE}{COSTS}{BEFORE}{ENTRY}when close < open\n  exit position\ntest "t"\n{body}'
        case _:
            return f"{START}{TRADE}{COSTS}{_holding(entry)}"


def _holding(entry: Entry) -> str:
    """The lines in which an expression may stand."""
    text = entry.example
    if entry.section == "Facts" and text == "symbol":
        return 'when close > open\n  notify "{symbol}"\n'
    if text == "entry":
        return f"{ENTRY}    stop loss at {text} - 1\n"
    if entry.section == "Units":
        return {
            "R": f"{ENTRY}    stop loss at 2%\n    take profit at {text}\n",
            "bars": f"plot sma(close, {text})\n",
            "ticks": f"plot close + {text}\n",
            "currency": f"when close > open\n  buy {text}\n",
            "shares": f"when close > open\n  buy {text}\n",
            "units": f"when close > open\n  buy {text}\n",
        }.get(entry.name, f"plot close * (1 + {text})\n")
    if entry.section == "Literals":
        return {"text": f"plot close from {text}\n", "duration": "plot close on 1w\n", "unknown": f"plot close + {text}\n"}.get(
            entry.name, f"let it = {text}\nplot it\n"
        )
    return f"let it = {text}\nplot it\n"


def check_example(entry: Entry) -> None:
    """Raises ValueError where the example is wrong."""
    found = [d for d in check(program_of(entry), load()).diagnostics if d.severity == "error"]
    wrong = [d.message for d in found if d.code != ELSEWHERE]
    if wrong:
        raise ValueError(f"{entry.section}, {entry.name}: {wrong[0]}\n{program_of(entry)}")


# ---------------------------------------------------------------- the page


def page() -> str:
    """The whole page."""
    found = entries()
    reserved = ", ".join(f"`{word}`" for word in sorted(LEADING | INNER))
    parts = [HEAD.format(reserved=reserved)]
    for section in SECTIONS:
        mine = [entry for entry in found if entry.section == section]
        if section in BLOCKS:
            parts.append(f"## {section}")
            parts += [_block(entry) for entry in mine]
        else:
            rows = "\n".join(f"| {entry.name} | `{entry.example}` | {_said(entry)} |" for entry in mine)
            parts.append(f"## {section}\n\n{NOTES.get(section, '')}| name | example | meaning |\n|---|---|---|\n{rows}")
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


NOTES = {
    "Operators": "From the loosest to the tightest as listed with the phrases in [the language](README.md): `or`, `and`, `not`; `within last`, `has held for`; "
    "comparisons, `between`, `crosses`, `is …` (none of these beside another without parentheses); `or_else`; `+ -`; `* /`; `-x`, `bars since`; `on`, `from`, "
    "`in`; `[ ]`, `.`, calls.\n\n",
}


def _block(entry: Entry) -> str:
    return f"### {entry.name}\n\n```\n{entry.example}\n```\n\n{_said(entry)}"


def _said(entry: Entry) -> str:
    check_example(entry)
    return entry.doc if entry.doc.endswith((".", ")")) else f"{entry.doc}."


def main() -> int:
    PAGE.write_text(page(), encoding="utf-8")
    print(f"Wrote {PAGE}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
