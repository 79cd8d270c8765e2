// Puts the page together and keeps it in step with the sandbox.

import * as api from "./api.js";
import { composer } from "./composer.js";
import { conversationList } from "./conversation.js";
import { copyText, el } from "./dom.js";
import { nothingOpen } from "./empty.js";
import { attempt, confirmBox, toast } from "./feedback.js";
import { chooseChat } from "./forms.js";
import { header } from "./header.js";
import { openMenu } from "./menu.js";
import { panel } from "./panel.js";
import { sidebar } from "./sidebar.js";
import { actor, chatTitle, isPrivate, nameOf, on, openChat, readOpen, setOnline, state, take } from "./store.js";
import { t } from "./words.js";

const app = document.getElementById("app");
const side = document.getElementById("panel");
const compose = composer();
const list = conversationList({ act, reply: compose.reply, openMenu: messageMenu });
const drop = el("div", { class: "drop", hidden: true }, el("span", {}, t("dropHere")));

/** What a link, a command or a button in a message asks for. */
async function act({ command, mention, start, inline, vote, message }) {
  if (command) await compose.sendText(command);
  else if (mention) compose.insert(`${mention} `);
  else if (start !== undefined) {
    const user = actor(state.open.chat);
    await openChat(state.users.get(user)?.chat ?? user);
    await compose.sendText(`/start ${start}`.trim());
  } else if (vote !== undefined) {
    const path = `/chats/${message.chat}/messages/${message.id}/vote`;
    const voted = await attempt(() => api.post(path, { options: [vote], as_user: actor(message.chat) }));
    if (voted) take({ type: "edit", message: voted });
  } else if (inline !== undefined) compose.insert(`@${state.bot.username} ${inline}`);
}

function messageMenu(message, event) {
  const own = message.from === actor(message.chat);
  const items = [{ icon: "reply", label: t("reply"), run: () => compose.reply(message) }];
  if (message.text) items.push({ icon: "copy", label: t("copy"), run: () => copyText(message.text).then(() => toast(t("copied"))) });
  if (own && message.text) items.push({ icon: "edit", label: t("edit"), run: () => compose.edit(message) });
  items.push({ icon: "forward", label: t("forward"), run: () => forward(message) });
  items.push({ icon: "code", label: t("copyJson"), run: () => copyText(JSON.stringify(message, null, 2)).then(() => toast(t("copied"))) });
  if (own || isPrivate(message.chat)) items.push({ icon: "trash", label: t("del"), danger: true, run: () => askDelete(message) });
  openMenu(items, event);
}

async function askDelete(message) {
  if (!(await confirmBox(t("del"), message.text || t(message.kind), t("del"), true))) return;
  await attempt(() => api.remove(`/chats/${message.chat}/messages/${message.id}`, { as_user: actor(message.chat) }));
}

async function forward(message) {
  const chat = await chooseChat(t("forwardTo"));
  if (chat === null) return;
  await attempt(async () => {
    await api.forward(message, chat, actor(chat));
    await openChat(chat);
  });
}

function show(view) {
  app.dataset.view = view;
}

function togglePanel() {
  side.hidden = !side.hidden;
  localStorage.setItem("panel", side.hidden ? "" : "open");
}

function dragging(event) {
  const carries = state.open && event.dataTransfer?.types.includes("Files");
  if (carries) event.preventDefault();
  drop.hidden = !carries;
}

function build() {
  document.getElementById("sidebar").append(...sidebar());
  const main = document.getElementById("conversation");
  main.append(header({ back: () => show("list"), togglePanel }), nothingOpen(), list.node, compose.node, drop);
  panel(side, togglePanel);
  side.hidden = !localStorage.getItem("panel") || innerWidth < 1100;
  main.addEventListener("dragover", dragging);
  main.addEventListener("dragleave", (event) => main.contains(event.relatedTarget) || (drop.hidden = true));
  main.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.hidden = true;
    compose.files.add(event.dataTransfer.files);
  });
}

/** The address bar remembers the conversation: #chat or #chat/topic. */
function remember({ chat, topic }) {
  history.replaceState(null, "", `#${chat}${topic ? `/${topic}` : ""}`);
  document.title = isPrivate(chat) ? `${chatTitle(chat)} · ${nameOf(chat)}` : chatTitle(chat);
  show("chat");
}

function openFirst() {
  if (state.open) return;
  const [chat, topic] = location.hash.slice(1).split("/").map(Number);
  const first = state.users.values().next().value;
  const wanted = state.chats.has(chat) ? chat : first?.chat;
  if (wanted !== undefined) openChat(wanted, state.chats.has(chat) ? topic || 0 : 0);
}

on("open", remember);
on("ready", openFirst);
document.addEventListener("visibilitychange", readOpen);
build();
api.listen((event) => attempt(() => take(event)), setOnline);
