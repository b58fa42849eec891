"""One call of the API, without a network: what is sent, what comes back, when to try again."""
