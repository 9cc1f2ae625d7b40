"""The text that the server's process holds is its client's, byte for byte, after every message of a long session of edits, in all three encodings."""

from __future__ import annotations

import os
import random
import time
from collections import deque
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.raw import Body, Raw, raw

pytestmark = pytest.mark.asyncio(loop_scope="function")
EDITS = int(os.environ.get("LSP_EDITS", "2000"))
"""So many in all, a third in each encoding."""
MOST_OPEN = 16
URI = "file:///texts/program.apx"
CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}
LONGEST = 700

PIECES = (
    "a", "x ", "let x = 1", "let mean = sma(close, 20)", "\nwhen close > open\n  buy 10 shares\n", "plot close", '"', "{close}", "(", ")", "# ", "  ",
    "é", "ß", "€", "日本", "\u2028", "\u2029", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\xa0", "\ufeff", "😀", "𝄞", "👩‍🚀", "🇩🇪",
    "e\u0301", "a\u0308\u0323", "\u200d", "\u0000", "\n", "\r\n", "\r", "\n\r", "\r\r\n", "\t", "",
)  # fmt: skip
HALVES = ("\ud83d", "\ude00", "\ude00\ud83d", "a\ud834")
"""What a client that counts in UTF-16 may send of a character that it has in two steps."""
START = 'apx 1\r\nstrategy "Text 😀"\r\ntrade "SPY" every 1d\rlet a = sma(close, 20) # é\u2028𝄞\nplot a\n'


@dataclass
class Model:
    """A client's text as the units of its encoding, the form in which it counts. Knows no characters."""

    units: list[bytes]
    encoding: str

    @classmethod
    def of(cls, text: str, encoding: str) -> Model:
        codec, size = CODECS[encoding]
        data = text.encode(codec, "surrogatepass")
        return cls([data[i : i + size] for i in range(0, len(data), size)], encoding)

    def data(self) -> bytes:
        """Its text in UTF-8."""
        codec, _ = CODECS[self.encoding]
        return b"".join(self.units).decode(codec, "surrogatepass").encode("utf-8", "surrogatepass")

    def places(self) -> list[tuple[int, int, int]]:
        """Where an edit may begin or end: unit, line and column. In UTF-16 also between the two units of a character; never between CR and LF."""
        _, size = CODECS[self.encoding]
        cr, lf = b"\r".ljust(size, b"\0"), b"\n".ljust(size, b"\0")
        found, line, column = [], 0, 0
        for n, unit in enumerate(self.units):
            inside = (size == 1 and unit[0] & 0xC0 == 0x80) or (unit == lf and n > 0 and self.units[n - 1] == cr)
            if not inside:
                found.append((n, line, column))
            if unit == lf or (unit == cr and self.units[n + 1 : n + 2] != [lf]):
                line, column = line + 1, 0
            else:
                column += 1
        return [*found, (len(self.units), line, column)]


def by_chance(model: Model, chance: random.Random) -> Body:
    """One change, made in the model and given as the protocol says it."""
    pieces = (*PIECES, *HALVES) if model.encoding == "utf-16" else PIECES
    text = "".join(chance.choices(pieces, k=chance.choice((0, 1, 1, 1, 2, 4))))
    new = Model.of(text, model.encoding).units
    if chance.random() < 0.03 or len(model.units) > LONGEST:
        whole = "" if chance.random() < 0.2 else START + "".join(chance.choices(PIECES, k=chance.randrange(200)))
        model.units = Model.of(whole, model.encoding).units
        return {"text": whole}
    places = model.places()
    first = chance.randrange(len(places))
    last = min(len(places) - 1, first + chance.choice((0, 0, 0, 1, 1, 2, 3, chance.randrange(60))))
    (start, *from_), (end, *to) = places[first], places[last]
    model.units[start:end] = new
    place = {
        "start": dict(zip(("line", "character"), from_, strict=True)),
        "end": dict(zip(("line", "character"), to, strict=True)),
    }
    return {"range": place, "text": text}


@pytest.mark.parametrize("encoding", CODECS)
async def test_the_server_holds_the_text_of_its_client_after_every_message(tmp_path: Path, encoding: str) -> None:
    chance, model, share = random.Random(f"{encoding} {EDITS}"), Model.of(START, encoding), -(-EDITS // 3)
    edits, messages, mismatches, version = 0, 0, list[Any](), 1
    asked: deque[tuple[int, int, bytes, object]] = deque()
    began = time.monotonic()

    async def compare(client: Raw) -> None:
        number, at, data, changes = asked.popleft()
        answer = await client.answer(number)
        held = answer["result"]
        same = (held["version"], held["sha256"]) == (at, sha256(data).hexdigest())
        if not same or held["text"].encode("utf-8", "surrogatepass") != data:
            mismatches.append((at, changes))

    async with raw(tmp_path) as client:
        await client.initialize(encoding)
        client.open(URI, START)
        while edits < share:
            version += 1
            changes = [by_chance(model, chance) for _ in range(chance.choice((1, 1, 1, 2, 3, 5)))]
            edits, messages = edits + len(changes), messages + 1
            client.change(URI, version, *changes)
            asked.append((client.ask("apx/documentText", {"textDocument": {"uri": URI}}), version, model.data(), changes))
            if len(asked) >= MOST_OPEN:
                await compare(client)
            assert len(mismatches) < 3, mismatches
        while asked:
            await compare(client)
        await client.until(lambda: client.published(URI)[-1]["version"] == version)
        logged, versions = client.logged(), [p["version"] for p in client.published(URI)]
        assert await client.end() == 0
        said = client.said()
    print(f"{encoding}: {edits} edits in {messages} messages, {len(mismatches)} mismatches, {time.monotonic() - began:.1f} s")
    assert mismatches == []
    assert logged == []
    assert versions == sorted(versions)
    assert "Traceback" not in said, said[-3000:]


async def test_halves_of_a_character_that_come_together_are_that_character(tmp_path: Path) -> None:
    async with raw(tmp_path) as client:
        await client.initialize("utf-16")
        client.open(URI, "a😀b")
        at = {"line": 0, "character": 2}
        client.change(URI, 2, {"range": {"start": at, "end": at}, "text": "-"})
        held = await client.result("apx/documentText", {"textDocument": {"uri": URI}})
        assert held["text"] == "a\ud83d-\ude00b"
        client.change(URI, 3, {"range": {"start": at, "end": {"line": 0, "character": 3}}, "text": ""})
        held = await client.result("apx/documentText", {"textDocument": {"uri": URI}})
        assert held["sha256"] == sha256("a😀b".encode()).hexdigest()
        assert await client.end() == 0
