"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const players = [...document.querySelectorAll("video")];
const files = [...document.querySelectorAll(".timeline")];
const playing = document.getElementById("playing");
const tip = document.getElementById("tip");
const nextMatches = data.queries.map(() => 0); // the index of the match that each query shows next
let player = players[0];
let current = 0; // the number of the player's file
let selected = 0; // the number of the query

function formatTime(seconds) {
  const whole = Math.floor(seconds);
  const pair = (value) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return (hours ? `${hours}:${pair(minutes)}` : String(minutes)) + `:${pair(whole % 60)}`;
}

function choose(file) {
  if (file === current) return;
  player.pause();
  player.hidden = true;
  current = file;
  player = players[file];
  player.hidden = false;
  playing.textContent = data.files[file].name;
}

function seek(file, seconds) {
  choose(file);
  player.currentTime = Math.min(Math.max(seconds, 0), data.files[file].duration);
  show();
}

function show() {
  const time = player.currentTime;
  const position = Math.min(time / data.files[current].duration, 1) * 10000;
  for (const line of files[current].querySelectorAll(".playhead line, line.playhead")) {
    line.setAttribute("x1", position);
    line.setAttribute("x2", position);
  }
  const track = files[current].querySelector(".track");
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
  const matches = data.queries[query];
  const [file, start] = matches[nextMatches[query] % matches.length];
  seek(file, start);
  nextMatches[query] += 1;
}

function timeAt(event, element) {
  const box = element.getBoundingClientRect();
  const share = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
  return share * data.files[element.dataset.file].duration;
}

function showTooltip(event, element) {
  const time = timeAt(event, element);
  const { file, query, timeline } = element.dataset;
  const segments = timeline === undefined ? [] : data.files[file].timelines[query][timeline];
  const segment = segments.find(([start, end]) => start <= time && time < end);
  tip.textContent = segment ? `${formatTime(segment[0])} to ${formatTime(segment[1])}   ${(Math.round(segment[2] * 100) / 100 + 0).toFixed(2)}`
    : formatTime(time);
  tip.hidden = false;
  const half = tip.offsetWidth / 2 + 4;
  tip.style.left = `${Math.min(Math.max(event.clientX, half), innerWidth - half)}px`;
  tip.style.top = `${element.getBoundingClientRect().top - 6}px`;
}

for (const element of document.querySelectorAll(".track, .scores")) {
  const file = Number(element.dataset.file);
  let isDragged = false;
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    isDragged = true;
    element.setPointerCapture(event.pointerId);
    if (element.dataset.query !== undefined) select(Number(element.dataset.query));
    seek(file, timeAt(event, element));
  });
  element.addEventListener("pointermove", (event) => {
    if (isDragged) seek(file, timeAt(event, element));
    if (event.pointerType === "mouse") showTooltip(event, element);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    element.addEventListener(end, () => { isDragged = false; });
  }
  element.addEventListener("pointerleave", () => { tip.hidden = true; });
}

for (const track of document.querySelectorAll(".track")) {
  track.addEventListener("focus", () => choose(Number(track.dataset.file)));
}
for (const button of document.querySelectorAll("[data-time]")) {
  button.addEventListener("click", () => {
    seek(Number(button.dataset.file), Number(button.dataset.time));
  });
}
for (const button of document.querySelectorAll(".query button")) {
  button.addEventListener("click", () => select(Number(button.closest(".query").dataset.query)));
}
for (const button of document.querySelectorAll(".timeline > header button")) {
  button.addEventListener("click", () => {
    choose(Number(button.closest(".timeline").dataset.file));
    show();
  });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = event.shiftKey ? 5 : 1;
  const number = Number(event.code.replace("Digit", ""));
  if (event.key === "ArrowLeft") seek(current, player.currentTime - step);
  else if (event.key === "ArrowRight") seek(current, player.currentTime + step);
  else if (event.key === "Home") seek(current, 0);
  else if (event.key === "End") seek(current, data.files[current].duration);
  else if (event.key === " " && !(event.target instanceof HTMLButtonElement)) {
    if (player.paused) player.play();
    else player.pause();
  } else if (number >= 1 && number <= data.queries.length) nextMatch(number - 1);
  else return;
  event.preventDefault();
});

for (const each of players) {
  for (const name of ["timeupdate", "seeking", "seeked", "loadedmetadata"]) {
    each.addEventListener(name, () => { if (each === player) show(); });
  }
  each.addEventListener("play", function follow() {
    if (each !== player) return;
    show();
    if (!each.paused) requestAnimationFrame(follow);
  });
}
select(0);
show();
