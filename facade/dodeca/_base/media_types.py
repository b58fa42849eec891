"""The MIME types of media by the extension of a file name, the same on every machine.

The table of the standard library depends on files of the system such as /etc/mime.types.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Literal

Kind = Literal["image", "audio", "video", "document"]

PDF = "application/pdf"
_EXTENSIONS = {
    PDF: ".pdf",
    "image/avif": ".avif .avifs",
    "image/bmp": ".bmp",
    "image/gif": ".gif",
    "image/heic": ".heic .heif",
    "image/jpeg": ".jpg .jpeg .jpe .jfif",
    "image/jxl": ".jxl",
    "image/png": ".png .apng",
    "image/svg+xml": ".svg",
    "image/tiff": ".tif .tiff",
    "image/webp": ".webp",
    "audio/aac": ".aac",
    "audio/ac3": ".ac3",
    "audio/aiff": ".aif .aifc .aiff",
    "audio/amr": ".amr",
    "audio/flac": ".flac",
    "audio/mp4": ".m4a .m4b",
    "audio/mpeg": ".mp2 .mp3 .mpga",
    "audio/ogg": ".oga .ogg .opus",
    "audio/x-ms-wma": ".wma",
    "audio/x-wav": ".wav .wave",
    "text/markdown": ".markdown .md",
    "text/plain": ".txt",
    "video/3gpp": ".3gp .3gpp",
    "video/3gpp2": ".3g2",
    "video/mp2t": ".m2t .m2ts .mts .ts",
    "video/mp4": ".m4v .mp4 .mpg4",
    "video/mpeg": ".m1v .m2v .mpe .mpeg .mpg .vob",
    "video/mxf": ".mxf",
    "video/ogg": ".ogv",
    "video/quicktime": ".mov .qt",
    "video/webm": ".webm",
    "video/x-flv": ".f4v .flv",
    "video/x-matroska": ".mkv",
    "video/x-ms-asf": ".asf",
    "video/x-ms-wmv": ".wmv",
    "video/x-msvideo": ".avi .divx",
}
_TYPES = {
    extension: mime_type
    for mime_type, extensions in _EXTENSIONS.items()
    for extension in extensions.split()
}


def mime_type_of(name: str) -> str:
    """The MIME type that a file name stands for; application/octet-stream if it is not media."""
    return _TYPES.get(PurePosixPath(name).suffix.lower(), "application/octet-stream")


def kind_of(mime_type: str) -> Kind | None:
    """The kind of media that a MIME type stands for; None if it is another."""
    match mime_type.partition("/")[0]:
        case "image" | "audio" | "video" as found:
            return found
        case "text":
            return "document"
    return "document" if mime_type == PDF else None
