// Building elements. Text only ever becomes a text node: nothing in this page writes HTML.

/** An element with properties, event listeners (`onclick`), `dataset`, `aria-*` and children (nodes, strings, null). */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "dataset") Object.assign(node.dataset, value);
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name in node && !name.includes("-") && typeof value !== "object") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const PATHS = {
  send: "M3 11.5 21 3l-5.5 18-4-7.5L3 11.5zm8.5 2L21 3",
  attach: "M20 11.5 12 19.5a5 5 0 0 1-7.1-7.1l8.5-8.5a3.3 3.3 0 0 1 4.7 4.7l-8.4 8.4a1.7 1.7 0 0 1-2.4-2.4L15 7",
  mic: "M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21",
  menu: "M4 7h16M4 12h16M4 17h16",
  back: "M15 5l-7 7 7 7",
  close: "M6 6l12 12M18 6 6 18",
  down: "M6 9l6 6 6-6",
  reply: "M10 7 4 12.5 10 18v-3.5c5 0 8 1 10 4-.5-5-3-8.5-10-8.5z",
  edit: "M4 20l1-4L16 5l3 3L8 19z M14 7l3 3",
  copy: "M9 9h10v11H9zM5 15V4h10",
  trash: "M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13",
  forward: "M14 7l6 5.5L14 18v-3.5c-5 0-8 1-10 4 .5-5 3-8.5 10-8.5z",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  play: "M8 5.5v13l11-6.5z",
  pause: "M8 5.5v13M16 5.5v13",
  stop: "M7 7h10v10H7z",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  download: "M12 4v11M7 11l5 5 5-5M5 20h14",
  user: "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM4.5 20a7.5 6 0 0 1 15 0",
  group: "M9 5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7zM2.5 19a6.5 5 0 0 1 13 0M16 5.5a3.2 3.2 0 0 1 0 6.2M18 14.5c2 .6 3.5 2 3.5 4.5",
  sun: "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4",
  moon: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z",
  auto: "M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16",
  tools: "M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4",
  link: "M9 15l6-6M8 11l-2 2a3.5 3.5 0 0 0 5 5l2-2M11 8l2-2a3.5 3.5 0 0 1 5 5l-2 2",
  app: "M4 5h16v14H4zM4 9h16",
  star: "M12 3.5l2.6 5.6 6 .7-4.5 4.1 1.2 6L12 16.9 6.7 19.9l1.2-6L3.4 9.8l6-.7z",
  pin: "M12 21s-6.5-6-6.5-11a6.5 6.5 0 0 1 13 0c0 5-6.5 11-6.5 11zM12 7.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z",
  topic: "M5 9h14M5 15h14M10 4 8 20M16 4l-2 16",
  plus: "M12 5v14M5 12h14",
  code: "M9 8l-5 4 5 4M15 8l5 4-5 4",
  check: "M5 12.5l4.5 4.5L19 7.5",
};

/** A drawn icon by name. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** A button that shows only an icon; its name is read aloud and shown as a tooltip. */
export function iconButton(name, label, onclick, extra = {}) {
  return el("button", { type: "button", class: "icon-button", title: label, "aria-label": label, onclick, ...extra }, icon(name));
}

/** The letters of a name for its avatar, and a colour that stays the same for one id. */
export function avatar(name, id, size = "") {
  const words = name.trim().split(/\s+/u).slice(0, 2);
  const letters = words.map((word) => [...word][0] || "").join("").toUpperCase() || "?";
  return el("span", { class: `avatar tone-${tone(id)} ${size}`, "aria-hidden": "true" }, letters);
}

export const tone = (id) => Math.abs(Number(id)) % 7;

/** `work`, at most once a frame however often it is asked for. */
export function everyFrame(work) {
  let waiting = false;
  return () => {
    if (!waiting) {
      requestAnimationFrame(() => {
        waiting = false;
        work();
      });
    }
    waiting = true;
  };
}

/** Copies text, also where the clipboard API is closed to the page. */
export async function copyText(text) {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      return;
    } catch {
      // no permission: the old way below needs none
    }
  }
  const area = el("textarea", { class: "offscreen", value: text });
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
