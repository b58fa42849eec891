"""The spec pipeline: published pages -> spec/openapi.yaml -> generated/dodeca_api."""
