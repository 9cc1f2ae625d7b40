"""Lints from the text alone: names that nothing uses, programs that trade nothing, conditions that fold."""

from __future__ import annotations

from compiler import syntax as s
from compiler.building import SYMBOL_FEED
from compiler.built import Built
from compiler.diagnostics import Diagnostics, Edit, Fix
from compiler.optimise import optimise
from compiler.resolve import Names
from compiler.suggest import closest
from compiler.walk import expressions, ungrouped


def from_text(names: Names, built: Built, diagnostics: Diagnostics) -> None:
    """Warnings that need no ranges."""
    _unused(names, diagnostics)
    _nothing_to_do(names, diagnostics)
    _fixed_conditions(names, built, diagnostics)
    _fill_model(names, built, diagnostics)
    _strangers(names, built, diagnostics)


def _strangers(names: Names, built: Built, diagnostics: Diagnostics) -> None:
    """`symbol` compared with what no instrument of the program is called."""
    traded = [symbol.value for symbol in names.trade.symbols] if names.trade is not None else []
    compared = {str(node.params[0]).removeprefix(SYMBOL_FEED) for node in built.graph.nodes if node.op == "feed"}
    if not traded or compared <= set(traded):
        return
    for part in (part for statement in names.file.statements for part in expressions(statement)):
        if isinstance(part, s.Binary) and part.op in ("==", "!="):
            for text in (ungrouped(part.left), ungrouped(part.right)):
                if isinstance(text, s.TextLiteral) and text.value in compared and text.value not in traded:
                    near = closest(text.value, traded)
                    word = f'"{near}"'
                    diagnostics.warn(
                        "W0203", text.span, f'"{text.value}" is no instrument of this program; it trades {", ".join(traded)}.',
                        f"Did you mean {word}?" if near else "It matters only in a run that is given such an instrument.",
                        fixes=(Fix(f"write {word}", (Edit(text.span, word),)),) if near else (),
                    )  # fmt: skip


def _unused(names: Names, diagnostics: Diagnostics) -> None:
    declared: dict[str, s.Input | s.Let] = {**names.inputs, **names.lets}
    for name, statement in declared.items():
        if name not in names.used and not _filled_in(names, name):
            word = "input" if isinstance(statement, s.Input) else "let"
            removal = Fix(f"remove this {word}", (Edit(statement.span, ""),))
            if isinstance(statement, s.Input):
                diagnostics.warn(
                    "W0201", statement.name.span, f"`{name}` is never used, so changing it changes nothing.", fixes=(removal,)
                )
            elif names.rules:
                diagnostics.warn(
                    "W0202",
                    statement.name.span,
                    f"`{name}` is never used.",
                    "It is still computed and shown as a column.",
                    fixes=(removal,),
                )


def _filled_in(names: Names, name: str) -> bool:
    texts = [a.text.value for rule in names.rules for a in (*rule.actions, *rule.otherwise) if isinstance(a, s.NotifyAction)]
    return any("{" + name in text for text in (*texts, *(a.text.value for a in names.alerts)))


def _nothing_to_do(names: Names, diagnostics: Diagnostics) -> None:
    if names.strategy is not None and not names.rules:
        diagnostics.warn(
            "W0503",
            names.strategy.span,
            "This strategy has no rule, so it never trades.",
            "Add `when …` with an action such as `buy 10% of equity`.",
        )
    elif names.rules and not any(
        isinstance(a, s.HoldTop) or (isinstance(a, s.OrderAction) and a.verb in ("buy", "short"))
        for r in names.rules
        for a in (*r.actions, *r.otherwise)
    ):
        diagnostics.warn(
            "W0504",
            names.rules[0].span,
            "No rule opens a position, so this strategy never trades.",
            "Add a rule with `buy …` or `short …`.",
        )


def _fixed_conditions(names: Names, built: Built, diagnostics: Diagnostics) -> None:
    """A condition that folds to one truth for the whole run."""
    rules = [o for o in built.outputs if o.role == "rule"]
    optimised = optimise(built.graph, [o.node for o in rules], names.library)
    for output in rules:
        node = optimised.mapping[output.node.id]
        rule = names.rules[int(output.name.removeprefix("rule_")) - 1]
        if node.op == "const":
            word = {0.0: "never", 2.0: "always"}.get(float(node.params[0]), "never known to be")
            diagnostics.warn("W0301", ungrouped(rule.condition).span, f"This condition is {word} true.", "Check the comparison.")


def _fill_model(names: Names, built: Built, diagnostics: Diagnostics) -> None:
    if any(o.entry == "this_close" for o in built.orders):
        span = next(o.span for o in built.orders if o.entry == "this_close")
        diagnostics.warn(
            "W0505",
            span,
            "`at this close` fills at a price that is known only once it has passed: good for tests, refused live.",
            "Use `at next open`.",
        )
