"""The broker: its address, the Celery application that workers and coordinators share, and what is said when it can't be reached."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import redis
from celery import Celery
from kombu.exceptions import KombuError
from kombu.exceptions import OperationalError as KombuDown

SHARD_TASK = "apextrade.sweep.shard"
QUEUE = "apextrade.sweeps."
"""Each build of ApexTrade has a queue of its own: no worker is given what it would compute with other bits."""
VISIBLE_S = 3600
"""Seconds after which Redis gives a message that a lost worker took to another. Coordinators notice long before."""
SCHEMES = ("redis", "rediss", "unix")


class BrokerError(Exception):
    """The broker can't be reached, or refuses. The message says which, and what to do."""


def checked_url(url: str) -> str:
    """Raises BrokerError for what is no address of a Redis server."""
    if urlsplit(url).scheme not in SCHEMES:
        raise BrokerError(f"A broker is a Redis server, such as redis://localhost:6379/0; this is {shown(url)}.")
    return url


def shown(url: str) -> str:
    """The address without its password."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    return urlunsplit(parts._replace(netloc=f"{parts.username or ''}:…@{parts.netloc.rpartition('@')[2]}"))


def application(url: str, build: str) -> Any:
    """The Celery application of a broker. Payloads are JSON; results do not go through Celery."""
    app = Celery("apextrade", broker=url, set_as_current=False)
    app.conf.update(
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_default_queue=QUEUE + build,
        # A message is done when its shard is: one whose process dies goes to another.
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_enable_prefetch_count_reduction=False,
        worker_hijack_root_logger=False,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "visibility_timeout": VISIBLE_S, "socket_connect_timeout": 5, "socket_keepalive": True, "max_retries": 1,
        },
        event_queue_expires=60,
    )  # fmt: skip
    return app


def connected(url: str) -> redis.Redis:
    """A client of the broker, which has answered. Raises BrokerError."""
    client = redis.Redis.from_url(checked_url(url), socket_connect_timeout=5, socket_timeout=30, health_check_interval=30)
    with trouble(url):
        client.ping()
    return client


@contextmanager
def trouble(url: str) -> Iterator[None]:
    """What Redis and Celery raise comes out as a BrokerError."""
    try:
        yield
    except redis.exceptions.OutOfMemoryError:
        raise BrokerError(f"The broker {shown(url)} is out of memory: give it more (maxmemory), or empty it.") from None
    except redis.exceptions.AuthenticationError as error:
        raise BrokerError(f"The broker {shown(url)} wants a name and a password in its address ({error}).") from None
    except (redis.exceptions.RedisError, KombuError, KombuDown, OSError) as error:
        why = str(error) or type(error).__name__
        raise BrokerError(f"The broker {shown(url)} can't be reached: {why.rstrip('.')}.") from None
