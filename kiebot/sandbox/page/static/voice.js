// A voice message: from the microphone where there is one, otherwise from a file.

import { measured } from "./attach.js";
import { el } from "./dom.js";
import { dialog, field, toast } from "./feedback.js";
import { length, t } from "./words.js";

const TYPES = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];

/** Asks for a voice message. Resolves with {file, duration, transcript}, or null. */
export async function recordVoice() {
  const audio = el("audio", { controls: true, hidden: true });
  const time = el("span", { class: "record-time", "aria-live": "off" }, "0:00");
  const record = el("button", { type: "button", class: "record" }, t("recordStart"));
  const input = el("input", { type: "file", accept: "audio/*,.ogg,.oga" });
  const transcript = el("textarea", { rows: 2 });
  const recorder = microphone({ record, time, use });
  let file = null;
  record.addEventListener("click", recorder.toggle);
  record.hidden = !recorder.possible;
  input.addEventListener("change", () => input.files[0] && use(input.files[0]));

  function use(sound) {
    file = sound;
    audio.hidden = false;
    audio.src = URL.createObjectURL(sound);
  }

  const content = el(
    "div",
    { class: "form" },
    el("p", { class: "dialog-text" }, recorder.possible ? t("voiceHint") : t("noMic")),
    el("div", { class: "record-row" }, record, time),
    field(t("chooseFile"), input),
    audio,
    field(t("transcript"), transcript),
  );
  const yes = await dialog(t("voiceTitle"), content, [{ label: t("cancel"), value: false }, { label: t("send"), value: true, primary: true, check: () => file !== null }]);
  recorder.stop();
  if (!yes) return null;
  const { duration } = await measured("audio", file);
  URL.revokeObjectURL(audio.src);
  return { file, duration: duration || recorder.seconds(), transcript: transcript.value.trim() };
}

/** The recorder behind the button. */
function microphone({ record, time, use }) {
  let recorder = null;
  let began = 0;
  let seconds = 0;
  let timer = 0;

  async function begin() {
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      toast(t("noMic"));
      return;
    }
    recorder = new MediaRecorder(stream, { mimeType: TYPES.find((type) => MediaRecorder.isTypeSupported(type)) });
    const parts = [];
    recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
    recorder.addEventListener("stop", () => {
      for (const track of stream.getTracks()) track.stop();
      const type = recorder.mimeType.split(";")[0];
      use(new File(parts, `voice.${type.split("/")[1]}`, { type }));
    });
    recorder.start();
    began = Date.now();
    record.textContent = t("recordStop");
    timer = setInterval(() => {
      seconds = (Date.now() - began) / 1000;
      time.textContent = length(seconds);
    }, 200);
  }

  function stop() {
    clearInterval(timer);
    record.textContent = t("recordStart");
    if (recorder?.state === "recording") recorder.stop();
  }

  return {
    possible: Boolean(navigator.mediaDevices && window.MediaRecorder),
    toggle: () => (recorder?.state === "recording" ? stop() : begin()),
    stop,
    seconds: () => Math.round(seconds),
  };
}
