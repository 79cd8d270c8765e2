// The buttons under a message: a press spins until the bot has answered it.

import * as api from "./api.js";
import { copyText, el, icon } from "./dom.js";
import { startOf } from "./entities.js";
import { alertBox, attempt, confirmBox, toast } from "./feedback.js";
import { actor, state } from "./store.js";
import { money, t } from "./words.js";

const pressed = new Set(); // "chat:message:row:column" of the presses that wait for an answer
const SIGNS = { url: "link", web_app: "app", pay: "star", copy_text: "copy", switch_inline: "send" };
const LINK = /^(https?|tg):/iu;

/** The keyboard of a message, or null. `act` follows links to the bot itself. */
export function keyboard(message, act) {
  const rows = rowsOf(message);
  if (!rows.length) return null;
  return el("div", { class: "keyboard" }, rows.map((row, y) => el("div", { class: "keyboard-row" }, row.map((button, x) => one(message, button, `${y}:${x}`, act)))));
}

/** An invoice without buttons of its own still can be paid. */
function rowsOf(message) {
  const rows = message.buttons ?? [];
  if (message.kind !== "invoice" || rows.flat().some((button) => button.pay)) return rows;
  return [[{ text: t("pay", { amount: money(message.media.amount, message.media.currency) }), pay: true }], ...rows];
}

const typeOf = (button) => ["url", "web_app", "pay", "copy_text", "switch_inline", "data"].find((type) => button[type] !== undefined && button[type] !== null) ?? "data";

function one(message, button, place, act) {
  const key = `${message.chat}:${message.id}:${place}`;
  const type = typeOf(button);
  const node = el("button", { type: "button", class: "key", dataset: { key, type } }, el("span", { class: "key-text" }, button.text));
  if (SIGNS[type]) node.append(icon(SIGNS[type]));
  show(node, pressed.has(key));
  node.addEventListener("click", () => press(message, button, type, key, act));
  return node;
}

function show(node, waiting) {
  node.classList.toggle("waiting", waiting);
  node.setAttribute("aria-busy", String(waiting));
}

function mark(key, waiting) {
  if (waiting) pressed.add(key);
  else pressed.delete(key);
  for (const node of document.querySelectorAll(".key")) if (node.dataset.key === key) show(node, waiting);
}

async function press(message, button, type, key, act) {
  if (pressed.has(key)) return;
  if (type === "url" || type === "web_app") openLink(button[type], act);
  else if (type === "copy_text") copyText(button.copy_text).then(() => toast(t("copied")));
  else if (type === "switch_inline") act({ inline: button.switch_inline });
  else {
    mark(key, true);
    await attempt(() => (type === "pay" ? pay(message) : callback(message, button, act)));
    mark(key, false);
  }
}

function openLink(url, act) {
  const start = startOf(url, state.bot.username);
  if (start !== null) act({ start });
  else if (LINK.test(url)) window.open(url, "_blank", "noopener,noreferrer");
}

async function callback(message, button, act) {
  const answer = await api.post(`/chats/${message.chat}/press`, { message_id: message.id, data: button.data, as_user: actor(message.chat) });
  if (answer.url) openLink(answer.url, act);
  if (!answer.text) return;
  if (answer.alert) await alertBox(state.bot.name, answer.text);
  else toast(answer.text);
}

async function pay(message) {
  const amount = money(message.media.amount, message.media.currency);
  if (!(await confirmBox(message.media.title, t("payQuestion", { amount }), t("pay", { amount })))) return;
  const answer = await api.post("/pay", { chat: message.chat, message_id: message.id, as_user: actor(message.chat) });
  toast(answer.ok === false ? t("payFailed", { reason: answer.error || "" }) : t("paid"));
}
