"""The resources of the client, one module each."""
