// What an empty place says.

import { avatar, el } from "./dom.js";
import { isPrivate, state } from "./store.js";
import { t } from "./words.js";

/** An empty conversation: who the bot is, or how to call it in a group. */
export function emptyState(chat) {
  const { bot } = state;
  if (isPrivate(chat)) {
    const info = bot.infos[state.users.get(chat)?.language_code] ?? bot.infos[""];
    const description = info?.description;
    return el("div", { class: "empty" },
      avatar(bot.name, bot.id, "huge"),
      el("h2", {}, t("whatCan")),
      el("p", {}, description || t("welcome")),
      description ? el("p", { class: "quiet" }, t("welcome")) : null);
  }
  return el("div", { class: "empty" }, el("h2", {}, t("emptyGroup")), el("p", {}, t("emptyGroupHint", { bot: bot.username })));
}

/** Nothing is open yet. */
export const nothingOpen = () => el("div", { class: "nothing" }, el("span", { class: "pill" }, t("pickChat")));
