"""The handlers of the API's operations, one module for each family of paths; see `registry`."""
