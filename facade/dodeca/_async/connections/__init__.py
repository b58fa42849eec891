"""Connections: one of them, the pool of them, and the way through a transport of httpx."""
