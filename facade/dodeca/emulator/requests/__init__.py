"""Requests read: their operation, their body, and their parameters checked."""
