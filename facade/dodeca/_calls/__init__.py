"""One call of the API without network: parameters, bodies, responses, retries, limits."""
