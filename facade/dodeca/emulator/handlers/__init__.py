"""The operations of the API, a module for each family of paths; `handlers` lists them all."""
