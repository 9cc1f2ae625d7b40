"""`/api/compile` and `/api/validate`: what they say is what the compiler says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

import apextrade
from apextrade.cli import main
from compiler.pipeline import check, compile_text
from runtime.filetests import run_tests
from runtime.why import json_form
from server.language.answers import CompileAnswer, ProgramProblem, ValidateAnswer
from server.language.work import source_hash
from stdlib.library import load
from tests.server.language.programs import BROKEN, GOOD, HEAD, LIBRARY, USER

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("*.apx"))


def ask(client: httpx.Client, route: str, status: int = 200, **asked: Any) -> dict[str, Any]:
    answer = client.post(f"/api/{route}", json=asked)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def library_of(path: Path) -> list[dict[str, str]]:
    """The example libraries, for the examples that use one."""
    texts = [other.read_text(encoding="utf-8") for other in EXAMPLES if other != path]
    return [{"text": text} for text in texts if "\nlibrary " in text]


def test_a_program_without_errors_compiles(client: httpx.Client) -> None:
    found = ask(client, "compile", source=GOOD, name="good.apx")
    CompileAnswer.model_validate(found)
    program = compile_text(GOOD, load(), "good.apx")
    assert found["hash"] == program.hash
    assert found["plan"]["hash"] == program.plan().hash
    assert found["plan"]["backtest_hash"] == program.plan(want="backtest").hash
    assert found["facts"] == {
        "warmup": program.warmup, "settle": None, "cost": program.cost, "state": program.state,
    }  # fmt: skip
    assert found["trade"] == {"symbols": ["AAPL"], "universe": "", "every": "1d", "session": "", "beside": []}
    assert found["source_hash"] == source_hash(GOOD)
    assert [c["name"] for c in found["plan"]["columns"]] == [c.name for c in program.plan().columns]
    assert found["plan"]["actions"] == 2


def test_inputs_come_with_kind_unit_range_and_choices(client: httpx.Client) -> None:
    fast, share, side = ask(client, "compile", source=GOOD)["inputs"]
    assert (fast["unit"], fast["default"], fast["low"], fast["high"], fast["label"]) == ("bars", 20, 5, 60, "Fast average")
    assert (share["unit"], share["default"], share["step"], share["written"]) == ("ratio", 0.02, 0.005, "2%")
    assert (side["kind"], side["choices"], side["default"]) == ("text", ["long", "both"], "long")


def test_names_come_with_type_unit_and_what_they_can_be(client: httpx.Client) -> None:
    names = {one["name"]: one for one in ask(client, "validate", source=GOOD)["names"]}
    assert list(names) == ["fast", "share", "side", "quick", "strong", "peak"]
    assert names["quick"] == {"name": "quick", "role": "let", "type": "number", "unit": "price", "can_be": "above 0"}
    assert (names["strong"]["type"], names["strong"]["unit"]) == ("condition", "")
    assert names["peak"]["role"] == "remember"


def test_every_statement_says_what_it_does(client: httpx.Client) -> None:
    found = ask(client, "validate", source=GOOD)["sentences"]
    said = {one["id"]: one for one in found}
    assert said["let:quick"]["sentence"] == "Let quick be the average of close over fast bars."
    assert GOOD.splitlines()[said["when:1"]["line"]].startswith("when quick crosses above")


def test_diagnostics_are_those_of_the_command(
    client: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for text in (BROKEN, GOOD):
        Path("a.apx").write_bytes(text.encode())
        main(["check", "a.apx", "--json"])
        printed = json.loads(capsys.readouterr().out)
        assert printed
        assert ask(client, "validate", source=text, name="a.apx")["diagnostics"] == printed


def test_a_program_with_errors_validates_to_its_diagnostics(client: httpx.Client) -> None:
    found = ask(client, "validate", source=BROKEN)
    ValidateAnswer.model_validate(found)
    assert found["valid"] is False
    assert (found["hash"], found["facts"], found["trade"], found["tests"]) == (None, None, None, None)
    assert {d["code"] for d in found["diagnostics"]} >= {"E0301", "E0201"}


def test_a_program_with_errors_does_not_compile_and_the_problem_lists_them(client: httpx.Client) -> None:
    found = ask(client, "compile", 422, source=BROKEN, name="broken.apx")
    ProgramProblem.model_validate(found)
    assert found["code"] == "program_has_errors"
    assert found["diagnostics"] == ask(client, "validate", source=BROKEN, name="broken.apx")["diagnostics"]
    assert found["detail"].startswith("E0301: ")
    assert found["detail"].endswith("and 2 more")


def test_inputs_are_still_there_while_another_line_is_broken(client: httpx.Client) -> None:
    found = ask(client, "validate", source=GOOD.replace("sma(volume, 10)", "sma(volume, "))
    assert not found["valid"]
    assert [one["name"] for one in found["inputs"]] == ["fast", "share", "side"]


def test_the_tests_of_a_program_are_run(client: httpx.Client) -> None:
    found = ask(client, "validate", source=GOOD)["tests"]
    results = run_tests(compile_text(GOOD, load()))
    assert found == json.loads(json.dumps(json_form.tests_json("", results)["tests"]))
    assert [one["passed"] for one in found] == [True, False]
    assert found[1]["expectations"][0]["picture"]["bars"]
    assert ask(client, "validate", source=GOOD, run_tests=False)["tests"] is None


def test_a_failing_test_makes_no_program_invalid(client: httpx.Client) -> None:
    assert ask(client, "validate", source=GOOD)["valid"] is True


def test_the_tree_comes_where_it_is_asked_for(client: httpx.Client) -> None:
    assert ask(client, "validate", source=GOOD)["blocks"] is None
    assert ask(client, "validate", source=GOOD, blocks=True)["blocks"] == apextrade.block_tree(GOOD)
    assert ask(client, "validate", source=BROKEN, blocks=True)["blocks"] == apextrade.block_tree(BROKEN)


def test_libraries_come_with_the_request(client: httpx.Client) -> None:
    alone = ask(client, "validate", source=USER)
    assert [d["code"] for d in alone["diagnostics"]] == ["E0220"]
    found = ask(client, "compile", source=USER, libraries=[{"text": LIBRARY, "name": "bands.apx"}])
    library = ask(client, "compile", source=LIBRARY)
    assert library["kind"] == "library"
    assert found["libraries"] == [{"title": "Bands", "version": 2, "sha256": library["source_hash"]}]
    assert [one["name"] for one in found["names"]] == []


def test_a_mistake_in_a_library_names_its_text(client: httpx.Client) -> None:
    broken = LIBRARY.replace("stdev(x, n)", "stdev(x, nn)")
    found = ask(client, "validate", source=USER, libraries=[{"text": broken, "name": "bands.apx"}], blocks=True)
    assert {d["file"] for d in found["diagnostics"]} == {"<text>", "bands.apx"}
    ValidateAnswer.model_validate(found)


def test_a_pinned_library_of_other_contents_is_refused(client: httpx.Client) -> None:
    lock = [{"title": "Bands", "version": 2, "sha256": "0" * 64}]
    found = ask(client, "validate", source=USER, libraries=[{"text": LIBRARY}], lock=lock)
    assert [d["code"] for d in found["diagnostics"] if d["severity"] == "error"] == ["E0227"]
    lock[0]["sha256"] = source_hash(LIBRARY)
    assert ask(client, "validate", source=USER, libraries=[{"text": LIBRARY}], lock=lock)["valid"]


def test_limits_name_the_dearest_expression(client: httpx.Client) -> None:
    found = ask(client, "compile", 422, source=GOOD, limits={"most_state": 8})
    assert [d["code"] for d in found["diagnostics"] if d["severity"] == "error"] == ["E0612"]
    found = ask(client, "compile", 422, source=GOOD, limits={"most_cost": 0.001})
    assert [d["code"] for d in found["diagnostics"] if d["severity"] == "error"] == ["E0611"]


def test_no_file_is_read(client: httpx.Client, tmp_path: Path) -> None:
    secret = tmp_path / "bands.apx"
    secret.write_text(LIBRARY)
    for name in (str(secret), "../bands.apx", str(tmp_path / "main.apx")):
        found = ask(client, "validate", source=USER, name=name, libraries=[{"text": HEAD, "name": str(secret)}])
        assert [d["code"] for d in found["diagnostics"]] == ["E0220"]


@pytest.mark.parametrize("path", EXAMPLES[::4], ids=lambda path: str(path.stem))
def test_an_example_is_answered_as_the_models_say(path: Path, client: httpx.Client) -> None:
    text = path.read_text(encoding="utf-8")
    found = ask(client, "validate", source=text, libraries=library_of(path), blocks=True)
    ValidateAnswer.model_validate(found)
    assert found["valid"] == (check(text, load()).program is not None or bool(found["libraries"]))
    assert all(one["passed"] for one in found["tests"])
    CompileAnswer.model_validate(ask(client, "compile", source=text, libraries=library_of(path)))


@pytest.mark.long
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.stem))
def test_every_example_is_answered_as_the_models_say(path: Path, client: httpx.Client) -> None:
    test_an_example_is_answered_as_the_models_say(path, client)


CLOCKS = """apx 1
strategy "Clocks"
trade "AAPL" every 1h
settings
  commission 0.1%
