"""Reads the text that an edit brings: as an expression, a size, an action, whatever stands in the slot it is for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from compiler import syntax as s
from compiler.blocks.meaning import as_block
from compiler.blocks.refusals import Refused
from compiler.blocks.shape import Block, Form
from compiler.diagnostics import Diagnostics
from compiler.source import Source
from compiler.text.parse import parse


@dataclass(frozen=True, slots=True)
class Fragment:
    """Text that was read. `node` has its places in a host line; `text` is that of the node, for an expression without parentheses
    around it."""

    node: Block
    text: str


# Form -> a program around the text, and how to find what was read in its last statement.
_HOSTS: dict[Form, tuple[str, str, Callable[[Any], tuple[Any, ...]], str]] = {
    "expression": ("require ", "", lambda x: (x.condition,), "an expression"),
    "constant": ("input x = ", "", lambda x: (x.default,) if _only_default(x) else (), "a number, a text or a name"),
    "text": ("strategy ", "", lambda x: (x.title,), 'a text in double quotes'),
    "duration": ("let x = ", "", lambda x: (x.value,) if isinstance(x.value, s.DurationLiteral) else (), "a length of time such as `4h`"),
    "list": ('test "t"\ngiven x = ', "", lambda x: (x.lines[0].values,), "a list such as `[1, 2, 3]`"),
    "callee": ("require ", "", lambda x: (x.condition,) if isinstance(x.condition, s.Name | s.Member) else (), "a name"),
    "argument": ("require f(", ")", lambda x: x.condition.arguments, "an argument"),
    "assignment": ('test "t"\nwith ', "", lambda x: x.lines[0].values, "a value for an input, such as `n = 3 bars`"),
    "bar": ('test "t"\nexpect no order at bar ', "", lambda x: (x.lines[0].bar,), "the number of a bar"),
    "size": ("when true\nbuy ", "", lambda x: (x.actions[0].size,) if _bare_order(x.actions[0]) else (), "a size such as `10% of equity`"),
    "entry": ("when true\nexit position ", "", lambda x: (x.actions[0].entry,), "how an order fills, such as `at limit close`"),
    "action": ("every month end\n", "", lambda x: x.actions, "an action such as `buy 10% of equity`"),
    "attached": ("when true\nbuy 1 share\n", "", lambda x: x.actions[0].attached, "a line such as `stop loss at 2%`"),
    "setting": ("settings\n", "", lambda x: x.lines, "a setting such as `commission 0.1%`"),
    "test line": ('test "t"\n', "", lambda x: x.lines, "a line of a test"),
    "body line": ("define f()\n", "\ngive 1", lambda x: x.body, "`let` or `remember`"),
    "plot item": ("plot ", "", lambda x: x.items, "something to plot"),
    "output": ("define f()\ngive ", "", lambda x: x.outputs, "an output"),
    "parameter": ("define f(", ") = 1", lambda x: x.params, "a parameter such as `n = 14 bars`"),
    "statement": ("", "", lambda x: (x,), "a statement"),
}  # fmt: skip
LINES = frozenset(("action", "attached", "setting", "test line", "body line", "statement"))


def _only_default(node: s.Input) -> bool:
    return node.low is None and node.choices is None and node.label is None


def _bare_order(node: s.OrderAction) -> bool:
    return node.entry is None and node.tag is None


def read_fragment(form: Form, given: str) -> Fragment:
    """The one node that a text is. Raises Refused."""
    text = given.strip(" \t\r\n") if form not in LINES else given.strip("\r\n")
    before, after, find, said = _HOSTS[form]
    if form not in LINES and any(ch in text for ch in "\r\n"):
        raise Refused("unreadable", "What goes into a line has no line ends in it.")
    source, found = Source(before + text + after), Diagnostics()
    file = parse(source, found, fragment=True)
    problems = [d for d in found if d.severity == "error"]
    if problems:
        raise Refused("unreadable", f"`{_short(text)}` is not {said}: {problems[0].message}")
    if form not in LINES and _has_comment(text):
        raise Refused("unreadable", "What goes into a line has no comment in it.")
    nodes: tuple[Any, ...] = ()
    if len(file.statements) == 1:
        try:
            nodes = find(file.statements[0])
        except (AttributeError, IndexError):  # the text ended the host line and began another
            nodes = ()
    if len(nodes) != 1 or nodes[0] is None or not _whole(nodes[0], source.text, before, after, form):
        raise Refused("unreadable", f"`{_short(text)}` is not {said}.")
    node = as_block(nodes[0])
    if form in LINES:
        return Fragment(node, text)
    return Fragment(node, source.text[node.span.start : node.span.end])


def _whole(node: Any, text: str, before: str, after: str, form: Form) -> bool:
    """Whether the node is all of the text, so that nothing of it went into the host."""
    if form in LINES:
        return True
    end = len(text) - len(after)
    return bool(node.span.start == len(before) and not text[node.span.end : end].strip(" \t"))


def _has_comment(text: str) -> bool:
    return any(part.startswith("#") or "#" in part for i, part in enumerate(text.split('"')) if i % 2 == 0)


def _short(text: str) -> str:
    line = text.strip().splitlines()[0] if text.strip() else ""
    return line if len(line) <= 40 else line[:39] + "…"
