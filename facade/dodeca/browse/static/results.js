// The list of results: cards or groups by source, filled while people scroll, with arrow keys.

import { getTimeline } from "./api.js";
import { hitCard, sourceCard } from "./card.js";
import { scoreLanes } from "./drawing.js";
import { byId, h, whenVisible } from "./dom.js";
import { count, formatScore, formatTime } from "./format.js";

const PAGE = 60; // sources that are shown at once before there is a query

export class Results {
  // `actions`: open(hit), select(hit, isSelected), like(hit), openSource(source, seconds), more(),
  // isSelected(hit).
  constructor(actions) {
    this.actions = actions;
    this.view = "grid";
    this.current = null; // the hit that is played
    this.list = byId("list");
    this.moreButton = byId("more");
    this.list.addEventListener("keydown", (event) => this.#moveFocus(event));
    this.list.addEventListener("focusin", (event) => this.#activate(event.target.closest(".card")));
    this.moreButton.addEventListener("click", () => this.#more());
    new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) this.#more();
    }, { rootMargin: "600px" }).observe(this.moreButton);
    this.hits = [];
    this.sources = [];
  }

  // What the page shows before there is a query: the sources that pass the filters, of `total`.
  showSources(sources, total) {
    this.hits = [];
    this.sources = sources;
    this.shown = 0;
    byId("legend").hidden = true;
    byId("views").hidden = true;
    const isPart = sources.length < total;
    byId("count").replaceChildren(count(sources.length, "source"), isPart ? h("span", { class: "words" }, ` of ${total.toLocaleString("en")}`) : "");
    this.#say(sources.length ? "" : isPart ? "No source passes these filters." : "This library is empty.");
    this.cards = h("ul", { class: "cards", "aria-label": "Sources" });
    this.list.replaceChildren(this.cards);
    this.#moreSources();
  }

