// The filters: sources, modalities with weights, least score, scopes and metadata.

import { attachPanel, byId, h, icon } from "./dom.js";
import { count, formatScore } from "./format.js";

const MAX_CHOICES = 200; // sources in the list at once; a name narrows it

export class Filters {
  constructor(library, onChange) {
    this.library = library;
    this.onChange = onChange;
    this.scale = { low: 0, high: 1 };
    this.clearButton = h("button", { type: "button", class: "clear", hidden: true, on: { click: () => this.clear() } }, "Clear filters");
    this.pills = [this.#sourcesPill(), this.#modalitiesPill(), this.#scorePill()];
    if (library.scopes.length > 1) this.pills.push(this.#scopesPill());
    // A column with too many values to choose from comes without any.
    const columns = Object.entries(library.metadata).filter(([, values]) => values.length);
    if (columns.length) this.pills.push(this.#metadataPill(columns));
    this.#reset();
    byId("filters").replaceChildren(...this.pills.flatMap(({ button, panel }) => [button, panel]), this.clearButton);
    this.#label();
  }

  #reset() {
    this.sources = new Set();
    this.options = new Set(this.library.modalities);
    this.weights = new Map(this.library.modalities.map((modality) => [modality, 1]));
    this.minScore = null;
    this.scopes = new Set();
    this.metadata = new Map();
  }

  clear() {
    this.#reset();
    this.#changed();
    byId("query").focus();
  }

  // The scale of the last query, within which the least score lies.
  setScale(scale) {
    this.scale = scale;
  }

  // The part of a search request that says which segments are wanted; only what differs from all.
  get body() {
    const hasWeights = [...this.options].some((option) => this.weights.get(option) !== 1);
    return {
      ...(this.sources.size && { sources: [...this.sources] }),
      ...(this.options.size < this.library.modalities.length && { options: [...this.options] }),
      ...(hasWeights && { weights: Object.fromEntries([...this.options].map((option) => [option, this.weights.get(option)])) }),
      ...(this.minScore !== null && { min_score: this.minScore }),
      ...(this.scopes.size && { scopes: [...this.scopes] }),
      ...(this.metadata.size && { metadata: Object.fromEntries(this.metadata) }),
    };
  }

  // Whether a source is wanted, as far as that is known without its segments.
  passes(source) {
    const isNamed = !this.sources.size || this.sources.has(source.id);
    return isNamed && [...this.metadata].every(([column, value]) => source.metadata[column] === value);
  }

  #changed() {
    this.#label();
    this.onChange();
  }

  #label() {
    for (const { button, value, all, describe } of this.pills) {
      const words = describe();
      value.textContent = words ?? all;
      button.classList.toggle("active", words !== null);
    }
    this.clearButton.hidden = !Object.keys(this.body).length;
  }

