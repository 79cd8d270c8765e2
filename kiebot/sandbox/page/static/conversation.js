// The conversation on the screen: rows are kept by key and only what changed is built anew.

import * as api from "./api.js";
import { el, iconButton } from "./dom.js";
import { emptyState } from "./empty.js";
import { attempt } from "./feedback.js";
import { isVisual } from "./media.js";
import { draftRow, messageRow } from "./message.js";
import { actor, conversation, isPrivate, keyOf, messageOf, on, state } from "./store.js";
import { day, dayKey, t, when } from "./words.js";
import { showPhoto } from "./viewer.js";

const WINDOW = 200; // rows at first
const STEP = 100; // more of them when the top is reached
const NEAR_PX = 90; // this close to the end counts as reading the newest
const RUN_MS = 5 * 60_000; // messages of one person closer than this belong together

/** Builds the list. `actions` are the things a message can ask for: act, reply, openMenu. */
export function conversationList(actions) {
  const inner = el("div", { class: "rows", role: "log", "aria-live": "polite", "aria-label": t("messages") });
  const list = el("div", { class: "list", tabIndex: -1 }, inner);
  const count = el("span", { class: "count", hidden: true });
  const toEnd = iconButton("down", t("toBottom"), () => scrollToEnd(true), { class: "to-end", hidden: true });
  toEnd.append(count);
  const node = el("div", { class: "list-box" }, list, toEnd);
  let rows = new Map(); // key → {node, signature}
  let shown = WINDOW;
  let stuck = true;
  let below = 0;
  let draft = null;
  let waiting = null; // what the next frame has to show

  const atEnd = () => list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_PX;

  function scrollToEnd(smooth = false) {
    list.scrollTo({ top: list.scrollHeight, behavior: smooth ? "smooth" : "instant" });
    stuck = true;
    below = 0;
    showEnd();
  }

  function showEnd() {
    toEnd.hidden = stuck;
    count.hidden = !below;
    count.textContent = String(below);
  }

  /** Changes come in bursts: they are drawn together, with the next frame. */
  function later({ chat, arrived, becameReal }) {
    if (chat !== state.open?.chat) return;
    if (!waiting) requestAnimationFrame(() => render(waiting));
    waiting ??= { arrived: [], quiet: false };
    if (arrived) waiting.arrived.push(arrived);
    waiting.quiet ||= Boolean(becameReal);
  }

  function render({ arrived = [], quiet = false } = {}) {
    waiting = null;
    if (!state.open) return;
    const { chat, topic } = state.open;
    const messages = conversation(chat, topic);
    const groups = grouped(messages.slice(-shown));
    const wanted = new Map();
    groups.forEach((group, index) => plan(group, groups[index - 1], groups[index + 1], wanted));
    const before = anchor();
    const next = new Map();
    let place = inner.firstChild;
    for (const [key, { signature, build }] of wanted) {
      const known = rows.get(key);
      const row = known?.signature === signature ? known.node : build();
      if (known && known.node !== row) {
        known.node.replaceWith(row);
        if (known.node === place) place = row;
      }
      if (!known && arrived.length && arrived.length < 5 && !quiet && key.startsWith("m")) row.classList.add("enter");
      if (row === place) place = place.nextSibling;
      else inner.insertBefore(row, place);
      next.set(key, { node: row, signature });
    }
    for (const [key, { node: old }] of rows) if (!next.has(key)) old.remove();
    rows = next;
    renderDraft();
    inner.classList.toggle("is-empty", !messages.length && !draft);
    inner.querySelector(".empty")?.remove();
    if (!messages.length && !draft && state.messages.has(chat)) inner.append(emptyState(chat));
    settle(before, arrived, chat);
  }

  /** After a change: stay at the end, or keep what is being read where it is. */
  function settle(before, arrived, chat) {
    if (stuck || arrived.some((message) => message.from === actor(chat))) scrollToEnd();
    else {
      const row = rows.get(before?.key)?.node;
      if (row) list.scrollTop += row.getBoundingClientRect().top - before.top;
      below += arrived.length;
      showEnd();
    }
  }

  function anchor() {
    const top = list.getBoundingClientRect().top;
    for (const [key, { node: row }] of rows) {
      if (!key.startsWith("m")) continue; // a day's heading moves up with what is loaded above
      const place = row.getBoundingClientRect();
      if (place.bottom > top) return { key, top: place.top };
    }
    return null;
  }

  function plan(group, previous, next, wanted) {
    const [message] = group;
    if (!previous || dayKey(previous[0].date) !== dayKey(message.date)) {
      wanted.set(`d${dayKey(message.date)}`, { signature: "", build: () => el("div", { class: "row day" }, el("span", { class: "pill" }, day(message.date))) });
    }
    const flags = { own: message.from === actor(message.chat), first: !together(previous, group), last: !together(group, next) };
    const source = message.reply_to ? messageOf(message.chat, message.reply_to)?.version ?? "gone" : "";
    const signature = `${group.map((part) => `${part.id}.${part.version}`)}|${flags.own}${flags.first}${flags.last}|${source}`;
    wanted.set(`m${message.id}`, { signature, build: () => messageRow(group, { ...actions, ...flags, jump, openPhoto }) });
  }

  function renderDraft() {
    const current = state.drafts.get(keyOf(state.open.chat, state.open.topic));
    if (!current) {
      draft?.remove();
      draft = null;
    } else if (draft) draft.update(current);
    else {
      const { chat } = state.open;
      draft = draftRow(current, !isPrivate(chat), () => attempt(() => api.post(`/chats/${chat}/stop_draft`, { as_user: actor(chat) })));
      draft.classList.add("enter");
    }
    if (draft && inner.lastChild !== draft) inner.append(draft);
  }

  function openPhoto(id) {
    const photos = conversation(state.open.chat, state.open.topic).filter((message) => message.kind === "photo" && message.media);
    showPhoto(photos.map((message) => ({ id: message.media.id, caption: message.text })), id);
  }

  /** Shows a message that may be far above, and lights it up. */
  function jump(id) {
    const { chat, topic } = state.open;
    const messages = conversation(chat, topic);
    const index = messages.findIndex((message) => message.id === id);
    if (index < 0) return;
    if (messages.length - index > shown) {
      shown = messages.length - index + STEP;
      render();
    }
    const row = inner.querySelector(`[data-message="${id}"]`);
    stuck = false;
    row.scrollIntoView({ block: "center", behavior: "smooth" });
    row.classList.remove("lit");
    requestAnimationFrame(() => row.classList.add("lit"));
  }

  function more() {
    const { chat, topic } = state.open;
    if (conversation(chat, topic).length <= shown) return;
    shown += STEP;
    render();
  }

  list.addEventListener("scroll", () => {
    stuck = atEnd();
    if (stuck) {
      below = 0;
      if (shown > WINDOW + STEP) shown = WINDOW; // what was loaded above goes at the next change
    }
    showEnd();
    if (list.scrollTop < 400 && state.open) more();
  });
  new ResizeObserver(() => stuck && list.scrollTo({ top: list.scrollHeight, behavior: "instant" })).observe(inner);
  new ResizeObserver(() => stuck && list.scrollTo({ top: list.scrollHeight, behavior: "instant" })).observe(list);

  on("open", () => {
    rows = new Map();
    draft = null;
    inner.replaceChildren();
    shown = WINDOW;
    stuck = true;
    below = 0;
    render();
  });
  on("changed", later);
  on("draft", ({ key }) => {
    if (!state.open || key !== keyOf(state.open.chat, state.open.topic)) return;
    inner.querySelector(".empty")?.remove();
    renderDraft();
    if (stuck) scrollToEnd();
  });
  return { node, render, jump, scrollToEnd };
}

/** Messages as groups: the pictures of an album are one group where its first stands, everything else is its own. */
function grouped(messages) {
  const groups = [];
  const albums = new Map();
  for (const message of messages) {
    const key = isVisual(message) ? message.album : null;
    const album = key && albums.get(key);
    if (album) album.push(message);
    else {
      const group = [message];
      groups.push(group);
      if (key) albums.set(key, group);
    }
  }
  return groups;
}

/** Two neighbours of one person within a few minutes share a name and a tail. */
function together(a, b) {
  if (!a || !b) return false;
  const [first, second] = [a[0], b[0]];
  return first.from === second.from && first.kind !== "service" && second.kind !== "service" && when(second.date) - when(first.date) < RUN_MS && dayKey(first.date) === dayKey(second.date);
}