let slow = close on 4h
when close > slow
  buy 1 share
test "two bars"
  given close = [10, 11, 12, 13]
  expect slow at bar 1 is 11
"""


def test_another_base_clock_may_be_asked_for(client: httpx.Client) -> None:
    found = ask(client, "compile", source=CLOCKS, every="2h")
    program = compile_text(CLOCKS, load(), every="2h")
    assert (found["hash"], found["plan"]["hash"]) == (program.hash, program.plan().hash)
    assert found["hash"] != ask(client, "compile", source=CLOCKS)["hash"]
    assert found["trade"]["every"] == "2h"
    assert [one["passed"] for one in ask(client, "validate", source=CLOCKS, every="2h")["tests"]] == [True]
    assert [one["passed"] for one in ask(client, "validate", source=CLOCKS)["tests"]] == [False]
    refused = ask(client, "validate", source=CLOCKS, every="1d")
    assert (refused["diagnostics"][0]["code"], refused["valid"]) == ("E0409", False)
    assert refused["diagnostics"][0]["labels"][0]["text"] == "the run asks for bars of 1d"


@pytest.mark.parametrize("wrong", ["7x", "2d", "0h"])
def test_what_is_no_length_of_bars_is_a_wrong_request(client: httpx.Client, wrong: str) -> None:
    found = ask(client, "compile", 422, source=CLOCKS, every=wrong)
    assert found["code"] == "invalid_request"
    assert "every" in str(found["errors"])
