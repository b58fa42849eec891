"""Media as measurements: frames and audio as a few integers, scenes and segments."""
