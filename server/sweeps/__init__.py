"""Sweeps on many machines: cut into shards, run by Celery workers, put together again. Redis carries all of it."""
