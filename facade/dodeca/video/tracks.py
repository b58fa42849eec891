"""The tracks of a clip: video and audio that are encoded anew, or copied packets."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from fractions import Fraction
from itertools import chain, groupby
from typing import Any, cast

import av
from av.container import OutputContainer
from av.error import FFmpegError
from av.filter import Graph

from dodeca.video.media_range import FRAME_SEC, ShownFrame, Source, TimeRange, time_of
from dodeca.video.probe import BrokenMedia

_TICKS = 120_000  # a second; frames of all usual rates start at a whole number of them
_PIXELS = "yuv420p"  # what every player shows
_VIDEO_OPTIONS = {
    # Without B-frames, a clip begins at 0 in players that ignore edit lists, too.
    "libx264": {"preset": "veryfast", "crf": "18", "bf": "0"},
    "libvpx-vp9": {"crf": "30", "b": "0", "deadline": "good", "cpu-used": "5", "row-mt": "1"},
}
_BITS_PER_CHANNEL = 96_000
_OPUS_RATE = 48_000


class VideoTrack:
    """The video of a clip, upright and with the times of its frames."""

    def __init__(
        self,
        output: OutputContainer,
        codec: str,
        frames: Iterator[ShownFrame],
        source: Source,
    ) -> None:
        first = next(frames)
        self._frames = chain([first], frames)
        self._upright = _Upright(first.frame)
        frame = self._upright.turn(first.frame)
        stream = output.add_stream(codec, rate=source.rate, options=_VIDEO_OPTIONS[codec])
        self._stream = cast(av.VideoStream, stream)
        encoder = self._stream.codec_context
        encoder.width, encoder.height, encoder.pix_fmt = frame.width, frame.height, _PIXELS
        aspect = source.pixel_aspect
        encoder.sample_aspect_ratio = 1 / aspect if self._upright.is_transposed else aspect
        encoder.time_base = Fraction(1, _TICKS)
        encoder.color_range, encoder.colorspace = frame.color_range, frame.colorspace
        encoder.color_primaries, encoder.color_trc = frame.color_primaries, frame.color_trc
        self.end = 0.0

    def packets(self) -> Iterator[av.Packet[Any]]:
        """Encode the frames. `end` is where they end, in seconds."""
        lasting: dict[int, int] = {}
        for shown in self._frames:
            frame = self._upright.turn(shown.frame)
            start, self.end = round(shown.start * _TICKS), shown.end
            if start in lasting:  # two frames of one moment
                continue
            lasting[start] = round(shown.end * _TICKS) - start
            frame.pts, frame.time_base, frame.pict_type = start, Fraction(1, _TICKS), 0
            yield from self._encode(frame, lasting)
        yield from self._encode(None, lasting)

    def _encode(
        self, frame: av.VideoFrame | None, lasting: dict[int, int]
    ) -> Iterator[av.Packet[Any]]:
        for packet in self._stream.encode(frame):
            packet.duration = lasting[packet.pts or 0]
            yield packet


class _Upright:
    """Turns frames as they are displayed, all to the size of the first one."""

    def __init__(self, first: av.VideoFrame) -> None:
        self.is_transposed = _TRANSPOSE in _turns(first)
        size = (first.height, first.width) if self.is_transposed else (first.width, first.height)
        self._size = ":".join(str(max(2, side // 2 * 2)) for side in size)  # encoders take no odd
        self._graph = Graph()
        self._made_for: object = None

    def turn(self, frame: av.VideoFrame) -> av.VideoFrame:
        """The frame upright, in pixels that can be encoded."""
        turns = _turns(frame)
        colours = str(int(frame.colorspace)), str(int(frame.color_range))
        kind = (frame.width, frame.height, frame.format.name, colours, turns)
        if kind != self._made_for:
            self._made_for, self._graph = kind, self._graph_for(frame, colours, turns)
        frame.pts, frame.time_base = 0, Fraction(1, _TICKS)
        self._graph.vpush(frame)
        return self._graph.vpull()

    def _graph_for(
        self, frame: av.VideoFrame, colours: tuple[str, str], turns: list[tuple[str, str]]
    ) -> Graph:
        graph = Graph()
        source = graph.add(
            "buffer",
            video_size=f"{frame.width}x{frame.height}",
            pix_fmt=frame.format.name,
            time_base=f"1/{_TICKS}",
            colorspace=colours[0],
            range=colours[1],
        )
        filters = [*turns, ("scale", self._size), ("format", _PIXELS), ("buffersink", "")]
        graph.link_nodes(source, *(graph.add(*each) for each in filters)).configure()
        return graph


_TRANSPOSE = ("transpose", "cclock_flip")  # rows become columns, and nothing else


def _turns(frame: av.VideoFrame) -> list[tuple[str, str]]:
    """The filters that do what the display matrix of a frame says, to right angles."""
    side_data: Any = frame.side_data
    matrix = side_data.get("DISPLAYMATRIX")
    if not matrix:
        return []
    across, across_down, _, down_across, down = struct.unpack("=5i", bytes(matrix)[:20])
    turns = []
    if abs(across) + abs(down) < abs(across_down) + abs(down_across):
        turns.append(_TRANSPOSE)
        across, down = down_across, across_down
    if across < 0:
        turns.append(("hflip", ""))
    if down < 0:
        turns.append(("vflip", ""))
    return turns


class AudioTrack:
    """The audio of a clip, to the sample."""

    def __init__(
        self,
        output: OutputContainer,
        codec: str,
        frames: Iterator[av.AudioFrame],
        length: float,
    ) -> None:
        first = next(frames)
        self._frames = chain([first], frames)
        self._length = length
        rates = av.Codec(codec, "w").audio_rates
        rate = first.sample_rate if not rates or first.sample_rate in rates else _OPUS_RATE
        layout = _layout(codec, rate, first.layout.name)
        self._stream = cast(av.AudioStream, output.add_stream(codec, rate=rate, layout=layout))
        self._stream.codec_context.bit_rate = _BITS_PER_CHANNEL * self._stream.layout.nb_channels
        self.end = 0.0

    def packets(self) -> Iterator[av.Packet[Any]]:
        """Encode the samples. `end` is where they end, in seconds."""
        for frame in self._resampled():
            self.end = time_of(frame) + frame.samples / frame.sample_rate
            yield from self._stream.encode(frame)
        yield from self._stream.encode(None)

    def _resampled(self) -> Iterator[av.AudioFrame]:
        """Yield the samples as the encoder takes them; gaps become silence."""
        encoder, start = self._stream.codec_context, ":first_pts=0"
        for _, frames in groupby(self._frames, key=_audio_format):
            first = next(frames)
            graph = Graph()
            graph.link_nodes(
                graph.add_abuffer(
                    sample_rate=first.sample_rate,
                    format=first.format,
                    layout=first.layout,
                    time_base=first.time_base,
                ),
                graph.add("atrim", f"start=0:end={self._length:.6f}"),
                graph.add("aresample", f"{encoder.sample_rate}:async=1{start}"),
                graph.add(
                    "aformat",
                    f"sample_fmts={encoder.format.name}:channel_layouts={encoder.layout.name}",
                ),
                graph.add("abuffersink"),
            ).configure()
            start = ""
            for frame in chain([first], frames, [None]):
                graph.push(frame)
                yield from _pulled(graph)


def _audio_format(frame: av.AudioFrame) -> tuple[int, str, str]:
    return frame.sample_rate, frame.format.name, frame.layout.name


def _pulled(graph: Graph) -> Iterator[Any]:
    while True:
        try:
            yield graph.pull()
        except (BlockingIOError, EOFError):
            return


def _layout(codec: str, rate: int, wanted: str) -> str:
    """The layout of the channels, or stereo where the encoder does not take it."""
    encoder = cast(av.AudioCodecContext, av.CodecContext.create(codec, "w"))
    encoder.sample_rate, encoder.layout = rate, wanted
    encoder.format = (av.Codec(codec, "w").audio_formats or [av.AudioFormat("s16")])[0]
    try:
        encoder.open()
    except (FFmpegError, ValueError):
        return "stereo"
    return wanted


class CopiedTrack:
    """A stream of another file, packet by packet; `wanted` is the range on that file's clock."""

    def __init__(
        self,
        output: OutputContainer,
        packets: Iterator[av.Packet[Any]],
        wanted: TimeRange,
        rate: Fraction,
    ) -> None:
        first = next(packets)
        self._packets = chain([first], packets)
        self._wanted, self._frame_sec = wanted, float(1 / rate)
        self._is_video = isinstance(first.stream, av.VideoStream)
        try:
            self._stream: Any = output.add_stream_from_template(first.stream, opaque=True)
        except ValueError as exc:
            codec = first.stream.codec_context.codec.canonical_name
            raise BrokenMedia(f"a {output.format.name} file cannot hold its {codec}") from exc
        self.end = 0.0

    def packets(self) -> Iterator[av.Packet[Any]]:
        """The packets with the times of the clip. `end` is where they end, in seconds."""
        for packet in self._packets:
            at = time_of(packet)
            if at < self._wanted.start and not self._is_video:
                continue  # nothing is heard before the first frame
            lasting = self._lasting(packet, at)
            self.end = max(self.end, at + lasting - self._wanted.start)
            offset = round(self._wanted.start / packet.time_base)
            packet.pts = (packet.pts or 0) - offset
            packet.dts = (packet.dts or 0) - offset
            packet.duration = round(lasting / packet.time_base)
            packet.stream = self._stream
            yield packet

    def _lasting(self, packet: av.Packet[Any], at: float) -> float:
        """How long a packet lasts; a frame not past the range, but for a moment."""
        stated = float((packet.duration or 0) * packet.time_base)
        if not self._is_video:
            return stated
        return min(stated or self._frame_sec, max(self._wanted.end - at, FRAME_SEC))
