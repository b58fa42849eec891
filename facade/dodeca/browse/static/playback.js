// Playing media: a file, what the server transcodes, a link, a stream, audio, an image.

import { getPlayback, getWaveform, transcodedUrl } from "./api.js";
import { positionOf, waveform } from "./drawing.js";
import { h } from "./dom.js";

const TRANSCODED_SEC = 30; // how much is transcoded after a jump out of what was
const HAS_PICTURES = new Set(["file", "transcoded", "link", "hls"]);

export class Playback {
  // `frame` gets the media; `onTime` is called with the seconds of the source while it plays, `onNote`
  // with what is to be known about how it is played.
  constructor(frame, { onTime, onNote }) {
    this.frame = frame;
    this.onTime = onTime;
    this.onNote = onNote;
    this.isLooping = false;
    this.media = h("video", { id: "media", controls: true, playsinline: true, preload: "auto" });
    this.media.addEventListener("loadedmetadata", () => this.#start());
    this.media.addEventListener("error", () => this.#fail());
    for (const name of ["timeupdate", "seeking", "seeked"]) {
      this.media.addEventListener(name, () => this.onTime(this.time));
    }
    this.media.addEventListener("play", () => this.#follow());
    this.#forget();
  }

  #forget() {
    this.source = null;
    this.kind = null;
    this.offset = 0; // the second of the source at which the media begin
    this.covered = null; // the seconds that are transcoded
    this.range = null; // what is played: it ends there
  }

  get time() {
    return this.media.currentTime + this.offset;
  }

  // Whether there is something with times to play.
  get hasTimes() {
    return this.kind !== null && this.kind !== "image" && this.kind !== "missing";
  }

  // Play a source from `start`; with `end` until there.
  async play(source, start, end) {
    const range = { start: start ?? 0, end };
    if (this.source === source && this.hasTimes && this.#covers(range)) {
      this.range = range;
      this.#start();
      return;
    }
    this.stop();
    this.source = source;
    this.media.setAttribute("aria-label", source.name);
    this.#show("message", h("p", { class: "loading" }, "Loading"));
    let playback;
    try {
      playback = await getPlayback(source.id, start, end);
    } catch (error) {
      playback = { kind: "missing", message: error.message };
    }
    if (this.source !== source) return; // another one was opened meanwhile
    this.range = range;
    this.offset = playback.offset_sec ?? 0;
    this.#open(playback, range);
  }

  #covers({ start, end }) {
    return !this.covered || (this.covered.start <= start && (end ?? start) <= this.covered.end);
  }

  #open({ kind, url, message }, range) {
    this.kind = kind;
    this.onNote(HAS_PICTURES.has(kind) ? message ?? "" : "");
    if (kind === "transcoded") this.covered = { start: this.offset, end: range.end ?? this.offset + TRANSCODED_SEC };
    if (kind === "image") {
      this.#show("image", h("img", { src: url, alt: this.source.name }));
    } else if (kind === "audio") {
      this.#show("audio", this.#waveform(range), this.media);
      this.media.src = url;
    } else if (HAS_PICTURES.has(kind)) {
      this.#show("video", this.media);
      if (kind === "hls") this.#openStream(url);
      else this.media.src = url;
    } else {
      this.#say("This source cannot be shown", message ?? this.source.location, url);
    }
  }

  async #openStream(url) {
    const { default: Hls } = await import("./vendor/hls.js");
    if (!Hls.isSupported()) {
      this.media.src = url; // Safari plays streams itself
      return;
    }
    this.stream = new Hls({ startPosition: this.range.start, enableWorker: false });
    this.stream.on(Hls.Events.ERROR, (_, data) => {
      if (data.fatal) this.#say("The stream cannot be played", data.details);
    });
    this.stream.loadSource(url);
    this.stream.attachMedia(this.media);
  }

  // A file that this browser cannot decode, though others can: the server transcodes the range.
  #fail() {
    if (!this.source || !this.media.getAttribute("src")) return;
    if (this.kind !== "file" && this.kind !== "audio") {
      this.#say("The browser cannot play this source", this.source.location);
      return;
    }
    const { start, end } = this.range;
    this.offset = start;
    const message = "This browser cannot play the file; it is converted.";
    this.#open({ kind: "transcoded", message, url: transcodedUrl(this.source.id, start, end ?? start + TRANSCODED_SEC) }, this.range);
  }

  #say(title, message, url) {
    this.kind = "missing";
    const link = url && h("a", { href: url, target: "_blank", rel: "noreferrer" }, "Open it");
    this.#show("message", h("p", { class: "explanation" }, h("strong", {}, title), message, link && " ", link || null));
  }

  #show(kind, ...children) {
    this.frame.className = `frame ${kind}`;
    this.frame.replaceChildren(...children);
  }

  #waveform({ start, end }) {
    const place = h("div");
    getWaveform(this.source.id).then((peaks) => {
      const drawn = waveform(peaks, end === null || end === undefined ? null : start, end);
      drawn.addEventListener("click", (event) => this.seek(positionOf(event, drawn) * peaks.duration_sec));
      place.replaceWith(drawn);
    }, () => place.remove());
    return place;
  }

  #start() {
    if (!this.range || !this.media.readyState) return;
    this.media.currentTime = this.range.start - this.offset;
    this.media.play().catch(() => {}); // browsers may insist on a click
  }

  // Go to a second of the source, out of the range that was played.
  seek(seconds) {
    if (!this.hasTimes) return;
    const range = { start: Math.max(seconds, 0), end: null };
    if (!this.#covers(range)) {
      this.play(this.source, range.start, range.start + TRANSCODED_SEC);
      return;
    }
    this.range = range;
    this.media.currentTime = range.start - this.offset;
    this.onTime(this.time);
  }

  toggle() {
    if (!this.hasTimes) return;
    if (this.media.paused) this.media.play().catch(() => {});
    else this.media.pause();
  }

  // Each frame while it plays: stop at the end of the range, or begin again.
  #follow() {
    if (this.media.paused) return;
    this.onTime(this.time);
    if (this.range?.end && this.time >= this.range.end) {
      if (this.isLooping) {
        this.media.currentTime = this.range.start - this.offset;
      } else {
        this.media.pause();
        this.range = null; // playing on leads out of the range
        return;
      }
    }
    requestAnimationFrame(() => this.#follow());
  }

  stop() {
    this.stream?.destroy();
    this.stream = null;
    this.media.pause();
    if (this.media.getAttribute("src")) {
      this.media.removeAttribute("src");
      this.media.load();
    }
    this.#forget();
  }
}
