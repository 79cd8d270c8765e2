// The side panel: what runs, where it listens, and how to make it fail.

import * as api from "./api.js";
import { copyText, el, iconButton } from "./dom.js";
import { attempt, field, select, toast } from "./feedback.js";
import { on, refreshProcesses, state } from "./store.js";
import { size, t } from "./words.js";

const REFRESH_MS = 3000;
const METHODS = ["messages.SendMessage", "messages.SendMedia", "messages.EditMessage", "messages.SetTyping", "messages.SetBotCallbackAnswer", "upload.GetFile", "upload.SaveFilePart", "updates"];
const ACTIONS = ["flood_wait", "drop", "cut", "cut_after", "delay", "error", "duplicate"];
const AI_SERVICES = ["chat", "kie", "kie_poll", "kie_file", "transcription"];
const AI_ACTIONS = ["429", "500", "402", "401", "cut", "stream_error", "hang", "html", "delay", "lost", "fail", "slow"];

/** Fills the panel; it asks for the processes only while it is seen. */
export function panel(node, close) {
  const processes = el("div", {});
  const addresses = el("div", {});
  node.append(
    el("header", { class: "panel-head" }, el("h2", {}, t("panel")), iconButton("close", t("close"), close)),
    el("section", {}, el("h3", {}, t("processes")), processes),
    el("section", {}, el("h3", {}, t("addresses")), addresses),
    el("section", {}, el("h3", {}, t("faults")), el("p", { class: "quiet" }, t("faultsHint")), telegramForm(), aiForm()),
  );

  function render() {
    processes.replaceChildren(processTable());
    addresses.replaceChildren(addressList());
  }

  on("state", render);
  on("processes", render);
  setInterval(() => !node.hidden && !document.hidden && state.online && refreshProcesses().catch(() => {}), REFRESH_MS);
}

function processTable() {
  if (!state.processes.length) return el("p", { class: "quiet" }, t("none"));
  const rows = state.processes.map((process) => el("tr", {}, el("td", {}, process.name ?? ""), el("td", { class: "number" }, String(process.pid ?? "—")), el("td", { class: "number" }, memory(process))));
  return el("table", {}, el("thead", {}, el("tr", {}, el("th", {}, t("process")), el("th", { class: "number" }, "PID"), el("th", { class: "number" }, t("memory")))), el("tbody", {}, rows));
}

const memory = ({ memory_mb: mb }) => (mb ? size(mb * 1024 * 1024) : "—");

function addressList() {
  const entries = Object.entries(state.addresses);
  if (!entries.length) return el("p", { class: "quiet" }, t("none"));
  return el("dl", { class: "addresses" }, entries.flatMap(([name, value]) => [
    el("dt", {}, name),
    el("dd", {}, el("code", {}, value), iconButton("copy", t("copyCode"), () => copyText(value).then(() => toast(t("copied"))))),
  ]));
}

const number = (name, value, step = 1) => el("input", { type: "number", name, min: 0, step, value: String(value) });
const named = (keys, prefix) => keys.map((key) => [key, t(prefix + key)]);

/** A form whose fields become one request. */
function faultForm(title, fields, submit) {
  const form = el("form", { class: "form compact" }, el("h4", {}, title), fields, el("button", { type: "submit", class: "primary" }, t("apply")));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(form));
    if (await attempt(() => submit(values))) toast(t("faultSet", { action: form.elements.action.selectedOptions[0].text }));
  });
  return form;
}

function telegramForm() {
  const method = el("input", { name: "method", required: true, value: METHODS[0], autocomplete: "off" });
  method.setAttribute("list", "methods");
  const fields = [
    field(t("method"), method),
    el("datalist", { id: "methods" }, METHODS.map((name) => el("option", { value: name }))),
    field(t("action"), select("action", named(ACTIONS, ""), "flood_wait")),
    el("div", { class: "pair" }, field(t("after"), number("after", 0)), field(t("times"), number("times", 1)), field(t("seconds"), number("seconds", 5))),
  ];
  return faultForm(t("telegramFault"), fields, ({ method: name, action, after, times, seconds }) =>
    api.post("/faults", { method: name, action, after: Number(after), times: Number(times), seconds: Number(seconds) }));
}

/** What an action needs besides its name. */
function details(action, bytes, seconds) {
  if (action === "cut") return { after_bytes: bytes };
  if (action === "delay") return { delay_ms: seconds * 1000 };
  return action === "slow" ? { seconds } : {};
}

function aiForm() {
  const fields = [
    field(t("service_"), select("service", AI_SERVICES.map((name) => [name, t(`ai_${name}`)]), "chat")),
    field(t("model"), el("input", { name: "model", autocomplete: "off" })),
    field(t("action"), select("action", named(AI_ACTIONS, "ai_"), "429")),
    el("div", { class: "pair" }, field(t("times"), number("times", 1)), field(t("afterBytes"), number("after_bytes", 400)), field(t("seconds"), number("seconds", 5))),
  ];
  return faultForm(t("aiFault"), fields, ({ service, model, action, times, after_bytes, seconds }) =>
    api.post("/ai/behaviour", { service, model: model || null, action, times: Number(times), ...details(action, Number(after_bytes), Number(seconds)) }));
}
