// What a message carries besides text: pictures, films, sounds, files and the small cards.

import { fileUrl } from "./api.js";
import { el, icon } from "./dom.js";
import { player } from "./player.js";
import { money, size, t } from "./words.js";

const MAX_WIDTH = 420;
const MAX_HEIGHT = 440;
const MIN_SIDE = 120;

export const isVisual = (message) => ["photo", "video", "animation"].includes(message.kind) && Boolean(message.media);

/** The node of a message's media, or null. `open` shows a photo large, `vote` takes part in a poll. */
export function mediaNode(message, open, vote) {
  const { kind, media } = message;
  if (!media) return null;
  if (kind in CARDS) return CARDS[kind](media, vote);
  if (kind === "photo") return photo(media, message.text, open);
  if (kind === "video" || kind === "animation") return video(media, kind);
  if (kind === "video_note") return el("div", { class: "round" }, videoElement(media, {}));
  if (kind === "voice" || kind === "audio") return player(media, kind);
  if (kind === "sticker") return sticker(media);
  return documentCard(media);
}

/** The size on the screen that keeps the place free before the file has come. */
function fit(media) {
  const width = media.width || 320;
  const height = media.height || (media.width ? media.width : 240);
  const scale = Math.min(MAX_WIDTH / width, MAX_HEIGHT / height, 1);
  return { width: Math.max(MIN_SIDE, Math.round(width * scale)), height: Math.max(MIN_SIDE, Math.round(height * scale)) };
}

function photo(media, caption, open) {
  const image = el("img", { src: fileUrl(media.id), alt: caption || t("photo"), loading: "lazy", decoding: "async", ...fit(media) });
  image.addEventListener("error", () => button.classList.add("broken"));
  const button = el("button", { type: "button", class: "photo", "aria-label": t("photo"), onclick: () => open(media.id) }, image);
  return button;
}

function videoElement(media, props) {
  return el("video", { src: fileUrl(media.id), controls: true, playsInline: true, preload: "metadata", ...props });
}

function video(media, kind) {
  const animation = kind === "animation";
  const picture = media.mime?.startsWith("image/");
  if (picture) return el("div", { class: "video" }, el("img", { src: fileUrl(media.id), alt: t("animation"), ...fit(media) }));
  const loop = animation ? { loop: true, muted: true, autoplay: true, controls: false } : {};
  return el("div", { class: "video" }, videoElement(media, { ...fit(media), ...loop, "aria-label": t(kind) }), animation ? el("span", { class: "badge" }, "GIF") : null);
}

/** Photos and films sent together: rows of up to three. */
export function albumNode(messages, open) {
  const tiles = messages.map((message) => {
    const tile = mediaNode(message, open);
    tile.dataset.message = message.id;
    return tile;
  });
  return el("div", { class: `album album-${Math.min(messages.length, 10)}` }, tiles);
}

function sticker(media) {
  if (media.mime === "video/webm") return el("div", { class: "sticker" }, videoElement(media, { controls: false, loop: true, muted: true, autoplay: true }));
  if (media.mime?.startsWith("image/")) return el("div", { class: "sticker" }, el("img", { src: fileUrl(media.id), alt: t("sticker") }));
  return el("div", { class: "sticker emoji" }, "🙂");
}

function documentCard(media) {
  const name = media.name || t("document");
  const ending = /\.([\p{L}\d]{1,5})$/u.exec(name)?.[1] ?? "";
  return el(
    "a",
    { class: "document", href: `${fileUrl(media.id)}?download=1`, download: name, title: t("download") },
    el("span", { class: "document-icon" }, ending ? el("span", { class: "ending" }, ending) : icon("file"), icon("download")),
    el("span", { class: "document-text" }, el("span", { class: "document-name" }, name), el("span", { class: "document-size" }, size(media.size))),
  );
}

const card = (name, children, props = {}) => el("div", { class: `card ${name}`, ...props }, children);

function poll({ question, options, closed }, vote) {
  const total = options.reduce((sum, option) => sum + option.votes, 0);
  const rows = options.map(({ text, votes }, index) => {
    const bar = el("span", { class: "poll-bar" });
    bar.style.setProperty("--part", `${total ? (100 * votes) / total : 0}%`);
    return el("li", {}, el("button", { type: "button", disabled: closed, onclick: () => vote(index) }, el("span", { class: "poll-dot" }), el("span", {}, text), bar));
  });
  return card("poll", [
    el("strong", {}, question),
    el("span", { class: "card-detail" }, t(closed ? "pollClosed" : "poll")),
    el("ul", {}, rows),
    el("span", { class: "card-detail" }, t("votes", { n: total })),
  ]);
}

function contact({ name, phone }) {
  return card("contact", [
    el("span", { class: "card-icon" }, icon("user")),
    el("span", { class: "card-text" }, el("strong", {}, name), el("span", { class: "card-detail" }, phone)),
  ]);
}

function location({ latitude, longitude }) {
  const place = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
  return card("location", [
    el("span", { class: "card-icon" }, icon("pin")),
    el("span", { class: "card-text" }, el("strong", {}, t("location")), el("span", { class: "card-detail" }, place)),
  ]);
}

function invoice(media) {
  return card("invoice", [
    el("span", { class: "invoice-icon" }, icon("star")),
    el("strong", {}, media.title),
    el("span", {}, media.description),
    el("span", { class: "invoice-price" }, money(media.amount, media.currency)),
  ]);
}

const dice = ({ emoji, value }) => el("div", { class: "sticker emoji" }, emoji, el("span", { class: "dice" }, String(value)));

const CARDS = { poll, contact, location, invoice, dice };
