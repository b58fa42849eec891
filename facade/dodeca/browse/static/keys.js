// The keyboard shortcuts and the dialog that lists them.

import { byId, h } from "./dom.js";

const SHORTCUTS = [
  [["/"], "Search"],
  [["N", "P"], "Next and previous match"],
  [["Space"], "Play or pause"],
  [["←", "→"], "1 second back or forward, 5 with Shift"],
  [["R"], "Play the match again"],
  [["L"], "Repeat the match"],
  [["X"], "Select the match"],
  [["M"], "More like this"],
  [["G"], "Group by source"],
  [["Esc"], "Close the player"],
  [["↑", "↓", "←", "→"], "Move in the results"],
];

// `actions`: step(difference), like(), toggleView(); `player` is the player.
export function listen(player, actions) {
  const help = byId("help");
  byId("help-keys").append(...SHORTCUTS.flatMap(([keys, words]) => [
    h("dt", {}, keys.map((key) => h("kbd", {}, key))), h("dd", {}, words),
  ]));
  byId("help-open").addEventListener("click", () => help.showModal());
  const seekBy = (seconds) => player.playback.seek(player.playback.time + seconds);
  const commands = {
    "/": () => byId("query").select(),
    "?": () => help.showModal(),
    n: () => actions.step(1),
    p: () => actions.step(-1),
    g: () => actions.toggleView(),
  };
  const inPlayer = {
    Escape: () => player.close(),
    " ": () => player.playback.toggle(),
    ArrowLeft: (event) => seekBy(event.shiftKey ? -5 : -1),
    ArrowRight: (event) => seekBy(event.shiftKey ? 5 : 1),
    r: () => player.playRange(),
    l: () => player.toggleLoop(),
    x: () => player.toggleSelected(),
    m: () => player.hit && actions.like(player.hit),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open || isTyping(event)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const command = commands[key] ?? (player.isOpen ? inPlayer[key] : undefined);
    if (!command) return;
    event.preventDefault();
    command(event);
  });
}

// Keys that the focused control or an open panel takes itself.
function isTyping({ key, target }) {
  if (document.querySelector(":popover-open")) return true;
  if (target.matches("input:not([type=checkbox]), select, textarea")) return true;
  return key === " " && target.matches("button, input, a");
}
