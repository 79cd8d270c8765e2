// The player of voices and music: one plays at a time, the position can be moved by mouse and keys.

import { fileUrl } from "./api.js";
import { el, icon } from "./dom.js";
import { length, size, t } from "./words.js";

let playing = null;

/** A voice (with its length) or a piece of music (with its title). */
export function player(media, kind) {
  const sound = el("audio", { preload: "none", src: fileUrl(media.id) });
  const button = el("button", { type: "button", class: "play", "aria-label": t("play") }, icon("play"), icon("pause"));
  const seek = el("input", { type: "range", min: 0, max: 1000, value: 0, class: "seek", "aria-label": t("seek") });
  const time = el("span", { class: "play-time" }, length(media.duration));
  const title = kind === "voice" ? null : el("span", { class: "play-title" }, media.title || media.name || t("audio"));
  const detail = el("span", { class: "play-detail" }, time, media.size ? ` · ${size(media.size)}` : "");
  const node = el("div", { class: `player ${kind}` }, button, el("div", { class: "play-body" }, title, seek, detail), sound);
  const total = () => (Number.isFinite(sound.duration) ? sound.duration : media.duration || 0);

  button.addEventListener("click", () => (sound.paused ? sound.play().catch(() => node.classList.add("broken")) : sound.pause()));
  seek.addEventListener("input", () => {
    if (total()) sound.currentTime = (seek.value / 1000) * total();
  });
  sound.addEventListener("play", () => {
    if (playing && playing !== sound) playing.pause();
    playing = sound;
    state(true);
  });
  sound.addEventListener("pause", () => state(false));
  sound.addEventListener("ended", () => {
    sound.currentTime = 0;
    state(false);
  });
  sound.addEventListener("timeupdate", () => {
    const part = total() ? sound.currentTime / total() : 0;
    seek.value = Math.round(part * 1000);
    seek.style.setProperty("--done", `${part * 100}%`);
    time.textContent = length(sound.currentTime || media.duration);
  });

  function state(on) {
    node.classList.toggle("playing", on);
    button.setAttribute("aria-label", t(on ? "pause" : "play"));
  }
  return node;
}
