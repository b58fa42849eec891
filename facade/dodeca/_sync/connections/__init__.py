# From facade/dodeca/_async/connections/__init__.py by scripts/unasync.py; edit that one.
"""Connections to the service: our own, their pool, and an adapter for httpx transports."""
