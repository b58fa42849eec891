// One result, or one source before there is a query, as a card.

import { getWaveform, thumbnailUrl } from "./api.js";
import { coarse, waveform } from "./drawing.js";
import { h, hiddenText, icon, whenVisible } from "./dom.js";
import { count, formatRange, formatScore, formatTime, shareOf } from "./format.js";

const CARD_PEAKS = 64;
const KINDS = { video: "video", audio: "audio", image: "image" };

// `actions` are open(hit), select(hit, isSelected) and like(hit). In the group of its source, the title is
// the modality.
export function hitCard(hit, { scale, isGrouped, isSelected, isCurrent, actions }) {
  const { source } = hit;
  const range = formatRange(hit);
  const name = `${source.name}${range ? `, ${range}` : ""}`;
  const meter = h("i");
  meter.style.width = `${shareOf(hit.score, scale) * 100}%`;
  const [modality, transcript] = describe(hit);
  const title = isGrouped ? modality : source.name;
  const details = isGrouped ? [transcript] : [source.state === "missing" && "missing", modality, transcript];
  const open = h("button", { type: "button", class: "open", on: { click: () => actions.open(hit) } },
    picture(source, hit, hit.score === null ? [] : h("span", { class: "meter" }, meter)),
    h("span", { class: "caption" },
      h("span", { class: "name", title: source.name }, title), hit.score === null ? null : hiddenText("score"),
      h("span", { class: "score" }, formatScore(hit.score))),
    h("span", { class: "detail" }, details.filter(Boolean).join(" · ")));
  const box = h("input", { type: "checkbox", "aria-label": `Select ${name}`, on: { change: () => actions.select(hit, box.checked) } });
  box.checked = isSelected;
  const like = h("button", {
    type: "button", class: "like", "aria-label": `More like ${name}`, title: "More like this",
    on: { click: () => actions.like(hit) },
  }, icon("like"));
  const classes = ["card", isSelected && "selected", source.state === "missing" && "missing"];
  const card = h("li", {
    class: classes.filter(Boolean).join(" "), "data-segment": hit.segment_id, "aria-current": isCurrent ? "true" : null,
  }, open, h("label", { class: "pick" }, box, icon("check")), like);
  return card;
}

export function sourceCard(source, { isCurrent, onOpen }) {
  const facts = [source.kind, source.segments === null ? "" : count(source.segments, "segment")];
  if (source.state !== "local") facts[0] = source.state;
  return h("li", { class: `card${source.state === "missing" ? " missing" : ""}`, "data-source": source.id, "aria-current": isCurrent ? "true" : null },
    h("button", { type: "button", class: "open", on: { click: () => onOpen(source) } },
      picture(source, null),
      h("span", { class: "caption" }, h("span", { class: "name", title: source.name }, source.name)),
      h("span", { class: "detail" }, facts.filter(Boolean).join(" · "))));
}

function describe(hit) {
  const parts = Object.entries(hit.scores || {});
  const modality = parts.length > 1
    ? parts.map(([option, score]) => `${option} ${formatScore(score)}`).join(", ") : hit.modality;
  return [modality ?? hit.source.kind ?? "", hit.transcript && `“${hit.transcript}”`];
}

function picture(source, hit, ...children) {
  const range = hit ? formatRange(hit) : source.duration_sec ? formatTime(source.duration_sec) : "";
  const frame = h("span", { class: "picture" }, icon(KINDS[source.kind] || "document"));
  const url = hit ? hit.thumbnail : source.kind === "audio" || source.kind === "text" || source.state === "missing" ? null : thumbnailUrl(source.id, null);
  if (url) {
    // Without a thumbnail the icon below it remains.
    const image = h("img", { src: url, alt: "", loading: "lazy", decoding: "async", on: { error: () => image.remove() } });
    frame.append(image);
  } else if (source.kind === "audio" && source.state !== "missing") {
    whenVisible(frame, () => getWaveform(source.id).then((peaks) => {
      frame.replaceChild(waveform(coarse(peaks, CARD_PEAKS), hit?.start_sec ?? null, hit?.end_sec ?? null), frame.firstChild);
    }, () => {}));
  }
  frame.append(...children.flat());
  if (range) frame.append(h("span", { class: "time" }, range));
  return frame;
}
