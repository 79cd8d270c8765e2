// Where one writes: text, commands, files, voice, a reply or an edit.

import * as api from "./api.js";
import { attachments } from "./attach.js";
import { avatar, el, everyFrame, icon, iconButton } from "./dom.js";
import { attempt, select, toast } from "./feedback.js";
import { suggestions } from "./suggest.js";
import { actor, conversation, isPrivate, keyOf, membersOf, nameOf, on, setActor, state, summary } from "./store.js";
import { recordVoice } from "./voice.js";
import { t } from "./words.js";

const MAX_TEXT = 4096; // longer text leaves as several messages, as in Telegram's own programs
const AWAY_MS = 4_000;
const kept = new Map(); // key of a conversation → text not sent yet

/** Builds the composer. Returns its node and what the rest of the page asks of it. */
export function composer() {
  const area = el("textarea", { rows: 1, class: "input", "aria-label": t("message"), enterKeyHint: "send", autocomplete: "off" });
  const sendButton = iconButton("send", t("send"), send, { class: "icon-button send" });
  const voiceButton = iconButton("mic", t("record"), voice);
  const menuButton = el("button", { type: "button", class: "menu-button", "aria-label": t("commands"), title: t("commands"), onclick: () => suggest.toggleAll() }, icon("menu"));
  const files = attachments({ changed: refresh });
  const attachButton = iconButton("attach", t("attach"), () => files.choose());
  const bar = el("div", { class: "reply-bar", hidden: true });
  const who = el("div", { class: "who" });
  const keys = el("div", { class: "reply-keyboard", hidden: true, "aria-label": t("keyboard") });
  const suggest = suggestions(area, (text, now) => (now ? sendText(text) : replaceText(text)));
  const line = el("div", { class: "compose" }, menuButton, attachButton, area, voiceButton, sendButton);
  const start = el("button", { type: "button", class: "start", onclick: () => sendText("/start") }, t("start"));
  const node = el("footer", { class: "composer" }, suggest.node, absence(), bar, files.tray, who, line, keys, start);
  let target = null; // {mode: "reply" | "edit", message}

  const place = () => ({ ...state.open, as_user: actor(state.open.chat) });

  function replaceText(text) {
    area.value = text;
    keep();
    refresh();
    area.focus();
  }

  /** What is written here waits for the person to come back; the text of a message being edited does not. */
  function keep() {
    if (state.open && target?.mode !== "edit") kept.set(keyOf(state.open.chat, state.open.topic), area.value);
  }

  function refresh() {
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, 220)}px`;
    const full = area.value.trim() !== "" || files.count() > 0;
    sendButton.hidden = !full && target?.mode !== "edit";
    voiceButton.hidden = !sendButton.hidden;
  }

  function setTarget(mode, message) {
    target = mode ? { mode, message } : null;
    bar.hidden = !target;
    if (target) {
      const title = mode === "edit" ? t("editing") : t("replyTo", { name: nameOf(message.from) });
      bar.replaceChildren(icon(mode), el("span", { class: "reply-bar-text" }, el("strong", {}, title), el("span", {}, summary(message))), iconButton("close", t("cancel"), () => cancel()));
      if (mode === "edit") replaceText(message.text);
    }
    refresh();
    area.focus();
  }

  function cancel() {
    const wasEdit = target?.mode === "edit";
    setTarget(null);
    if (wasEdit) replaceText(kept.get(keyOf(state.open.chat, state.open.topic)) ?? "");
  }

  async function send() {
    if (!state.open) return;
    const text = area.value.trim();
    if (target?.mode === "edit") return saveEdit(text);
    if (files.count()) return sendFiles(text);
    if (text) await sendText(text);
  }

  async function saveEdit(text) {
    const { message } = target;
    if (!text) return;
    const done = await attempt(() => api.patch(`/chats/${message.chat}/messages/${message.id}`, { text, as_user: message.from }));
    if (done) cancel();
  }

  async function sendFiles(text) {
    const { chat, topic, as_user } = place();
    const reply_to = takeReply();
    replaceText("");
    await attempt(() => files.send(chat, { as_user, topic: topic || undefined, reply_to, text }));
  }

  async function sendText(text) {
    const { chat, topic, as_user } = place();
    const parts = split(text);
    if (parts.length > 1) toast(t("longText"));
    const reply_to = takeReply();
    if (area.value.trim() === text || text.startsWith("/")) replaceText("");
    const sent = await attempt(async () => {
      for (const part of parts) await api.post(`/chats/${chat}/messages`, { as_user, text: part, topic: topic || null, reply_to });
      return true;
    });
    if (sent) return;
    if (state.open.chat !== chat || state.open.topic !== topic) kept.set(keyOf(chat, topic), text);
    else if (!area.value) replaceText(text);
  }

  function takeReply() {
    const reply = target?.mode === "reply" ? target.message.id : null;
    if (reply) setTarget(null);
    return reply;
  }

  async function voice() {
    const { chat, topic, as_user } = place();
    const reply_to = target?.mode === "reply" ? target.message.id : undefined;
    const sound = await recordVoice();
    if (!sound) return;
    takeReply();
    const fields = { kind: "voice", as_user, topic: topic || undefined, reply_to, duration: sound.duration, transcript: sound.transcript, mime: sound.file.type };
    await attempt(() => api.upload(`/chats/${chat}/messages`, sound.file, fields));
  }

  /** In a private chat nothing was said yet: the big button is all there is. */
  function renderMode() {
    node.hidden = !state.open;
    if (!state.open) return;
    const { chat, topic } = state.open;
    const fresh = isPrivate(chat) && state.messages.has(chat) && conversation(chat, topic).length === 0;
    start.hidden = !fresh;
    line.hidden = fresh;
    area.placeholder = isPrivate(chat) ? t("message") : t("messageGroup", { bot: state.bot.username });
    menuButton.hidden = !suggest.hasCommands();
    renderWho(chat);
    renderKeys(chat, topic);
    refresh();
  }

  function renderWho(chat) {
    const members = isPrivate(chat) ? [] : membersOf(chat);
    who.hidden = members.length < 2;
    if (who.hidden) return;
    const now = actor(chat);
    const choice = select("as_user", members.map((id) => [id, nameOf(id)]), now);
    choice.setAttribute("aria-label", t("writeAs"));
    choice.addEventListener("change", () => setActor(chat, Number(choice.value)));
    who.replaceChildren(avatar(nameOf(now), now, "tiny"), el("span", {}, t("you_as")), choice);
  }

  /** The bot's own keyboard: the last message that has one, until another takes it away. */
  function renderKeys(chat, topic) {
    const last = conversation(chat, topic).findLast((message) => message.keyboard !== undefined && message.keyboard !== null);
    const rows = last?.keyboard || [];
    keys.hidden = !rows.length;
    keys.replaceChildren(...rows.map((row) => el("div", { class: "keyboard-row" }, row.map((text) => el("button", { type: "button", class: "key", onclick: () => sendText(text.text ?? text) }, text.text ?? text)))));
  }

  function onKey(event) {
    if (suggest.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape" && target) cancel();
    else if (event.key === "ArrowUp" && !area.value && state.open) editLast(event);
  }

  function editLast(event) {
    const own = conversation(state.open.chat, state.open.topic).findLast((message) => message.from === place().as_user && message.kind === "text");
    if (!own) return;
    event.preventDefault();
    setTarget("edit", own);
  }

  area.addEventListener("keydown", onKey);
  area.addEventListener("input", () => {
    refresh();
    suggest.update();
    keep();
  });
  area.addEventListener("paste", (event) => {
    if (!event.clipboardData.files.length) return;
    event.preventDefault();
    files.add(event.clipboardData.files);
  });
  on("open", ({ chat, topic }) => {
    setTarget(null);
    files.clear();
    suggest.close();
    area.value = kept.get(keyOf(chat, topic)) ?? "";
    renderMode();
    if (matchMedia("(hover: hover)").matches) area.focus({ preventScroll: true });
  });
  const later = everyFrame(renderMode);
  for (const type of ["changed", "state", "actor", "processes"]) on(type, later);
  node.hidden = true;
  return { node, files, sendText, insert: replaceText, reply: (message) => setTarget("reply", message), edit: (message) => setTarget("edit", message) };
}

/** Says that the bot is not running; a short gap, as at the start, is not worth a word. */
function absence() {
  const node = el("p", { class: "absence", role: "status", hidden: true }, t("botAway"));
  let timer = 0;
  function render() {
    clearTimeout(timer);
    const away = state.online && state.bot.online === false;
    if (away) timer = setTimeout(() => (node.hidden = false), AWAY_MS);
    else node.hidden = true;
  }
  for (const type of ["presence", "state", "online"]) on(type, render);
  return node;
}

/** Long text in parts of at most 4096 units, cut at a line or a word where there is one. */
export function split(text) {
  const parts = [];
  let rest = text;
  while (rest.length > MAX_TEXT) {
    const head = rest.slice(0, MAX_TEXT);
    const at = [head.lastIndexOf("\n"), head.lastIndexOf(" ")].find((found) => found > MAX_TEXT / 2) ?? MAX_TEXT - (/[\uD800-\uDBFF]$/u.test(head) ? 1 : 0);
    parts.push(rest.slice(0, at));
    rest = rest.slice(at).trimStart();
  }
  return [...parts, rest];
}
