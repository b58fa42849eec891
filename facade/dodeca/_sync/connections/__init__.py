# From facade/dodeca/_async/connections/__init__.py by scripts/unasync.py; edit that one.
"""Connections: one of them, the pool of them, and the way through a transport of httpx."""
