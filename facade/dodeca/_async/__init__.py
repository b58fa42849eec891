"""All I/O code, written once; `_sync` is derived from it by scripts/unasync.py."""
