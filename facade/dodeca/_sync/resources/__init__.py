# From facade/dodeca/_async/resources/__init__.py by scripts/unasync.py; edit that one.
"""The resources of the client, one module each."""
