### Films: from an idea to a finished video

command-film = Make a film of your idea
command-films = Your films
menu-film = 🎬 Make a film
menu-films = 🎞 My films

## The idea

film-ask-idea = 🎬 What should the film be about? Write or say it{ $where ->
    [group] {" "}in reply to this message
   *[private] { "" }
}, for example:

    • A lighthouse keeper finds a letter from himself in a bottle
    • How coffee travels from a mountain farm to the cup, for children
film-no-pictures = 🖼 I make films from words: the file you sent will not be in it. Tell me in words what should be seen.
film-no-writer = 🎬 No films are made here yet: the bot has no text model that writes scripts. The administrator can change that.
film-draft = 🎬 A new film
    “{ $idea }”

    ⏱ { $length } · { $scenes ->
        [one] { $scenes } scene
       *[other] { $scenes } scenes
    } · 📐 { $aspect } · 🎨 { $style }
    🌍 { $spoken } · 🗣 { $voice } · 💬 { $subtitles }
    🖼 { $picture }
    🎞 { $clip }
    🎵 { $music } · 🔀 { $transition }

    { $stages }{ $total }{ $lacks }

    I will show you the script, the pictures and the clips, and ask whether to go on. For another idea { $where ->
        [group] send it in reply to this message
       *[private] just send it
    }, written or spoken.
film-stage-line = { $name }{ $cost }: { $time }
film-stage-cost = , { $credits ->
    [one] { $credits } credit
   *[other] { $credits } credits
}
film-stage-script = ✍️ Script
film-stage-pictures = 🖼 Pictures
film-stage-animation = 🎞 Clips
film-stage-voice = 🗣 Voice and music
film-stage-music = 🎵 Music
film-stage-assembly = 🎬 Editing
film-total = { "" }
    In all { $credits ->
        [one] { $credits } credit
       *[other] { $credits } credits
    } and { $time }, not counting your own thinking. The credits are reserved now and charged stage by stage, each when it is ready.
film-total-free = { "" }
    In all { $time }, not counting your own thinking.
film-lacks-voice = ⚠️ There is no speech server here: the film will have no narrator.
film-lacks-music = ⚠️ No music model is available: the film will have no music.
film-lacks-picture = ⚠️ No model here draws pictures of this aspect at the moment.
film-lacks-clip = ⚠️ No model here animates pictures of this aspect at the moment.
film-lacks-price = ⚠️ One of the models has no price here. Choose another one.

film-button-start = ▶️ Start
film-button-change = ⚙️ Change
film-button-drop = ❌ Cancel
film-button-talk = 💬 No, just answer
film-button-back = ⬅️ Back
film-start-price = ▶️ Start for { $credits ->
    [one] { $credits } credit
   *[other] { $credits } credits
}
film-dropped = 🎬 All right, no film then.
film-price-changed = The price has changed: this is what it is now.
film-started-notice = I am beginning with the script.

## Choices

film-choices = 🎬 What will the film be like? I will remember your choices for the next one.
film-choice-seconds = ⏱ How long?
film-choice-aspect = 📐 Which aspect?
film-choice-style = 🎨 Which style?
film-choice-language = 🌍 Which language is spoken in the film?
film-choice-voice = 🗣 Which voice?
film-choice-subtitles = 💬 Which subtitles?
film-choice-transition = 🔀 How do scenes follow each other?
film-choice-picture = 🖼 What draws the pictures? The price is for one; the film has { $scenes }.
film-choice-clip = 🎞 What animates the pictures? The price is for one clip; the film has { $scenes }.
film-choice-model-free = { $what ->
    [clip] 🎞 What animates the pictures?
   *[picture] 🖼 What draws the pictures?
}
film-set-seconds = ⏱ Length: { $value }
film-set-aspect = 📐 Aspect: { $value }
film-set-style = 🎨 Style: { $value }
film-set-language = 🌍 Language: { $value }
film-set-voice = 🗣 Voice: { $value }
film-set-subtitles = 💬 { $value }
film-set-transition = 🔀 { $value }
film-set-music = 🎵 { $value }
film-set-picture = 🖼 Pictures: { $value }
film-set-clip = 🎞 Clips: { $value }
film-value-burnt = subtitles in the picture
film-value-track = subtitles as a track
film-value-off = no subtitles
film-value-none = straight cuts
film-value-fade = smooth transitions
film-value-music = with music
film-value-silent = no music
film-value-no-voice = no voice
film-value-voice = usual voice
film-style-cinematic = Cinema
film-style-photo = Photograph
film-style-documentary = Documentary
film-style-animation3d = 3D animation
film-style-anime = Anime
film-style-cartoon = Hand-drawn cartoon
film-style-watercolor = Watercolour
film-style-oil = Oil painting
film-style-comic = Comic
film-style-fantasy = Fantasy
film-style-noir = Noir
film-style-retro = Retro
film-style-clay = Clay
film-style-pixel = Pixels

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
film-doing-music = 🎵 Making the music
film-doing-assembly = 🎬 Putting the film together
film-did-script = ✅ The script is written
film-did-pictures = ✅ The pictures are drawn
film-did-animation = ✅ The scenes are animated
film-did-voice = ✅ The voice-over is recorded
film-did-assembly = ✅ The film is put together

