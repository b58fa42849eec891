"""Helpers that import nothing else of dodeca."""
