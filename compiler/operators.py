"""The elementwise operators: what graph nodes, kernels, row code and interpreter all mean by a name.

Numbers: NaN is unknown. Truth: 0 false, 1 unknown, 2 true. `norm(r) = r + (r - r)` turns an infinite result into NaN and -0 into 0.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator. `takes` and `gives` use n for number and t for truth; `meaning` is exact; `cost` is steps per bar, at most (compiler/costs.py)."""

    name: str
    takes: str
    gives: str
    meaning: str
    work: float = 0.0  # what it computes beyond reading and writing, in steps

    @property
    def cost(self) -> float:
        """Steps a bar: each operand read, the result written."""
        return len(self.takes) + 1.0 + self.work


OPERATORS: tuple[Operator, ...] = (
    Operator("add", "nn", "n", "norm(a + b)"),
    Operator("sub", "nn", "n", "norm(a - b)"),
    Operator("mul", "nn", "n", "norm(a * b)"),
    Operator("div", "nn", "n", "norm(a / b); division by zero is unknown", 4.0),
    Operator("neg", "n", "n", "norm(-a)"),
    Operator("abs", "n", "n", "norm(|a|)"),
    Operator("min", "nn", "n", "unknown if either is; else norm(b if b < a else a)"),
    Operator("max", "nn", "n", "unknown if either is; else norm(b if b > a else a)"),
    Operator("sqrt", "n", "n", "norm(correctly rounded square root); of a negative: unknown", 8.0),
    Operator("floor", "n", "n", "norm(largest whole number <= a)"),
    Operator("ceil", "n", "n", "norm(smallest whole number >= a)"),
    Operator(
        "round",
        "n",
        "n",
        "nearest whole number, halves away from zero: t = floor(|a|); t + 1 if |a| - t >= 0.5 else t; sign of a; norm",
    ),
    Operator("sign", "n", "n", "-1, 0 or 1; unknown of unknown"),
    Operator("exp", "n", "n", "norm(the compiled scalar exp)", 32.0),
    Operator("log", "n", "n", "norm(the compiled scalar natural logarithm); of 0 or less: unknown", 32.0),
    Operator("pow", "nn", "n", "norm(the compiled scalar power)", 80.0),
    Operator("sin", "n", "n", "norm(the compiled scalar sine)", 40.0),
    Operator("cos", "n", "n", "norm(the compiled scalar cosine)", 40.0),
    Operator("tan", "n", "n", "norm(the compiled scalar tangent)", 48.0),
    Operator("atan", "n", "n", "norm(the compiled scalar arc tangent)", 40.0),
    Operator("lt", "nn", "t", "1 if either is unknown; 2 if a < b else 0"),
    Operator("le", "nn", "t", "1 if either is unknown; 2 if a <= b else 0"),
    Operator("gt", "nn", "t", "1 if either is unknown; 2 if a > b else 0"),
    Operator("ge", "nn", "t", "1 if either is unknown; 2 if a >= b else 0"),
    Operator("eq", "nn", "t", "1 if either is unknown; 2 if a == b else 0"),
    Operator("ne", "nn", "t", "1 if either is unknown; 2 if a != b else 0"),
    Operator("and", "tt", "t", "the smaller"),
    Operator("or", "tt", "t", "the larger"),
    Operator("not", "t", "t", "2 - a"),
    Operator("same", "tt", "t", "1 if either is unknown; 2 if the truths are equal else 0"),
    Operator("select", "tnn", "n", "a is true: b; false: c; unknown: unknown"),
    Operator("select_truth", "ttt", "t", "a is true: b; false: c; unknown: unknown"),
    Operator("or_else", "nn", "n", "b where a is unknown, else a"),
    Operator("or_else_truth", "tt", "t", "b where a is unknown, else a"),
    Operator("available", "n", "t", "2 where a is known, else 0"),
    Operator("available_truth", "t", "t", "2 where a is known, else 0"),
)

OPCODES: dict[str, int] = {operator.name: code for code, operator in enumerate(OPERATORS)}
BY_NAME: dict[str, Operator] = {operator.name: operator for operator in OPERATORS}
