"""Conditions whose answer is known before anything runs: never or always true, contradictory, branches that nothing reaches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from compiler import syntax as s
from compiler.built import Built
from compiler.diagnostics import Diagnostics, Edit, Fix, Label
from compiler.lints.corrections import either, of_the_bar_before, without_part
from compiler.lints.knowing import Finding, Knowing, conjuncts
from compiler.nodes import Node
from compiler.ranges.analysis import Ranges
from compiler.ranges.conditions import Wanted, can_be, can_hold, surely_known
from compiler.ranges.interval import shown
from compiler.source import Span
from compiler.walk import action_expressions, descend, ungrouped

MOST_PARTS = 12
"""Parts of one condition that are compared with each other."""
COMPARED = ("<", "<=", ">", ">=", "==", "!=")


def never(ranges: Ranges, nodes: list[Node]) -> bool:
    return not any(can_be(ranges, n, True) for n in nodes)


def always(ranges: Ranges, nodes: list[Node]) -> bool:
    return not any(can_be(ranges, n, False) for n in nodes) and not never(ranges, nodes)


def decided_conditions(knowing: Knowing, diagnostics: Diagnostics) -> None:
    """Warn about every condition, part of one and branch that can have one answer only; once for each mistake."""
    reporter = _Reporter(knowing, diagnostics)
    reporter.never_known()
    for rule in knowing.names.rules:
        reporter.rule(rule)
        for action in rule.actions:
            if isinstance(action, s.HoldTop) and action.where is not None:
                reporter.chosen(action.where)
    for alert in knowing.names.alerts:
        reporter.alert(alert)
    written = list(_written(knowing))
    for expr in written:
        if isinstance(expr, s.If):
            reporter.branches(expr)
    for expr in reversed(written):  # parts before what they are part of
        reporter.part(expr)


def _written(knowing: Knowing) -> Iterator[s.Expr]:
    """Every expression of the program, outermost first."""
    for statement in knowing.names.file.statements:
        roots: tuple[s.Expr, ...] = ()
        match statement:
            case s.Let(value=value) | s.Alert(condition=value):
                roots = (value,)
            case s.Remember(next=following, first=first):
                roots = (following, first)
            case s.Plot(items=items):
                roots = tuple(item.value for item in items)
            case s.When(condition=condition, actions=actions, otherwise=otherwise):
                roots = (condition, *(e for a in (*actions, *otherwise) for e in action_expressions(a)))
            case s.Define(body=body, outputs=outputs):
                inside = [e for line in body for e in ((line.value,) if isinstance(line, s.Let) else (line.next, line.first))]
                roots = (*inside, *(o.value for o in outputs))
        for root in roots:
            yield from descend(root)


@dataclass(slots=True)
class _Reporter:
    """Says each thing once."""

    knowing: Knowing
    diagnostics: Diagnostics
    told: list[Span] = field(default_factory=list)  # places whose mistake has been said
    empty: set[str] = field(default_factory=set)  # lets without a value on any bar

    def is_told(self, expr: s.Expr) -> bool:
        """Whether something was said of this expression, of one around it or of one inside it."""
        span = expr.span
        return any(t.start < span.end and span.start < t.end for t in self.told)

    def tell(
        self, code: str, expr: s.Expr, message: str, hint: str = "", labels: tuple[Label, ...] = (), fixes: tuple[Fix, ...] = ()
    ) -> None:
        self.told.append(expr.span)
        self.diagnostics.warn(code, expr.span, message, hint, labels, fixes)

    def lets_behind(self, expr: s.Expr) -> None:
        """What is said of a condition is not said again of the lets that it names."""
        names, seen, stack = self.knowing.names, set[str](), [expr]
        while stack:
            for part in descend(stack.pop()):
                if isinstance(part, s.Name) and part.name in names.lets and part.name not in seen:
                    seen.add(part.name)
                    value = names.lets[part.name].value
                    stack.append(value)
                    node = self.knowing.built.conditions.get(id(ungrouped(value)))
                    if node:
                        self.told.append(value.span)

    # ------------------------------------------------------------ rules and alerts

    def rule(self, rule: s.When) -> None:
        if self._folded(rule.condition):
            return
        if self._never(rule.condition, "this rule never fires"):
            return
        found = self._ask(rule.condition, always)
        if found is not None:
            text = self.knowing.shown(rule.condition)
            reason = found.hint(self._reason(rule.condition))
            if rule.otherwise:
                self.diagnostics.warn(
                    "W0315", rule.otherwise[0].span, f"This never runs{found.where}: `{text}` is never false.", reason,
                    (Label(rule.condition.span, "never false"),),
                )  # fmt: skip
            else:
                self.diagnostics.warn(
                    "W0311", ungrouped(rule.condition).span,
                    f"`{text}` is true on every bar on which it is known{found.where}, so this rule fires on all of them.", reason,
                )  # fmt: skip
            self.told.append(rule.condition.span)
            self.lets_behind(rule.condition)
            return
        self._redundant(rule.condition)

    def alert(self, alert: s.Alert) -> None:
        if not self._folded(alert.condition):
            self._never(alert.condition, "this alert is never given")

    def chosen(self, where: s.Expr) -> None:
        """The condition of a rotation, read for each instrument."""
        if not self._folded(where) and not self._never(where, "this rotation holds nothing", "W0542"):
            self._redundant(where)

    def _folded(self, condition: s.Expr) -> bool:
        nodes = self.knowing.of(condition)(self.knowing.built)
        return not nodes or all(n.op == "const" for n in nodes)

    def _never(self, condition: s.Expr, so: str, code: str = "W0310") -> bool:
        """Say why a condition can't be true; whether it can't. code: of a part that can't be true by itself."""
        if self._ask(condition, never) is None:
            return False
        parts = conjuncts(condition)[:MOST_PARTS]
        for part in parts:
            found = self._ask(part, never)
            if found is not None:
                word = "never true" if self._ask(part, _known) is not None else "never known"
                if word == "never known" and any(isinstance(p, s.Name) and p.name in self.empty for p in descend(part)):
                    return True  # said of the let
                self.tell(
                    code, part, f"`{self.knowing.shown(part)}` is {word}{found.where}, so {so}.", found.hint(self._reason(part)),
                    fixes=self._before(part) if word == "never true" else (),
                )  # fmt: skip
                self.lets_behind(part)
                return True
        for j, later in enumerate(parts):
            for earlier in parts[:j]:
                found = self._together(earlier, later)
                if found is not None:
                    self.tell(
                        "W0312", condition,
                        f"`{self.knowing.shown(earlier)}` and `{self.knowing.shown(later)}` are never true on one bar{found.where}, so {so}.",
                        found.hint("Join them with `or`, or correct one of them."), (Label(earlier.span, "can't be true"), Label(later.span, "while this is")),
                        either(condition, self.knowing.names.source.text) if len(parts) == 2 else (),
                    )  # fmt: skip
                    self.lets_behind(condition)
                    return True
        found = self._ask(condition, never)
        assert found is not None
        self.tell(
            "W0312",
            ungrouped(condition),
            f"The parts of this condition are never true on one bar{found.where}, so {so}.",
            found.hint(""),
        )
        self.lets_behind(condition)
        return True

    def _ask(self, expr: s.Expr, question: Callable[[Ranges, list[Node]], bool]) -> Finding | None:
        return self.knowing.finding((expr,), self.knowing.of(expr), question)

    def _together(self, first: s.Expr, second: s.Expr) -> Finding | None:
        def nodes(built: Built) -> list[Node]:
            found = [*self.knowing.of(first)(built), *self.knowing.of(second)(built)]
            return found if len(found) == 2 else []

        return self.knowing.finding((first, second), nodes, lambda r, n: not can_hold(r, [(x, True) for x in n]))

    def _redundant(self, condition: s.Expr) -> None:
        """A part that is true whenever the others are, and known whenever they are."""
        parts = conjuncts(condition)
        if not 1 < len(parts) <= MOST_PARTS:
            return
        for at in range(len(parts) - 1, -1, -1):
            part, rest = parts[at], [p for i, p in enumerate(parts) if i != at]

            def nodes(built: Built, order: tuple[s.Expr, ...] = (part, *rest)) -> list[Node]:
                found = [self.knowing.of(p)(built) for p in order]
                return [n[0] for n in found] if all(len(n) == 1 for n in found) else []

            found = self.knowing.finding((part, *rest), nodes, _implied)
            if found is not None and self._ask(part, always) is None:
                self.tell(
                    "W0322", part, f"`{self.knowing.shown(part)}` adds nothing{found.where}: it is true whenever the rest of the condition is.",
                    found.hint("Remove it, or correct the comparison."), fixes=without_part(condition, part),
                )  # fmt: skip
                return

    # ------------------------------------------------------------ branches

    def branches(self, expr: s.If) -> None:
        """Branches of an `if` that nothing reaches."""
        conditions = [ungrouped(c) for c, _ in expr.branches]
        for i, condition in enumerate(conditions):
            if any(n.op == "const" for n in self.knowing.built.conditions.get(id(condition), [])):
                continue  # a fixed condition is a switch
            found = self._reached(conditions[:i], condition)
            if found is not None and not self.is_told(condition):
                after = " once those before it are false" if i else ""
                self.tell(
                    "W0313", condition, f"This branch is never taken{found.where}: `{self.knowing.shown(condition)}` is never true{after}.",
                    found.hint(self._reason(condition) if not i else ""),
                )  # fmt: skip
                self.lets_behind(condition)
                return
        if isinstance(ungrouped(expr.otherwise), s.UnknownLiteral) or any(self.is_told(c) for c in conditions):
            return
        if any(n.op == "const" for c in conditions for n in self.knowing.built.conditions.get(id(c), [])):
            return
        found = self._reached(conditions, None)
        if found is not None:
            which = "is never false" if len(conditions) == 1 else "and the conditions before it are never all false"
            self.diagnostics.warn(
                "W0313", expr.otherwise.span, f"This `else` is never taken{found.where}: `{self.knowing.shown(conditions[-1])}` {which}.", found.hint(""),
            )  # fmt: skip
            self.told += [c.span for c in conditions]
            for condition in conditions:
                self.lets_behind(condition)

    def _reached(self, before: list[s.Expr], condition: s.Expr | None) -> Finding | None:
        """Whether a branch is out of reach wherever the `if` stands."""
        exprs = (*before, *(() if condition is None else (condition,)))
        count = len(exprs)

        def nodes(built: Built) -> list[Node]:
            found = [built.conditions.get(id(e), []) for e in exprs]
            return [n for call in zip(*found, strict=True) for n in call] if len({len(f) for f in found}) == 1 else []

        def unreachable(ranges: Ranges, found: list[Node]) -> bool:
            for at in range(0, len(found), count):
                call = found[at : at + count]
                wanted: list[Wanted] = [(n, False) for n in call[: len(before)]] + [(n, True) for n in call[len(before) :]]
                if can_hold(ranges, wanted):
                    return False
            return True

        return self.knowing.finding(exprs, nodes, unreachable)

    # ------------------------------------------------------------ parts

    def part(self, expr: s.Expr) -> None:
        """A comparison or phrase inside a condition that is decided, or a phrase that says nothing."""
        if isinstance(expr, (s.HasHeld, s.WithinLast)):
            self._phrase(expr)
        elif not isinstance(expr, (s.Crosses, s.Between, s.IsMoving)) and not (
            isinstance(expr, s.Binary) and expr.op in COMPARED
        ):
            return
        if self.is_told(expr) or self._folded(expr) or any(isinstance(p, s.Name) and p.name in self.empty for p in descend(expr)):
            return
        text = self.knowing.shown(expr)
        found = self._ask(expr, never)
        if found is not None:
            word = "true" if self._ask(expr, _known) is not None else "known"
            self.tell("W0314", expr, f"`{text}` is never {word}{found.where}.", found.hint(self._reason(expr)))
            return
        found = self._ask(expr, always)
        if found is not None:
            self.tell(
                "W0314", expr, f"`{text}` is true on every bar on which it is known{found.where}.", found.hint(self._reason(expr)),
                fixes=next((f for r in self.knowing.names.rules if (f := without_part(r.condition, expr))), ()),
            )  # fmt: skip

    def _phrase(self, expr: s.HasHeld | s.WithinLast) -> None:
        nodes = self.knowing.of(expr)(self.knowing.built)
        if (
            not nodes
            or self.knowing.inputs_of((expr.length,))
            or any(n.op not in ("held", "within") or n.params[0] != 1 for n in nodes)
        ):
            return
        if self.is_told(expr):
            return
        inner = self.knowing.names.source.text[expr.condition.span.start : expr.condition.span.end]
        words = "has held for" if isinstance(expr, s.HasHeld) else "within last"
        self.tell(
            "W0318", expr, f"`{words} 1 bar` looks at this bar only, as `{self.knowing.shown(expr.condition)}` itself does.",
            "Take more bars, or leave the phrase out.", fixes=(Fix("leave the phrase out", (Edit(expr.span, inner),), True),),
        )  # fmt: skip

    def never_known(self) -> None:
        """A `let` that has no value on any bar."""
        names, empty = self.knowing.names, self.empty
        for output in self.knowing.built.outputs:
            if output.role != "let" or output.name not in names.lets or output.node.kind != "number" or output.node.op == "const":
                continue
            let = names.lets[output.name]
            name = output.name

            def nodes(built: Built, name: str = name) -> list[Node]:
                return [o.node for o in built.outputs if o.name == name and o.role == "let"]

            found = self.knowing.finding((let.value,), nodes, lambda r, n: all(r.interval(x).empty for x in n))
            if found is None:
                continue
            empty.add(name)
            if any(isinstance(p, s.Name) and p.name in empty for p in descend(let.value)) or self.is_told(let.value):
                continue
            self.tell(
                "W0321", let.value, f"`{name}` has no value on any bar{found.where}.", found.hint(self._why_unknown(output.node))
            )

    # ------------------------------------------------------------ reasons

    def _reason(self, expr: s.Expr) -> str:
        """What decides a comparison: the ranges of its sides, or their order."""
        expr = ungrouped(expr)
        nodes = self.knowing.of(expr)(self.knowing.built)
        if len(nodes) != 1:
            return ""
        match expr:
            case s.Binary(left=left, right=right, op=op) if op in COMPARED and len(nodes[0].args) == 2:
                return self._sides((left, right), nodes[0].args)
            case s.Crosses(left=left, right=right) if nodes[0].op == "and":
                return self._sides((left, right), nodes[0].args[0].args)
            case s.Between(operand=operand, low=low, high=high) if nodes[0].op == "and":
                first, second = nodes[0].args
                return self._sides((operand, low, high), (*first.args, second.args[1]))
            case s.HasHeld(condition=inner) | s.WithinLast(condition=inner):
                return self._reason(inner)
            case s.Name(name=name) if name in self.knowing.names.lets:
                return self._reason(self.knowing.names.lets[name].value)
            case _:
                return ""

    def _sides(self, exprs: tuple[s.Expr, ...], nodes: tuple[Node, ...]) -> str:
        ranges = self.knowing.ordinary
        intervals = [ranges.interval(n) for n in nodes]
        if len(nodes) == 2 and intervals[0].high > intervals[1].low and intervals[1].high > intervals[0].low:
            one, other = (self.knowing.shown(e) for e in exprs)
            if nodes[0] is nodes[1]:
                return f"Both sides are the same: `{one}`."
            if ranges.order.at_most(nodes[0], nodes[1]):
                return f"`{one}` is never above `{other}`{self._of_window(nodes)}."
            if ranges.order.at_most(nodes[1], nodes[0]):
                return f"`{one}` is never below `{other}`{self._of_window(nodes)}."
        said = [f"`{self.knowing.shown(e)}` is {shown(i)}" for e, i in zip(exprs, intervals, strict=True) if not i.single]
        return "; ".join(said) + "." if said else ""

    @staticmethod
    def _of_window(nodes: tuple[Node, ...]) -> str:
        return (
            ", whose window holds this bar; `[1]` after it takes the window that ended a bar ago"
            if any(n.op in ("highest", "lowest") for n in nodes)
            else ""
        )

    def _before(self, expr: s.Expr) -> tuple[Fix, ...]:
        """Of a window that holds this bar too: its value of the bar before."""
        nodes = self.knowing.of(expr)(self.knowing.built)
        if len(nodes) != 1 or self._ask(expr, never) is None or "window holds this bar" not in self._reason(expr):
            return ()
        compared = nodes[0] if isinstance(expr, s.Binary) else nodes[0].args[0] if nodes[0].op == "and" else None
        return () if compared is None else of_the_bar_before(expr, compared.args)

    def _why_unknown(self, node: Node) -> str:
        """Where an unknown comes from: the first part without a value, of parts that have one."""
        ranges = self.knowing.ordinary
        stack = [node]
        while stack:
            top = stack.pop()
            empty = [a for a in top.args if a.kind == "number" and ranges.interval(a).empty]
            if empty:
                stack.append(empty[0])
                continue
            match top.op:
                case "sqrt" | "log":
                    word = "The square root" if top.op == "sqrt" else "The logarithm"
                    return f"{word} of what is {shown(ranges.interval(top.args[0]))} is unknown."
                case "div":
                    return "A division by zero is unknown."
                case "bars_since" | "value_when":
                    return "Its condition is never true."
        return ""


def _known(ranges: Ranges, nodes: list[Node]) -> bool:
    """Whether the conditions have an answer at all."""
    return any(can_be(ranges, n, False) for n in nodes)


def _implied(ranges: Ranges, nodes: list[Node]) -> bool:
    part, *rest = nodes
    if can_hold(ranges, [(part, False), *((n, True) for n in rest)]):
        return False
    known = surely_known(rest)
    return all(a.op == "const" or a.id in known for a in _read(part))


def _read(condition: Node) -> list[Node]:
    """The values that a condition compares."""
    found, stack = [], [condition]
    while stack:
        top = stack.pop()
        if top.kind == "truth" and top.args and top.op in ("and", "or", "not", "lt", "le", "gt", "ge", "eq", "ne"):
            stack.extend(top.args)
        else:
            found.append(top)
    return found
