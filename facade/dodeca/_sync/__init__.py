# From facade/dodeca/_async/__init__.py by scripts/unasync.py; edit that one.
"""All I/O code, written once; `_sync` is derived from it by scripts/unasync.py."""
