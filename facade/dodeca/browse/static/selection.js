// The selected matches: save clips, copy links with times, export lists for editors.

import { exportMatches, saveClips } from "./api.js";
import { attachPanel, byId, h, icon, notify, notifyError } from "./dom.js";
import { count, formatRange, linkTo } from "./format.js";

const FORMATS = [
  ["csv", "CSV", "table"], ["srt", "SRT", "captions"], ["vtt", "WebVTT", "captions"],
  ["edl", "EDL", "CMX 3600"], ["otio", "OTIO", "OpenTimelineIO"],
];

export class Selection {
  constructor(clipsFolder, onClear) {
    this.clipsFolder = clipsFolder;
    this.onClear = onClear;
    this.hits = new Map(); // by segment id, each with the id of the query that found it
    this.bar = byId("selection");
    this.words = h("strong");
    const button = (name, label, kind, listener) => h("button", { type: "button", class: kind, "aria-label": label, title: label, on: listener ? { click: listener } : {} },
      icon(name), h("span", {}, label));
    const clips = button("cut", "Save clips", "primary");
    const formats = button("export", "Export", "secondary");
    this.bar.replaceChildren(this.words, clips, attachPanel(clips, this.#clipsPanel()),
      button("link", "Copy links", "secondary", () => this.copyLinks()), formats, attachPanel(formats, this.#formatsPanel()),
      h("button", { type: "button", class: "ghost", "aria-label": "Clear the selection", title: "Clear the selection", on: { click: () => this.clear() } }, icon("close")));
  }

  has(hit) {
    return this.hits.has(hit.segment_id);
  }

  set(hit, isSelected) {
    if (isSelected) this.hits.set(hit.segment_id, hit);
    else this.hits.delete(hit.segment_id);
    this.bar.hidden = !this.hits.size;
    this.words.textContent = `${this.hits.size.toLocaleString("en")} selected`;
  }

  clear() {
    const cleared = [...this.hits.values()];
    for (const hit of cleared) this.set(hit, false);
    this.onClear(cleared);
  }

  // Matches keep the query that found them, so a selection over several queries is several requests.
  #byQuery(hits) {
    const groups = Map.groupBy(hits, (hit) => hit.query_id);
    return [...groups].map(([queryId, hits]) => ({ query_id: queryId, segments: hits.map((hit) => hit.segment_id) }));
  }

  // The matches that have a time range, as clips, captions and timelines need. Images and texts have none.
  #timed() {
    const timed = [...this.hits.values()].filter((hit) => hit.start_sec !== null);
    if (!timed.length) notify("Nothing selected has a time range", "", { isError: true });
    return timed;
  }

  // What a message adds where not all matches were taken.
  #without(taken) {
    const left = this.hits.size - taken.length;
    return left ? `, ${count(left, "match")} without a time range left out` : "";
  }

  #clipsPanel() {
    const pad = h("input", { type: "number", class: "text-field", min: 0, max: 60, step: 0.5, value: 0 });
    const merge = h("input", { type: "checkbox" });
    const save = h("button", { type: "submit", class: "primary" }, "Save");
    const form = h("form", { on: { submit: async (event) => {
      event.preventDefault();
      save.disabled = true;
      save.textContent = "Saving…";
      await this.saveClips(Number(pad.value) || 0, merge.checked);
      save.disabled = false;
      save.textContent = "Save";
      panel.hidePopover();
    } } },
    h("label", { class: "field" }, h("span", {}, "Seconds to add before and after"), pad),
    h("label", { class: "line field" }, h("span", { class: "line" }, merge, "Merge what overlaps into one clip")),
    h("p", {}, `Into ${this.clipsFolder}`),
    h("div", { class: "actions" }, save));
    const panel = h("div", { class: "panel", role: "dialog", "aria-label": "Save clips" }, h("h3", {}, "Save clips"), form);
    return panel;
  }

  async saveClips(padSec, merge) {
    const hits = this.#timed();
    if (!hits.length) return;
    try {
      const saved = [];
      for (const group of this.#byQuery(hits)) saved.push(await saveClips({ ...group, pad_sec: padSec, merge }));
      const files = saved.flatMap((clips) => clips.files);
      notify(`${count(files.length, "clip")} saved${this.#without(hits)}`, saved[0].folder);
    } catch (error) {
      notifyError(error);
    }
  }

  #formatsPanel() {
    const panel = h("div", { class: "panel menu", role: "dialog", "aria-label": "Export as" }, FORMATS.map(([format, name, detail]) => h("button", {
      type: "button", on: { click: () => {
        panel.hidePopover();
        this.export(format);
      } },
    }, name, h("small", {}, detail))));
    return panel;
  }

  async export(format) {
    const hits = format === "csv" ? [...this.hits.values()] : this.#timed();
    try {
      for (const group of this.#byQuery(hits)) await download(await exportMatches({ ...group, format }), `matches.${format}`);
      const without = this.#without(hits);
      if (hits.length && without) notify(`${count(hits.length, "match")} exported${without}`);
    } catch (error) {
      notifyError(error);
    }
  }

  async copyLinks() {
    const lines = [...this.hits.values()].map((hit) => [
      `${hit.source.name} ${formatRange(hit)}`.trim(), linkTo(hit.source, hit.start_sec, hit.end_sec),
    ].join("\t"));
    try {
      await navigator.clipboard.writeText(lines.join("\n"));
      notify(`${count(lines.length, "link")} copied`);
    } catch (error) {
      notifyError(error);
    }
  }
}

async function download(response, fallback) {
  const [, name] = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "") ?? [];
  const url = URL.createObjectURL(await response.blob());
  h("a", { href: url, download: name ?? fallback }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // the browser has read it long before
}
