// What the composer offers while one writes: the bot's commands after "/", the bot's name after "@", inline results.

import * as api from "./api.js";
import { el } from "./dom.js";
import { attempt } from "./feedback.js";
import { actor, isPrivate, state } from "./store.js";
import { t } from "./words.js";

const INLINE_DELAY_MS = 350;

/** The commands as Telegram would show them: the nearest scope first, in it the person's language before the rest. */
export function commands() {
  if (!state.open) return [];
  const { chat } = state.open;
  const code = state.users.get(actor(chat))?.language_code ?? "";
  const scopes = [`BotCommandScopePeer:${Math.abs(chat)}`, isPrivate(chat) ? "BotCommandScopeUsers" : "BotCommandScopeChats", "BotCommandScopeDefault"];
  const keys = scopes.flatMap((scope) => [`${scope}|${code}`, `${scope}|`]);
  return state.bot.commands[keys.find((key) => state.bot.commands[key]?.length)] ?? [];
}

/** `choose(text, now)`: now sends it at once, otherwise it goes into the field. */
export function suggestions(area, choose) {
  const node = el("div", { class: "suggestions", role: "listbox", hidden: true });
  let items = [];
  let at = 0;
  let timer = 0;

  function show(next) {
    items = next;
    at = 0;
    node.hidden = !items.length;
    node.replaceChildren(...items.map((item, index) => {
      const option = el("button", { type: "button", role: "option", tabIndex: -1, class: "suggestion", onclick: () => pick(index) }, el("span", { class: "suggestion-name" }, item.name), el("span", { class: "suggestion-about" }, item.about));
      option.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
      return option;
    }));
    mark();
  }

  function mark() {
    [...node.children].forEach((option, index) => {
      option.classList.toggle("active", index === at);
      option.setAttribute("aria-selected", String(index === at));
    });
    node.children[at]?.scrollIntoView({ block: "nearest" });
  }

  function pick(index) {
    const item = items[index];
    close();
    if (item.run) item.run();
    else choose(item.text, item.now);
  }

  const close = () => show([]);
  const all = () => commands().map(([command, description]) => ({ name: `/${command}`, about: description, text: `/${command}`, now: true }));

  function update() {
    clearTimeout(timer);
    const text = area.value;
    if (/^\/\w*$/u.test(text)) return show(all().filter((item) => item.name.startsWith(text.toLowerCase())));
    const inline = new RegExp(`^@${state.bot.username}\\s(.*)$`, "iu").exec(text);
    if (inline && isPrivate(state.open?.chat ?? 0)) {
      timer = setTimeout(() => askInline(inline[1]), INLINE_DELAY_MS);
      return undefined;
    }
    const name = /(^|\s)@(\w*)$/u.exec(text);
    if (name && state.bot.username.toLowerCase().startsWith(name[2].toLowerCase())) {
      return show([{ name: `@${state.bot.username}`, about: state.bot.name, text: `${text.slice(0, text.length - name[2].length)}${state.bot.username} ` }]);
    }
    return close();
  }

  async function askInline(query) {
    const { chat } = state.open;
    const found = await api.post("/inline", { as_user: actor(chat), query, chat }).catch(() => []);
    show(found.map((result) => ({ name: result.title || result.text || result.id, about: result.description || "", run: () => chooseInline(chat, result) })));
  }

  function chooseInline(chat, { query_id, id }) {
    area.value = "";
    attempt(() => api.post("/inline/choose", { chat, as_user: actor(chat), query_id, result_id: id }));
  }

  return {
    node,
    update,
    close,
    hasCommands: () => commands().length > 0,
    toggleAll: () => (node.hidden ? show(all()) : close()),
    /** Handles a key while the list is open; true when it was taken. */
    key(event) {
      if (node.hidden) return false;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) at = (at + step + items.length) % items.length;
      else if (event.key === "Escape") close();
      else if ((event.key === "Enter" && !event.shiftKey) || event.key === "Tab") pick(at);
      else return false;
      event.preventDefault();
      mark();
      return true;
    },
  };
}
