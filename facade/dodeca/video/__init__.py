"""Read video, audio and images with PyAV: what a file is, and thumbnails of it.

Needs the extra `media`.
"""
