from __future__ import annotations

from tests.servers import mongo_url, nats_url, place, prefix, stores

__all__ = ["mongo_url", "nats_url", "place", "prefix", "stores"]
