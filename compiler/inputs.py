"""The declared inputs of a program: what they can be, what a run may give them, and what `require` lines say of them together."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from compiler import syntax as s
from compiler.building import Builder, Frame, Refused, in_ticks
from compiler.diagnostics import Diagnostics, Edit, Fix, Label
from compiler.inference import Typed
from compiler.nodes import Node
from compiler.source import Span
from compiler.types import settled_unit
from compiler.walk import descend

InputValue = float | bool | str
DEFAULT_TICK = 0.01
"""The tick of prices where a run does not give one."""


class InputError(ValueError):
    """A value for an input that the program does not allow. The message says what is allowed."""


@dataclass(frozen=True, slots=True)
class InputInfo:
    """A declared input. Shares are fractions (1% is 0.01), as everywhere outside the text. `written` is the default as the program spells it.

    in_ticks: values are counted in ticks (`3 ticks` is 3.0); the run's own tick makes a price of them.
    """

    name: str
    kind: Literal["number", "truth", "text"]
    unit: str
    default: InputValue
    low: float | None
    high: float | None
    step: float | None
    choices: tuple[InputValue, ...]
    label: str
    doc: str
    written: str
    range_written: str
    in_ticks: bool = False

    def check(self, value: InputValue) -> InputValue:
        """The value in its own kind; InputError quotes the range or choices it is not in."""
        if self.kind == "number" and isinstance(value, (int, float)) and not isinstance(value, bool):
            value = float(value)
            if not math.isfinite(value) and self.low is None:
                raise InputError(f"`{self.name}` takes a number; {value:g} is not.")
            if self.unit == "bars" and math.isfinite(value) and value != int(value):
                raise InputError(f"`{self.name}` is a whole number of bars; {value:g} is not.")
            below, above = self.low is not None and value < self.low, self.high is not None and value > self.high
            if value != value or below or above:
                raise InputError(f"`{self.name}` can be {self.range_written}; {value:g} is outside that range.")
            if self.choices and value not in self.choices:
                raise InputError(f"`{self.name}` can be one of {self.range_written}; {value:g} is not among them.")
            return value
        if (self.kind == "truth" and isinstance(value, bool)) or (self.kind == "text" and isinstance(value, str)):
            if self.choices and value not in self.choices:
                raise InputError(f"`{self.name}` can be one of {self.range_written}; {value!r} is not among them.")
            return value
        wanted = {"number": "a number", "truth": "true or false", "text": "a text"}[self.kind]
        raise InputError(f"`{self.name}` takes {wanted}; {value!r} is not.")


def input_infos(typed: Typed, diagnostics: Diagnostics) -> tuple[InputInfo, ...]:
    """The declared inputs with their ranges; a default outside its range, or a range upside down, is reported."""
    infos = []
    builder = Builder(typed, {}, 1.0, diagnostics)  # ticks are counted; what one is worth is known at the run
    names = typed.names
    frame = builder.program_frame()
    for name in names.in_order():  # a default may be made of other inputs, also of later ones
        if name in names.inputs:
            info = _input_info(name, names.inputs[name], typed, builder, frame, diagnostics)
            if info is not None and not _reported(names.inputs[name].span, diagnostics):
                infos.append(info)
                frame.values[name] = _value_node(builder, info.default)
    place = {name: i for i, name in enumerate(names.inputs)}
    return tuple(sorted(infos, key=lambda info: place[info.name]))


def _reported(span: Span, diagnostics: Diagnostics) -> bool:
    """Whether a mistake within a place has been reported."""
    return any(d.severity == "error" and span.start <= d.span.start < span.end for d in diagnostics.found)


def _value_node(builder: Builder, value: InputValue) -> Node | str:
    if isinstance(value, str):
        return value
    return builder.graph.truth(2 if value else 0) if isinstance(value, bool) else builder.graph.const(value)


def _input_info(
    name: str, statement: s.Input, typed: Typed, builder: Builder, frame: Frame, diagnostics: Diagnostics
) -> InputInfo | None:
    def read(expr: s.Expr | None) -> InputValue | None:
        if expr is None:
            return None
        try:
            value = builder.expr(expr, frame)
        except Refused:
            return None
        if isinstance(value, str):
            return value
        folded = builder.folded(value) if isinstance(value, Node) else None
        if folded is None or folded != folded:
            return None
        assert isinstance(value, Node)
        return folded == 2.0 if value.kind == "truth" else folded

    default = read(statement.default)
    type_ = typed.inputs.get(name)
    if default is None or type_ is None or type_.kind not in ("number", "truth", "text"):
        if (type_ is None or type_.kind != "error") and not _reported(statement.span, diagnostics):
            diagnostics.error(
                "E0404",
                statement.default.span,
                f"The default of `{name}` must be a known, fixed value, such as `20 bars` or `1.5`.",
            )
        return None
    source = typed.names.source
    low, high, step = read(statement.low), read(statement.high), read(statement.step)
    choices = tuple(c for c in map(read, statement.choices.items if statement.choices else ()) if c is not None)
    range_text = ""
    if statement.low is not None and statement.high is not None:
        range_text = f"{source.on_one_line(statement.low.span)} .. {source.on_one_line(statement.high.span)}"
    elif statement.choices is not None:
        range_text = ", ".join(source.on_one_line(c.span) for c in statement.choices.items)
    assert type_.kind in ("number", "truth", "text")
    kind: Literal["number", "truth", "text"] = (
        "number" if type_.kind == "number" else "truth" if type_.kind == "truth" else "text"
    )
    unit = str(settled_unit(type_.unit) or "plain number") if kind == "number" else ""
    info = InputInfo(
        name, kind, unit, default, low if isinstance(low, float) else None, high if isinstance(high, float) else None,
        step if isinstance(step, float) else None, choices, statement.label.value if statement.label else "", statement.doc,
        source.on_one_line(statement.default.span), range_text, in_ticks(name, typed.names),
    )  # fmt: skip
    if _reported(statement.span, diagnostics):
        return info
    if unit == "bars" and isinstance(default, float) and math.isfinite(default) and default != int(default):
        diagnostics.error(
            "E0603", statement.default.span, f"`{name}` is a whole number of bars; this is {default:g}.", "Round it."
        )
        return info
    for written, value in ((statement.low, low), (statement.high, high), (statement.step, step)):
        if unit == "bars" and written is not None and isinstance(value, float) and math.isfinite(value) and value != int(value):
            diagnostics.error(
                "E0603", written.span, f"`{name}` is a whole number of bars; {value:g} in its range is not.", "Round it."
            )
            return info
        if written is not None and value is None:
            diagnostics.error(
                "E0404",
                written.span,
                f"The range of `{name}` must be fixed before the run; `{source.on_one_line(written.span)}` is not.",
            )
            return info
    if statement.choices is not None and not statement.choices.items:
        diagnostics.error(
            "E0606",
            statement.choices.span,
            f"`{name}` has nothing to choose from.",
            "List the values that it may have, or leave out `in []`.",
        )
    elif unit == "bars" and any(isinstance(c, float) and c != int(c) for c in choices):
        assert statement.choices is not None
        wrong = next(e for e, c in zip(statement.choices.items, choices, strict=False) if isinstance(c, float) and c != int(c))
        diagnostics.error(
            "E0603", wrong.span, f"`{name}` is a whole number of bars; `{source.on_one_line(wrong.span)}` is not.", "Round it."
        )
    elif statement.choices is not None and len(choices) < len(statement.choices.items):
        wrong = next(c for c in statement.choices.items if read(c) is None)
        diagnostics.error(
            "E0404",
            wrong.span,
            f"The choices of `{name}` must be fixed before the run; `{source.on_one_line(wrong.span)}` is not.",
        )
    elif statement.choices is not None and len(set(choices)) < len(choices):
        again = next(c for i, c in enumerate(statement.choices.items) if choices[i] in choices[:i])
        diagnostics.error(
            "E0606",
            again.span,
            f"`{source.on_one_line(again.span)}` is already one of the choices of `{name}`.",
            "Remove one of the two.",
        )
    elif info.low is not None and info.high is not None and info.low > info.high:
        assert statement.low is not None
        assert statement.high is not None
        low_text, high_text = source.on_one_line(statement.low.span), source.on_one_line(statement.high.span)
        swapped = Fix(
            f"write `{high_text} .. {low_text}`", (Edit(statement.low.span, high_text), Edit(statement.high.span, low_text))
        )
        diagnostics.error(
            "E0606",
            statement.low.span,
            f"The range of `{name}` is upside down: {range_text}.",
            "Write the smaller end first.",
            fixes=(swapped,),
        )
    elif info.step is not None and info.step <= 0:
        assert statement.step is not None
        diagnostics.error("E0606", statement.step.span, f"The step of `{name}` must be above zero.")
    elif info.step is not None and info.low is not None and info.high is not None and info.step > info.high - info.low:
        assert statement.step is not None
        diagnostics.error(
            "E0606",
            statement.step.span,
            f"The step of `{name}` is larger than its whole range, {range_text}.",
            "Take a smaller step.",
        )
    else:
        try:
            info.check(default)
        except InputError:
            diagnostics.error(
                "E0607",
                statement.default.span,
                f"The default of `{name}` is outside its own range, {range_text}.",
                "Widen the range or change the default.",
            )
    return info


def _requirements(typed: Typed, values: Mapping[str, InputValue]) -> Iterator[tuple[s.Require, float | None]]:
    """Each `require` with its truth for these values, None where it is not fixed; those with another mistake are left out."""
    builder = Builder(typed, values, DEFAULT_TICK, Diagnostics())
    frame = builder.program_frame()
    for requirement in typed.names.requires:
        try:
            yield requirement, builder.folded(builder.truth(requirement.condition, frame))
        except Refused:
            continue


def broken_requirement(typed: Typed, values: Mapping[str, InputValue]) -> str | None:
    """The text of the first `require` that these values do not meet; None if all hold."""
    source = typed.names.source
    return next((source.on_one_line(r.condition.span) for r, value in _requirements(typed, values) if value != 2.0), None)


def check_requirements(typed: Typed, defaults: Mapping[str, InputValue], found: Diagnostics) -> None:
    """Report requirements that are not about inputs, and those that the inputs' own defaults do not meet."""
    source = typed.names.source
    for requirement, value in _requirements(typed, defaults):
        text, span = source.on_one_line(requirement.condition.span), requirement.condition.span
        if _reported(span, found):
            continue
        if value is None:
            found.error(
                "E0609",
                span,
                f"`require` compares inputs; `{text}` changes from bar to bar.",
                "A condition on the market belongs in a rule: `when …`.",
            )
        elif value != 2.0:
            parts = [part.name for part in descend(requirement.condition) if isinstance(part, s.Name)]
            inputs = [typed.names.inputs[name] for name in dict.fromkeys(parts) if name in typed.names.inputs]
            labels = tuple(Label(i.default.span, f"`{i.name.name}` is {source.on_one_line(i.default.span)}") for i in inputs)
            found.error(
                "E0608", span, f"The inputs' own defaults do not meet `{text}`.", "Change a default or the requirement.", labels
            )
