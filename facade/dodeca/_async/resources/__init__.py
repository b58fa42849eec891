"""The resources of the client, one module each: what people call."""
