"""HTTP/1.1 of our own, over httptools and ssl: the only place that names httpx."""
