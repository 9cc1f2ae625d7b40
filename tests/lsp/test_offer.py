"""The answer to `initialize`: what stands in the file is what pygls makes of the table of features, for every kind of client."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import Any

import pytest

from lsp.offer import FILE, initialized, offered
from lsp.offering import built, written

PREPARES = {"textDocument": {"rename": {"prepareSupport": True}}}
COUNTS = {"general": {"positionEncodings": ["utf-32", "utf-8"]}}
ODD = {"general": {"positionEncodings": ["utf-7"]}, "textDocument": {"rename": None}}


def test_the_file_is_up_to_date() -> None:
    assert FILE.read_text("utf-8") == written(), "run `python -m lsp.offering`"


@pytest.mark.parametrize("runs", [True, False], ids=["where programs are run", "where nothing is run"])
@pytest.mark.parametrize("capabilities", [{}, PREPARES, COUNTS, ODD], ids=["none", "prepares", "counts", "odd"])
def test_each_client_is_offered_what_the_table_gives_it(capabilities: dict[str, Any], runs: bool) -> None:
    assert offered(capabilities, runs) == built(capabilities, runs)


def test_diagnostics_are_to_be_asked_for_by_those_that_can_be_told_to_ask_again() -> None:
    asks: dict[str, Any] = {"textDocument": {"diagnostic": {}}}
    told_again: dict[str, Any] = {"workspace": {"diagnostics": {"refreshSupport": True}}}
    assert offered({**asks, **told_again}, True)["diagnosticProvider"]["interFileDependencies"] is True
    for other in (
        asks,
        told_again,
        {**asks, "workspace": {"diagnostics": {}}},
        {**told_again, "textDocument": {"diagnostic": None}},
    ):
        assert "diagnosticProvider" not in offered(other, True)


def test_a_client_is_told_who_answers() -> None:
    answer = json.loads(json.dumps(initialized({}, version("apextrade"), runs=True)))
    assert answer["serverInfo"] == {"name": "apx", "version": version("apextrade")}
    assert answer["capabilities"]["positionEncoding"] == "utf-16"
