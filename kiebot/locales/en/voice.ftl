### What people say: heard, shown as text, and answers that are read aloud

## Listening
voice-listening = 🎙 Listening{ $minutes ->
    [0] …
   *[other] {" "}to { $minutes } min…
}{ $credits ->
    [0] {""}
    [one] {" "}({ $credits } credit)
   *[other] {" "}({ $credits } credits)
}
voice-progress = 🎙 Listening: { $done } of { $total } min done.
voice-heard = 🎙 { $words }{ $credits ->
    [0] {""}
    [one] {" "}· { $credits } credit
   *[other] {" "}· { $credits } credits
}
voice-heard-long = 🎙 { $words }…
    The whole text is in the file below.{ $credits ->
        [0] {""}
        [one] {" "}· { $credits } credit
       *[other] {" "}· { $credits } credits
    }
voice-whole = All that was said
voice-answer-button = 💬 Answer this
voice-answering = Answering
voice-type-button = ⌨️ Type instead
voice-typed = All right. Write it to me as text.
voice-asked = Listening

## Nothing came of it
voice-silence = 🎙 I hear only silence. Is the microphone on? Try again, or type it.
voice-unclear = 🎙 I could not make out any words. Try again a little closer to the microphone, or type it.
voice-failed-service = 🎙 My hearing is out of order for the moment. Try again a little later, or type it.
voice-failed-refused = 🎙 I could not make sense of this recording. Send it in another format, or type it.
voice-failed-download = 🎙 Telegram did not give me this recording. Please send it again, or type it.
voice-failed-stuck = 🎙 This recording stopped me each time I listened to it. Send it in another format, or type it.
voice-longer = 🎙 This lasts { $minutes } min, which costs { $credits ->
    [one] { $credits } credit
   *[other] { $credits } credits
}; I had been told that it is shorter ({ $held }). Nothing is charged. “Try again” listens for the full price.
voice-price = 🎙 To listen to this costs { $credits ->
    [one] { $credits } credit
   *[other] { $credits } credits
} today. “Try again” listens for that price.
voice-file-button-price = 📝 Write down the words · { $credits ->
    [one] { $credits } credit
   *[other] { $credits } credits
}
voice-too-big = This recording is too big. I listen to voice messages of up to { $limit } MB; a longer one can be sent as a file.
voice-file-too-big = This file is too big. I write down the words of files of up to { $limit } MB.
voice-off = I cannot listen here: whoever runs this bot has not set up speech recognition. Please write it as text.
media-refused-no-sound = There is no sound in this file. Please send another one.
media-refused-too-long = This recording is longer than I can listen to. Please send it in parts.

## Words of a file
voice-file-button = 📝 Write down the words
voice-offer = This file is too big for the models, but I can write down what is said in it.
heard-here = { $type }: send me a voice message, a sound or a video. A voice message I answer at once; of a file I write down the words.
heard-off = { $type }: whoever runs this bot has not set up speech recognition, so I cannot do this here.

## Answers that are read aloud
command-voice = Answers by voice
aloud-on = 🔊 From now on I also read my answers aloud in this chat. /voice switches it off.
aloud-on-price = 🔊 From now on I also read my answers aloud in this chat, for { $credits ->
    [one] { $credits } credit
   *[other] { $credits } credits
} per begun 1,000 characters. /voice switches it off.
aloud-too-low = 🔇 Reading this answer aloud costs { $price ->
    [one] { $price } credit
   *[other] { $price } credits
}, and your balance is { $balance }. The text is above; I shall not say this again today.
aloud-off = 🔇 I answer in writing only. /voice switches the voice on.
aloud-none = I cannot read aloud here: whoever runs this bot has not set up a voice.
aloud-failed = 🔇 I could not read this answer aloud. The text is above.
