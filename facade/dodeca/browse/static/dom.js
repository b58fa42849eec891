// Elements with properties, attributes and children. Text stays text: no name becomes markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

export function h(tag, properties = {}, ...children) {
  return fill(document.createElement(tag), properties, children);
}

export function svg(tag, properties = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), properties, children);
}

export function icon(name) {
  return svg("svg", { class: "icon", "aria-hidden": "true" }, svg("use", { href: `static/icons.svg#${name}` }));
}

export function hiddenText(text) {
  return h("span", { class: "hidden-text" }, text);
}

export function byId(id) {
  return document.getElementById(id);
}

// Calls `listener` once, when the element comes near what is shown.
export function whenVisible(element, listener) {
  const observer = new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) {
      observer.disconnect();
      listener();
    }
  }, { rootMargin: "300px" });
  observer.observe(element);
}

let panels = 0;

// A button that opens a panel below it, or above it where there is no room. The browser closes it
// with Escape and a click elsewhere.
export function attachPanel(button, panel, onOpen = () => {}) {
  panel.id = `panel-${panels += 1}`;
  panel.popover = "auto";
  button.setAttribute("popovertarget", panel.id);
  button.setAttribute("aria-haspopup", "dialog");
  button.setAttribute("aria-expanded", "false");
  panel.addEventListener("beforetoggle", (event) => {
    if (event.newState === "open") onOpen();
  });
  panel.addEventListener("toggle", (event) => {
    const isOpen = event.newState === "open";
    button.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) return;
    const anchor = button.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = panel;
    const below = anchor.bottom + 8;
    panel.style.left = `${Math.max(Math.min(anchor.left, innerWidth - width - 12), 12)}px`;
    panel.style.top = `${below + height < innerHeight ? below : Math.max(anchor.top - height - 8, 12)}px`;
    panel.querySelector("input, select, button")?.focus();
  });
  return panel;
}

// A message that stays until the next one, or until it is closed.
export function notify(title, detail = "", { isError = false } = {}) {
  const close = h("button", { type: "button", class: "ghost", "aria-label": "Close the message", on: { click: () => notice.remove() } }, icon("close"));
  const notice = h("div", { class: `notice${isError ? " error" : ""}` },
    h("div", {}, h("strong", {}, title), detail ? h("code", {}, detail) : null), close);
  byId("status").replaceChildren(notice);
}

export function notifyError(error) {
  notify("That did not work", error.message, { isError: true });
}
