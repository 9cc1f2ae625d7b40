"""The values that a sweep gives to an input: listed, from a range with a step, or as the program declares them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from apextrade.values import read_value
from compiler.inputs import InputError, InputInfo, InputValue
from compiler.program import Program
from compiler.suggest import closest
from runtime.sweep.space import Axis, Space

MOST_VALUES = 1_000_000
"""Values of one input."""


def declared(program: Program) -> tuple[Axis, ...]:
    """The inputs that have a range with a step, or choices, with all their values."""
    found = []
    for info in program.inputs:
        values = declared_values(info)
        if values is not None and len(values) > 1:
            found.append(Axis(info.name, values))
    return tuple(found)


def declared_values(info: InputInfo) -> tuple[InputValue, ...] | None:
    """Every value that an input's declaration lists; None where it does not say how far they are apart."""
    if info.choices:
        return info.choices
    if info.low is not None and info.high is not None and info.step is not None:
        return stepped(info, info.low, info.high, info.step)
    return None


def stepped(info: InputInfo, low: float, high: float, step: float) -> tuple[InputValue, ...]:
    """From low to high, which is the last if a step ends there. Raises InputError."""
    if not step > 0:
        raise InputError(f"The step of `{info.name}` must be above zero; this is {step:g}.")
    if high < low:
        raise InputError(f"The values of `{info.name}` go up, from the lower to the higher; {low:g} to {high:g} go down.")
    # In decimals, so that each value is the number that one would write.
    first, last, width = (Decimal(repr(x)) for x in (low, high, step))
    count = int((last - first) / width) + 1
    if count > MOST_VALUES:
        raise InputError(f"`{info.name}` would have {count:,} values; {MOST_VALUES:,} are the most. Take a larger step.")
    return tuple(float(first + k * width) for k in range(count))


def listed(program: Program, name: str, values: Iterable[object]) -> Axis:
    """An input with these values, each read as the language reads it and checked against its range. Raises InputError."""
    info = known(program, name)
    currency = program.currencies.account
    read = tuple(dict.fromkeys(info.check(read_value(info, value, currency)) for value in values))
    if not read:
        raise InputError(f"`{name}` is given no value.")
    return Axis(name, read)


def asked(program: Program, text: str) -> Axis:
    """The axis of `--grid`: `fast=5:50:5`, `fast=10,20,40`, or the name alone for all its declared values. Raises InputError."""
    name, sign, written = text.partition("=")
    info = known(program, name.strip())
    if not sign:
        values = declared_values(info)
        if values is None:
            raise InputError(f"`{info.name}` declares no step; say its values, such as {info.name}={_example(info)}.")
        return Axis(info.name, values)
    if not written.strip():
        raise InputError(f"`{text}` names no values: write {info.name}={_example(info)}.")
    if ":" not in written or info.kind == "text":
        return listed(program, info.name, _items(written))
    parts = [part.strip() for part in written.split(":")]
    if len(parts) not in (2, 3) or not all(parts) or info.kind != "number":
        raise InputError(f"`{text}` is no range: write {info.name}={_example(info)}.")
    currency = program.currencies.account
    ends = [read_value(info, part, currency) for part in parts]
    numbers = [end for end in ends if isinstance(end, float)]
    if len(parts) == 2:
        if info.step is None and info.unit != "bars":
            raise InputError(f"`{info.name}` declares no step, so the range needs one: {info.name}={written}:STEP.")
        numbers.append(info.step if info.step is not None else 1.0)
    values = stepped(info, *numbers)
    for value in (values[0], values[-1]):
        info.check(value)
    return Axis(info.name, tuple(info.check(value) for value in values))


def space_of(program: Program, axes: Sequence[Axis], fixed: Mapping[str, InputValue]) -> Space:
    """The combinations: of the inputs asked for, else of all that the program declares with steps or choices and that are not fixed.

    Raises InputError where there is nothing to vary, or one input is both.
    """
    names = [axis.name for axis in axes]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"`{name}` is varied twice.")
        if name in fixed:
            raise InputError(f"`{name}` is both varied and set to one value.")
    if not axes:
        axes = [axis for axis in declared(program) if axis.name not in fixed]
    if not axes:
        first = next((info for info in program.inputs if info.kind == "number"), None)
        hint = f" Say what to vary, such as {first.name}={_example(first)}." if first is not None else ""
        raise InputError(f"No input of the program has a range with a step.{hint}")
    order = [info.name for info in program.inputs]
    return Space(tuple(sorted(axes, key=lambda axis: order.index(axis.name))))


def known(program: Program, name: str) -> InputInfo:
    """The declared input of a name. Raises InputError."""
    for info in program.inputs:
        if info.name == name:
            return info
    names = tuple(info.name for info in program.inputs)
    near = closest(name, names)
    said = ", ".join(f"`{n}`" for n in names) or "none"
    raise InputError(f"The program has no input `{name}`.{f' Did you mean `{near}`?' if near else ''} Its inputs: {said}.")


def _items(written: str) -> list[str]:
    return [item.strip().strip('"') if item.strip().startswith('"') else item.strip() for item in written.split(",")]


def _example(info: InputInfo) -> str:
    if info.kind == "truth":
        return "true,false"
    if info.kind == "text":
        return ",".join(str(choice) for choice in info.choices) or "a,b"
    if info.unit == "bars":
        return "10:50:10"
    return f"{info.written.replace(' ', '')},…"
