// The head of a conversation: who it is with, what is going on, and its few actions.

import * as api from "./api.js";
import { avatar, el, icon, iconButton } from "./dom.js";
import { attempt, toast } from "./feedback.js";
import { openMenu } from "./menu.js";
import { newTopicForm } from "./forms.js";
import { chatOf, chatTitle, isPrivate, isTyping, keyOf, nameOf, on, state } from "./store.js";
import { t } from "./words.js";

const PLAY_STARS = 1000; // a handful of play money

/** Builds the head. `back` returns to the list on a narrow screen, `togglePanel` shows the side panel. */
export function header({ back, togglePanel }) {
  const node = el("header", { class: "head" });
  const status = el("span", { class: "head-status", "aria-live": "polite" });

  function render() {
    if (!state.open) {
      node.replaceChildren(el("span", { class: "head-text" }), iconButton("tools", t("panel"), togglePanel));
      return;
    }
    const { chat, topic } = state.open;
    const title = el("span", { class: "head-title" }, topic ? topicName(chat, topic) : chatTitle(chat), isPrivate(chat) ? el("span", { class: "tag-bot" }, t("bot")) : null);
    node.replaceChildren(
      iconButton("back", t("back"), back, { class: "icon-button only-narrow" }),
      topic ? el("span", { class: `avatar tone-${topic % 7}` }, icon("topic")) : avatar(chatTitle(chat), isPrivate(chat) ? state.bot.id : chat),
      el("span", { class: "head-text" }, title, status),
      iconButton("tools", t("panel"), togglePanel),
      iconButton("more", t("chatMenu"), (event) => openMenu(chatActions(chat), event), { class: "icon-button", "aria-haspopup": "menu" }),
    );
    renderStatus();
  }

  function renderStatus() {
    if (!state.open) return;
    const { chat, topic } = state.open;
    const busy = isTyping(chat) || state.drafts.has(keyOf(chat, topic));
    status.classList.toggle("active", busy || !state.online);
    status.textContent = !state.online ? t("offline") : busy ? t("typing") : about(chat);
  }

  for (const type of ["open", "state", "actor"]) on(type, render);
  for (const type of ["typing", "draft", "online", "changed"]) on(type, renderStatus);
  return node;
}

export const topicName = (chat, topic) => chatOf(chat)?.topics.find((known) => known.id === topic)?.title ?? t("general");

function about(chat) {
  if (isPrivate(chat)) return `${t("as", { name: nameOf(chat) })} · ${t("stars", { n: state.users.get(chat)?.stars ?? 0 })}`;
  const known = chatOf(chat);
  const members = t("members", { n: known?.users.length ?? 0 });
  return known?.kind === "forum" ? `${members}, ${t("topics", { n: known.topics.length })}` : members;
}

function chatActions(chat) {
  if (chatOf(chat)?.kind === "forum") return [{ icon: "plus", label: t("newTopic"), run: () => newTopicForm(chat) }, copyId(chat)];
  if (!isPrivate(chat)) return [copyId(chat)];
  return [moreStars(chat), block(chat, true), block(chat, false), copyId(chat)];
}

const copyId = (chat) => ({ icon: "copy", label: `id ${chat}`, run: () => navigator.clipboard?.writeText(String(chat)).then(() => toast(t("copied"))) });

const moreStars = (chat) => ({
  icon: "star",
  label: t("moreStars", { n: PLAY_STARS }),
  run: () => attempt(() => api.post(`/users/${chat}/stars`, { stars: PLAY_STARS })),
});

const block = (chat, blocked) => ({
  icon: blocked ? "close" : "check",
  label: t(blocked ? "blockBot" : "unblockBot"),
  run: () => attempt(async () => {
    await api.post(`/users/${chat}/block`, { blocked });
    toast(t(blocked ? "blocked" : "unblockBot"));
  }),
});
