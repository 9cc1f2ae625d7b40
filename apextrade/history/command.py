"""`apx backtest` over a file that is read a part at a time: when it is, and how the command stops and goes on."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from apextrade.bars import store_folder
from apextrade.failures import INTERRUPTED, UsageError
from compiler.inputs import InputValue
from compiler.program import Program

STREAM_FROM = 20_000_000
"""Bars of a Parquet file above which it is read a part at a time unasked: six columns of so many are a gigabyte."""

FILES = ("trades", "equity", "orders", "executions")


def history_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares --stream, --checkpoint and what goes with them."""
    group = parser.add_argument_group(
        f"long histories: Parquet files, read a part at a time (above {STREAM_FROM:,} bars unasked)"
    )
    group.add_argument("--stream", action="store_true", help="read the file a part at a time: constant memory, the same figures")
    group.add_argument(
        "--checkpoint",
        metavar="FILE",
        help="keep the state of the run there; the same command goes on from it (implies --stream)",
    )
    group.add_argument("--checkpoint-every", type=int, metavar="BARS", help="bars between two checkpoints (default: 10_000_000)")


def streamed(args: argparse.Namespace) -> int | None:
    """Runs the command a part at a time where that was asked for or the file is long; None where all bars are to be read at once. Raises what a run does."""
    asked = bool(args.stream or args.checkpoint)
    if not asked and args.checkpoint_every:
        raise UsageError("--checkpoint-every goes with --checkpoint.")
    if args.checkpoint_every is not None and args.checkpoint_every < 1:
        raise UsageError(f"--checkpoint-every takes a number of bars, 1 or more; this is {args.checkpoint_every}.")
    path = file_of(args, asked)
    if path is None or not (asked or is_long(path)):
        return None
    from apextrade.every import asked_every
    from apextrade.libraries import compile_file
    from apextrade.values import read_settings
    from runtime.history.needs_whole import NeedsWhole

    program = compile_file(args.file, every=asked_every(args))
    values = read_settings(program, args.settings)
    program.values(values)  # a value out of its range is said before data are read
    if len(program.symbols) > 1 or program.universe or program.compares:
        if asked:
            raise UsageError("--stream and --checkpoint are for programs of one instrument.")
        return None
    try:
        return run_command(args, program, values, path)
    except NeedsWhole as reason:
        if asked:
            raise
        print(f"note: the file is long and is read whole. {reason.message}", file=sys.stderr)
        return None


def file_of(args: argparse.Namespace, asked: bool) -> str | None:
    """The one file, or stored series, that is traded; None, or UsageError where one was asked for, if the command names others too."""
    named = args.data or []
    whole = [
        name
        for name, given in (
            ("more than one --data", len(named) > 1),
            ("--detail", args.detail),
            ("--beside", args.beside),
            ("--splits", args.splits),
            ("--universe", args.universe),
            ("--out", args.out),
        )
        if given
    ]
    _, equals, spec = (named[0] if named else "").partition("=")
    spec = spec if equals and not Path(named[0]).is_file() else named[0] if named else ""
    there = Path(spec).is_file() if spec else False
    if whole or not (there or "@store" in spec):
        if asked:
            reason = f"not with {' and '.join(whole)}" if whole else "name it with --data FILE, or SYMBOL@store"
            raise UsageError(f"--stream and --checkpoint read one Parquet file a part at a time: {reason}.")
        return None
    return spec


def is_long(spec: str) -> bool:
    """Whether a file is Parquet with so many rows that it is not read at once."""
    path = Path(spec)
    if not path.is_file():
        from runtime.data.store import Store

        symbol, _, place = spec.rpartition("@")
        return Store(store_folder()).find(symbol, place.partition(":")[2]).bars > STREAM_FROM
    from runtime.data.parquet_reader import is_parquet

    if not is_parquet(path):
        return False
    from runtime.history.stored import opened_file

    with opened_file(path) as file:
        return int(file.metadata.num_rows) > STREAM_FROM


def run_command(args: argparse.Namespace, program: Program, values: Mapping[str, InputValue], path: str) -> int:
    """The run, and what the command prints of it."""
    from apextrade.history.bars import History
    from apextrade.history.call import run_history
    from apextrade.instruments import by_symbol
    from apextrade.run_arguments import said_as_options, settings_of, venue_of
    from runtime.history.run import CHECKPOINT_BARS, Stopped

    files = {name: Path(getattr(args, name)) for name in FILES if getattr(args, name)}
    checkpoint = Path(args.checkpoint) if args.checkpoint else None
    if checkpoint is not None and not checkpoint.parent.is_dir():
        raise UsageError(f"There is no folder {checkpoint.parent}.")
    asked_symbol, equals, _ = args.data[0].partition("=")
    symbol = asked_symbol if equals and not Path(args.data[0]).is_file() else ""
    own = symbol or next(iter(program.symbols), "the instrument")
    currency = currency_of(args.currency, own)
    history = History(path, symbol, args.start or None, args.end or None, args.calendar or "", currency)
    facts = {name: by_symbol(getattr(args, name), (own,), name).get(own) for name in ("tick", "lot", "multiplier")}
    every, venue = args.checkpoint_every or CHECKPOINT_BARS, venue_of(args)
    try:
        with said_as_options(), asked_to_stop(checkpoint is not None) as stop:
            result = run_history(program, history, values, settings_of(args), facts, files, checkpoint, every, stop, venue=venue)
    except Stopped:
        if checkpoint is not None:
            print(f"Stopped. The same command goes on from {checkpoint}.", file=sys.stderr)
        return INTERRUPTED
    if result.outcome.resumed:
        print(f"Went on after {result.outcome.resumed:,} bars, from {checkpoint}.", file=sys.stderr)
    if args.report:
        result.report(args.report)
    if args.json:
        for problem in result.outcome.problems:
            if problem.action != "noted":
                print(f"data: {problem.sentence}", file=sys.stderr)
        print(json.dumps(result.as_json(), indent=2, allow_nan=False))
        return 0
    result.show()
    for name, file in files.items():
        print(f"{name.capitalize()}: {file}")
    if args.report:
        print(f"Report: {args.report}")
    return 0


def currency_of(given: list[tuple[str, str]] | None, own: str) -> str:
    """What --currency says of the one instrument. Raises UsageError where it speaks of another."""
    for symbol, _ in given or []:
        if symbol not in ("", own):
            raise UsageError(f"--currency {symbol}=… names an instrument that is not there; there is {own}.")
    return sorted(given)[-1][1] if given else ""


@contextmanager
def asked_to_stop(waits: bool) -> Iterator[Callable[[], bool]]:
    """Gives a function that says whether Ctrl-C was pressed: the run ends after its block. Pressed again, or where nothing waits, it ends at once."""
    pressed: list[bool] = []
    if not waits:
        yield lambda: False
        return

    def note(number: int, frame: object) -> None:
        pressed.append(True)
        signal.signal(signal.SIGINT, before)

    try:
        before = signal.signal(signal.SIGINT, note)
    except ValueError:  # not the main thread: nobody presses anything there
        yield lambda: False
        return
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)
