### The studio: menus, forms of orders, files that people send, results

## Menus

menu-home = 🏠 Main menu
menu-back = ⬅️ Back
group-pictures = 🖼 Pictures
group-video = 🎬 Video
group-sound = 🎵 Sound
group-tools = 🛠 Tools
types = { $group }: what shall it be? The number says how many models there are.
models = { $type }: { $count ->
    [one] { $count } model.
   *[other] { $count } models.
} To search, write for example: /models fast video

    { $lines }
models-nearest = { $type }: there is no model made for this now. The nearest { $count ->
    [one] one that helps:
   *[other] ones that help:
}

    { $lines }
models-none = { $type }: no model is available for this now. The administrator can change that.
models-found = Found for "{ $words }": { $count ->
    [one] { $count } model.
   *[other] { $count } models.
}

    { $lines }
models-not-found = I found nothing for "{ $words }". Try a name, a vendor or a kind of work, for example: /models upscale
model-gone = This model is not in the catalogue any more. /models finds others.
model-off = { $model } is not offered now. /models finds others.

price-menu = { $least ->
    [yes] from { $credits } cr
   *[no] { $credits } cr
}{ $per ->
    [second] {" "}a second
    [thousand_characters] {" "}per 1,000 characters
    [megapixel] {" "}a megapixel
    [million_tokens] {" "}per million tokens
   *[order] { "" }
}
time-seconds = ~{ $seconds } s
time-minutes = ~{ $minutes } min

## A form

form-parameters = { $model }
    { $about }

    { $words }
form-words-kept = ✍️ I keep your words: "{ $words }"
form-file-added = 📎 { $kind ->
    [image] The picture
    [video] The video
    [audio] The sound
   *[other] The file
} is added to this order{ $count ->
    [1] .
   *[other] , which has { $count } files now.
}
form-unused = ⚠️ This model takes no more: { $used } of { $count } files are used.
form-price = 💳 As it stands: { $credits ->
    [one] { $credits } credit.
   *[other] { $credits } credits.
}
form-more = ⋯ More settings: { $count }
form-write = ✍️ Write what you want to get, or change the parameters first.
form-words = Your words: "{ $words }"
form-no-words = This model needs no words. Set the parameters and go on.
form-words-button = ✏️ Other words
form-no-words-button = ➡️ Without words
form-continue = ➡️ Continue
form-models = ⬅️ Models
form-cancel = ✖️ Cancel
form-parameters-button = ⚙️ Parameters
form-clear = 🧹 Clear
form-field = { $model }
    { $name }: { $value }

    { $ask }
form-choose = Choose a value.
form-type-text = Write the value as a message.
form-type-number = Choose, or write a number from { $least } to { $most }.
form-type-any-number = Write a number.
form-type-items = Write it as a message, one item a line.
form-send-image = 📎 Send { $count ->
    [one] a picture.
   *[other] a picture, or several: up to { $count }.
}
form-send-video = 📎 Send { $count ->
    [one] a video.
   *[other] a video, or several: up to { $count }.
}
form-send-audio = 📎 Send { $count ->
    [one] a sound file or a voice message.
   *[other] a sound file or a voice message, or several: up to { $count }.
}
form-send-file = 📎 Send { $count ->
    [one] a file.
   *[other] a file, or several: up to { $count }.
}
form-send-task = Choose one of your earlier jobs, or write its number.
form-send-track = Choose one of your tracks, or write its number, such as 41/2.
form-no-task = You have nothing yet that it could go on from: it takes jobs of the last { $days } days.
    Make one with one of these models first.
form-no-track = You have no track yet that it could go on from: it takes songs of the last { $days } days.
    Make one with one of these models first.
form-ask-words = { $model }
    ✍️ { $type ->
        [text_to_speech] Write the text that I shall read aloud, for example:
        [text_to_music] Describe the music or the song that you want, for example:
        [text_to_audio] Write what is to be heard, for example:
        [text_to_text] Write what the text shall be about, for example:
        [speech_to_text] Write what helps to understand the recording, for example:
        [audio_to_text] Write what helps to understand the recording, for example:
        [image_analysis] Write what you want to know, for example:
       *[other] Write what you want to get, for example:
    }

    { $examples }
form-other-words = { $model }
    ✍️ Write other words, or go on with these:

    { $words }
form-no-such-value = This does not fit "{ $name }". { $ask }
form-closed = Fine, nothing is ordered.
form-closed-jobs = Fine, this order is given up. Jobs at work go on; /cancel once more stops them.
form-gone = This order is closed already. /menu begins a new one.
form-ordered = This was ordered already, as job { $job }. The buttons under its result make it again.
form-changed = The order is another one now. Please look at it once more.
form-changed-late = This was ordered with the words as they were. The buttons under the result make it again with others.
form-changed-noted = I took the changed words.
form-accepted = Ordered.
form-same = It is so already.
form-waits-confirm = { $model }: I am waiting for you to confirm the order with its button above.
form-waits-choice = { $model }: I am waiting for you to choose the parameters and press Continue above.
form-waits-media = { $model }: I am waiting for a file: { $name }.
form-waits-improved = { $model }: I am waiting for your choice: the better words, or your own.

## Confirmation

confirm = { $model }

    { $body }
confirm-wrong = { $model }

    { $body }

    Please change this, then I can make it.
