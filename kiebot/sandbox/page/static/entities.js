// Text with Telegram's entities → nodes. Offsets are UTF-16 units, which is what JavaScript counts in anyway.

import { copyText, el, icon } from "./dom.js";
import { t } from "./words.js";

const SAFE_LINK = /^(https?|tg|mailto|tel):/iu;

/** The text as nodes. `act` is called for what can be pressed: {command}, {mention}, {start}. */
export function richText(text, entities, act = () => {}, bot = "") {
  const sorted = (entities ?? [])
    .filter((entity) => entity.length > 0 && entity.offset < text.length)
    .map((entity) => ({ ...entity, end: Math.min(entity.offset + entity.length, text.length) }))
    .sort((a, b) => a.offset - b.offset || b.end - a.end || rank(b) - rank(a));
  return nodes(text, 0, text.length, sorted, { act, bot });
}

/** Blocks go outside of what they hold when both cover the same letters. */
const rank = (entity) => (["pre", "blockquote"].includes(entity.type) ? 1 : 0);

/** Entities of [start, end) as nodes. One that reaches over the end of its parent is cut in two. */
function nodes(text, start, end, entities, context) {
  const made = [];
  let at = start;
  let rest = entities;
  while (rest.length) {
    const [entity, ...others] = rest;
    if (entity.offset > at) made.push(plain(text.slice(at, entity.offset), made));
    const inside = [];
    const after = [];
    for (const other of others) {
      if (other.offset >= entity.end) after.push(other);
      else if (other.end <= entity.end) inside.push(other);
      else {
        inside.push({ ...other, end: entity.end });
        after.push({ ...other, offset: entity.end });
      }
    }
    made.push(wrap(entity, text, nodes(text, entity.offset, entity.end, inside, context), context));
    at = entity.end;
    rest = after.sort((a, b) => a.offset - b.offset || b.end - a.end);
  }
  if (at < end) made.push(plain(text.slice(at, end), made));
  return made;
}

/** Plain text. A line break right after a block is already made by the block. */
function plain(text, before) {
  const last = before[before.length - 1];
  return last instanceof HTMLElement && last.dataset.block ? text.replace(/^\n/u, "") : text;
}

const SIMPLE = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", custom_emoji: "span", text_mention: "span" };

function wrap(entity, text, children, context) {
  const inner = text.slice(entity.offset, entity.end);
  if (entity.type in SIMPLE) return el(SIMPLE[entity.type], { class: entity.type }, children);
  switch (entity.type) {
    case "code": return inlineCode(inner);
    case "pre": return codeBlock(inner, entity.language);
    case "spoiler": return spoiler(children);
    case "blockquote": return entity.collapsed ? expandable(children) : el("blockquote", { dataset: { block: "1" } }, children);
    case "text_link": return link(entity.url, children, context);
    case "url": return link(SAFE_LINK.test(inner) ? inner : `https://${inner}`, children, context);
    case "email": return link(`mailto:${inner}`, children, context);
    case "phone_number": return link(`tel:${inner.replace(/[^\d+]/gu, "")}`, children, context);
    case "bot_command": return action(children, () => context.act({ command: inner }));
    case "mention": return action(children, () => context.act({ mention: inner }));
    case "hashtag":
    case "cashtag": return el("span", { class: "tag" }, children);
    default: return el("span", {}, children);
  }
}

const inlineCode = (inner) =>
  el("code", { class: "inline", title: t("copyCode"), onclick: (event) => copied(event.currentTarget, inner) }, inner);

function copied(node, text) {
  copyText(text);
  node.classList.add("copied");
  setTimeout(() => node.classList.remove("copied"), 1200);
}

function codeBlock(inner, language) {
  const button = el("button", { type: "button", class: "copy-code", "aria-label": t("copyCode"), title: t("copyCode") }, icon("copy"), icon("check"));
  button.addEventListener("click", () => copied(button, inner));
  return el(
    "div",
    { class: "code-block", dataset: { block: "1" } },
    el("div", { class: "code-head" }, el("span", {}, language || t("code")), button),
    el("pre", { tabIndex: 0 }, el("code", {}, inner)),
  );
}

function spoiler(children) {
  const node = el("span", { class: "spoiler", role: "button", tabIndex: 0, "aria-label": t("spoiler") }, el("span", {}, children));
  const reveal = (event) => {
    if (node.classList.contains("shown") || (event.type === "keydown" && event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    node.classList.add("shown");
    node.removeAttribute("role");
    node.removeAttribute("aria-label");
  };
  node.addEventListener("click", reveal);
  node.addEventListener("keydown", reveal);
  return node;
}

function expandable(children) {
  const quote = el("blockquote", { class: "expandable", dataset: { block: "1" } }, el("div", { class: "quote-text" }, children));
  const button = el("button", { type: "button", class: "quote-more", "aria-expanded": "false", "aria-label": t("show") }, icon("down"));
  button.addEventListener("click", () => button.setAttribute("aria-expanded", String(quote.classList.toggle("open"))));
  quote.append(button);
  return quote;
}

const action = (children, onclick) => el("button", { type: "button", class: "link", onclick }, children);

/** A link. One that would run something (javascript:, data:) stays text; one to this bot is followed inside the page. */
function link(url, children, { act, bot }) {
  if (!url || !SAFE_LINK.test(url)) return el("span", {}, children);
  const start = startOf(url, bot);
  if (start !== null) return action(children, () => act({ start }));
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer", title: url }, children);
}

/** What a https://t.me/bot?start=x or tg://resolve?domain=bot link starts the bot with, or null. */
export function startOf(url, bot) {
  if (!bot) return null;
  let parsed;
  try {
    parsed = new URL(url);
  } catch {
    return null;
  }
  const name = parsed.protocol === "tg:" ? parsed.searchParams.get("domain") : parsed.host === "t.me" && parsed.pathname.slice(1);
  return name && name.toLowerCase() === bot.toLowerCase() ? parsed.searchParams.get("start") ?? "" : null;
}
