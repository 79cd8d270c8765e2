### /admin: figures for whoever runs the bot

admin-only = This is for the administrators of this bot.
admin-private = The figures are only shown in our private chat: write /admin there.
admin = 🎛 What shall I show? kiebot-admin stats on the server has everything in one place.
admin-people-button = 👥 People
admin-messages-button = 💬 Messages
admin-work-button = 🛠 Jobs
admin-models-button = 🧠 Models
admin-money-button = 💳 Credits
admin-errors-button = 🚨 Errors
admin-feedback-button = 👍 Feedback
admin-state-button = 🖥 Server
admin-broadcast-button = 📣 Broadcast
admin-days-1 = 24 hours
admin-days-1-on = ✓ 24 hours
admin-days-7 = 7 days
admin-days-7-on = ✓ 7 days
admin-days-30 = 30 days
admin-days-30-on = ✓ 30 days
admin-again = 🔄 Again

admin-wait = half within { $median } s, 95 % within { $p95 } s
admin-wait-none = none yet

admin-people = 👥 People: { $all }
    New: { $new }
    Active: { $active }

    In the last day: { $active_1d }
    In the last 7 days: { $active_7d }
    In the last 30 days: { $active_30d }
    Blocked the bot: { $blocked_the_bot }

    New each day: { $chart }
admin-messages = 💬 Messages to the text model: { $received }
    Answered: { $answered }
    Failed: { $failed }
    Stopped by people: { $stopped }
    Wait for the answer: { $wait }

    Each day: { $chart }
admin-work = 🛠 Jobs ordered: { $ordered }
    Done: { $done }
    Failed: { $failed }
    Cancelled: { $cancelled }
    Under way: { $open }
    Success: { $success ->
        [none] nothing has ended yet
       *[other] { $success } %
    }
    Wait for the result: { $wait }

    Each day: { $chart }

    { $lines }
admin-type-line = { $type }: { $done } done, { $failed } failed, { $cancelled } cancelled, { $open } under way
admin-kind-document = 📄 Files read
admin-kind-voice = 🎙 Recordings written down
admin-kind-speech = 🔊 Answers read aloud
admin-kind-export = 🗄 Exports of data
admin-kind-link = 🔗 Files by links
admin-kind-film = 🎬 Films, work on this machine
admin-kind-scene = 🎬 Films, pictures, clips and music
admin-kind-unknown = ❔ Models that are gone
admin-models = 🧠 Models, the most ordered first:

    { $lines }{ $more ->
        [0] { "" }
       *[other] { "" }

    …and { $more } more: kiebot-admin stats --json
    }
admin-models-none = 🧠 Nobody has ordered anything in this time.
admin-model-line = { $model }: { $done } done, { $failed } failed{ $success ->
        [none] { "" }
       *[other] , { $success } %
    }, { $median } s ({ $p95 } s), 👍 { $up } 👎 { $down }
admin-money = 💳 Credits
    Sold: { $sold }
    Given away: { $given }
    Spent: { $spent }
    Given back to people: { $refunded }
    Taken back from them: { $taken_back }

    Jobs brought { $charged }, their providers took { $cost }: { $margin } are left.{ $cost_unknown ->
        [0] { "" }
        [one] { " " }Of { $cost_unknown } job nobody knows what it cost.
       *[other] { " " }Of { $cost_unknown } jobs nobody knows what they cost.
    }

    Sold each day: { $chart }

    { $lines }
admin-payment-line = { $way ->
    [stars] Telegram Stars
    [lavatop] lava.top
   *[other] { $way }
}: { $payments } for { $amount } { $currency ->
    [XTR] ⭐
   *[other] { $currency }
}, { $credits } credits, { $refunded } paid back
admin-errors = 🚨 Kinds of errors: { $kinds }
    New: { $new }{ $kinds ->
        [0] { "" }
       *[other] { "" }

    { $lines }

    kiebot-admin errors show CODE has the rest.
    }
admin-feedback = 👍 The newest feedback and votes:

    { $lines }

    kiebot-admin feedback list has the rest.
admin-feedback-none = 👍 No feedback and no votes in this time.
admin-state = 🖥 Server
    Free on the disk: { $free } GiB
    Database: { $database } GiB
    Files of jobs: { $media } GiB
    Documents: { $documents } GiB
    Logs: { $logs } GiB
    Backups: { $backups } GiB

    Open jobs: { $jobs }, the oldest that could be taken waits { $oldest_job_s } s
    Hints in the queue: { $hints }
    Messages that wait: { $messages }, the oldest for { $oldest_message_s } s

    Bot: { $bot ->
        [never] not heard of
       *[other] heard { $bot } s ago
    }
    Worker: { $worker ->
        [never] not heard of
       *[other] heard { $worker } s ago
    }
