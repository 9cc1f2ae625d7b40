"""`--broker` and `--celery`: the Redis server that carries sweeps to workers, and whether the packages for it are there."""

from __future__ import annotations

import os

from apextrade.failures import UsageError

BROKER = os.environ.get("APX_BROKER", "").strip() or "redis://localhost:6379/0"
"""Which one is meant where none is named."""
MISSING = 'Sweeps on Celery need packages that are not installed: pip install "apextrade[server]".'
PACKAGES = ("amqp", "billiard", "celery", "kombu", "pydantic", "pydantic_core", "redis", "vine")


def checked_broker(url: str) -> str:
    """Raises UsageError where the packages are not there, BrokerError for what is no address of a Redis server."""
    try:
        import celery  # noqa: F401
        import pydantic  # noqa: F401

        from server.sweeps.broker import checked_url
    except ImportError as error:
        if (error.name or "").partition(".")[0] in PACKAGES:
            raise UsageError(MISSING) from None
        raise
    return checked_url(url)
