// Short words of the page itself: toasts, questions and forms in a dialog.

import { el } from "./dom.js";
import { t } from "./words.js";

const TOAST_MS = 4000;

/** A line at the bottom that goes away by itself. */
export function toast(text) {
  const node = el("div", { class: "toast" }, text);
  document.getElementById("toasts").append(node);
  setTimeout(() => node.remove(), TOAST_MS);
}

export function failed(error) {
  if (error.message === "offline") toast(t("offline"));
  else toast(error.status === 504 ? t("noAnswer") : t("failed", { reason: error.message }));
}

/** Runs something that may be refused and says so. */
export async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    failed(error);
    return null;
  }
}

/** A modal dialog with a title, content and a row of buttons. Resolves with the value of the button, null when closed. */
export function dialog(title, content, buttons) {
  return new Promise((resolve) => {
    const heading = el("h2", { id: "dialog-title" }, title);
    const row = el("div", { class: "dialog-buttons" });
    const form = el("form", { method: "dialog" }, heading, content, row);
    const box = el("dialog", { class: "dialog", "aria-labelledby": "dialog-title" }, form);
    let answer = null;
    for (const { label, value, primary, danger, check } of buttons) {
      const button = el("button", { type: primary ? "submit" : "button", class: primary ? "primary" : danger ? "danger" : "plain" }, label);
      button.addEventListener("click", (event) => {
        event.preventDefault();
        if (primary && !form.reportValidity()) return;
        if (check && !check()) return;
        answer = value;
        box.close();
      });
      row.append(button);
    }
    box.addEventListener("click", (event) => event.target === box && box.close());
    box.addEventListener("close", () => {
      box.remove();
      resolve(answer);
    });
    document.body.append(box);
    box.showModal();
  });
}

/** A message of the bot that must be seen. */
export const alertBox = (title, text) =>
  dialog(title, el("p", { class: "dialog-text" }, text), [{ label: "OK", value: true, primary: true }]);

/** A yes-or-no question. */
export const confirmBox = (title, text, yes, danger = false) =>
  dialog(title, el("p", { class: "dialog-text" }, text), [
    { label: t("cancel"), value: false },
    { label: yes, value: true, primary: !danger, danger },
  ]);

/** A labelled form row. */
export const field = (label, input) => el("label", { class: "field" }, el("span", {}, label), input);

/** A drop-down list of [value, label] pairs. */
export const select = (name, options, value) =>
  el("select", { name }, options.map(([key, label]) => el("option", { value: key, selected: String(key) === String(value) }, label)));
