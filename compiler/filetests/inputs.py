"""The inputs of a test: what `with` sets, each a value that the input allows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from compiler import syntax as s
from compiler.built import build_program
from compiler.diagnostics import Diagnostics, Edit, Fix, Label
from compiler.filetests.place import Place
from compiler.inference.typed import Env, words
from compiler.inference.work import Inference
from compiler.inputs import InputError, InputInfo, InputValue, broken_requirement
from compiler.suggest import closest
from compiler.types import PLAIN, Type, joined, settled_unit

MOST_BUILT = 40
"""The program is built with so many sets of inputs when it is checked; of more, a mistake is said when the test runs."""


def read_inputs(
    test: s.Test,
    infos: Sequence[InputInfo],
    inference: Inference,
    env: Env,
    place: Place,
    found: Diagnostics,
    lost: Collection[str] | None,
    tried: set[tuple[InputValue, ...]],
) -> dict[str, InputValue] | None:
    """The values that a test sets, by name; None if one is wrong, which is reported. `place` counts ticks as 1.

    tried: sets of values that the program was built with already, added to; the program is built with MOST_BUILT at most.
    lost: names that mean nothing in the program, which has been reported; None where any input may stand on a line that could not be read.
    """
    known = {info.name: info for info in infos}
    given: dict[str, s.Argument] = {}
    values: dict[str, InputValue] = {}
    broken = False
    for argument in (a for line in test.lines if isinstance(line, s.TestWith) for a in line.values):
        assert argument.name is not None
        name = argument.name.name
        if name in given:
            first = given[name].name
            assert first is not None
            found.error(
                "E0703", argument.name.span, f"`{name}` is already set in this test.", "Keep one of the two.", (Label(first.span, "first set here"),)
            )  # fmt: skip
            broken = True
            continue
        given[name] = argument
        if name not in known:
            if lost is not None and name not in lost and name not in inference.typed.names.inputs:
                _no_input(argument.name, known, inference, found)
            broken = True
            continue
        value = _value(argument, known[name], inference, env, place, found)
        if value is None:
            broken = True
        else:
            values[name] = value
    if broken:
        return None
    return values if not values or _together(values, given, infos, inference, found, tried) else None


def _no_input(name: s.Ident, known: Mapping[str, InputInfo], inference: Inference, found: Diagnostics) -> None:
    near = closest(name.name, known)
    names = inference.typed.names
    if name.name in names.lets or name.name in names.states:
        hint = f"`{name.name}` follows from the bars; a test sets inputs and gives bars."
        near = None
    elif near:
        hint = f"Did you mean `{near}`?"
    else:
        hint = f"Its inputs are {', '.join(f'`{n}`' for n in known)}." if known else "It has no inputs; leave the line out."
    found.error(
        "E0701", name.span, f"The program has no input `{name.name}`.", hint,
        fixes=(Fix(f"change to `{near}`", (Edit(name.span, near),)),) if near else (),
    )  # fmt: skip


def _value(
    argument: s.Argument, info: InputInfo, inference: Inference, env: Env, place: Place, found: Diagnostics
) -> InputValue | None:
    before = len(found.found)
    type_ = inference.expressions.expr(argument.value, env)
    declared = inference.typed.inputs[info.name]
    if type_.kind == "error":
        if len(found.found) == before:
            found.error("E0708", argument.value.span, f"`{info.name}` needs a known value.", f"Its default is {info.written}.")
        return None
    if not _fits(type_, declared):
        found.error(
            "E0708", argument.value.span, f"`{info.name}` is {words(declared)}, and this is {words(type_)}.", f"Its default is {info.written}.",
        )  # fmt: skip
        return None
    value = place.value(argument.value)
    if value is None or value != value:
        found.error(
            "E0708",
            argument.value.span,
            f"`{info.name}` needs a value that is fixed before the test runs.",
            f"Its default is {info.written}.",
        )
        return None
    try:
        return info.check(value)
    except InputError as error:
        found.error(
            "E0708", argument.value.span, f"{error}", "A test keeps to what the input allows; widen its range or take another value.",
            fixes=(Fix(f"change to the default, {info.written}", (Edit(argument.value.span, info.written),)),),
        )  # fmt: skip
        return None


def _fits(type_: Type, declared: Type) -> bool:
    if type_.kind != declared.kind:
        return False
    if type_.kind != "number":
        return True
    unit, wanted = settled_unit(type_.unit), settled_unit(declared.unit) or PLAIN
    return unit is None or unit == PLAIN or joined(unit, wanted) is not None


def _together(
    values: Mapping[str, InputValue],
    given: Mapping[str, s.Argument],
    infos: Sequence[InputInfo],
    inference: Inference,
    found: Diagnostics,
    tried: set[tuple[InputValue, ...]],
) -> bool:
    """Whether the values meet the `require` lines and the program can be built with them."""
    typed = inference.typed
    whole = {info.name: values.get(info.name, info.default) for info in infos}
    span = next(iter(given.values())).span.to(list(given.values())[-1].span)
    requirement = broken_requirement(typed, whole)
    if requirement is not None:
        found.error(
            "E0709", span, f"With these inputs `{requirement}` does not hold, and the program requires it.",
            "Set the other input too, or take other values.",
        )  # fmt: skip
        return False
    key = tuple(whole.values())
    if key in tried or len(tried) >= MOST_BUILT:
        return True
    tried.add(key)
    wrong = [d for d in build_program(typed, whole, 0.01).diagnostics if d.severity == "error"]
    told = {d.span for d in found.found if d.severity == "error"}
    if wrong and wrong[0].span not in told:  # else the program can't run with any inputs, and that is said
        found.error(
            "E0708",
            span,
            f"The program can't run with these inputs. {wrong[0].message}",
            wrong[0].hint,
            (Label(wrong[0].span, "here"),),
        )
    return not wrong
