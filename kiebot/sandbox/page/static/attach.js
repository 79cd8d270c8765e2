// Files on their way out: chosen, dropped or pasted; several pictures or films together are an album.

import { upload } from "./api.js";
import { el, icon, iconButton } from "./dom.js";
import { toast } from "./feedback.js";
import { size, t } from "./words.js";

const MAX_FILES = 10;

/** The tray above the field. `changed` is called when files come or go. */
export function attachments({ changed }) {
  const input = el("input", { type: "file", multiple: true, hidden: true });
  const list = el("div", { class: "tray-list" });
  const asFiles = el("input", { type: "checkbox" });
  const bar = el("div", { class: "progress", hidden: true, role: "progressbar", "aria-label": t("uploading") }, el("span", {}));
  const tray = el("div", { class: "tray", hidden: true }, list, el("label", { class: "check small" }, asFiles, t("asFiles")), input);
  const box = el("div", { class: "tray-box" }, tray, bar);
  let files = [];

  function render() {
    tray.hidden = !files.length;
    list.replaceChildren(...files.map((file) => thumbnail(file, () => {
      files = files.filter((other) => other !== file);
      render();
    })));
    changed();
  }

  function add(more) {
    const all = [...files, ...more];
    if (all.length > MAX_FILES) toast(t("tooMany"));
    files = all.slice(0, MAX_FILES);
    render();
  }

  function progress(part) {
    bar.hidden = part >= 1;
    bar.firstChild.style.width = `${Math.round(part * 100)}%`;
    bar.setAttribute("aria-valuenow", String(Math.round(part * 100)));
  }

  /** Sends what is in the tray; the text becomes the caption of the first file. */
  async function send(chat, { text, ...fields }) {
    const going = files;
    const plain = asFiles.checked;
    clear();
    const measured = await Promise.all(going.map((file) => measure(file, plain)));
    const albums = albumKeys(measured);
    try {
      for (const [index, file] of going.entries()) {
        const own = { ...fields, ...measured[index], album: albums[index], text: index === 0 ? text : "" };
        await upload(`/chats/${chat}/messages`, file, own, (part) => progress((index + part) / going.length));
      }
    } finally {
      progress(1);
    }
  }

  function clear() {
    files = [];
    asFiles.checked = false;
    render();
  }

  input.addEventListener("change", () => {
    add(input.files);
    input.value = "";
  });
  return { tray: box, add, send, clear, count: () => files.length, choose: () => input.click() };
}

/** One key for the pictures and films, one for each other kind; a single file has none. */
function albumKeys(measured) {
  const sort = ({ kind }) => (kind === "photo" || kind === "video" ? "visual" : kind);
  const keys = {};
  for (const one of measured) keys[sort(one)] ??= String(crypto.getRandomValues(new Uint32Array(1))[0]);
  return measured.map((one) => (measured.filter((other) => sort(other) === sort(one)).length > 1 ? keys[sort(one)] : undefined));
}

function thumbnail(file, drop) {
  const picture = file.type.startsWith("image/") ? el("img", { alt: "", src: URL.createObjectURL(file) }) : el("span", { class: "tray-icon" }, icon("file"));
  picture.addEventListener("load", () => URL.revokeObjectURL(picture.src));
  return el("div", { class: "tray-item" }, picture, el("span", { class: "tray-name", title: file.name }, file.name), el("span", { class: "tray-size" }, size(file.size)), iconButton("close", t("removeFile", { name: file.name }), drop));
}

/** The kind of a file, and the size and length that Telegram's programs tell the server. */
export async function measure(file, plain) {
  const base = { mime: file.type };
  if (plain) return { ...base, kind: "document" };
  if (/^image\/(jpeg|png|webp)$/u.test(file.type)) return { ...base, kind: "photo", ...(await measured("img", file)) };
  if (file.type === "image/gif") return { ...base, kind: "animation", ...(await measured("img", file)) };
  if (file.type.startsWith("video/")) return { ...base, kind: "video", ...(await measured("video", file)) };
  if (file.type.startsWith("audio/")) return { ...base, kind: "audio", ...(await measured("audio", file)) };
  return { ...base, kind: "document" };
}

/** Loads the head of a file to learn its size and length; a broken one simply has none. */
export function measured(tag, file) {
  const node = document.createElement(tag);
  const url = URL.createObjectURL(file);
  return new Promise((resolve) => {
    const done = (value) => {
      URL.revokeObjectURL(url);
      resolve(value);
    };
    node.addEventListener("load", () => done({ width: node.naturalWidth, height: node.naturalHeight }));
    node.addEventListener("loadedmetadata", () => done(facts(node)));
    node.addEventListener("error", () => done({}));
    node.src = url;
  });
}

function facts(node) {
  const duration = Number.isFinite(node.duration) ? Math.round(node.duration * 10) / 10 : 0;
  return node.videoWidth ? { duration, width: node.videoWidth, height: node.videoHeight } : { duration };
}
