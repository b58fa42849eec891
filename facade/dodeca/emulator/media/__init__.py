"""Media as measurements: containers taken apart, pictures and sound as a few integers."""
