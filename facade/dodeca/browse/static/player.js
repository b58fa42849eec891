// The player beside the results: the media, the match, its timeline and what is known of the source.

import { getTimeline, thumbnailUrl } from "./api.js";
import { positionOf, scoreLanes } from "./drawing.js";
import { byId, h, hiddenText, icon } from "./dom.js";
import { formatRange, formatScore, formatTime, shareOf } from "./format.js";
import { Playback } from "./playback.js";

const THUMBNAILS = 8;
const TICK_STEPS_SEC = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];
const MAX_TICKS = 5;
const NARROW = matchMedia("(max-width: 800px)"); // there, the player covers the page

export class Player {
  // `actions`: step(difference), like(hit), select(hit, isSelected), isSelected(hit), placeOf(hit),
  // total(), onClose().
  constructor(actions) {
    this.actions = actions;
    this.hit = null;
    this.source = null;
    this.panel = byId("player");
    this.title = h("h2", { id: "player-title" });
    this.frame = h("div", { class: "frame" });
    this.moment = h("p", { class: "moment" });
    this.timeline = h("div", { class: "timeline" });
    this.transcript = h("blockquote", { class: "transcript" });
    this.facts = h("dl", { class: "facts" });
    this.note = h("p", { class: "note" });
    this.playback = new Playback(this.frame, {
      onTime: (seconds) => this.#showTime(seconds),
      onNote: (words) => { this.note.textContent = words; },
    });
    this.panel.append(
      h("header", {}, h("div", {}, this.title),
        h("button", { type: "button", class: "ghost", id: "player-close", "aria-label": "Close the player", title: "Close (Esc)", on: { click: () => this.close() } }, icon("close"))),
      this.frame, this.note, this.moment, this.#transport(), this.timeline, this.transcript, this.facts);
    NARROW.addEventListener("change", () => this.#cover());
  }

  get isOpen() {
    return !this.panel.hidden;
  }

  #transport() {
    const button = (id, name, label, key, words, listener) => h("button", {
      type: "button", id, class: "secondary", title: `${label} (${key})`, "aria-label": words ? null : label, on: { click: listener },
    }, icon(name), words ? h("span", {}, words) : null);
    this.previousButton = button("previous", "previous", "Previous match", "P", "", () => this.actions.step(-1));
    this.nextButton = button("next", "next", "Next match", "N", "", () => this.actions.step(1));
    this.rangeButton = button("range", "play", "Play the match", "R", "", () => this.playRange());
    this.loopButton = button("loop", "loop", "Repeat the match", "L", "", () => this.toggleLoop());
    this.likeButton = button("like", "like", "More like this", "M", "More like this", () => this.actions.like(this.hit));
    this.selectButton = button("select", "check", "Select", "X", "Select", () => this.toggleSelected());
    this.loopButton.setAttribute("aria-pressed", "false");
    this.transport = h("div", { class: "transport" }, this.previousButton, this.nextButton, this.rangeButton, this.loopButton,
      h("span", { class: "gap" }), this.likeButton, this.selectButton);
    return this.transport;
  }

  // Play a match: seek to its start, play until its end.
  openHit(hit, { queryId, scale }) {
    this.hit = hit;
    this.#open(hit.source, hit.start_sec, hit.end_sec, queryId, scale);
  }

  // Play a source from a time on. Its timeline shows the scores of the query, if there is one.
  openSource(source, seconds, query) {
    this.hit = null;
    this.#open(source, seconds, null, query?.queryId ?? null, query?.scale ?? null);
  }

  #open(source, start, end, queryId, scale) {
    const isOther = source !== this.source || queryId !== this.queryId;
    Object.assign(this, { source, queryId, scale });
    this.title.textContent = source.name;
    this.title.title = source.location;
    this.panel.hidden = false;
    byId("stage").classList.add("playing");
    this.#describe();
    this.playback.play(source, start, end);
    if (isOther) this.#drawTimeline();
    this.#showRange();
    this.#cover();
  }

  close() {
    this.playback.stop();
    this.panel.hidden = true;
    byId("stage").classList.remove("playing");
    this.hit = null;
    this.source = null;
    this.#cover();
    this.actions.onClose();
  }

  playRange() {
    if (this.hit) this.playback.play(this.hit.source, this.hit.start_sec, this.hit.end_sec);
  }

  toggleLoop() {
    this.playback.isLooping = !this.playback.isLooping;
    this.loopButton.setAttribute("aria-pressed", String(this.playback.isLooping));
    this.loopButton.classList.toggle("on", this.playback.isLooping);
    if (this.playback.isLooping) this.playRange();
  }

  toggleSelected() {
    if (this.hit) this.actions.select(this.hit, !this.actions.isSelected(this.hit));
  }

  // Show again whether the match is selected.
  showSelected() {
    const isSelected = Boolean(this.hit) && this.actions.isSelected(this.hit);
    this.selectButton.setAttribute("aria-pressed", String(isSelected));
    this.selectButton.classList.toggle("on", isSelected);
    this.selectButton.querySelector("span").textContent = isSelected ? "Selected" : "Select";
  }

