"""Our HTTP/1.1 client over httptools and ssl; the only package that imports httpx."""
