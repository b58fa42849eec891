"""Helpers for every module; they import nothing else of the package."""