confirm-price = Price: { $credits ->
    [one] { $credits } credit.
   *[other] { $credits } credits.
}
confirm-price-most = Price: at most { $credits ->
    [one] { $credits } credit
   *[other] { $credits } credits
}; you pay for the real length.
confirm-free = Price: { $credits ->
    [one] { $credits } credit, free for you.
   *[other] { $credits } credits, free for you.
}
confirm-no-price = The price of this order is not known.
confirm-time = Usually ready in { $time }.
confirm-make = ✅ Make it
confirm-make-price = ✅ Make it for { $credits ->
    [one] { $credits } credit
   *[other] { $credits } credits
}

## Better words

improve-button = ✨ Improve the words
improve-ask = ✨ Write a few words, and I will make a full description of them. You will see it before anything is ordered.
improve-working = ✨ Looking for better words for: "{ $words }"
improve-done = ✨ How about this?

    { $words }
improve-take = ✅ Take it
improve-keep = ↩️ Keep mine
improve-again = 🔄 Another one
improve-failed = I found no better words this time. Yours are kept.
improve-late = There is nothing to take any more.

## Examples: two for each type

examples-text_to_image = • a red boat at dawn, watercolour, soft light
    • a cosy book shop at night, rain outside, film photo
examples-image_to_image = • the same scene in winter, fresh snow, evening light
    • turn the photo into a pencil drawing
examples-image_edit = • remove the people in the background
    • change the jacket to dark green, keep everything else
examples-image_to_image_enhanced = • sharper, with natural skin and colours
    • the same picture as a clean studio photo
examples-inpaint = • an empty wooden table
    • a vase with tulips in this place
examples-outpaint = • more of the beach to the left and right
    • the whole room around the armchair
examples-audio_to_image = • an album cover that fits this song
    • the mood of this music as an abstract painting
examples-text_to_video = • waves on a stony beach, slow camera, golden light
    • a paper plane flies through a library, seen from behind
examples-image_to_video = • the hair moves in the wind, the camera comes slowly nearer
    • the steam rises, light flickers on the wall
examples-reference_to_video = • the person from the picture walks through a night market
    • this bag turns slowly on a white table
examples-video_to_video = • the same in the style of a hand-drawn cartoon
    • make it a snowy evening
examples-video_extend = • the camera rises and shows the whole valley
    • she turns round and laughs
examples-motion_control = • the person dances like in the video, in a bright studio
    • the figure repeats the movement, background unchanged
examples-lip_sync = • speaks calmly and looks into the camera
    • sings with feeling, small movements of the head
examples-audio_to_video = • abstract colours that move with the music
    • a road at night, cuts on the beat
examples-text_to_music = • calm piano with soft strings, for an evening
    • cheerful pop about the sea, female voice
examples-text_to_speech = • Good evening! Our shop closes in ten minutes.
    • Chapter one. The train stopped in the middle of the night.
examples-text_to_audio = • rain on a tin roof, far thunder
    • a heavy wooden door opens with a creak
examples-audio_to_audio = • the same melody as calm jazz
    • only the voice, without the background noise
examples-upscale = • keep the faces natural
    • sharper text and edges
examples-background_removal = • keep only the person
    • keep the bicycle and its shadow
examples-watermark_removal = • remove the sign in the corner
    • clean the lower edge
examples-image_segmentation = • all cars
    • the dog and its leash
examples-image_decomposition = • separate the person and the background
    • text, logo and picture each for itself
examples-image_analysis = • what is in this picture?
    • describe the style and the colours
examples-speech_to_text = • names: Anna, Kiebot
    • a lecture on physics
examples-audio_to_text = • the words of the song
    • a talk between two people
examples-text_to_text = • lyrics about a long way home
    • a slogan for a bakery

## Plain words

spoken-answer = 💬 Answer in words instead
spoken-answering = I answer in words.

## Files that people send

offer = What shall I make of { $kind ->
    [image] { $count ->
        [one] this picture?
       *[other] these { $count } pictures?
    }
    [video] { $count ->
        [one] this video?
       *[other] these { $count } videos?
    }
    [audio] { $count ->
        [one] this sound?
       *[other] these { $count } sounds?
    }
   *[other] { $count ->
        [one] this file?
       *[other] these { $count } files?
    }
}{ $words }
offer-words = Your words for it: "{ $words }"

## Results

result-again = 🔁 Again
result-vary = 🎲 Vary
result-use = ➡️ Use as input for…
result-file = 📄 Full quality
result-delete = 🗑
result-up = 👍
result-down = 👎
result-voted = Noted, thank you.
result-deleted = Deleted here. /history can send it again.
result-not-deleted = Telegram does not let me delete this message any more.
result-file-comes = The file is on its way.
result-file-sent = The file is on its way already.
result-again-running = This is being made already.
result-ordered = Ordered once more.
result-not-ready = This job has no result.

## History

history-page = Your results, page { $page } of { $pages }. A number sends the file again, free of charge.

    { $lines }
history-thumbs = 👁 Thumbnails
history-thumb-open = 📤 Send in full
history-no-thumbs = There are no pictures on this page.
history-thumbs-sent = The thumbnails of this page are here already.

## Search

command-models = Find a model
command-music = Make music
command-say = Read a text aloud
search-open = 🤖 Open in { $bot }

## States of jobs in /jobs

state-queued = waiting
state-submitting = being sent
state-unclear = being looked for
state-running = at work
state-storing = being fetched
