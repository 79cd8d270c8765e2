// The page's own words, English and Russian. Plural forms are objects keyed by Intl.PluralRules.

export const WORDS = {
  en: {
    people: "People", groups: "Groups", newUser: "New user", newGroup: "New group", newTopic: "New topic", theme: "Theme: {mode}",
    auto: "as the system", light: "light", dark: "dark", panel: "Behind the scenes", back: "Back to the chats", bot: "bot", as: "as {name}",
    members: { one: "{n} member", other: "{n} members" }, topics: { one: "{n} topic", other: "{n} topics" },
    general: "General", writeAs: "Write as", typing: "is typing…", offline: "Connection lost, trying again…", botAway: "The bot is not running right now. It will read what you write as soon as it is back.", noChats: "No chats yet",
    start: "Start", whatCan: "What can this bot do?", welcome: "Press Start to meet the bot. It runs on this machine, and nothing leaves it. Its answers come from a toy model or a script, so do not believe them; your own bot gets a real model.",
    emptyGroup: "No messages yet", emptyGroupHint: "Mention @{bot} or reply to it, and it will answer here.",
    pickChat: "Choose a chat to start writing", message: "Message", messageGroup: "Message — call the bot with @{bot}",
    send: "Send", attach: "Attach files", record: "Record a voice message", commands: "Commands", stop: "Stop",
    reply: "Reply", edit: "Edit", copy: "Copy text", copyCode: "Copy", copied: "Copied", copyJson: "Copy as JSON", forward: "Forward",
    del: "Delete", actions: "Message actions", replyTo: "Reply to {name}", editing: "Editing", cancel: "Cancel",
    edited: "edited", forwardedFrom: "Forwarded from {name}", deletedMessage: "Deleted message", messages: "Messages",
    photo: "Photo", video: "Video", voice: "Voice message", audio: "Audio", document: "File", sticker: "Sticker", poll: "Poll",
    animation: "GIF", video_note: "Video message", location: "Location", contact: "Contact", invoice: "Invoice",
    service: "Event", download: "Download", open: "Open", play: "Play", pause: "Pause", seek: "Position", close: "Close",
    previous: "Previous", next: "Next", spoiler: "Hidden text, press to show", pollClosed: "Closed poll", votes: { one: "{n} vote", other: "{n} votes" },
    pay: "Pay {amount}", paid: "Paid", payQuestion: "Pay {amount} from the play account? No real money moves.", payNoStars: "Not enough stars in the play account. The chat's menu gives more.",
    payNoAnswer: "The bot did not answer in time, so nothing was paid.", receipt: "Receipt", receiptOfOther: "Somebody else has this receipt", refund: "Get the stars back", refunded: "Refunded", moreStars: "{n} more play stars",
    stars: { one: "{n} star", other: "{n} stars" }, toBottom: "To the newest message",
    today: "Today", yesterday: "Yesterday", name: "Name", language: "Language", username: "Username (optional)", title: "Title",
    kind: "Kind", group: "Group", supergroup: "Supergroup", forum: "Forum with topics", create: "Create", addBot: "Add the bot",
    dropHere: "Drop files to send them", asFiles: "Send as files", removeFile: "Remove {name}", uploading: "Sending…",
    voiceTitle: "Voice message", voiceHint: "Record with the microphone or choose a sound file.", recordStart: "Record", recordStop: "Stop recording",
    chooseFile: "Choose a file", transcript: "What is said in it (the sandbox's transcriber answers with this)", noMic: "The microphone is not available here.",
    forwardTo: "Forward to", processes: "Processes", addresses: "Addresses", memory: "Memory", process: "Process", none: "None", faults: "Break something",
    faultsHint: "See how the bot behaves when the world around it fails. It quietly repairs a single failure where it can: raise “Times” to hear what it says then. What was set waits for the next message.", telegramFault: "Telegram", aiFault: "AI service", method: "Method", action: "What happens",
    after: "Let pass first", times: "Times", seconds: "Seconds", service_: "Service", model: "Model (empty: any)", afterBytes: "Bytes before", apply: "Apply",
    faultSet: "Done: {action}", flood_wait: "Flood wait", drop: "Answer is lost", cut: "Line is cut", delay: "Slow answer", error: "Error",
    duplicate: "Delivered twice", cut_after: "Done, then the line is cut", ai_429: "Too many requests (429)", ai_500: "Server error (500)", ai_402: "No funds (402)", ai_401: "Wrong key (401)",
    ai_cut: "Stream is cut", ai_stream_error: "Error inside the stream", ai_hang: "Never answers", ai_html: "A web page instead", ai_delay: "Slow answer", ai_lost: "Answer is lost",
    ai_fail: "The task fails", ai_slow: "The task takes long", ai_chat: "Text", ai_kie: "Pictures and films: order", ai_kie_poll: "Pictures and films: state",
    ai_kie_file: "Pictures and films: file", ai_transcription: "Speech to text", photoOf: "Photo {n} of {all}",
    failed: "Did not work: {reason}", unread: { one: "{n} unread message", other: "{n} unread messages" }, you: "You", private: "Private chat",
    longText: "The text is longer than 4096 characters and goes as several messages", tooMany: "At most 10 files at once", blockBot: "Block the bot", unblockBot: "Unblock the bot",
    blocked: "The bot is blocked by this user", chatMenu: "Chat actions", recording: "Recording", noAnswer: "The bot did not answer the button",
    show: "Show more", you_as: "You write as",
    code: "code",  keyboard: "Answers", dice: "Dice",
    serviceChatCreate: "{name} made the group “{title}”", serviceChannelCreate: "The group “{title}” was made", serviceChatAddUser: "{name} added {names}",
    serviceChatDeleteUser: "{names} left", serviceTopicCreate: "The topic “{title}” was opened", servicePinMessage: "{name} pinned a message",
    servicePaymentSent: "Paid: {sum}", servicePaymentSentMe: "Paid: {sum}", servicePaymentRefunded: "Refunded: {sum}", serviceChatEditTitle: "The group is now called “{title}”", serviceOther: "Event: {type}",
  },
  ru: {
    people: "Люди", groups: "Группы", newUser: "Новый человек", newGroup: "Новая группа", newTopic: "Новая тема", theme: "Тема: {mode}",
    auto: "как в системе", light: "светлая", dark: "тёмная", panel: "За кулисами", back: "К списку чатов", bot: "бот", as: "от имени {name}",
    members: { one: "{n} участник", few: "{n} участника", many: "{n} участников", other: "{n} участника" },
    topics: { one: "{n} тема", few: "{n} темы", many: "{n} тем", other: "{n} темы" },
    general: "Общее", writeAs: "Писать от имени", typing: "печатает…", offline: "Связь потеряна, пробуем снова…", botAway: "Бот сейчас не запущен. Он прочтёт ваши сообщения, как только вернётся.", noChats: "Чатов пока нет",
    start: "Начать", whatCan: "Что умеет этот бот?", welcome: "Нажмите «Начать», чтобы познакомиться. Бот работает на этой машине, и ничто её не покидает. Отвечает здесь игрушечная модель или сценарий, поэтому не верьте ответам; у вашего бота будет настоящая модель.",
    emptyGroup: "Сообщений пока нет", emptyGroupHint: "Упомяните @{bot} или ответьте на его сообщение — и он напишет сюда.",
    pickChat: "Выберите чат, чтобы начать разговор", message: "Сообщение", messageGroup: "Сообщение — позвать бота: @{bot}",
    send: "Отправить", attach: "Прикрепить файлы", record: "Записать голосовое", commands: "Команды", stop: "Остановить",
    reply: "Ответить", edit: "Изменить", copy: "Копировать текст", copyCode: "Копировать", copied: "Скопировано", copyJson: "Копировать как JSON", forward: "Переслать",
    del: "Удалить", actions: "Действия с сообщением", replyTo: "Ответ: {name}", editing: "Изменение", cancel: "Отмена",
    edited: "изменено", forwardedFrom: "Переслано от {name}", deletedMessage: "Удалённое сообщение", messages: "Сообщения",
    photo: "Фото", video: "Видео", voice: "Голосовое сообщение", audio: "Аудио", document: "Файл", sticker: "Стикер", poll: "Опрос",
    animation: "GIF", video_note: "Видеосообщение", location: "Место", contact: "Контакт", invoice: "Счёт",
    service: "Событие", download: "Скачать", open: "Открыть", play: "Слушать", pause: "Пауза", seek: "Позиция", close: "Закрыть",
    previous: "Назад", next: "Вперёд", spoiler: "Скрытый текст, нажмите, чтобы увидеть", pollClosed: "Опрос закрыт",
    votes: { one: "{n} голос", few: "{n} голоса", many: "{n} голосов", other: "{n} голоса" },
    pay: "Заплатить {amount}", paid: "Оплачено", payQuestion: "Заплатить {amount} с игрушечного счёта? Настоящие деньги не тратятся.", payNoStars: "На игрушечном счёте не хватает звёзд. Ещё звёзд даст меню чата.",
    payNoAnswer: "Бот не ответил вовремя, поэтому ничего не списано.", receipt: "Чек", receiptOfOther: "Чек у другого человека", refund: "Вернуть звёзды", refunded: "Возвращено", moreStars: "Ещё {n} игрушечных звёзд",
    stars: { one: "{n} звезда", few: "{n} звезды", many: "{n} звёзд", other: "{n} звезды" }, toBottom: "К последнему сообщению",
    today: "Сегодня", yesterday: "Вчера", name: "Имя", language: "Язык", username: "Имя пользователя (необязательно)", title: "Название",
    kind: "Вид", group: "Группа", supergroup: "Супергруппа", forum: "Форум с темами", create: "Создать", addBot: "Добавить бота",
    dropHere: "Отпустите файлы, чтобы отправить", asFiles: "Отправить файлами", removeFile: "Убрать {name}", uploading: "Отправляем…",
    voiceTitle: "Голосовое сообщение", voiceHint: "Запишите с микрофона или выберите звуковой файл.", recordStart: "Записать", recordStop: "Закончить запись",
    chooseFile: "Выбрать файл", transcript: "Что в нём сказано (этим ответит распознавание песочницы)", noMic: "Микрофон здесь недоступен.",
    forwardTo: "Переслать в", processes: "Процессы", addresses: "Адреса", memory: "Память", process: "Процесс", none: "Нет", faults: "Сломать что-нибудь",
    faultsHint: "Посмотрите, как ведёт себя бот, когда мир вокруг подводит. Одну неудачу он по возможности исправляет молча: увеличьте «Сколько раз», чтобы услышать, что он скажет. Заданное ждёт следующего сообщения.", telegramFault: "Telegram", aiFault: "Служба ИИ", method: "Метод", action: "Что случится",
    after: "Пропустить", times: "Сколько раз", seconds: "Секунд", service_: "Служба", model: "Модель (пусто: любая)", afterBytes: "Сначала байтов", apply: "Применить",
    faultSet: "Готово: {action}", flood_wait: "Просьба подождать", drop: "Ответ потерян", cut: "Обрыв связи", delay: "Медленный ответ", error: "Ошибка",
    duplicate: "Доставка дважды", cut_after: "Сделано, потом обрыв", ai_429: "Слишком много запросов (429)", ai_500: "Ошибка сервера (500)", ai_402: "Нет денег (402)", ai_401: "Неверный ключ (401)",
    ai_cut: "Обрыв потока", ai_stream_error: "Ошибка внутри потока", ai_hang: "Не отвечает никогда", ai_html: "Веб-страница вместо ответа", ai_delay: "Медленный ответ", ai_lost: "Ответ потерян",
    ai_fail: "Задача не удаётся", ai_slow: "Задача идёт долго", ai_chat: "Текст", ai_kie: "Картинки и фильмы: заказ", ai_kie_poll: "Картинки и фильмы: состояние",
    ai_kie_file: "Картинки и фильмы: файл", ai_transcription: "Речь в текст", photoOf: "Фото {n} из {all}",
    failed: "Не получилось: {reason}", unread: { one: "{n} непрочитанное", few: "{n} непрочитанных", many: "{n} непрочитанных", other: "{n} непрочитанных" },
    you: "Вы", private: "Личный чат",
    longText: "Текст длиннее 4096 знаков и уйдёт несколькими сообщениями", tooMany: "Не больше 10 файлов за раз", blockBot: "Заблокировать бота", unblockBot: "Разблокировать бота",
    blocked: "Этот человек заблокировал бота", chatMenu: "Действия с чатом", recording: "Запись", noAnswer: "Бот не ответил на кнопку",
    show: "Показать ещё", you_as: "Вы пишете как",
    code: "код",  keyboard: "Ответы", dice: "Кубик",
    serviceChatCreate: "{name}: создана группа «{title}»", serviceChannelCreate: "Создана группа «{title}»", serviceChatAddUser: "{name}: в группе теперь {names}",
    serviceChatDeleteUser: "{names}: выход из группы", serviceTopicCreate: "Открыта тема «{title}»", servicePinMessage: "{name}: закреплено сообщение",
    servicePaymentSent: "Оплачено: {sum}", servicePaymentSentMe: "Оплачено: {sum}", servicePaymentRefunded: "Возвращено: {sum}", serviceChatEditTitle: "Группа теперь называется «{title}»", serviceOther: "Событие: {type}",
  },
};

