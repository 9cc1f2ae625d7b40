"""The state of a pool as bytes: its strategies with their plans, what their nodes and machines keep, and what it belongs to."""

from __future__ import annotations

import gc
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from compiler.clocks import Length
from compiler.plan import Plan
from compiler.plan_json import plan_from_json, row_code_from_json, row_code_json
from runtime.clocks.live import LiveMarket
from runtime.kernel import StateMismatch, check_call, check_library, numeric_build
from runtime.live.layout import shared_windows
from runtime.live.loom import Floats, Mark
from runtime.live.pool import Alone, Line, Place, Pool, least_of
from runtime.live.series import Seat, Series
from runtime.live.weaving import Graph, Node, Woven, read_by
from runtime.machine.instrument import Instrument
from runtime.restoring import facts_of
from runtime.stream import Stream, named_columns

POOL_MARK = b"apextrade pool\n"
POOL_FORMAT = 2


def save(pool: Pool) -> bytes:
    """Everything needed to go on, in another process too: `restored`."""
    pool.settle()
    with uncollected():
        return _saved(pool)


def _saved(pool: Pool) -> bytes:
    blob, parts = Blob(), Parts()
    header = {
        "format": POOL_FORMAT,
        "numeric": numeric_build(),
        "times": pool.times,
        "failed": pool.failed,
        "lengths": {symbol: [str(length), named] for symbol, (length, named) in pool.lengths.items()},
        "places": [place_of(place, parts, blob) for place in pool.places.values()],
        "lines": [line_of(line, blob) for lines in pool.lines.values() for line in lines],
        "parts": list(parts.number),
    }
    text = json.dumps(header, separators=(",", ":")).encode()
    body = len(text).to_bytes(8, "big") + text + b"".join(blob.parts)
    return POOL_MARK + hashlib.sha256(body).digest() + body


def restored(saved: bytes) -> Pool:
    """The pool of saved bytes. Raises StateMismatch for bytes of another format, other kernels or another arithmetic, and for damaged ones."""
    start = len(POOL_MARK) + 32
    if not saved.startswith(POOL_MARK) or len(saved) < start + 8:
        raise StateMismatch("These bytes are not a saved pool.")
    if hashlib.sha256(memoryview(saved)[start:]).digest() != saved[len(POOL_MARK) : start]:
        raise StateMismatch("The saved pool is damaged: its bytes are not those that were written.")
    end = start + 8 + int.from_bytes(saved[start : start + 8], "big")
    with uncollected():
        header = json.loads(saved[start + 8 : end])
    if header["format"] != POOL_FORMAT:
        raise StateMismatch("The saved pool has another format. Rebuild it from bars.")
    if header["numeric"] != numeric_build():
        raise StateMismatch(
            "The saved pool was written where arithmetic gives other bits (another C library or byte order). Rebuild it from bars."
        )
    blob = memoryview(saved)[end:]
    try:
        with uncollected():
            return _pool(header, blob)
    except StateMismatch:
        raise
    except (ValueError, LookupError, TypeError) as error:  # a plan of other kernels, or a machine's state that does not fit
        raise StateMismatch(f"The saved pool does not fit this version. {error}") from error


@contextmanager
def uncollected() -> Iterator[None]:
    """Nothing of what is made meanwhile is garbage, and looking for it would take most of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


class Blob:
    """Bytes one after another."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size = 0

    def add(self, part: bytes) -> tuple[int, int]:
        """Where it begins, and its length."""
        self.parts.append(part)
        self.size += len(part)
        return self.size - len(part), len(part)

    def floats(self, values: list[Floats]) -> tuple[int, int]:
        joined = np.concatenate(values) if values else np.empty(0)
        return self.add(np.where(np.isnan(joined), np.nan, joined).tobytes())


class Parts:
    """Texts of plans or row code, each once."""

    def __init__(self) -> None:
        self.number: dict[str, int] = {}

    def add(self, text: str) -> int:
        return self.number.setdefault(text, len(self.number))


def place_of(place: Place, parts: Parts, blob: Blob) -> list[Any]:
    own = None if place.alone is None else [place.plan, blob.add(place.alone.stream.save())]
    return [place.name, place.symbol, place.calendar, facts_of(place.instrument), place.hash, parts.add(place.part), own]


def line_of(line: Line, blob: Blob) -> dict[str, Any]:
    """Nodes are numbered as weaving the strategies in their order numbers them."""
    series, graph = line.series, line.series.graph
    series.desks.up_to_date()
    states, rows = series.states()
    number: dict[int, int] = {}
    values: list[Floats] = []
    for seat in series.seats:
        for at in seat.woven.nodes:
            if at not in number:
                number[at] = len(number)
                if at in states and graph.nodes[at].state:
                    values.append(states[at])
    renamed: dict[int, int] = {}
    for at in number:
        for value in graph.nodes[at].outputs:
            renamed[value] = len(renamed)
    codes = Parts()
    nodes = [node_of(graph.nodes[at], renamed, codes) for at in number]
    return {
        "symbol": line.symbol,
        "calendar": line.calendar,
        "rows": series.rows,
        "time": series.time,
        "mark": series.mark.values(),
        "close": [series.desks.mark, series.desks.mark_row],
        "states": blob.floats(values),
        "series": [
            [join, which, series_rows(series, (join, value), blob)]
            for join, which, value in sorted((join, renamed[value], value) for join, value in rows if value in renamed)
        ],
        "nodes": nodes,
        "codes": list(codes.number),
        "seats": [
            [
                seat.name,
                seat.start,
                None if seat.machine is None or seat.fresh else blob.add(seat.machine.save()),
                [number[at] for at in seat.woven.nodes],
                [renamed[value] for value in seat.woven.values.values()],
            ]
            for seat in series.seats
        ],
    }


