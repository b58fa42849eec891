// Times, scores and numbers as people read them, and links to a time in a source.

export function formatTime(seconds) {
  const whole = Math.floor(seconds);
  const pair = (value) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return (hours ? `${hours}:${pair(minutes)}` : String(minutes)) + `:${pair(whole % 60)}`;
}

// The time range of a hit or of a whole source; empty for what has no times.
export function formatRange({ start_sec: start, end_sec: end }) {
  return start === null || start === undefined ? "" : `${formatTime(start)} – ${formatTime(end)}`;
}

// Two digits; never "-0.00".
export function formatScore(score) {
  if (score === null) return ""; // an index ranks without scores
  return (Math.round(score * 100) / 100 + 0).toFixed(2);
}

const PLURALS = { match: "matches", query: "queries" };

export function count(number, noun) {
  return `${number.toLocaleString("en")} ${number === 1 ? noun : PLURALS[noun] ?? `${noun}s`}`;
}

// The share of a score on the scale, from 0 to 1.
export function shareOf(score, scale) {
  if (score === null) return 0;
  return Math.min(Math.max((score - scale.low) / (scale.high - scale.low), 0), 1);
}

// A link that other programs open, too: the file or URL with the time as a media fragment.
export function linkTo(source, start, end) {
  const { location } = source;
  const path = location.replaceAll("\\", "/");
  const isPath = path.startsWith("/") || /^[A-Za-z]:\//.test(path);
  const encoded = path.split("/").map(encodeURIComponent).join("/").replace(/^([A-Za-z])%3A/, "$1:");
  const url = isPath ? `file://${path.startsWith("/") ? "" : "/"}${encoded}` : location;
  return start === null ? url : `${url}#t=${Number(start.toFixed(3))},${Number(end.toFixed(3))}`;
}
