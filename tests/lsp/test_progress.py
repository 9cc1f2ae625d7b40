"""Results come whether or not the client shows that something goes on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.lsp.raw import Body, raw

pytestmark = pytest.mark.asyncio(loop_scope="function")
URI = "file:///progress/program.apx"
TEXT = 'apx 1\nstrategy "Progress"\ntrade "AAPL" every 1d\nwhen close > open\n  buy 10% of equity\n'
CREATE = "window/workDoneProgress/create"


@pytest.mark.parametrize("refuses", [True, False])
async def test_a_client_that_refuses_progress_or_never_answers_about_it_is_told_the_result(tmp_path: Path, refuses: bool) -> None:
    async with raw(tmp_path) as client:
        client.refresh = False

        def asked() -> list[Body]:
            return [message for message in client.kept if message.get("method") == CREATE]

        await client.initialize(window={"workDoneProgress": True})
        client.open(URI, TEXT)
        number = client.ask("workspace/executeCommand", {"command": "apx.backtest", "arguments": [URI]})
        await client.until(lambda: bool(asked()))  # the process of results takes long enough to start
        if refuses:
            error = {"code": -32601, "message": "no progress here"}
            client.body(json.dumps({"jsonrpc": "2.0", "id": asked()[0]["id"], "error": error}).encode())
        answer = await client.answer(number)
        assert answer["result"]["title"].startswith("backtest on AAPL: ")
        assert not [text for text in client.logged() if "defect" in text]
        assert not [message for message in client.kept if message.get("method") == "$/progress"]
        assert await client.end() == 0
