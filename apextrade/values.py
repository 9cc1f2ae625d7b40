"""Values for inputs as people give them: `2%`, `20 bars`, 20, True, a text; read as the language reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compiler.currencies import is_currency
from compiler.diagnostics import CompileError
from compiler.inputs import InputError, InputInfo, InputValue
from compiler.pipeline import compile_text
from compiler.program import Program
from compiler.suggest import closest
from stdlib.library import load

PLAIN = "plain number"
DIMENSIONLESS = (PLAIN, "ratio", "oscillator")


def read_values(program: Program, given: Mapping[str, object]) -> dict[str, InputValue]:
    """The values of inputs by name, in the program's own numbers; texts are read as literals. Raises InputError."""
    known = {info.name: info for info in program.inputs}
    currency = program.currencies.account
    return {name: read_value(_known(known, name), value, currency) for name, value in given.items()}


def read_value(info: InputInfo, given: object, currency: str) -> InputValue:
    """One value. Whether it is in the input's range is for the program to say. currency: in which its amounts are."""
    item = getattr(given, "item", None)
    value = item() if callable(item) else given  # NumPy's numbers
    if isinstance(value, bool) or (isinstance(value, str) and info.kind == "text" and not value.startswith('"')):
        return value
    if isinstance(value, (int, float)):
        return float(value)
    if not isinstance(value, str):
        raise InputError(f"`{info.name}` can't be {value!r}.")
    literal = read_literal(value)
    if literal is None or literal.kind != info.kind:
        wanted = {"number": f"a number, such as {info.written}", "truth": "true or false", "text": "a text"}[info.kind]
        raise InputError(f"`{info.name}` takes {wanted}; {value} is not.")
    if not _goes_with(literal.unit, info.unit):
        raise InputError(
            f"`{info.name}` is in the unit {info.unit}, such as {info.written}; {value} is in the unit {literal.unit}."
        )
    written = literal.written.rsplit(maxsplit=1)[-1].lstrip("0123456789._")
    if is_currency(written) and written != currency:
        raise InputError(f"`{info.name}` is an amount in {currency}; {value} is in {written}, and no rate between them is known.")
    if literal.in_ticks and not info.in_ticks:
        raise InputError(f"`{info.name}` is a price, such as {info.written}; {value} is a number of ticks.")
    return literal.default


def read_literal(text: str) -> InputInfo | None:
    """A value as the default of an input would be written, with its kind and unit; None if it is no literal."""
    if "\n" in text or "\r" in text or "#" in text:
        return None
    try:
        inputs = compile_text(f'apx 1\nstrategy "value"\ninput value = {text}\n', load()).inputs
    except CompileError:
        return None
    return inputs[0] if len(inputs) == 1 else None


def read_settings(program: Program, pairs: Sequence[str]) -> dict[str, InputValue]:
    """The values of `--set name=value` arguments. Raises InputError."""
    given: dict[str, object] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise InputError(f"`{pair}` sets nothing: write a name, `=` and a value, such as fast=20.")
        if name.strip() in given:
            raise InputError(f"`{name.strip()}` is set twice.")
        given[name.strip()] = value.strip()
    return read_values(program, given)


def _known(known: Mapping[str, InputInfo], name: str) -> InputInfo:
    if name in known:
        return known[name]
    near = closest(name, tuple(known))
    listed = ", ".join(f"`{n}`" for n in known) or "none"
    raise InputError(f"The program has no input `{name}`.{f' Did you mean `{near}`?' if near else ''} Its inputs: {listed}.")


def _goes_with(given: str, wanted: str) -> bool:
    return given in (wanted, PLAIN) or (wanted == PLAIN and given in DIMENSIONLESS)