  #describe() {
    const { hit, source } = this;
    this.transport.hidden = !hit;
    this.moment.hidden = !hit;
    this.transcript.hidden = !hit?.transcript;
    this.transcript.textContent = hit?.transcript ?? "";
    if (hit) {
      const place = this.actions.placeOf(hit);
      const total = this.actions.total();
      this.moment.replaceChildren(...this.#momentParts(hit),
        place ? h("span", { class: "place" }, `Match ${place.toLocaleString("en")}${total === null ? "" : ` of ${total.toLocaleString("en")}`}`) : "");
      const hasTimes = hit.start_sec !== null;
      this.rangeButton.hidden = this.loopButton.hidden = !hasTimes;
      this.previousButton.disabled = place === 1;
      this.nextButton.disabled = place === total;
    }
    this.showSelected();
    const facts = [...Object.entries(source.metadata ?? {}), ["location", source.location]];
    this.facts.replaceChildren(...facts.filter(([, value]) => value !== null && value !== "")
      .flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, typeof value === "object" ? JSON.stringify(value) : String(value))]));
  }

  #momentParts(hit) {
    const bar = (score) => {
      const filled = h("b");
      filled.style.width = `${shareOf(score, this.scale) * 100}%`;
      return h("i", { "aria-hidden": "true" }, filled);
    };
    const shares = Object.entries(hit.scores ?? {});
    const parts = shares.length > 1 ? shares : [[hit.modality ?? "", hit.score]];
    const range = formatRange(hit);
    return [range ? h("b", {}, range) : "", ...parts.map(([modality, score]) => h("span", { class: "share" },
      h("span", { class: "words" }, modality), bar(score), hiddenText("score"), formatScore(score)))];
  }

  async #drawTimeline() {
    const { source, queryId, scale } = this;
    const duration = source.duration_sec;
    this.timeline.hidden = !duration;
    if (!duration) return;
    const isVideo = source.kind === "video" && source.state === "local";
    this.cursor = h("i", { class: "cursor" });
    this.span = h("i", { class: "span", hidden: true });
    this.track = h("div", {
      class: "track", role: "slider", tabindex: 0, "aria-label": "Position in the source",
      "aria-valuemin": 0, "aria-valuemax": duration, "aria-valuenow": 0, "aria-valuetext": formatTime(0),
    }, h("div", { class: "filmstrip" }, isVideo ? filmstrip(source) : []), axis(duration), this.span, this.cursor);
    this.#acceptDrags(duration);
    this.timeline.className = `timeline${isVideo ? "" : " plain"}`;
    this.timeline.replaceChildren(this.track);
    this.#showRange();
    if (queryId === null) return;
    const { timelines } = await getTimeline(source.id, queryId).catch(() => ({ timelines: [] }));
    if (source !== this.source || queryId !== this.queryId) return;
    this.timeline.append(...scoreLanes(timelines, duration, scale, (seconds) => this.playback.seek(seconds)));
  }

  #acceptDrags(duration) {
    let isDragged = false;
    const seek = (event) => this.playback.seek(positionOf(event, this.track) * duration);
    this.track.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      isDragged = true;
      this.track.setPointerCapture(event.pointerId);
      seek(event);
    });
    this.track.addEventListener("pointermove", (event) => { if (isDragged) seek(event); });
    for (const end of ["pointerup", "pointercancel"]) this.track.addEventListener(end, () => { isDragged = false; });
  }

  #showRange() {
    if (!this.span || !this.source?.duration_sec) return;
    this.span.hidden = !this.hit || this.hit.start_sec === null;
    if (this.span.hidden) return;
    const share = (seconds) => `${Math.min(seconds / this.source.duration_sec, 1) * 100}%`;
    this.span.style.left = share(this.hit.start_sec);
    this.span.style.width = share(this.hit.end_sec - this.hit.start_sec);
  }

  #showTime(seconds) {
    if (!this.track || !this.source?.duration_sec) return;
    this.cursor.style.left = `${Math.min(seconds / this.source.duration_sec, 1) * 100}%`;
    this.track.setAttribute("aria-valuenow", seconds.toFixed(1));
    this.track.setAttribute("aria-valuetext", formatTime(seconds));
  }

  // Where the player covers the page, what is below it cannot be reached.
  #cover() {
    const isCovered = this.isOpen && NARROW.matches;
    const wasCovered = document.body.classList.contains("covered");
    document.body.classList.toggle("covered", isCovered);
    byId("header").inert = isCovered;
    byId("results").inert = isCovered;
    if (isCovered && !wasCovered) this.panel.focus();
  }
}

function filmstrip(source) {
  const times = Array.from({ length: THUMBNAILS }, (_, index) => ((index + 0.5) * source.duration_sec) / THUMBNAILS);
  return times.map((time) => h("img", { src: thumbnailUrl(source.id, time.toFixed(2)), alt: "", draggable: "false", loading: "lazy" }));
}

function axis(duration) {
  const step = TICK_STEPS_SEC.find((seconds) => duration / seconds <= MAX_TICKS) ?? 3600;
  const line = h("div", { class: "axis", "aria-hidden": "true" });
  for (let time = 0; time < duration * 0.94; time += step) {
    const tick = h("span", {}, formatTime(time));
    tick.style.left = `${(time / duration) * 100}%`;
    line.append(tick);
  }
  return line;
}