export const language = (navigator.language || "en").toLowerCase().startsWith("ru") ? "ru" : "en";
const plural = new Intl.PluralRules(language);

export const hasWords = (key) => key in WORDS.en;

/** The sentence `key` with its arguments; `n` chooses the plural form. */
export function t(key, args = {}) {
  let words = WORDS[language][key] ?? WORDS.en[key] ?? key;
  if (typeof words === "object") words = words[plural.select(args.n)] ?? words.other;
  return words.replace(/\{(\w+)\}/gu, (_, name) => String(args[name] ?? ""));
}

const clockFormat = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const dayFormat = new Intl.DateTimeFormat(language, { day: "numeric", month: "long" });
const yearFormat = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", year: "numeric" });
const shortFormat = new Intl.DateTimeFormat(language, { day: "2-digit", month: "2-digit", year: "2-digit" });

/** A message's date (seconds, or an ISO text) as a Date. */
export const when = (date) => new Date(typeof date === "number" ? date * 1000 : date);
export const clock = (date) => clockFormat.format(when(date));
export const fullDate = (date) => when(date).toLocaleString(language);
export const dayKey = (date) => when(date).toDateString();

/** The heading of one day of a conversation. */
export function day(date) {
  const then = when(date);
  const now = new Date();
  if (then.toDateString() === now.toDateString()) return t("today");
  if (then.toDateString() === new Date(now - 86_400_000).toDateString()) return t("yesterday");
  return (then.getFullYear() === now.getFullYear() ? dayFormat : yearFormat).format(then);
}

/** The short time in the list of chats. */
export const listTime = (date) => (dayKey(date) === new Date().toDateString() ? clock(date) : shortFormat.format(when(date)));

/** 50 XTR → "50 stars"; 1999 USD → "$19.99" */
export function money(amount, currency) {
  if (currency === "XTR") return t("stars", { n: amount });
  return (amount / 100).toLocaleString(language, { style: "currency", currency });
}

/** 65 → 1:05 */
export function length(seconds) {
  const whole = Math.max(0, Math.round(seconds || 0));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** 1536 → 1.5 KB */
export function size(bytes) {
  const units = language === "ru" ? ["Б", "КБ", "МБ", "ГБ"] : ["B", "KB", "MB", "GB"];
  let value = bytes || 0;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value.toLocaleString(language, { maximumFractionDigits: unit && value < 100 ? 1 : 0 })} ${units[unit]}`;
}
