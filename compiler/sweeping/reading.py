"""Which inputs and states an expression of the program reads, by way of every name in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from compiler import syntax as s
from compiler.resolve import Names
from compiler.walk import children, descend


class Reading:
    """Names that expressions lead to. More than are read is allowed: a name in a branch that is never taken counts too."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self._of_name: dict[str, frozenset[str]] = {}

    def reached(self, expr: s.Expr) -> frozenset[str]:
        """Every input, let and state that an expression leads to."""
        return frozenset().union(*(self._through(part.name) for part in descend(expr) if isinstance(part, s.Name)))

    def inputs(self, expr: s.Expr) -> frozenset[str]:
        return self.reached(expr) & self.names.inputs.keys()

    def states(self, expr: s.Expr) -> frozenset[str]:
        return self.reached(expr) & self.names.states.keys()

    def inputs_beside(self, exprs: Iterable[s.Expr], left_out: Collection[int]) -> set[str]:
        """The inputs that expressions lead to without those whose ids are left out."""
        found: set[str] = set()
        seen: set[str] = set()
        stack = list(exprs)
        while stack:
            expr = stack.pop()
            if id(expr) in left_out:
                continue
            stack += children(expr)
            if isinstance(expr, s.Name) and expr.name not in seen:
                seen.add(expr.name)
                stack += self.lines(expr.name)
                found |= {expr.name} & self.names.inputs.keys()
        return found

    def _through(self, name: str) -> frozenset[str]:
        if name not in self._of_name:
            seen: set[str] = set()
            stack = [name]
            while stack:
                top = stack.pop()
                if top not in seen:
                    seen.add(top)
                    stack += [part.name for line in self.lines(top) for part in descend(line) if isinstance(part, s.Name)]
            self._of_name[name] = frozenset(seen)
        return self._of_name[name]

    def lines(self, name: str) -> Iterable[s.Expr]:
        """The expressions that give a name its value; none for what has no line."""
        if name in self.names.lets:
            return (self.names.lets[name].value,)
        if name in self.names.states:
            state = self.names.states[name]
            return (state.next, state.first)
        return ()