  #moreSources() {
    const next = this.sources.slice(this.shown, this.shown + PAGE);
    this.cards.append(...next.map((source) => sourceCard(source, {
      isCurrent: false, onOpen: () => this.actions.openSource(source, 0),
    })));
    this.shown += next.length;
    this.#finishPage(this.shown < this.sources.length);
  }

  // The first hits of a query. `query` describes it in words; `queryId` is for timelines.
  showHits({ hits, total, scale, query, queryId }) {
    Object.assign(this, { sources: [], hits: [], total, scale, query, queryId });
    byId("views").hidden = false;
    byId("legend").hidden = !hits.some((hit) => hit.score !== null);
    byId("scale-low").textContent = formatScore(scale.low);
    byId("scale-high").textContent = formatScore(scale.high);
    this.#say(hits.length ? "" : "No match passes these filters.");
    this.#reset();
    this.addHits(hits, total);
  }

  addHits(hits, total) {
    this.hits.push(...hits);
    this.total = total;
    const known = total === null ? `${count(this.hits.length, "match")} so far` : count(total, "match");
    byId("count").replaceChildren(known, h("span", { class: "words" }, ` for ${this.query}`));
    this.#append(hits);
    this.#finishPage(hits.length > 0 && (total === null || this.hits.length < total));
  }

  setView(view) {
    this.view = view;
    if (!this.hits.length) return;
    this.#reset();
    this.#append(this.hits);
    this.#finishPage(!this.moreButton.hidden);
  }

  setCurrent(hit) {
    this.current = hit;
    for (const card of this.list.querySelectorAll("[aria-current]")) card.removeAttribute("aria-current");
    const card = hit && this.cardOf(hit);
    if (!card) return;
    card.setAttribute("aria-current", "true");
    this.#activate(card);
    card.scrollIntoView({ block: "nearest" });
    if (this.list.contains(document.activeElement)) card.querySelector(".open").focus({ preventScroll: true });
  }

  setSelected(hit, isSelected) {
    const card = this.cardOf(hit);
    if (!card) return;
    card.classList.toggle("selected", isSelected);
    card.querySelector("input").checked = isSelected;
  }

  cardOf({ segment_id: id }) {
    return this.list.querySelector(`[data-segment="${CSS.escape(id)}"]`);
  }

  // The hit `step` places after the current one, in the order in which they are shown.
  neighbour(step) {
    const shown = [...this.list.querySelectorAll("[data-segment]")].map((card) => card.dataset.segment);
    const index = this.current ? shown.indexOf(this.current.segment_id) : -1;
    const id = shown[index < 0 ? 0 : index + step];
    return this.hits.find((hit) => hit.segment_id === id);
  }

  // The place of a hit among those that are shown, from 1; 0 for another one.
  placeOf(hit) {
    return this.hits.indexOf(hit) + 1;
  }

  focusCurrent() {
    this.list.querySelector("[aria-current] .open, .card .open")?.focus();
  }

  #reset() {
    this.groups = new Map();
    this.cards = h("ul", { class: "cards", "aria-label": "Matches" });
    this.list.replaceChildren(...(this.view === "grid" ? [this.cards] : []));
  }

  #append(hits) {
    for (const hit of hits) {
      const card = hitCard(hit, {
        scale: this.scale, actions: this.actions, isGrouped: this.view === "groups", isSelected: this.actions.isSelected(hit),
        isCurrent: hit.segment_id === this.current?.segment_id,
      });
      if (this.view === "grid") this.cards.append(card);
      else this.#group(hit.source).append(card);
    }
    for (const { cards, words } of this.groups.values()) words.textContent = count(cards.children.length, "match");
  }

  #group(source) {
    if (!this.groups.has(source.id)) {
      const words = h("span");
      const cards = h("ul", { class: "cards", "aria-label": `Matches in ${source.name}` });
      const strip = h("div", { class: "strip" });
      const facts = source.duration_sec ? [formatTime(source.duration_sec), " · "] : [];
      this.list.append(h("section", { class: "group" },
        h("header", {}, h("h3", { title: source.name }, source.name), h("p", {}, facts, words)), strip, cards));
      if (source.duration_sec) whenVisible(strip, () => this.#drawStrip(strip, source));
      else strip.remove();
      this.groups.set(source.id, { cards, words });
    }
    return this.groups.get(source.id).cards;
  }

  async #drawStrip(strip, source) {
    const { timelines, duration_sec: duration } = await getTimeline(source.id, this.queryId).catch(() => ({ timelines: [] }));
    strip.replaceChildren(...scoreLanes(timelines, duration, this.scale, (seconds) => this.actions.openSource(source, seconds)));
  }

  #say(words) {
    const empty = byId("empty");
    empty.textContent = words;
    empty.hidden = !words;
  }

  #finishPage(hasMore) {
    this.moreButton.hidden = !hasMore;
    if (!this.active?.isConnected) this.#activate(this.list.querySelector(".card"));
    for (const card of this.list.querySelectorAll(".card")) setTabStops(card, card === this.active);
  }

  #more() {
    if (this.moreButton.hidden) return;
    if (this.sources.length) this.#moreSources();
    else this.actions.more();
  }

  // One card is in the tab order; arrow keys lead to the others.
  #activate(card) {
    if (!card || card === this.active) return;
    if (this.active) setTabStops(this.active, false);
    this.active = card;
    setTabStops(card, true);
  }

  #moveFocus(event) {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1], Home: [-Infinity, 0], End: [Infinity, 0] };
    const step = steps[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey || !event.target.closest(".card")) return;
    event.preventDefault();
    event.stopPropagation();
    const cards = [...this.list.querySelectorAll(".card")];
    const index = cards.indexOf(this.active);
    const target = step[1] ? below(cards, this.active, step[1]) : cards[Math.min(Math.max(index + step[0], 0), cards.length - 1)];
    target?.querySelector(".open").focus();
  }
}

// The nearest card in the next row up or down.
function below(cards, card, direction) {
  const box = card.getBoundingClientRect();
  const centre = box.left + box.width / 2;
  const others = cards.map((other) => ({ other, place: other.getBoundingClientRect() }))
    .filter(({ place }) => (place.top - box.top) * direction > 1);
  const row = Math.min(...others.map(({ place }) => Math.abs(place.top - box.top)));
  const inRow = others.filter(({ place }) => Math.abs(Math.abs(place.top - box.top) - row) < 2);
  const distance = ({ place }) => Math.abs(place.left + place.width / 2 - centre);
  return inRow.sort((a, b) => distance(a) - distance(b))[0]?.other;
}

function setTabStops(card, isActive) {
  for (const control of card.querySelectorAll("button, input")) control.tabIndex = isActive ? 0 : -1;
}
