"""Reads requests: finds the operation, receives the body, validates the parameters."""