## What it asks

film-script-file = { $name }: the whole script
film-scene = Scene { $scene }: { $words }
film-ask-script = { $name }
    { $part ->
        [yes] What is new is above, the whole script in the file
       *[no] The script is above
    }: { $scenes ->
        [one] { $scenes } scene
       *[other] { $scenes } scenes
    }, { $length }. Shall I draw the pictures for it?{ $cost }

    To change something press ✏️ and write or say it. { $where ->
        [group] { "" }
       *[private] Without ✏️ your messages are an ordinary chat with me.{" "}
    }I wait { $minutes } min, then the film falls asleep and can be woken.
film-ask-pictures = { $name }
    { $done } of { $total } pictures are ready. { $failed ->
        [0] Shall I animate them?
        [1] Scene { $numbers } did not work out. What shall become of it?
       *[other] Scenes { $numbers } did not work out. What shall become of them?
    }{ $cost }

    I wait { $minutes } min, then the film falls asleep.{ $where ->
        [group] { "" }
       *[private] {" "}Your messages are an ordinary chat with me.
    }
film-ask-animation = { $name }
    { $done } of { $total } clips are ready. { $failed ->
        [0] { $voice ->
            [no] Shall I put the film together?
           *[yes] Shall I add the voice and put the film together?
        }
        [1] Scene { $numbers } did not work out. What shall become of it?
       *[other] Scenes { $numbers } did not work out. What shall become of them?
    }{ $cost }

    I wait { $minutes } min, then the film falls asleep.{ $where ->
        [group] { "" }
       *[private] {" "}Your messages are an ordinary chat with me.
    }
film-next-cost = { "" }
    The next stage: { $credits ->
        [one] { $credits } credit
       *[other] { $credits } credits
    } of those already reserved.

film-button-approve = ✅ Good, go on
film-button-revise = ✏️ Change
film-button-rewrite = 🔄 Rewrite
film-button-cancel = ❌ Cancel the film
film-button-cancel-change = ❌ Cancel the change
film-button-all = 🖼 Show all
film-button-sheet = 🗂 Contact sheet
film-button-redo = 🔁 Redo one
film-button-retry = 🔁 Try again
film-button-resume = ▶️ Resume
film-button-scene = 🔁 Redo a scene
film-button-aspects = 📐 Other aspect
film-button-parts = 📦 All parts
film-button-again = 🔁 Again
film-button-models = 🤖 Other model
film-button-still = 🏞 Picture with motion
film-button-leave = ✂️ Leave out
film-button-failed = 🔢 One by one
film-button-nothing = ↩️ Change nothing
film-button-stop = ❌ Yes, cancel it
film-button-keep = ↩️ No, go on

film-approved-notice = Good, on we go!
film-taken-notice = Noted.
film-soon-notice = I am preparing it and will send it here.
film-sent-notice = They are above already.
film-coming-notice = The film is on its way. A large one takes some minutes.
film-goes-on-notice = All right, the film goes on.
film-ask-wish = ✏️ What shall I change in the script? Write or say it, for example: “make scene 2 darker” or “let the hero be older”. { $where ->
    [group] Reply to this message, or I cannot read it.
   *[private] I will take your next message as the wish.
}
film-no-wish = All right, everything stays as it is.{ $where ->
    [group] { "" }
   *[private] {" "}Your messages are an ordinary chat again.
}
film-sure = { $name }
    Cancel the film?{ $spent ->
        [0] { "" }
        [one] {" "}{ $spent } credit for finished stages is spent and stays so. What else was reserved is released.
       *[other] {" "}{ $spent } credits for finished stages are spent and stay so. What else was reserved is released.
    }
film-sure-change = { $name }
    Cancel the change? The film will stay as it was.
film-which-scene = 🔁 Which scene shall I redo? Press its number or write it{ $where ->
    [group] {" "}in reply to this message.
   *[private] .
}
film-no-such-scene = The film has the scenes 1 to { $count }. Which one shall I redo?{ $where ->
    [group] {" "}Reply to this message.
   *[private] { "" }
}
film-one-scene = Scene { $scene }
    { $words }

    What shall I redo?
film-make-picture = 🖼 The picture
film-make-picture-clip = 🖼 Picture and clip
film-make-clip = 🎞 The clip
film-make-narration = 🗣 The narrator's words
film-make-subtitles = 💬 The words of the subtitles
film-make-reword = ✏️ Another picture
film-make-price = { $what } · { $credits ->
    [one] { $credits } credit
   *[other] { $credits } credits
}
film-ask-reword = ✏️ What should the picture of scene { $scene } show? Now:

    { $words }

    Write or say what it should be{ $where ->
        [group] {" "}in reply to this message.
       *[private] {":"} I will take your next message instead.
    }
film-ask-narration = 🗣 What should be said in scene { $scene }? Now:

    { $words }

    Write or say the new words{ $where ->
        [group] {" "}in reply to this message.
       *[private] {":"} I will take your next message instead.
    }
