// The sandbox's HTTP API, and the line of events behind it.

/** A refusal of the API: the field that was wrong and a sentence. */
export class ApiError extends Error {
  constructor(status, field, message) {
    super(message);
    this.status = status;
    this.field = field;
  }
}

async function request(method, path, body) {
  const options = { method };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = { "Content-Type": "application/json" };
  }
  let response;
  try {
    response = await fetch(`/api${path}`, options);
  } catch {
    throw new ApiError(0, "", "offline");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw refusal(response.status, answer);
  return answer;
}

const refusal = (status, answer) => new ApiError(status, answer.error?.field ?? "", answer.error?.message || `HTTP ${status}`);

export const get = (path) => request("GET", path);
export const post = (path, body = {}) => request("POST", path, body);
export const patch = (path, body) => request("PATCH", path, body);
export const remove = (path, body) => request("DELETE", path, body);

/** Posts a file with its fields; `progress` is told the share that has left (0..1). */
export function upload(path, file, fields, progress = () => {}) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined && value !== null && value !== "") form.append(name, value);
  }
  form.append("file", file, file.name || "file");
  return new Promise((resolve, reject) => {
    const line = new XMLHttpRequest();
    line.open("POST", `/api${path}`);
    line.responseType = "json";
    line.upload.onprogress = (event) => progress(event.total ? event.loaded / event.total : 0);
    line.onerror = () => reject(new ApiError(0, "", "offline"));
    line.onload = () => (line.status < 300 ? resolve(line.response) : reject(refusal(line.status, line.response || {})));
    line.send(form);
  });
}

/** What is shown of a card → what it is posted as. */
const EXTRAS = {
  contact: ({ name, phone, user }) => ({ first_name: name, phone, user }),
  location: ({ latitude, longitude }) => ({ latitude, longitude }),
  poll: ({ question, options }) => ({ question, options: options.map((option) => option.text) }),
};

/** Sends a copy of a message to another chat, marked with the name of its author. */
export async function forward(message, chat, as_user) {
  const { text, media, kind } = message;
  const entities = message.entities.filter((entity) => entity.type !== "unknown");
  const fields = { as_user, text, forward_from: message.forward_from ?? message.from };
  if (!media) return post(`/chats/${chat}/messages`, { ...fields, entities });
  if (!media.id) return post(`/chats/${chat}/messages`, { ...fields, kind, extra: EXTRAS[kind]?.(media) });
  const blob = await (await fetch(fileUrl(media.id))).blob();
  const { name, mime, duration, width, height } = media;
  const file = new File([blob], name, { type: mime });
  return upload(`/chats/${chat}/messages`, file, { ...fields, entities: JSON.stringify(entities), kind, mime, duration, width, height });
}

const EVENT_TYPES = ["hello", "message", "edit", "delete", "draft", "typing", "callback_answer", "payment", "reaction", "state"];

/** Listens for events for ever. The browser reconnects by itself and says which event it saw last. */
export function listen(onEvent, onLine) {
  const source = new EventSource("/api/events");
  for (const type of EVENT_TYPES) source.addEventListener(type, (event) => onEvent(JSON.parse(event.data)));
  source.addEventListener("open", () => onLine(true));
  source.addEventListener("error", () => {
    onLine(false);
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(onEvent, onLine), 1000);
  });
}

export const fileUrl = (id) => `/api/files/${encodeURIComponent(id)}`;
