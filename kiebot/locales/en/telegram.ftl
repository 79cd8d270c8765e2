### The bot itself: greetings, menus, conversations

start = Hello, { $name }! I am your AI studio.
    Write to me, and I answer. Order a picture with /img and a clip with /video, send a photo to be worked on, or a document to ask about.
    /menu shows everything by buttons, /help explains it.
help = What I do:

    • Write anything: a text model answers.
    • /img a red boat at dawn: a picture.
    • /video waves on a stony beach: a clip. /music and /say make music and speech.
    • /film a lighthouse keeper finds a letter: a whole film with a narrator. You approve the script, the pictures and the clips on the way; /films has all of them.
    • "Draw a cat in a hat", "sing a song about rain" or "read aloud: good evening" work as well.
    • Send a photo or clip with a question, and I look at it. Without words I offer what can be made of it, also of a sound; "Prompt from it" writes a ready prompt.
    • Send a link to a picture or video (YouTube, Instagram, TikTok, or a direct one): it works like the file itself.
    • /models fast video: find one of all the models. /menu leads to them by buttons.
    • Send a document, book, table or scan and ask about it; /docs has all of them.
    • Send a voice message: it counts as if you had typed it. /voice makes me answer aloud as well.

    /new begins a new conversation, /chats goes back to an old one.
    /jobs shows what is being made, /cancel stops it, /history sends results again, free of charge.
    /settings: how I answer. /lang: the language. /feedback: what you think of me.
    /export sends all I keep about you, /forget deletes it.

    In a group call me by { $bot } or reply to me.{ $money }
help-money = What is made here costs credits: the price is shown before anything starts.
    /balance shows what you have, /buy gets more, /promo takes a code. /terms has the rules.
help-group = In a group I answer when you write { $bot }, reply to me, or use a command: /img, /video, /film, /new, /help.
    Everybody here shares one conversation per topic.
menu = What shall we do?
greeting-group = Hello! I answer here when you write { $bot }, reply to one of my messages, or use a command such as /img. I do not read along otherwise; /help tells more.

menu-new = 💬 New conversation
menu-chats = 🗂 Conversations
menu-jobs = ⏳ At work
menu-history = 📦 History
menu-settings = ⚙️ Settings
menu-lang = 🌐 Language
menu-help = ❓ Help

command-menu = Everything by buttons
command-new = Begin a new conversation
command-chats = Go back to a conversation
command-img = Make a picture
command-video = Make a video
command-jobs = What is being made
command-cancel = Cancel what is being made
command-history = Earlier results
command-docs = Your files
command-forget = Forget files and conversations
command-export = All that I keep about you
command-settings = How I answer
command-lang = Language
command-help = What I can do

## Language and settings

lang = Which language shall I speak?
lang-telegram = As in Telegram
lang-chosen = I speak English now.

settings = How I answer in this chat.
    Length: { $style ->
        [short] short
        [detailed] detailed
       *[normal] normal
    }
    Your instructions: { $given ->
        [no] none yet
       *[yes] { $instructions }
    }

    To give instructions, write them after the command: /settings you are a patient teacher
settings-style-short = Short
settings-style-normal = Normal
settings-style-detailed = Detailed
settings-style-short-on = ✓ Short
settings-style-normal-on = ✓ Normal
settings-style-detailed-on = ✓ Detailed
settings-clear = Drop the instructions
settings-too-long = Instructions can have up to { $limit } characters. Please shorten them.

## Conversation

chat-working = ⏳ Got it, working on the answer…
chat-working-others = ⏳ { $count ->
    [one] One more message of yours waits for its answer.
   *[other] { $count } more messages of yours wait for their answers.
}
chat-stop-button = ⏹ Stop
chat-stopping = Stopping.
chat-nothing-to-stop = This answer is finished already.
chat-again-button = 🔄 Another answer
chat-again-notice = Asking again.
chat-still-answering = I am still answering this one.
chat-no-words = I see no words in this message. Please write your question.
chat-say-something = I am here. Write your question together with my name.
chat-too-long = This text has { $chars } characters, and I take up to { $limit }. Please shorten it or send it as a file.
chat-gave-up = I began this answer several times, and each time something stopped me on the way. The button tries once more.
chat-empty-answer = The model gave no answer. Please try again or word it differently.
chat-note-stopped = ⏹ Stopped.
chat-note-cut = ⚠️ The connection to the model broke here; the answer is not complete.
chat-note-price = { $credits ->
    [one] { $credits } credit
   *[other] { $credits } credits
}
chat-note-limit = ✂️ The model reached its length limit here. Write "continue" to go on.
chat-note-credits = ✂️ Your credits reached up to here. Once you have more, write "continue" to go on: /balance
chat-whole-answer = The whole answer as a file.
chat-edited = I see that you changed your message.
chat-edited-button = 🔄 Answer the new text
chat-new = A new conversation begins. The old one is kept: /chats goes back to it.
chats = Your conversations here. Choose one to go on with.
chat-selected = We go on with: { $name }

## Orders

no-model = No model of this kind is available right now. The administrator can change that.
jobs-none = Nothing is being made right now.
jobs-open = { $count ->
    [one] { $count } job at work:
   *[other] { $count } jobs at work:
}
    { $lines }
history-none = There is nothing yet. Order a picture with /img.
history-gone = This file is not kept any more.
cancel-nothing = Nothing of yours is being made.
cancel-outcome = { $cancelled ->
    [0] Nothing could be cancelled.
    [one] { $cancelled } job is cancelled.
   *[other] { $cancelled } jobs are cancelled.
}{ $paid ->
    [0] { "" }
    [one] { " " }{ $paid } is already at the provider and cannot be stopped: its result still comes.
   *[other] { " " }{ $paid } are already at the provider and cannot be stopped: their results still come.
}
cancel-cancelled = Cancelled.
cancel-paid = It is already at the provider and cannot be stopped.
cancel-ended = This job has ended already.
cancel-not-yours = This is somebody else's job.
job-paid = Job { $job } is already at the provider, so it cannot be cancelled. I can stop reporting on it; the result stays in /history.
job-mute-button = 🔕 Stop notifying me
job-muted-notice = I will not report on it.
job-retry-notice = Ordered again.
job-retry-price = The price is another one today. Please look below before you order.

## Everything else that people send and press

unknown-command = I do not know the command { $command }. /menu shows what I can do.
edited-command = I run a command once, when it is sent. Please send the changed one as a new message.
button-old = This button is out of date. /menu shows what I can do now.
button-not-yours = This button belongs to somebody else.
banned = You cannot use this bot. If this is a mistake, write to its administrator.
kind-photo = No model works on pictures at the moment. Send the picture with a question, and I look at it, or order a new one with /img.
kind-video = No model works on videos at the moment. Send the video with a question, and I look at it, or order a clip with /video.
kind-voice = No model works on sounds at the moment. Please write it as text.
kind-sticker = A nice sticker! I can only answer words, though.
kind-poll = I cannot vote in polls. If you want an opinion, write the question as text.
kind-dice = Good throw! I can only answer words, though.
kind-contact = I do not need contacts and do not keep them. Write what you would like to do.
kind-location = I cannot use locations yet. Write the place in words.
kind-other = I do not understand this kind of message. I take text, voice messages, pictures, videos, sounds, documents and links; /help tells more.
