// What the page knows: people, chats, messages. Views listen to `changed`; nothing here touches the document.

import * as api from "./api.js";
import { hasWords, money, t } from "./words.js";

export const DRAFT_LIFE_MS = 35_000;
const TYPING_LIFE_MS = 6_000;

const GENERAL = 1; // its id in messages

const target = new EventTarget();
export const state = {
  bot: { id: 0, name: "", username: "", commands: {}, infos: {} },
  users: new Map(),
  chats: new Map(),
  processes: [],
  addresses: {},
  messages: new Map(), // chat → Map(id → message), once the chat was opened
  last: new Map(), // key of a conversation → its newest message
  unread: new Map(), // key → count
  drafts: new Map(), // key → draft
  typing: new Map(), // chat → time of the last sign
  actors: new Map(), // chat → who writes there
  open: null, // {chat, topic} on the screen
  online: true,
};

export const keyOf = (chat, topic) => `${chat}:${topic || 0}`;
export const on = (type, listener) => target.addEventListener(type, (event) => listener(event.detail));
const emit = (type, detail) => target.dispatchEvent(new CustomEvent(type, { detail }));

export const isPrivate = (chat) => chat > 0;
export const chatOf = (id) => state.chats.get(id);

/** The chat's title as the acting person sees it. */
export const chatTitle = (id) => (isPrivate(id) ? state.bot.name : state.chats.get(id)?.title || String(id));

/** The name of a user or the bot. */
export function nameOf(id) {
  if (id === state.bot.id) return state.bot.name;
  return state.users.get(id)?.name || state.chats.get(id)?.title || String(id ?? "");
}

/** Who writes in a chat: its own person in a private one, the chosen member in a group. */
export function actor(chat) {
  if (isPrivate(chat)) return chat;
  const members = membersOf(chat);
  const chosen = state.actors.get(chat);
  return members.includes(chosen) ? chosen : members[0];
}

export const membersOf = (chat) => (state.chats.get(chat)?.users ?? []).filter((id) => state.users.has(id));

export function setActor(chat, user) {
  state.actors.set(chat, user);
  emit("actor", chat);
  emit("changed", { chat });
}

let line = Promise.resolve();

/** Runs readings and events one after another: an event must not be lost under a reading that began before it. */
function inOrder(work) {
  const result = line.then(work);
  line = result.catch(() => {});
  return result;
}

/** Reads people, chats and, for the list, the newest message of each. */
export async function loadState() {
  const answer = await api.get("/state");
  state.bot = answer.bot;
  state.users = new Map(answer.users.map((user) => [user.id, user]));
  const groups = answer.chats.filter((chat) => !isPrivate(chat.id));
  const own = answer.users.map((user) => ({ id: user.chat, title: user.name, kind: "private", users: [user.id], topics: [] }));
  state.chats = new Map([...own, ...groups].map((chat) => [chat.id, { topics: [], ...chat }]));
  state.processes = answer.processes;
  state.addresses = answer.addresses;
  emit("state");
}

/** Reads the processes only: the side panel asks again and again. */
export async function refreshProcesses() {
  const answer = await api.get("/state");
  state.processes = answer.processes;
  state.bot = answer.bot;
  emit("processes");
}

/** Reads all messages of a chat. */
export async function loadMessages(chat) {
  const found = await api.get(`/chats/${chat}/messages${isPrivate(chat) ? `?as_user=${chat}` : ""}`);
  state.messages.set(chat, new Map(found.map((message) => [message.id, { ...message, version: 0 }])));
  for (const message of found) state.last.set(keyOf(chat, topicOf(message)), message);
  emit("changed", { chat });
}

/** The newest message of each chat, for the list. Large sandboxes have hundreds of people: only the first ones are asked. */
export async function loadPreviews(limit = 60) {
  const wanted = [...state.chats.values()].filter((chat) => !state.last.has(keyOf(chat.id, 0))).slice(0, limit);
  for (const chat of wanted) {
    const [message] = await api.get(`/chats/${chat.id}/messages?limit=1`);
    if (message && !state.last.has(keyOf(chat.id, topicOf(message)))) state.last.set(keyOf(chat.id, topicOf(message)), message);
  }
  emit("list");
}

/** The topic in the list; 0 outside of forums and in General, which every forum has. */
const listed = (chat, topic) => (state.chats.get(chat)?.kind === "forum" && topic !== GENERAL ? topic || 0 : 0);
export const topicOf = (message) => listed(message.chat, message.topic);

/** The messages of one conversation in order. */
export function conversation(chat, topic) {
  const all = [...(state.messages.get(chat)?.values() ?? [])];
  const found = state.chats.get(chat)?.kind === "forum" ? all.filter((message) => topicOf(message) === listed(chat, topic)) : all;
  return found.sort(inTime);
}

/** Ids grow with time, except the negative ones of messages that the bot never got. */
const inTime = (a, b) => (a.id > 0 && b.id > 0 ? a.id - b.id : a.date - b.date || Math.abs(a.id) - Math.abs(b.id));

export const messageOf = (chat, id) => state.messages.get(chat)?.get(id);

/** Opens a conversation and reads it when that has not happened yet. */
export async function openChat(chat, topic = 0) {
  state.open = { chat, topic };
  state.unread.delete(keyOf(chat, topic));
  emit("open", state.open);
  await inOrder(async () => {
    if (!state.messages.has(chat)) await loadMessages(chat);
  });
}

/** The page is looked at again: what arrived meanwhile in the open conversation is read. */
export function readOpen() {
  if (!state.open || document.hidden) return;
  state.unread.delete(keyOf(state.open.chat, state.open.topic));
  emit("list");
}

