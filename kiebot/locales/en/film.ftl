### Films: from an idea to a finished video

## How far it is

film-name = 🎬 Film { $film }{ $named ->
    [yes] {" "}· “{ $title }”
   *[no] { "" }
}
film-status = { $name }
    { $what }

    { $line }
film-stage-done = { $name }
    { $what }
film-doing-script = ✍️ Writing the script
film-doing-pictures = 🖼 Drawing the pictures
film-doing-animation = 🎞 Animating the scenes
film-doing-voice = 🗣 Recording the voice-over
film-doing-assembly = 🎬 Putting the film together
film-did-script = ✅ The script is written
film-did-pictures = ✅ The pictures are drawn
film-did-animation = ✅ The scenes are animated
film-did-voice = ✅ The voice-over is recorded
film-did-assembly = ✅ The film is put together

## What it asks

film-script-file = { $name }: the whole script
film-scene = Scene { $scene }
film-ask-script = { $name }
    The script is above: { $scenes ->
        [one] { $scenes } scene
       *[other] { $scenes } scenes
    }, { $length }. Shall I draw the pictures for it?

    To change something press ✏️ and write or say it. Without that, your messages are an ordinary chat with me.
film-ask-pictures = { $name }
    { $done } of { $total } pictures are ready. The first ones are above. Shall I animate them?{ $failed ->
        [0] { "" }
       *[other] {"\u000A"}⚠️ No picture for: { $numbers }.
    }
film-ask-animation = { $name }
    { $done } of { $total } clips are ready. The first ones are above. Shall I add the voice and put the film together?{ $failed ->
        [0] { "" }
       *[other] {"\u000A"}⚠️ No clip for: { $numbers }.
    }

film-button-approve = ✅ Approve
film-button-revise = ✏️ Change
film-button-rewrite = 🔄 Rewrite
film-button-cancel = ❌ Cancel
film-button-all = 🖼 Show all
film-button-sheet = 🗂 Contact sheet
film-button-redo = 🔁 Redo one
film-button-retry = 🔁 Try again
film-button-resume = ▶️ Resume
film-button-scene = 🔁 Redo a scene
film-button-aspect = 📐 Other aspect
film-button-parts = 📦 All parts

## Turns

film-rested = { $name }
    { $what }: it did not work out. { $why }

    What is ready is kept. Nothing is charged for this stage.
film-asleep = { $name }
    😴 You did not answer, so the film has fallen asleep. Everything made so far is kept for 7 days, and only finished stages are charged.
film-woken = { $name }
    ▶️ The film is awake again.
film-cancelled = { $name }
    ❌ Cancelled. What was reserved for unfinished stages is yours again.
film-expired = { $name }
    ⌛️ Nobody has resumed the film, so it is over. Only finished stages were charged.

film-why-script = The text model did not give a usable script.
film-why-nothing = The text model found nothing to change.
film-why-voice = The voice-over could not be recorded.
film-why-assembly = The film could not be put together.
film-why-parts = The parts could not be packed.
film-why-disk = The server has no room for it.
film-why-money = There are too few credits.
film-why-other = Something went wrong on my side.

## What is made

film-done = { $name } · { $length }
film-sheet = { $name }: all pictures
film-parts = { $name }: script, pictures, clips, voice and subtitles
