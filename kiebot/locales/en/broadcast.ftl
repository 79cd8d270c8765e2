### Messages of an administrator to many people

broadcast-admins = Only administrators of this bot can do that.
broadcast-ask =
    What should people get? Send it here, or forward it: a text, or one picture, clip, sound or file with words below it.
    Formatting stays as it is; in a text without formatting, Markdown works as well.
broadcast-one-file = An album is several messages. Send one picture, clip, sound or file.
broadcast-too-long = That does not fit into one message: a text holds 4,096 characters, the words below a file 1,024. Send a shorter one.
broadcast-draft =
    👆 This is what people will get.
    To: { $audience }, { $people ->
        [one] { $people } person
       *[other] { $people } people
    }.
    When: { $when }.
broadcast-audience-button = 👥 Choose who gets it
broadcast-add-button = 🔗 Add a button
broadcast-bare-button = Without buttons
broadcast-when-button = 🕒 Choose when
broadcast-send-button = 📣 Send…
broadcast-drop-button = 🗑 Discard
broadcast-back-button = ← Back
broadcast-who = Who should get it? Not counted: whoever blocked the bot or is banned.
broadcast-audience = { $audience }: { $people }
audience-all = everybody
audience-active = whoever was active in the last { $unit ->
    [h] { $number ->
        [one] hour
       *[other] { $number } hours
    }
   *[d] { $number ->
        [one] day
       *[other] { $number } days
    }
}
audience-lang = whoever reads the bot in { $code ->
    [en] English
    [ru] Russian
   *[other] { $code }
}
audience-paying = whoever has bought credits
audience-ids = those on a list
broadcast-times = When should it go out? Times are those of { $zone }.
broadcast-time-now = Now
broadcast-time-hour = In an hour
broadcast-time-tomorrow = Tomorrow 10:00
broadcast-time-type = ✏️ Another time
broadcast-time-ask =
    Write the time ({ $zone }), for example:
    18:30
    tomorrow 9:00
    2026-12-31 18:00
    3h
broadcast-time-wrong = I need a time such as 18:30, tomorrow 9:00, 2026-12-31 18:00 or 3h.
broadcast-time-past = That time is over. Nothing was sent; choose another one.
moment-now = now
moment = { $year }-{ $month }-{ $day } { $time } ({ $zone })
broadcast-button-ask =
    Write the button in one line:
    Our channel = https://t.me/kiebot
    Buy credits = /buy
broadcast-button-wrong =
    I need the words, an equals sign, and an address or a command of this bot, for example:
    Read more = https://example.com
    Buy credits = /buy
broadcast-enough-buttons = A post has at most { $most } buttons.
broadcast-nobody = There is nobody in this segment.
broadcast-sure =
    Send it to: { $audience }, { $people ->
        [one] { $people } person
       *[other] { $people } people
    }?
    When: { $when }.
    You can pause or cancel it at any time. What has arrived cannot be taken back.
broadcast-yes-button = ✅ Yes, send it
broadcast-old = That draft has changed or is gone since. Nothing was sent; go by the newest message.
broadcast-dropped = Discarded. Nothing was sent.
broadcast-status = 📣 Broadcast { $id }: { $state ->
    [scheduled] goes out { $when }
    [paused] paused
    [cancelled] cancelled
    [done] done
   *[running] on its way
}
    { $settled } of { $total } ({ $percent } %) · blocked the bot: { $blocked } · failed: { $failed }
    { $minutes ->
        [-1] { "" }
        [0] { $rate } a second, less than a minute to go
       *[other] { $rate } a second, about { $minutes } min to go
    }
broadcast-pause-button = ⏸ Pause
broadcast-resume-button = ▶️ Go on
broadcast-cancel-button = ⏹ Cancel
broadcast-new-button = ✏️ New post
broadcast-cancel-sure = Cancel broadcast { $id }? Whoever has not got it will not get it.
broadcast-stop-button = ⏹ Yes, cancel it
broadcast-over-already = That broadcast is over.
broadcast-over = 📣 Broadcast { $id } is over.
broadcast-report = 📣 Broadcast { $id } { $state ->
    [cancelled] was cancelled
   *[done] is done
}: delivered to { $sent } of { $total } in { $minutes ->
    [0] less than a minute
   *[other] { $minutes } min
}.
    Blocked the bot or gone: { $blocked } · failed: { $failed } · not sent: { $skipped }
broadcast-refused = ⚠️ Broadcast { $id } is paused: Telegram refused the first { $failed } messages, so something in the post is not allowed. See kiebot-admin errors list, cancel it, and send another.
