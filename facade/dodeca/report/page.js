"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const player = document.getElementById("player");
const track = document.getElementById("track");
const tip = document.getElementById("tip");
const heads = document.querySelectorAll(".head line, .at");
const turns = data.queries.map(() => 0); // which of its best moments a query shows next
let chosen = 0;

function clock(seconds) {
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
  const place = Math.min(time / data.duration, 1) * 10000;
  for (const line of heads) {
    line.setAttribute("x1", place);
    line.setAttribute("x2", place);
  }
  track.setAttribute("aria-valuenow", time.toFixed(1));
  track.setAttribute("aria-valuetext", clock(time));
}

function choose(query) {
  chosen = query;
  for (const section of document.querySelectorAll(".moments")) {
    section.hidden = Number(section.dataset.query) !== query;
  }
  for (const section of document.querySelectorAll(".query")) {
    const isChosen = Number(section.dataset.query) === query;
    section.classList.toggle("chosen", isChosen);
    section.querySelector("button").setAttribute("aria-pressed", isChosen);
  }
}

function nextBest(query) {
  if (query !== chosen) turns[query] = 0;
  choose(query);
  const best = data.queries[query].best;
  seek(best[turns[query] % best.length]);
  turns[query] += 1;
}

function timeAt(event, element) {
  const box = element.getBoundingClientRect();
  return Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1) * data.duration;
}

function explain(event, element) {
  const time = timeAt(event, element);
  const { query, strip } = element.dataset;
  const cells = strip === undefined ? [] : data.queries[query].strips[strip];
  const cell = cells.find(([start, end]) => start <= time && time < end);
  tip.textContent = cell ? `${clock(cell[0])} to ${clock(cell[1])}   ${(Math.round(cell[2] * 100) / 100 + 0).toFixed(2)}`
    : clock(time);
  tip.hidden = false;
  const half = tip.offsetWidth / 2 + 4;
  tip.style.left = `${Math.min(Math.max(event.clientX, half), innerWidth - half)}px`;
  tip.style.top = `${element.getBoundingClientRect().top - 6}px`;
}

for (const element of [track, ...document.querySelectorAll(".strip")]) {
  let isDragged = false;
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    isDragged = true;
    element.setPointerCapture(event.pointerId);
    if (element.dataset.query !== undefined) choose(Number(element.dataset.query));
    seek(timeAt(event, element));
  });
  element.addEventListener("pointermove", (event) => {
    if (isDragged) seek(timeAt(event, element));
    if (event.pointerType === "mouse") explain(event, element);
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
  button.addEventListener("click", () => choose(Number(button.closest(".query").dataset.query)));
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
  } else if (number >= 1 && number <= data.queries.length) nextBest(number - 1);
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
choose(0);
show();
