"""Requests and models of the TwelveLabs API, generated from openapi.json beside this file."""
