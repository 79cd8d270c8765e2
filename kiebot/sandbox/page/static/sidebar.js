// The list of chats: people (each has a private chat with the bot), groups, and the topics of forums.

import { avatar, el, everyFrame, icon, iconButton } from "./dom.js";
import { newGroupForm, newUserForm } from "./forms.js";
import { keyOf, nameOf, on, openChat, state, summary } from "./store.js";
import { listTime, t } from "./words.js";

const MAX_ENTRIES = 200; // a sandbox with ten thousand people still opens at once
const THEMES = ["auto", "light", "dark"];

export function sidebar() {
  const list = el("div", { class: "chats", role: "list" });
  const theme = iconButton("auto", "", nextTheme);
  const head = el(
    "header",
    { class: "side-head" },
    el("span", { class: "brand" }, el("img", { src: "/static/icon.svg", alt: "", width: 28, height: 28 }), el("span", {}, "kiebot")),
    theme,
    iconButton("user", t("newUser"), newUserForm),
    iconButton("group", t("newGroup"), newGroupForm),
  );
  list.addEventListener("keydown", walk);

  function showTheme() {
    const mode = document.documentElement.dataset.theme;
    const label = t("theme", { mode: t(mode) });
    theme.replaceChildren(icon({ auto: "auto", light: "sun", dark: "moon" }[mode]));
    theme.title = label;
    theme.setAttribute("aria-label", label);
  }

  function nextTheme() {
    const at = THEMES.indexOf(document.documentElement.dataset.theme);
    const mode = THEMES[(at + 1) % THEMES.length];
    document.documentElement.dataset.theme = mode;
    localStorage.setItem("theme", mode);
    showTheme();
  }

  function render() {
    const focused = document.activeElement?.dataset?.key;
    const people = entriesOf((chat) => chat.kind === "private");
    const groups = entriesOf((chat) => chat.kind !== "private");
    list.replaceChildren(...section(t("people"), people), ...section(t("groups"), groups));
    if (!people.length && !groups.length) list.append(el("p", { class: "quiet" }, t("noChats")));
    if (focused) list.querySelector(`[data-key="${focused}"]`)?.focus();
  }

  const later = everyFrame(render);
  for (const type of ["state", "list", "open", "draft", "ready"]) on(type, later);
  showTheme();
  return [head, list];
}

const newest = (chat) => Math.max(0, ...[0, ...chat.topics.map((topic) => topic.id)].map((topic) => dateOf(state.last.get(keyOf(chat.id, topic)))));
const dateOf = (message) => (message ? new Date(typeof message.date === "number" ? message.date * 1000 : message.date).getTime() : 0);

function entriesOf(wanted) {
  return [...state.chats.values()].filter(wanted).map((chat) => [chat, newest(chat)]).sort((a, b) => b[1] - a[1]).slice(0, MAX_ENTRIES).map(([chat]) => chat);
}

const section = (title, chats) => (chats.length ? [el("h2", { class: "section" }, title), ...chats.flatMap(entries)] : []);

function entries(chat) {
  const own = entry(chat, 0, nameOf(chat.id), avatar(nameOf(chat.id), chat.id));
  const topics = chat.topics.filter((topic) => topic.id !== 1 || chat.kind !== "forum").map((topic) => entry(chat, topic.id, topic.title, el("span", { class: `topic-mark tone-text-${topic.id % 7}` }, icon("topic"))));
  return [own, ...topics];
}

function entry(chat, topic, title, picture) {
  const key = keyOf(chat.id, topic);
  const last = state.last.get(key);
  const unread = state.unread.get(key) ?? 0;
  const active = state.open?.chat === chat.id && state.open.topic === topic;
  return el(
    "button",
    { type: "button", class: `entry${topic ? " topic" : ""}${active ? " active" : ""}`, dataset: { key }, "aria-current": active ? "true" : null, onclick: () => openChat(chat.id, topic) },
    picture,
    el("span", { class: "entry-text" },
      el("span", { class: "entry-top" }, el("span", { class: "entry-title" }, title), last ? el("time", {}, listTime(last.date)) : null),
      el("span", { class: "entry-bottom" }, preview(chat, key, last), unread ? el("span", { class: "badge", "aria-label": t("unread", { n: unread }) }, String(unread)) : null)),
  );
}

function preview(chat, key, last) {
  if (state.drafts.has(key)) return el("span", { class: "entry-last active" }, t("typing"));
  if (!last) return el("span", { class: "entry-last" }, chat.kind === "private" ? `@${state.bot.username}` : t("emptyGroup"));
  const author = chat.kind === "private" ? (last.from === state.bot.id ? "" : `${t("you")}: `) : last.kind === "service" ? "" : `${nameOf(last.from)}: `;
  return el("span", { class: "entry-last" }, author ? el("span", { class: "entry-author" }, author) : null, summary(last));
}

/** Up and down walk through the entries. */
function walk(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const all = [...event.currentTarget.querySelectorAll(".entry")];
  const to = all[all.indexOf(document.activeElement) + step];
  if (!to) return;
  event.preventDefault();
  to.focus();
}
