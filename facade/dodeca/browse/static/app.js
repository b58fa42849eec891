// The page of a library: connects the search, the filters, the results, the player and the selection.

import { getLibrary, search } from "./api.js";
import { byId, notifyError } from "./dom.js";
import { Filters } from "./filters.js";
import { count, formatRange } from "./format.js";
import { listen } from "./keys.js";
import { Player } from "./player.js";
import { Results } from "./results.js";
import { SearchBox } from "./search_box.js";
import { Selection } from "./selection.js";

const PAGE = 50; // hits of one request

const library = await getLibrary().catch((error) => {
  byId("count").textContent = "The library cannot be shown";
  notifyError(error);
  throw error;
});
const sources = new Map(library.sources.map((source) => [source.id, source]));
let query = null; // what is searched for, as the server takes it, with a label
let answer = null; // the first page of it
let running = null; // the controller of the request that runs

const results = new Results({
  open: openHit, select, like, openSource, isSelected: (hit) => selection.has(hit),
  more: () => load(results.hits.length),
});
const selection = new Selection(library.clips_folder, (hits) => {
  for (const hit of hits) results.setSelected(hit, false);
  player.showSelected();
});
const player = new Player({
  step, like, select, isSelected: (hit) => selection.has(hit), placeOf: (hit) => results.placeOf(hit),
  total: () => results.total,
  onClose: () => {
    results.focusCurrent();
    results.setCurrent(null);
  },
});
const filters = new Filters(library, () => (query ? load(0) : showSources()));
const box = new SearchBox((next) => {
  setQuery(next);
  remember();
});
const viewButtons = { grid: byId("view-grid"), groups: byId("view-groups") };

function setQuery(next) {
  query = next;
  box.setQuery(next);
  if (next) {
    load(0);
    return;
  }
  running?.abort();
  answer = null;
  document.title = `${library.name} – dodeca`;
  showSources();
}

function showSources() {
  results.showSources(library.sources.filter((source) => filters.passes(source)), library.sources.length);
}

// The hits from `offset` on; those from 0 on replace what is shown.
async function load(offset) {
  if (offset && running) return; // the next page is on its way
  running?.abort();
  const controller = new AbortController();
  running = controller;
  byId("busy").hidden = false;
  const { text, image_id: image, segment_id: segment } = query;
  const wanted = text !== undefined ? { text } : image !== undefined ? { image_id: image } : { segment_id: segment };
  try {
    const page = await search({ query: wanted, ...filters.body, offset, limit: PAGE }, controller.signal);
    showQueries(page.queries);
    await learnSources(page.hits);
    const hits = page.hits.map((hit) => ({ ...hit, source: sources.get(hit.source_id), query_id: page.query_id }));
    if (offset) {
      results.addHits(hits, page.total);
    } else {
      answer = { queryId: page.query_id, scale: page.scale };
      filters.setScale(page.scale);
      const words = text !== undefined ? `“${text}”` : query.label;
      document.title = `${words} – ${library.name}`;
      results.showHits({ ...page, hits, query: words, queryId: page.query_id });
      scrollTo({ top: 0 });
    }
  } catch (error) {
    if (error.name !== "AbortError") notifyError(error);
  } finally {
    if (running === controller) {
      running = null;
      byId("busy").hidden = true;
    }
  }
}

// An index may have got videos since the page was opened.
async function learnSources(hits) {
  if (hits.every((hit) => sources.has(hit.source_id))) return;
  library.sources = (await getLibrary()).sources;
  for (const source of library.sources) sources.set(source.id, source);
}

function openHit(hit) {
  player.openHit(hit, { queryId: hit.query_id, scale: answer?.scale ?? results.scale });
  results.setCurrent(hit);
}

function openSource(source, seconds) {
  results.setCurrent(null);
  player.openSource(source, seconds, answer);
}

function step(difference) {
  const hit = results.neighbour(difference);
  if (hit) openHit(hit);
  if (results.hits.length - results.placeOf(hit) < 5 && !results.moreButton.hidden) load(results.hits.length);
}

function like(hit) {
  const label = `Like ${hit.source.name} ${formatRange(hit)}`.trim();
  setQuery({ segment_id: hit.segment_id, label, url: hit.thumbnail });
  remember();
}

function select(hit, isSelected) {
  selection.set(hit, isSelected);
  results.setSelected(hit, isSelected);
  if (player.hit?.segment_id === hit.segment_id) player.showSelected();
}

function setView(view) {
  results.setView(view);
  for (const [name, button] of Object.entries(viewButtons)) button.setAttribute("aria-pressed", String(name === view));
}

function showQueries({ sent, kept }) {
  const words = byId("queries");
  words.textContent = `${count(sent, "query")} sent, ${kept.toLocaleString("en")} kept`;
  words.title = "Each new query costs one request. Kept queries are free.";
}

// The address holds the query, so that reloading and the back button lead to it.
function remember() {
  const { text, segment_id: like } = query ?? {};
  const values = text !== undefined ? { q: text } : like !== undefined ? { like, label: query.label } : {};
  const hash = new URLSearchParams(values).toString();
  history.pushState(query, "", hash ? `#${hash}` : location.pathname);
}

function restore(state) {
  const hash = new URLSearchParams(location.hash.slice(1));
  if (state) setQuery(state);
  else if (hash.has("q")) setQuery({ text: hash.get("q") });
  else if (hash.has("like")) setQuery({ segment_id: hash.get("like"), label: hash.get("label") ?? "Like a segment", url: null });
  else setQuery(null);
}

byId("name").textContent = library.name;
byId("name").title = library.name;
byId("facts").textContent = [library.segments === null ? count(library.sources.length, "source") : count(library.segments, "segment"), library.model_name].join(" · ");
showQueries(library.queries);
for (const [name, button] of Object.entries(viewButtons)) button.addEventListener("click", () => setView(name));
listen(player, { step, like, toggleView: () => setView(results.view === "grid" ? "groups" : "grid") });
addEventListener("popstate", (event) => restore(event.state));
restore(history.state);
