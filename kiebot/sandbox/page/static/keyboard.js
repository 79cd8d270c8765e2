// The buttons under a message: a press spins until the bot has answered it. Under an invoice: paying, and the receipt.

import * as api from "./api.js";
import { copyText, el, icon } from "./dom.js";
import { startOf } from "./entities.js";
import { alertBox, attempt, confirmBox, dialog, toast } from "./feedback.js";
import { actor, conversation, state } from "./store.js";
import { fullDate, money, t } from "./words.js";

const pressed = new Set(); // "chat:message:row:column" of the presses that wait for an answer
const SIGNS = { url: "link", web_app: "app", pay: "star", receipt: "check", copy_text: "copy", switch_inline: "send" };
const LINK = /^(https?|tg):/iu;

/** The keyboard of a message, or null. `act` follows links to the bot itself. */
export function keyboard(message, act) {
  const rows = rowsOf(message);
  if (!rows.length) return null;
  return el("div", { class: "keyboard" }, rows.map((row, y) => el("div", { class: "keyboard-row" }, row.map((button, x) => one(message, button, `${y}:${x}`, act)))));
}

/** An invoice without buttons of its own still can be paid, and a paid one shows its receipt. */
function rowsOf(message) {
  const rows = message.buttons ?? [];
  if (message.kind !== "invoice") return rows;
  const others = rows.map((row) => row.filter((button) => !button.pay)).filter((row) => row.length);
  const { amount, currency, paid } = message.media;
  return [[paid ? { text: t("receipt"), receipt: true } : { text: t("pay", { amount: money(amount, currency) }), pay: true }], ...others];
}

const typeOf = (button) => ["url", "web_app", "pay", "receipt", "copy_text", "switch_inline", "data"].find((type) => button[type] !== undefined && button[type] !== null) ?? "data";

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
    await attempt(() => (PURSE[type] ?? callback)(message, button, act));
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
  if (answer.ok) toast(t("paid"));
  else await alertBox(message.media.title, refused(answer.error));
}

/** The bot's own sentence, or one for the names that Telegram has. */
function refused(error) {
  if (error === "BALANCE_TOO_LOW") return t("payNoStars");
  return error === "BOT_RESPONSE_TIMEOUT" ? t("payNoAnswer") : error;
}

/** The payment that answers an invoice, and what became of it. */
async function receipt(message) {
  const answers = conversation(message.chat, message.topic).filter((one) => one.reply_to === message.id && one.service?.charge_id);
  const charges = await api.get(`/users/${actor(message.chat)}/charges`);
  const charge = charges.find((one) => answers.some((answer) => answer.service.charge_id === one.id));
  if (!charge) {
    toast(t("receiptOfOther"));
    return;
  }
  const lines = [money(charge.amount, charge.currency), fullDate(charge.date), charge.id, charge.refunded ? t("refunded") : ""];
  const content = el("div", { class: "dialog-text" }, lines.filter(Boolean).map((line) => el("p", { class: "receipt-line" }, line)));
  const back = charge.refunded ? [] : [{ label: t("refund"), value: true, danger: true }];
  const wanted = await dialog(`${t("receipt")}: ${charge.title}`, content, [...back, { label: t("close"), value: false, primary: true }]);
  if (!wanted) return;
  const answer = await api.post("/refund", { charge_id: charge.id });
  toast(answer.ok ? t("refunded") : answer.error);
}

const PURSE = { pay, receipt };
