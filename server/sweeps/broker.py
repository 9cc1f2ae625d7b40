"""The broker: its address, the Celery application that workers and coordinators share, and what is said when it can't be reached."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

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
OPTIONS: Mapping[str, tuple[str, ...]] = {
    "redis": (),
    "rediss": ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile", "ssl_cert_reqs", "ssl_check_hostname"),
    "unix": ("db",),
}
"""What may follow a ? in an address: what our connections and Celery's take alike."""


class BrokerError(Exception):
    """The broker can't be reached, or refuses. The message says which, and what to do."""


def checked_url(url: str) -> str:
    """Raises BrokerError for what is no address of a Redis server."""
    try:
        parts = urlsplit(url)
        readable = parts.port != 0 and "@" not in parts.path + parts.query  # `port` raises for one that is none
    except ValueError:
        readable = False
    if not readable:  # what is wrong in it may be a part of the password, so that it is not repeated
        raise BrokerError(
            "The address of the broker can't be read: it is as redis://name:password@host:6379/0, and : / ? # @ in a password are written as "
            "%3A %2F %3F %23 %40."
        )
    if parts.scheme not in SCHEMES:
        raise BrokerError(f"A broker is a Redis server, such as redis://localhost:6379/0; this is {shown(url) or 'nothing'}.")
    options = OPTIONS[parts.scheme]
    for name, _ in parse_qsl(parts.query, keep_blank_values=True):
        if name not in options:
            some = f" there {'are' if len(options) > 1 else 'is'} {', '.join(options)}" if options else " there are none"
            raise BrokerError(f"The address of the broker has an option `{name}` that is not known;{some} for {parts.scheme}://.")
    db = dict(parse_qsl(parts.query)).get("db", "") if parts.scheme == "unix" else parts.path.strip("/")
    if not (db == "" or (db.isascii() and db.isdecimal())):
        raise BrokerError(f"The database of a Redis server is a number, as in redis://localhost:6379/0; this is {db}.")
    return url


def shown(url: str) -> str:
    """The address without what may be its password."""
    given, at, server = url.rpartition("@")
    scheme, _, named = given.partition("://") if "://" in given else ("", "", given)
    if not at or ":" not in named:
        return url
    return f"{scheme}://{named.partition(':')[0]}:…@{server}" if scheme else f"…@{server}"


def celery_url(url: str) -> str:
    """The address as Celery writes it, which has other words for a socket."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    db = dict(parse_qsl(parts.query)).get("db", "0")
    return f"redis+socket://{parts.netloc}{parts.path}?virtual_host={db}"


def application(url: str, build: str) -> Any:
    """The Celery application of a broker. Payloads are JSON; results do not go through Celery."""
    app = Celery("apextrade", broker=celery_url(url), set_as_current=False)
    if urlsplit(url).scheme == "rediss":
        # Celery would take any certificate, and so tell the password to whoever stands between; what the address says goes first.
        app.conf.broker_use_ssl = {"ssl_cert_reqs": ssl.CERT_REQUIRED}
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