const isOpen = (chat, topic) => state.open?.chat === chat && state.open.topic === topic && !document.hidden;

function put(message) {
  const known = state.messages.get(message.chat);
  const before = known?.get(message.id);
  known?.set(message.id, { ...message, version: (before?.version ?? 0) + 1 });
  const key = keyOf(message.chat, topicOf(message));
  const last = state.last.get(key);
  if (!last || last.id === message.id || inTime(last, message) <= 0) state.last.set(key, message);
  return !before;
}

/** The draft or typing of a conversation ends: with the real message, or after a while of silence. */
function endDraft(key) {
  clearTimeout(state.drafts.get(key)?.timer);
  state.drafts.delete(key);
}

function onMessage({ message }) {
  const topic = topicOf(message);
  const key = keyOf(message.chat, topic);
  const fresh = put(message);
  const becameReal = message.from === state.bot.id && state.drafts.has(key);
  if (message.from === state.bot.id) {
    endDraft(key);
    state.typing.delete(message.chat);
    if (!knowsCommands()) refreshProcesses().catch(() => {}); // a bot that has just started sets them with its first words
  }
  if (fresh && message.from !== actor(message.chat) && !isOpen(message.chat, topic)) {
    state.unread.set(key, (state.unread.get(key) ?? 0) + 1);
  }
  emit("changed", { chat: message.chat, arrived: fresh ? message : null, becameReal });
  emit("list");
}

const knowsCommands = () => Object.keys(state.bot.commands).length > 0;

function onDelete({ chat, message_ids: ids }) {
  for (const id of ids) state.messages.get(chat)?.delete(id);
  for (const [key, message] of state.last) {
    if (message.chat !== chat || !ids.includes(message.id)) continue;
    const rest = conversation(chat, topicOf(message));
    if (rest.length) state.last.set(key, rest[rest.length - 1]);
    else state.last.delete(key);
  }
  emit("changed", { chat });
  emit("list");
}

function onDraft(event) {
  const key = keyOf(event.chat, listed(event.chat, event.topic));
  endDraft(key);
  if (event.text) {
    const timer = setTimeout(() => {
      state.drafts.delete(key);
      emit("draft", { key });
    }, DRAFT_LIFE_MS);
    state.drafts.set(key, { ...event, timer });
    state.typing.delete(event.chat);
  }
  emit("draft", { key });
}

function onReaction({ chat, message_id: id, user, emojis }) {
  const message = messageOf(chat, id);
  if (!message) return;
  const others = message.reactions.filter(({ from }) => from !== user);
  put({ ...message, reactions: [...others, ...emojis.map((emoji) => ({ from: user, emoji }))] });
  emit("changed", { chat });
}

/** Only others are seen typing; "CancelAction" takes it back. */
function onTyping(event) {
  if (event.user === actor(event.chat)) return;
  if (event.action === "CancelAction") state.typing.delete(event.chat);
  else state.typing.set(event.chat, Date.now());
  emit("typing", event.chat);
  setTimeout(() => emit("typing", event.chat), TYPING_LIFE_MS + 100);
}

/** Somebody paid or got something back: the purse holds another sum. */
function onPayment({ chat, user, stars }) {
  const person = state.users.get(user);
  if (person) person.stars = stars;
  emit("changed", { chat });
}

export const isTyping = (chat) => Date.now() - (state.typing.get(chat) ?? 0) < TYPING_LIFE_MS;

const HANDLERS = {
  message: onMessage,
  edit: ({ message }) => {
    put(message);
    emit("changed", { chat: message.chat });
    emit("list");
  },
  delete: onDelete,
  draft: onDraft,
  typing: onTyping,
  callback_answer: (event) => emit("answer", event),
  reaction: onReaction,
  state: loadState,
  presence: ({ online }) => {
    state.bot.online = online;
    emit("presence");
  },
  payment: onPayment,
};

/** Takes one event of the line. After a gap that cannot be filled everything is read again. */
export const take = (event) => inOrder(() => handle(event));

async function handle(event) {
  if (event.type === "hello") {
    if (!event.resumed) await reload();
    return;
  }
  if (event.chat !== undefined && !state.chats.has(event.chat)) await loadState();
  HANDLERS[event.type]?.(event);
}

async function reload() {
  await loadState();
  const opened = state.open?.chat;
  state.messages.clear();
  state.last.clear();
  if (opened !== undefined && state.chats.has(opened)) await loadMessages(opened);
  emit("ready");
  loadPreviews().catch(() => {}); // a nicety of the list: the line's next hello tries again
}

export function setOnline(online) {
  if (online === state.online) return;
  state.online = online;
  emit("online");
}

/** A new person of the sandbox, with a private chat. */
export async function addUser(name, languageCode, username) {
  const user = await api.post("/users", { name, language_code: languageCode, username });
  await loadState();
  return user;
}

/** A new group of people, with or without the bot. */
export async function addChat(body) {
  const chat = await api.post("/chats", body);
  await loadState();
  return chat;
}

/** What a service message says. */
export function serviceWords({ from, service }) {
  const names = (service.users ?? (service.user_id ? [service.user_id] : [])).map(nameOf).join(", ");
  const key = `service${service.type}`;
  const sum = service.currency ? money(service.total_amount, service.currency) : "";
  return t(hasWords(key) ? key : "serviceOther", { name: nameOf(from), names, title: service.title, type: service.type, sum });
}

/** The text of a message in one line. */
export function summary(message) {
  if (message.service) return serviceWords(message);
  if (message.text) return message.text.replace(/\s+/gu, " ").slice(0, 200);
  return t(message.kind === "text" ? "message" : message.kind);
}
