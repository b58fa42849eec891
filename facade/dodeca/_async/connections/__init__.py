"""Connections to the service: our own, their pool, and an adapter for httpx transports."""
