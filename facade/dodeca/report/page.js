"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const player = document.getElementById("player");
const track = document.getElementById("track");
const tip = document.getElementById("tip");
const playheads = document.querySelectorAll(".playhead line, line.playhead");
const nextMatches = data.queries.map(() => 0); // the index of the match that each query shows next
let selected = 0;

function formatTime(seconds) {
  const whole = Math.floor(seconds);
  const pair = (value) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return (hours ? `${hours}:${pair(minutes)}` : String(minutes)) + `:${pair(whole % 60)}`;
}

function seek(seconds) {
  player.currentTime = Math.min(Math.max(seconds, 0), data.duration);
  show();
}

function show() {
  const time = player.currentTime;
  const position = Math.min(time / data.duration, 1) * 10000;
  for (const line of playheads) {
    line.setAttribute("x1", position);
    line.setAttribute("x2", position);
  }
  track.setAttribute("aria-valuenow", time.toFixed(1));
  track.setAttribute("aria-valuetext", formatTime(time));
}

function select(query) {
  selected = query;
  for (const section of document.querySelectorAll(".matches")) {
    section.hidden = Number(section.dataset.query) !== query;
  }
  for (const section of document.querySelectorAll(".query")) {
    const isSelected = Number(section.dataset.query) === query;
    section.classList.toggle("selected", isSelected);
    section.querySelector("button").setAttribute("aria-pressed", isSelected);
  }
}

function nextMatch(query) {
  if (query !== selected) nextMatches[query] = 0;
  select(query);
  const { matches } = data.queries[query];
  seek(matches[nextMatches[query] % matches.length]);
  nextMatches[query] += 1;
}

function timeAt(event, element) {
  const box = element.getBoundingClientRect();
  return Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1) * data.duration;
}

function showTooltip(event, element) {
  const time = timeAt(event, element);
  const { query, timeline } = element.dataset;
  const segments = timeline === undefined ? [] : data.queries[query].timelines[timeline];
  const segment = segments.find(([start, end]) => start <= time && time < end);
  tip.textContent = segment ? `${formatTime(segment[0])} to ${formatTime(segment[1])}   ${(Math.round(segment[2] * 100) / 100 + 0).toFixed(2)}`
    : formatTime(time);
  tip.hidden = false;
  const half = tip.offsetWidth / 2 + 4;
  tip.style.left = `${Math.min(Math.max(event.clientX, half), innerWidth - half)}px`;
  tip.style.top = `${element.getBoundingClientRect().top - 6}px`;
}

for (const element of [track, ...document.querySelectorAll(".scores")]) {
  let isDragged = false;
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    isDragged = true;
    element.setPointerCapture(event.pointerId);
    if (element.dataset.query !== undefined) select(Number(element.dataset.query));
    seek(timeAt(event, element));
  });
  element.addEventListener("pointermove", (event) => {
    if (isDragged) seek(timeAt(event, element));
    if (event.pointerType === "mouse") showTooltip(event, element);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    element.addEventListener(end, () => { isDragged = false; });
  }
  element.addEventListener("pointerleave", () => { tip.hidden = true; });
}

for (const button of document.querySelectorAll("[data-time]")) {
  button.addEventListener("click", () => seek(Number(button.dataset.time)));
}
for (const button of document.querySelectorAll(".query h2 button")) {
  button.addEventListener("click", () => select(Number(button.closest(".query").dataset.query)));
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = event.shiftKey ? 5 : 1;
  const number = Number(event.code.replace("Digit", ""));
  if (event.key === "ArrowLeft") seek(player.currentTime - step);
  else if (event.key === "ArrowRight") seek(player.currentTime + step);
  else if (event.key === "Home") seek(0);
  else if (event.key === "End") seek(data.duration);
  else if (event.key === " " && !(event.target instanceof HTMLButtonElement)) {
    if (player.paused) player.play();
    else player.pause();
  } else if (number >= 1 && number <= data.queries.length) nextMatch(number - 1);
  else return;
  event.preventDefault();
});

for (const name of ["timeupdate", "seeking", "seeked", "loadedmetadata"]) {
  player.addEventListener(name, show);
}
player.addEventListener("play", function follow() {
  show();
  if (!player.paused) requestAnimationFrame(follow);
});
select(0);
show();