def node_of(node: Node, renamed: Mapping[int, int], codes: Parts) -> list[Any]:
    code = -1 if node.code is None else codes.add(row_code_json(node.code))
    return [node.op, [renamed[v] for v in node.inputs], len(node.outputs), node.params, node.state, code, node.feed]


def series_rows(series: Series, key: tuple[int, int], blob: Blob) -> tuple[int, int]:
    assert series.layout is not None
    return blob.floats([series.layout.series(key)[-series.layout.longest[key] :]])


def _pool(header: Mapping[str, Any], blob: memoryview) -> Pool:
    pool = Pool(times=dict(header["times"]), failed=dict(header["failed"]))
    pool.lengths = {symbol: (Length.parse(text), named) for symbol, (text, named) in header["lengths"].items()}

    def part(where: list[int]) -> bytes:
        return bytes(blob[where[0] : where[0] + where[1]])

    plans = [plan_from_json(text) for text in header["parts"]]
    for plan in plans:
        check_library(plan)
    for name, symbol, named, facts, digest, which, own in header["places"]:
        place = Place(name, symbol, named, Instrument(*facts), digest, header["parts"][which])
        if own is not None:
            place.plan = own[0]
            whole = plan_from_json(place.plan)
            check_library(whole)
            stream = Stream(whole, place.instrument, symbol=symbol, calendar=named)
            stream.restore(part(own[1]))
            place.alone = Alone(name, stream)
            pool.alone.setdefault(symbol, []).append(place.alone)
        pool.places[name] = place
    by_text = dict(zip(header["parts"], plans, strict=True))
    for found in header["lines"]:
        line = _line(pool, found, by_text, part)
        pool.lines.setdefault(line.symbol, []).append(line)
    return pool


def _line(pool: Pool, found: Mapping[str, Any], plans: Mapping[str, Plan], part: Any) -> Line:
    places = [pool.places[name] for name, *_ in found["seats"]]
    plan = plans[places[0].part]
    line = Line(
        found["symbol"],
        found["calendar"],
        LiveMarket(plan, found["symbol"], found["calendar"], {}),
        least_of(plan),
    )
    series, graph = line.series, line.series.graph
    series.begin(found["rows"], found["time"], Mark(*found["mark"]), *found["close"])
    put_nodes(graph, found["nodes"], found["codes"])
    columns = {place.part: named_columns(plans[place.part]) for place in places}
    read = {place.part: tuple(read_by(plans[place.part])) for place in places}
    for place, (name, start, machine, nodes, values) in zip(places, found["seats"], strict=True):
        woven = Woven(tuple(nodes), dict(zip(read[place.part], values, strict=True)))
        seat = Seat(name, plans[place.part], place.instrument, columns[place.part], woven, start)
        seat.saved = part(machine) if machine is not None else b""
        series.seats.append(seat)
        place.line, place.seat = line, seat
    graph.count(seat.woven for seat in series.seats)
    rows = {(join, value): np.frombuffer(part(where)) for join, value, where in found["series"]}
    shared = {(join, value) for join, value in rows}
    states = states_of(graph, np.frombuffer(part(found["states"])), shared)
    series.kept = set(rows)
    series.arrange(states, rows)
    return line


def put_nodes(graph: Graph, nodes: list[list[Any]], texts: list[str]) -> None:
    codes = [row_code_from_json(text) for text in texts]
    for op, inputs, outputs, params, state, code, feed in nodes:
        graph.put(op, tuple(inputs), outputs, tuple(params), state, None if code < 0 else codes[code], feed)
    calls = {
        (n.op, len(n.inputs), len(n.outputs), n.params, n.state) for n in graph.nodes.values() if n.op not in ("feed", "const")
    }
    for call in calls:
        check_call(*call)


def states_of(graph: Graph, values: Floats, shared: set[tuple[int, int]]) -> dict[int, Floats]:
    """The states of the nodes that keep one of their own, cut from all of them in order. Raises StateMismatch if they are more or fewer."""
    without = shared_windows(graph.nodes.values(), shared)
    found, at = {}, 0
    for node in graph.nodes.values():
        if node.state and node.id not in without:
            found[node.id] = values[at : at + node.state]
            at += node.state
    if at != len(values):
        raise StateMismatch("The states of the saved pool do not fit its strategies.")
    return found
