"""Signature help says which argument of which call the cursor is at."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types

from lsp.features.signature_help import signature_help
from lsp.settings import Client
from tests.lsp.features.views import EXAMPLES, HEAD, POOR, RICH, at, marked, prefixes, seen


def asked(program: str, client: Client = RICH) -> types.SignatureHelp | None:
    text, offset = marked(HEAD + 'use "Bands" version 1 as b\ndefine own(x, m = 3 bars) = sma(x, m)\n' + program)
    view = seen(text, client)
    return signature_help(view, types.SignatureHelpParams(**at(view, offset)))  # type: ignore[arg-type]


def active(program: str) -> str:
    """The parameter at the cursor, in its call."""
    found = asked(program)
    if found is None:
        return ""
    (signature,) = found.signatures
    parameters = list(signature.parameters or ())
    if found.active_parameter is None or found.active_parameter >= len(parameters):
        return f"{signature.label.split('(')[0]} none"
    place = parameters[found.active_parameter].label
    assert isinstance(place, tuple)
    return f"{signature.label.split('(')[0]} {signature.label[place[0] : place[1]]}"


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("let y = sma(|", "sma x = close"),
        ("let y = sma(close, |", "sma n = 20 bars"),
        ("let y = sma(close, |)", "sma n = 20 bars"),
        ("let y = sma(n = |", "sma n = 20 bars"),
        ("let y = bollinger(factor = 2, |", "bollinger x = close"),
        ("let y = bollinger(close, factor = |3)", "bollinger factor = 2"),
        ("let y = sma(max(high, |", "max b"),
        ("let y = sma(max(high, low), |", "sma n = 20 bars"),
        ("let y = rsi(14|", "rsi n = 14 bars"),
        ("let y = (close + sma(close[|", "sma x = close"),
        ("let y = own(close, |", "own m = 3 bars"),
        ("let y = b.mid(close, |", "b.mid n = 20 bars"),
        ("let y = sma(close, 3, |", "sma none"),
        ("let y = sma(close, 3)|", ""),
        ("let y = nothing(|", ""),
        ("let y = sma( # |", ""),
        ("when sma(close,\n    |", "sma n = 20 bars"),
    ],
)
def test_the_parameter_at_the_cursor(program: str, said: str) -> None:
    assert active(program) == said


def test_parameters_say_what_they_take() -> None:
    found = asked("let y = vwap(|")
    assert found is not None
    parameters = found.signatures[0].parameters or ()
    documentation = [p.documentation for p in parameters]
    assert all(isinstance(d, types.MarkupContent) for d in documentation)
    assert "hlc3 if left out" in str(documentation[0])


def test_clients_without_places_get_the_words() -> None:
    found = asked("let y = sma(|", POOR)
    assert found is not None
    assert [p.label for p in found.signatures[0].parameters or ()] == ["x = close", "n = 20 bars"]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(EXAMPLES)), st.integers(0, 10_000))
def test_anywhere_in_any_example_the_active_parameter_is_one_or_none(name: str, place: int) -> None:
    view = seen(EXAMPLES[name])
    found = signature_help(view, types.SignatureHelpParams(**at(view, place % (len(view.text) + 1))))  # type: ignore[arg-type]
    if found is not None:
        assert found.active_parameter is not None
        assert 0 <= found.active_parameter <= len(found.signatures[0].parameters or ())


def test_it_works_while_a_program_is_typed() -> None:
    for text in prefixes(EXAMPLES["golden_cross"], 7):
        view = seen(text)
        signature_help(view, types.SignatureHelpParams(**at(view, len(text))))  # type: ignore[arg-type]
