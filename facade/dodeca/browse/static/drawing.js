// Score timelines and waveforms as SVG, in the colours of the style sheet.

import { formatScore, shareOf } from "./format.js";
import { h, svg } from "./dom.js";

const WIDTH = 10000;
const MANY_SEGMENTS = 240; // from here on, their boundaries would hide them
const MIN_OPACITY = 0.1;

// One lane for each modality; `onSeek` gets the seconds at which a lane was clicked.
export function scoreLanes(timelines, duration, scale, onSeek) {
  return timelines.map((timeline) => {
    const cells = timeline.scores.map((score, index) => cell(timeline, index, shareOf(score, scale), duration));
    const low = formatScore(Math.min(...timeline.scores));
    const high = formatScore(Math.max(...timeline.scores));
    const label = `${timeline.modality}: ${timeline.scores.length} segments, scores from ${low} to ${high}`;
    const chart = svg("svg", {
      class: `scores${timeline.scores.length > MANY_SEGMENTS ? " dense" : ""}`,
      viewBox: `0 0 ${WIDTH} 100`, preserveAspectRatio: "none", role: "img", "aria-label": label,
      on: { click: (event) => onSeek(positionOf(event, chart) * duration) },
    }, cells);
    return h("div", { class: "lane" }, h("span", { "aria-hidden": "true" }, timeline.modality), chart);
  });
}

function cell(timeline, index, share, duration) {
  const left = Math.round((timeline.start_sec[index] / duration) * WIDTH);
  const right = Math.round((timeline.end_sec[index] / duration) * WIDTH);
  const opacity = (MIN_OPACITY + (1 - MIN_OPACITY) * share).toFixed(2);
  return svg("rect", { x: left, width: Math.max(right - left, 1), height: 100, "fill-opacity": opacity });
}

// Where a pointer is on an element, from 0 (left) to 1 (right).
export function positionOf(event, element) {
  const box = element.getBoundingClientRect();
  return Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
}

// The peaks of an audio file; the part from `start` to `end` is coloured.
export function waveform({ peaks, duration_sec: duration }, start, end) {
  const isInRange = (index) => {
    const time = ((index + 0.5) / peaks.length) * duration;
    return start !== null && start <= time && time < end;
  };
  const bars = (wanted) => peaks.map((peak, index) => {
    if (isInRange(index) !== wanted) return "";
    const height = Math.max(peak * 96, 2);
    return `M${index} ${(50 - height / 2).toFixed(1)}h.7v${height.toFixed(1)}h-.7z`;
  }).join("");
  return svg("svg", { class: "wave", viewBox: `0 0 ${peaks.length} 100`, preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("path", { d: bars(false), fill: "currentColor" }), svg("path", { d: bars(true), class: "range", fill: "currentColor" }));
}

// Fewer peaks for a small picture: the highest of each part.
export function coarse({ peaks, duration_sec: duration }, parts) {
  if (peaks.length <= parts) return { peaks, duration_sec: duration };
  const size = peaks.length / parts;
  const highest = (part) => Math.max(...peaks.slice(Math.floor(part * size), Math.ceil((part + 1) * size)));
  return { peaks: Array.from({ length: parts }, (_, part) => highest(part)), duration_sec: duration };
}
