"""Runs shards of sweeps that `apx sweep --celery` sends, until it is told to stop. TERM or Ctrl-C: it finishes what it is at."""

from __future__ import annotations

import argparse
import os

from apextrade.broker import BROKER, checked_broker
from apextrade.commands.sweep import whole


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--broker", default=BROKER, metavar="URL", help="the Redis server (default: $APX_BROKER, else redis://localhost:6379/0)"
    )
    parser.add_argument("--concurrency", type=whole, metavar="N", help="processes (default: as many as there are processors)")
    parser.add_argument(
        "--time-limit", type=whole, default=1800, metavar="S", help="seconds that a shard may take (default: 1,800)"
    )
    parser.add_argument(
        "--memory", type=whole, metavar="MB", help="memory of each process beyond what it begins with (default: no limit)"
    )
    parser.add_argument("--quiet", action="store_true", help="say only what goes wrong")


def run(args: argparse.Namespace) -> int:
    checked_broker(args.broker)
    from apextrade.sweeping.shipped import opened
    from runtime.build import build_name
    from server.sweeps.broker import shown
    from server.sweeps.serving import Limits, serve

    processes = args.concurrency or os.cpu_count() or 1
    limits = Limits(processes, args.time_limit, args.time_limit + 300, args.memory or 0)
    if not args.quiet:
        print(f"A worker of {processes} processes, build {build_name()}, at {shown(args.broker)}. Ctrl+C ends it.", flush=True)
    return serve(args.broker, build_name(), opened, limits, "WARNING" if args.quiet else "INFO")
