### Files that people send to be asked about

document-accepted = 📄 Got it: "{ $name }". Reading...
document-reading = 📄 Got it: "{ $name }", { $pages ->
    [one] { $pages } page
   *[other] { $pages } pages
}. Reading, { $read } of { $pages } done...
document-question-waits = 📄 I am still reading { $count ->
    [1] "{ $name }"
   *[other] your files
}. I answer this as soon as I am through.
document-ready = 📄 "{ $name }": { $pages ->
    [one] { $pages } page
   *[other] { $pages } pages
} read. Ask me about it, for instance in reply to this message.{ $note ->
    [macros] {" "}I left its macros alone.
    [scripts] {" "}I did not run its scripts.
   *[nothing] {""}
}
document-ready-part = 📄 "{ $name }" has { $pages ->
    [one] { $pages } page
   *[other] { $pages } pages
}; I read the first { $read }. Ask me about them, for instance in reply to this message.
document-scan = 📄 { $pages ->
    [1] "{ $name }" is a picture whose text I could not make out.
   *[other] "{ $name }": { $unread } of { $pages } pages are pictures whose text I could not make out.
} A version with text would help.
document-no-text = I found no text in "{ $name }".
document-password = 🔒 "{ $name }" is protected by a password. { $where ->
    [group] Send it in reply to this message.
   *[private] Send it as your next message.
} I use it once, delete your message and forget it. I wait for an hour.
document-wrong-password = 🔒 This password does not open "{ $name }". { $where ->
    [group] Try again in reply to this message.
   *[private] Try again with your next message.
}
document-too-big = This file is too big. I take documents of up to { $limit } MB.
document-failed-download = Telegram did not give me this file. Please send it again.
document-failed-reading = I could not read this file. Please send it again or in another format.
document-password-taken = 🔑 I try this password. I deleted your message and keep the password nowhere.
document-password-taken-group = 🔑 I try this password and keep it nowhere. If your message is still here, please delete it: I may not.
document-pages = p. { $pages }
document-quotes-button = 📖 Quotes
document-quotes = { $quotes }
document-do-summarise = 📝 Summary
document-do-points = 🔑 Key points
document-do-translate = 🌐 Translation
document-do-ask = 💬 Ask
document-do-forget = 🗑 Forget
document-do-choose = ✅ Talk about it here
document-do-unchoose = ☑️ Talk no more about it
document-translate-on = ▶️ Further
document-working = Working on it...
document-gone = This file is forgotten. Please send it again.
document-ask = 💬 We talk about "{ $name }" now: write your question. /docs has the other files.
document-ask-group = 💬 We talk about "{ $name }" now: ask in reply to this message. /docs has the other files.
document-shown = 📄 "{ $name }", { $pages ->
    [one] { $pages } page
   *[other] { $pages } pages
}. { $chosen ->
    [yes] This conversation is about it.
   *[no] This conversation is not about it.
}
document-forget = Forget "{ $name }"? I lose its whole text and cannot answer from it any more. Answers already given stay in the conversation.
document-forgotten = 🗑 Forgotten.
documents-none = There are no files here. Send one { $where ->
    [group] with my name in the words below it
   *[private] to me
}: PDF, DOCX, a book, a table, a scan or plain text. Then ask about it.
documents = { $total ->
    [one] { $total } file
   *[other] { $total } files
} in this chat, ✅ { $chosen } in this conversation. Choose one:
documents-back = ⬅️ All files

## What is kept: /forget and /export

forget = What should I forget? Your orders, their results and your credits are not touched, unless you delete the whole account.
forget-group = What should I forget? The files that you sent to this group and what you asked here, with my answers. What others sent and asked stays.
forget-scope-here = 🗑 This chat
forget-scope-all = 🗑 This and all groups
forget-one-document = 📄 One file
forget-sure-here = All files and conversations of this chat go, for ever. Really?
forget-sure-all = All files and conversations of this chat go, your files and questions in all groups, half-filled orders and remembered choices; for ever. Really?
forget-sure-group = Your files and questions in this group go, with my answers to them; for ever. Really?
forget-yes = 🗑 Forget
forget-no = Keep
forget-done = 🗑 Forgotten. The messages themselves are Telegram's: delete the chat if they should go too.{ $charged ->
    [0] { "" }
    [one] { " " }The answer that I was writing ended there; what you had read of it cost { $charged } credit.
   *[other] { " " }The answer that I was writing ended there; what you had read of it cost { $charged } credits.
}
forget-answer = 🗑 This answer was ended: its question is forgotten.
forget-kept = Nothing was forgotten.
export-private = I send this only in our private chat: write /export there.
export-accepted = 🗄 I gather everything I keep about you. It comes as a file.
export-ready = 🗄 Here is everything I keep about you.
export-caption = Everything I keep about you. With /forget you delete it.
export-failed = The file could not be made. The admin knows; please try again later.