  // A button with a panel. `describe` says what is chosen, or null for `all`; `fill` makes the contents
  // anew whenever the panel opens.
  #pill(name, describe, fill, all = "all") {
    const value = h("b");
    const button = h("button", { type: "button", class: "pill" }, h("span", { class: "words" }, name), value, icon("down"));
    const panel = h("div", { class: "panel", role: "dialog", "aria-label": name });
    attachPanel(button, panel, () => panel.replaceChildren(h("h3", {}, name), ...fill()));
    return { button, panel, value, all, describe };
  }

  #sourcesPill() {
    const describe = () => {
      if (!this.sources.size) return null;
      const [only] = this.sources;
      return this.sources.size === 1 ? this.library.sources.find(({ id }) => id === only).name : String(this.sources.size);
    };
    return this.#pill("Sources", describe, () => {
      const list = h("ul", { class: "choices" });
      const fill = () => {
        const wanted = search.value.toLowerCase();
        const found = this.library.sources.filter(({ name }) => name.toLowerCase().includes(wanted));
        const rest = found.length - MAX_CHOICES;
        list.replaceChildren(...found.slice(0, MAX_CHOICES).map(({ id, name, segments }) => choice(name, this.sources.has(id), segments, (isOn) => {
          toggle(this.sources, id, isOn);
          this.#changed();
        })), ...(rest > 0 ? [h("li", {}, h("p", {}, `${count(rest, "more source")}: type a part of the name`))] : []));
      };
      const search = h("input", { type: "search", class: "text-field", placeholder: "Part of a name", "aria-label": "Part of a name", on: { input: fill } });
      fill();
      return [search, list];
    });
  }

  #modalitiesPill() {
    const describe = () => {
      const { modalities } = this.library;
      const { options, weights } = this.body;
      if (!options && !weights) return null;
      return modalities.filter((modality) => this.options.has(modality))
        .map((modality) => (weights ? `${modality} ${this.weights.get(modality)}` : modality)).join(", ");
    };
    return this.#pill("Modalities", describe, () => [
      ...this.library.modalities.map((modality) => this.#weight(modality)),
      h("p", {}, "With different weights, the modalities of a moment are combined: its score is their weighted mean."),
    ]);
  }

  #weight(modality) {
    const shown = h("output", {}, String(this.weights.get(modality)));
    const slider = h("input", {
      type: "range", min: 0, max: 1, step: 0.1, value: this.weights.get(modality), "aria-label": `Weight of ${modality}`,
      on: {
        input: () => { shown.textContent = slider.value; },
        change: () => {
          this.weights.set(modality, Number(slider.value));
          this.#changed();
        },
      },
    });
    const id = `modality-${modality}`;
    const box = h("input", { type: "checkbox", id, on: { change: () => {
      toggle(this.options, modality, box.checked);
      if (!this.options.size) this.options.add(modality); // one of them has to stay
      box.checked = this.options.has(modality);
      slider.disabled = !box.checked;
      this.#changed();
    } } });
    box.checked = this.options.has(modality);
    slider.disabled = !box.checked;
    return h("div", { class: "weight" }, box, h("label", { for: id }, modality), slider, shown);
  }

  #scorePill() {
    return this.#pill("Least score", () => (this.minScore === null ? null : formatScore(this.minScore)), () => {
      const { low, high } = this.scale;
      const shown = h("output", {}, this.minScore === null ? "any" : formatScore(this.minScore));
      const slider = h("input", {
        type: "range", min: low, max: high, step: "any", value: this.minScore ?? low, "aria-label": "Least score",
        on: {
          input: () => { shown.textContent = formatScore(Number(slider.value)); },
          change: () => {
            this.minScore = Number(slider.value) <= low ? null : Math.round(slider.value * 1000) / 1000;
            this.#changed();
          },
        },
      });
      return [h("div", { class: "line" }, slider, shown), h("p", {}, `Scores of this query lie between ${formatScore(low)} and ${formatScore(high)}.`)];
    });
  }

  #scopesPill() {
    return this.#pill("Scope", () => (this.scopes.size ? [...this.scopes].join(", ") : null), () => [
      h("ul", { class: "choices" }, this.library.scopes.map((scope) => choice(scope, this.scopes.has(scope), null, (isOn) => {
        toggle(this.scopes, scope, isOn);
        this.#changed();
      }))),
      h("p", {}, "Without a choice, whole media are left out where there are segments."),
    ], this.library.scopes.includes("clip") ? "clip" : "all");
  }

  #metadataPill(columns) {
    const describe = () => (this.metadata.size ? [...this.metadata].map(([column, value]) => `${column} ${value}`).join(", ") : null);
    return this.#pill("Metadata", describe, () => columns.map(([column, values]) => {
      const chosen = this.metadata.get(column);
      const select = h("select", { on: { change: () => {
        if (select.value === "") this.metadata.delete(column);
        else this.metadata.set(column, values[select.value]);
        this.#changed();
      } } }, h("option", { value: "" }, "any"), values.map((value, index) => h("option", { value: index }, String(value))));
      select.value = chosen === undefined ? "" : String(values.indexOf(chosen));
      return h("label", { class: "field" }, h("span", {}, column), select);
    }));
  }
}

function choice(name, isOn, number, onToggle) {
  const box = h("input", { type: "checkbox", on: { change: () => onToggle(box.checked) } });
  box.checked = isOn;
  return h("li", {}, h("label", {}, box, h("span", { title: name }, name), number === null ? null : h("small", {}, String(number))));
}

function toggle(set, value, isOn) {
  if (isOn) set.add(value);
  else set.delete(value);
}
