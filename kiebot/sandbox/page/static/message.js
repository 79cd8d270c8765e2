// One message (or one album) as a row of the conversation.

import { avatar, el, icon, iconButton, tone } from "./dom.js";
import { richText } from "./entities.js";
import { keyboard } from "./keyboard.js";
import { albumNode, isVisual, mediaNode } from "./media.js";
import { isPrivate, messageOf, nameOf, serviceWords, state, summary } from "./store.js";
import { clock, fullDate, t } from "./words.js";

const BARE = ["sticker", "video_note"]; // shown without a bubble

/** The row of `messages` (several: an album). `view` has own, first, last, act, jump, openPhoto, openMenu. */
export function messageRow(messages, view) {
  const [message] = messages;
  if (message.kind === "service") return serviceRow(message);
  const side = view.own ? "out" : "in";
  const withAvatar = !view.own && !isPrivate(message.chat);
  const row = el(
    "div",
    { class: `row ${side}${view.first ? " first" : ""}${view.last ? " last" : ""}${withAvatar ? " with-avatar" : ""}`, dataset: { message: message.id } },
    withAvatar ? (view.last ? avatar(nameOf(message.from), message.from, "small") : el("span", { class: "avatar small ghost" })) : null,
    el("div", { class: "stack" }, bubble(messages, view, withAvatar && view.first), keyboard(message, view.act)),
    iconButton("more", t("actions"), (event) => view.openMenu(message, event), { class: "icon-button row-menu", "aria-haspopup": "menu" }),
  );
  row.addEventListener("contextmenu", (event) => {
    if (event.target.closest(".text a, video, audio") || String(getSelection())) return;
    event.preventDefault();
    view.openMenu(message, event);
  });
  row.addEventListener("dblclick", (event) => !event.target.closest("button, a, video, pre") && view.reply(message));
  return row;
}

function bubble(messages, view, named) {
  const [message] = messages;
  const captioned = messages.find((part) => part.text) ?? message;
  const media = messages.length > 1 && messages.every(isVisual) ? albumNode(messages, view.openPhoto) : messages.map((part) => mediaNode(part, view.openPhoto, (option) => view.act({ vote: option, message: part })));
  const visual = messages.every(isVisual);
  const bare = BARE.includes(message.kind) && message.media;
  const text = captioned.text ? el("div", { class: "text" }, richText(captioned.text, captioned.entities, view.act, state.bot.username), meta(message, view)) : null;
  const emojiOnly = !message.media && message.kind === "text" && /^(\p{Extended_Pictographic}\uFE0F?|\s){1,6}$/u.test(captioned.text || "") && !message.entities?.length;
  return el(
    "div",
    { class: `bubble${visual ? " visual" : ""}${bare ? " bare" : ""}${text ? "" : " no-text"}${emojiOnly ? " large-emoji" : ""}` },
    named ? el("div", { class: `sender tone-text-${tone(message.from)}` }, nameOf(message.from), message.from === state.bot.id ? el("span", { class: "tag-bot" }, t("bot")) : null) : null,
    forwarded(message),
    replyPreview(message, view),
    media,
    text,
    text ? null : meta(message, view),
    message.reactions?.length ? reactions(message.reactions) : null,
  );
}

function meta(message) {
  return el("span", { class: "meta" }, message.edited ? el("span", { class: "edited" }, t("edited")) : null, el("time", { title: fullDate(message.date) }, clock(message.date)));
}

const reactions = (all) => el("div", { class: "reactions" }, all.map(({ from, emoji }) => el("span", { class: "reaction", title: nameOf(from) }, emoji)));

function forwarded(message) {
  if (!message.forward_from) return null;
  return el("div", { class: "forwarded" }, icon("forward"), t("forwardedFrom", { name: nameOf(message.forward_from) }));
}

function replyPreview(message, view) {
  if (!message.reply_to) return null;
  const source = messageOf(message.chat, message.reply_to);
  return el(
    "button",
    { type: "button", class: `reply-preview tone-line-${source ? tone(source.from) : 0}`, onclick: () => view.jump(message.reply_to) },
    el("span", { class: "reply-name" }, source ? nameOf(source.from) : ""),
    el("span", { class: "reply-text" }, source ? summary(source) : t("deletedMessage")),
  );
}

function serviceRow(message) {
  return el("div", { class: "row service", dataset: { message: message.id } }, el("span", { class: "pill" }, serviceWords(message)));
}

/** The bubble of an answer that is still being written. Its text is replaced as it grows. */
export function draftRow(draft, withAvatar, stop) {
  const text = el("div", { class: "text" });
  const row = el(
    "div",
    { class: `row in first last draft${withAvatar ? " with-avatar" : ""}`, "aria-live": "off", "aria-busy": "true" },
    withAvatar ? avatar(state.bot.name, state.bot.id, "small") : null,
    el("div", { class: "stack" }, el("div", { class: "bubble" }, text), el("button", { type: "button", class: "stop-draft", onclick: stop }, icon("stop"), t("stop"))),
  );
  row.update = (next) => {
    text.replaceChildren(...richText(next.text, next.entities, () => {}, state.bot.username), el("span", { class: "caret", "aria-hidden": "true" }));
    row.classList.toggle("can-stop", Boolean(next.can_stop));
  };
  row.update(draft);
  return row;
}
