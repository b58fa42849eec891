"""What everything may use: it imports nothing else of the package."""
