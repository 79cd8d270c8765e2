// The dialogs that make something: a person, a group, a topic; and the choice of a chat to forward to.

import * as api from "./api.js";
import { avatar, el } from "./dom.js";
import { attempt, dialog, field, select } from "./feedback.js";
import { addChat, addUser, chatTitle, isPrivate, loadState, nameOf, openChat, state } from "./store.js";
import { language, t } from "./words.js";

const buttons = (label) => [{ label: t("cancel"), value: false }, { label, value: true, primary: true }];

export async function newUserForm() {
  const name = el("input", { required: true, maxLength: 64, name: "name", autocomplete: "off" });
  const username = el("input", { maxLength: 32, name: "username", pattern: "[A-Za-z][A-Za-z0-9_]{3,}", autocomplete: "off" });
  const code = select("language", [["en", "English"], ["ru", "Русский"], ["de", "Deutsch"], ["es", "Español"]], language);
  const content = el("div", { class: "form" }, field(t("name"), name), field(t("language"), code), field(t("username"), username));
  if (!(await dialog(t("newUser"), content, buttons(t("create"))))) return;
  const user = await attempt(() => addUser(name.value.trim(), code.value, username.value.trim()));
  if (user) await openChat(user.chat);
}

export async function newGroupForm() {
  const title = el("input", { required: true, maxLength: 64, name: "title", autocomplete: "off" });
  const kind = select("kind", [["group", t("group")], ["supergroup", t("supergroup")], ["forum", t("forum")]], "supergroup");
  const people = [...state.users.values()].slice(0, 100).map((user) => el("input", { type: "checkbox", value: user.id, checked: state.users.size < 6 }));
  const members = el("div", { class: "checks" }, people.map((box) => el("label", { class: "check" }, box, avatar(nameOf(Number(box.value)), box.value, "small"), nameOf(Number(box.value)))));
  const withBot = el("input", { type: "checkbox", checked: true });
  const content = el("div", { class: "form" }, field(t("title"), title), field(t("kind"), kind), members, el("label", { class: "check" }, withBot, t("addBot")));
  const chosen = () => people.filter((box) => box.checked).map((box) => Number(box.value));
  if (!(await dialog(t("newGroup"), content, buttons(t("create")).map((button) => (button.primary ? { ...button, check: () => chosen().length > 0 } : button))))) return;
  const chat = await attempt(() => addChat({ title: title.value.trim(), users: chosen(), kind: kind.value, with_bot: withBot.checked }));
  if (chat) await openChat(chat.id);
}

export async function newTopicForm(chat) {
  const title = el("input", { required: true, maxLength: 64, name: "title", autocomplete: "off" });
  if (!(await dialog(t("newTopic"), el("div", { class: "form" }, field(t("title"), title)), buttons(t("create"))))) return;
  await attempt(async () => {
    const { topic } = await api.post(`/chats/${chat}/topics`, { title: title.value.trim() });
    await loadState();
    await openChat(chat, topic);
  });
}

/** Lets the person choose a chat. Resolves with its id, or null. */
export function chooseChat(title) {
  const chats = [...state.chats.values()].slice(0, 100);
  const options = chats.map((chat) => {
    const name = isPrivate(chat.id) ? `${chatTitle(chat.id)} · ${nameOf(chat.id)}` : chat.title;
    const box = el("input", { type: "radio", name: "chat", value: chat.id });
    return el("label", { class: "check" }, box, avatar(nameOf(chat.id), chat.id, "small"), name);
  });
  options[0].firstChild.checked = true;
  const content = el("div", { class: "checks" }, options);
  return dialog(title, content, buttons(t("forward"))).then((yes) => (yes ? Number(content.querySelector("input:checked").value) : null));
}
