"""A rule on one bar as lines: each clause with its mark, its numbers, what decided, and what its actions did."""

from __future__ import annotations

from collections.abc import Iterator

from apextrade.why.look import Look, one_line, width_of
from runtime.why.explain import ActionReading, RuleReading
from runtime.why.numbers import shown, truth_word
from runtime.why.readings import ClauseReading, ValueReading

LONGEST_TEXT = 60


def rule_lines(rule: RuleReading, look: Look, on: str = "", indent: str = "") -> list[str]:
    """The rule, its clauses, its actions. on: says the bar."""
    where = look.paint(f"(line {rule.line})", "dim")
    lines = [f"{indent}{look.paint(f'Rule {rule.number}', 'bold')} {where}{on} is {look.truth_word(rule.truth)}"]
    rows = list(_clauses(rule.clause, "", alone=True))
    widest = max((width_of(lead + text) for lead, _, text, _, _ in rows), default=0)
    for lead, reading, text, said, decides in rows:
        gap = " " * (widest - width_of(lead + text) + 2)
        quiet = "" if reading.decides else "dim"
        line = f"{indent}  {lead}{look.truth(reading.truth)} {look.paint(text, quiet)}"
        line += f"{gap}{look.paint(said, quiet)}" if said else ""
        line += f"{'  ' if said else gap}{look.because}" if decides else ""
        lines.append(line.rstrip())
        reasons = dict.fromkeys(value.reason for value in reading.values if value.reason) or {reading.reason: None}
        lines += [f"{indent}  {lead}    {look.paint(one_line(reason), 'open')}" for reason in reasons if reason]
        notes = dict.fromkeys(value.note for value in reading.values if value.note)
        lines += [f"{indent}  {lead}    {look.paint(one_line(note), 'dim')}" for note in notes]
    return lines + [f"{indent}  {line}" for action in rule.actions for line in action_lines(action, look)]


def _clauses(reading: ClauseReading, lead: str, alone: bool) -> Iterator[tuple[str, ClauseReading, str, str, bool]]:
    """(indent, clause, its text, its numbers, whether to say that it decides), outermost first."""
    joined = reading.form in ("all", "any")
    text = {"all": "all of these", "any": "one of these"}.get(reading.form) or _short(reading.text)
    said = f"= {reading.said}" if reading.form == "available" and reading.said else reading.said
    if reading.form == "plain" or not said:
        said = truth_word(float(reading.truth)) if not joined else ""
    elif reading.form in ("compare", "between"):
        said = one_line(said)
    yield lead, reading, text, said, reading.decides and not alone and not joined
    several = joined and len(reading.parts) > 1
    for part in reading.parts:
        # Where there is one part only, that it decides goes without saying.
        only = not several or all(p.decides for p in reading.parts)
        yield from _clauses(part, lead + "  ", alone if not several else only)


def _short(text: str) -> str:
    text = one_line(text)
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 3] + "..."


def action_lines(action: ActionReading, look: Look) -> list[str]:
    """An action and what became of it."""
    if action.outcome == "idle":
        return []
    colour = {"made": "good", "done": "good", "refused": "bad", "nothing": "open"}[action.outcome]
    other = "otherwise: " if action.otherwise else ""
    arrow = "\N{RIGHTWARDS ARROW}" if look.unicode else "->"
    lines = [f"{look.paint(arrow, colour)} {other}{one_line(action.text)}: {look.paint(one_line(action.said), colour)}"]
    lines += [f"    {look.paint(one_line(reason), 'open')}" for reason in action.reasons]
    return lines


def value_text(value: ValueReading) -> str:
    """A value as a cell shows it."""
    return truth_word(value.value) if value.kind == "truth" else shown(value.value)
