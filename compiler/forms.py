"""How expressions are written: every operator and phrase, how tightly it binds, what it takes and gives, and exactly what it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Takes = Literal["number", "truth", "same", "bars", "duration", "text", "anything"]
Gives = Literal["number", "truth", "same", "bars"]


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write an expression.

    written: its operands in braces. binds: the larger, the tighter; of forms that bind alike the left one is done first unless `chains` is
    False: those stand beside no other of their kind without parentheses. takes: what each operand is, in order ('same': whatever the others
    are; 'bars': a fixed number of bars). meaning: the same in simpler words of the language, bit for bit, or '' where it is simple itself.
    """

    name: str
    written: str
    binds: int
    takes: tuple[Takes, ...]
    gives: Gives
    doc: str
    meaning: str = ""
    chains: bool = True


# fmt: off
FORMS: tuple[Form, ...] = (
    Form("or", "{a} or {b}", 1, ("truth", "truth"), "truth", "True where one of both is; unknown where none is true and one is unknown."),
    Form("and", "{a} and {b}", 2, ("truth", "truth"), "truth", "True where both are; false where one is false, whatever the other."),
    Form("not", "not {a}", 3, ("truth",), "truth", "True where a is false; unknown stays unknown."),
    Form("within last", "{a} within last {n}", 4, ("truth", "bars"), "truth",
         "Whether a was true on one of the last n bars, this one included; unknown where none was true and one was unknown."),
    Form("has held for", "{a} has held for {n}", 4, ("truth", "bars"), "truth",
         "Whether a was true on each of the last n bars, this one included; false where one was false."),
    Form("less", "{a} < {b}", 5, ("number", "number"), "truth", "a is below b; both in one unit.", chains=False),
    Form("at most", "{a} <= {b}", 5, ("number", "number"), "truth", "a is not above b.", chains=False),
    Form("greater", "{a} > {b}", 5, ("number", "number"), "truth", "a is above b; both in one unit.", chains=False),
    Form("at least", "{a} >= {b}", 5, ("number", "number"), "truth", "a is not below b.", chains=False),
    Form("equal", "{a} == {b}", 5, ("same", "same"), "truth", "a is exactly b.", chains=False),
    Form("unequal", "{a} != {b}", 5, ("same", "same"), "truth", "a is not exactly b.", chains=False),
    Form("between", "{a} between {b} and {c}", 5, ("number", "number", "number"), "truth", "a is from b to c, both included.",
         "{a} >= {b} and {a} <= {c}", chains=False),
    Form("crosses", "{a} crosses {b}", 5, ("number", "number"), "truth", "a crosses b in either direction.",
         "({a} > {b} and {a}[1] <= {b}[1]) or ({a} < {b} and {a}[1] >= {b}[1])", chains=False),
    Form("crosses above", "{a} crosses above {b}", 5, ("number", "number"), "truth", "a is above b and was not a bar before.",
         "{a} > {b} and {a}[1] <= {b}[1]", chains=False),
    Form("crosses below", "{a} crosses below {b}", 5, ("number", "number"), "truth", "a is below b and was not a bar before.",
         "{a} < {b} and {a}[1] >= {b}[1]", chains=False),
    Form("is rising for", "{a} is rising for {n}", 5, ("number", "bars"), "truth", "Each of the last n bars is above the one before it.",
         "({a} > {a}[1]) has held for {n}", chains=False),
    Form("is falling for", "{a} is falling for {n}", 5, ("number", "bars"), "truth", "Each of the last n bars is below the one before it.",
         "({a} < {a}[1]) has held for {n}", chains=False),
    Form("is new", "{a} is new", 5, ("anything",), "truth", "a is known and was different, or unknown, a bar before.",
         "{a} is available and (({a} != {a}[1]) or_else true)", chains=False),
    Form("is available", "{a} is available", 5, ("anything",), "truth", "a is known.", chains=False),
    Form("or_else", "{a} or_else {b}", 6, ("same", "same"), "same", "a where it is known, else b.", "if {a} is available then {a} else {b} end"),
    Form("plus", "{a} + {b}", 7, ("number", "number"), "number", "The sum of two values of one unit."),
    Form("minus", "{a} - {b}", 7, ("number", "number"), "number", "The difference of two values of one unit."),
    Form("times", "{a} * {b}", 8, ("number", "number"), "number", "The product; units multiply, a ratio or plain number keeps the other's unit."),
    Form("divided by", "{a} / {b}", 8, ("number", "number"), "number", "The quotient; of two values of one unit a ratio; by zero unknown."),
    Form("negative", "-{a}", 9, ("number",), "number", "a with the other sign.", "0 * {a} - {a}"),
    Form("bars since", "bars since {a}", 9, ("truth",), "bars",
         "How many bars ago a was last true, 0 on a true bar; unknown before the first, and from an unknown a until the next true one."),
    Form("on", "{a} on {d}", 10, ("anything", "duration"), "same",
         "All of a computed on a slower clock, its last completed value; seen from the bar on that closes at the same time."),
    Form("from", "{a} from {s}", 10, ("anything", "text"), "same", "All of a computed on another instrument, its last completed value."),
    Form("bars ago", "{a}[{k}]", 11, ("anything", "bars"), "same", "What a was k bars ago; k is fixed and 0 or more."),
    Form("output", "{a}.{name}", 11, ("anything", "text"), "same", "One of the outputs of a function that has several."),
    Form("call", "{f}({a})", 11, ("text", "anything"), "same", "A function of the library, or one that the program defines."),
    Form("if", "if {a} then {b} else {c} end", 12, ("truth", "same", "same"), "same",
         "b where a is true, c where it is false; unknown where a is unknown."),
)
# fmt: on
"""From the loosest to the tightest."""