film-redo-taken = 🔁 Scene { $scene }: I am redoing it.
film-failed-list = { $name }
    These did not work out:

    { $lines }
film-failed-line = Scene { $scene }: { $why }
film-failed-none = All scenes are settled.
film-other-models = 🤖 Which model shall I try?{ $paid ->
    [yes] {" "}The price is for one clip.
   *[no] { "" }
}
film-which-aspect = 📐 In which aspect shall I put the film together once more?
film-aspect-taken = 📐 I am putting the film together in { $aspect }.

## Turns

film-rested = { $name }
    { $what }: it did not work out. { $why }

    What is ready is kept.{ $paid ->
        [yes] {" "}Nothing was charged for this stage.
       *[no] { "" }
    }
film-fell-asleep = { $name }
    😴 You did not answer, so the film has fallen asleep. What was made is kept for { $days ->
        [one] { $days } more day
       *[other] { $days } more days
    }.{ $paid ->
        [yes] {" "}Only finished stages were charged, the rest of the reserve is free again.
       *[no] { "" }
    }
film-cancelled = { $name }
    ❌ The film is cancelled.{ $paid ->
        [yes] {" "}The credits for unfinished stages are yours again.
       *[no] { "" }
    }
film-expired = { $name }
    ⌛️ Nobody resumed the film, so it is closed.{ $paid ->
        [yes] {" "}Only finished stages were charged.
       *[no] { "" }
    }
film-redo-cancelled = { $name }
    ↩️ The change is cancelled, the film stays as it was.{ $paid ->
        [yes] {" "}Nothing was charged for it.
       *[no] { "" }
    }
film-redo-failed = { $name }
    ⚠️ Scene { $scene } could not be redone and stays as it was.{ $paid ->
        [yes] {" "}Nothing was charged for it.
       *[no] { "" }
    }
film-no-sheet = { $name }: the contact sheet did not work out. Please try again.
film-no-parts = { $name }: { $code ->
    [too-large] all parts together are more than the 2,000 MB that a bot may send.
   *[other] the parts could not be packed. Please try again.
}
film-no-aspect = { $name }: the other aspect did not work out. Please try again.
film-no-revise = { $name }: the script could not be changed and stays as it was. Try to say it differently.
film-no-rewrite = { $name }: another script could not be written, so the former one stays.

film-why-script = The text model did not give a usable script.
film-why-voice = The voice-over could not be recorded.
film-why-assembly = The film could not be put together.
film-why-gone = A file that belongs to it is not on the disk any more.
film-why-disk = The server has no room for it.
film-why-other = Something went wrong on my side.

## What is made

film-done = { $name } · { $length }{ $music ->
    [failed] {" "}· without music, which did not work out
   *[other] { "" }
}
film-done-aspect = { $name } · { $length } · 📐 { $aspect }
film-sheet = { $name }: all pictures
film-parts = { $name }: script, pictures, clips, voice and subtitles

## The list

film-list = 🎬 Your films. A number opens one.

    { $lines }
film-list-line = { $film } · “{ $title }” · { $state }
film-list-none = 🎬 No films yet. /film and your idea after it begin the first one.
film-state-working = ⏳ in the making
film-state-waiting = ❓ waits for your answer
film-state-resting = ⚠️ did not work out, can be tried again
film-state-asleep = 😴 asleep
film-state-done = ✅ ready
film-state-cancelled = ❌ cancelled
film-state-expired = ⌛️ closed
film-over-cancelled = This film was cancelled.
film-over-expired = This film is closed: nobody resumed it for too long.

## When it cannot be

film-gone = This film is no more. Your films: /films
film-not-yours = This is somebody else's film: who makes it decides.
film-late = This button was used already or is out of date. /films shows where the film is now.
film-words-late = The film does not wait for these words any more. /films shows where it is now{ $where ->
    [group] .
   *[private] , and messages are an ordinary chat again.
}
film-asleep = The film is asleep. Press “Resume” first.
film-resting = The stage did not work out. Press “Try again” first.
film-no-idea = This needs words. Write or say them.
film-undecided = First decide what becomes of these scenes: { $numbers }
film-nothing-left = No scene would be left in the film. Try at least one again, or cancel the film.
film-words-long = That is too long for one scene: { $chars } characters, and { $limit } fit. Say it in fewer words.
film-no-scene = The film has no such scene.
film-files-gone = The files of this film are gone already: they are kept for a short time.
film-no-model = { $what ->
    [picture] No model draws pictures of this aspect at the moment.
    [music] There is no music model at the moment. Switch the music off.
   *[clip] No model animates pictures of this aspect at the moment.
}
film-no-price = { $what ->
    [picture] The model for pictures has no price here. Choose another one.
    [music] The model for music has no price here. Switch the music off.
   *[clip] The model for clips has no price here. Choose another one.
}
film-limit-user = Only { $most ->
    [one] { $most } film of yours
   *[other] { $most } films of yours
} can be made at the same time. Wait for it or cancel it: /films
film-limit-total = Many films are being made right now. Try again a little later: the idea is kept.
