### Jobs: pictures, clips and sounds that take longer than a moment

job-accepted = Accepted: { $model }. Job { $job }{ $credits ->
    [0] .
    [one] , { $credits } credit.
   *[other] , { $credits } credits.
}{ $ahead ->
    [0] { "" }
    [one] { " " }{ $ahead } job is before it.
   *[other] { " " }{ $ahead } jobs are before it.
}{ $seconds ->
    [0] { "" }
    [one] { " " }It usually takes about { $seconds } second.
   *[other] { " " }It usually takes about { $seconds } seconds.
}{ $minutes ->
    [0] { "" }
    [one] { " " }It usually takes about { $minutes } minute.
   *[other] { " " }It usually takes about { $minutes } minutes.
}
job-running = { $model } is at work. Job { $job }.
job-progress = { $model }: { $percent } %. Job { $job }.
job-muted = Fine, I will not report on job { $job }. You will find the result in /history.
job-done = Ready: { $model }. Job { $job }{ $credits ->
    [0] .
    [one] , { $credits } credit charged.
   *[other] , { $credits } credits charged.
}
job-result = { $model }, job { $job }{ $words }
job-cancelled = Job { $job } is cancelled. { $credits ->
    [0] Nothing was charged.
    [one] { $credits } credit is back on your balance.
   *[other] { $credits } credits are back on your balance.
}
job-failed = ⚠️ Job { $job } did not work out. { $reason } { $credits ->
    [0] Nothing was charged.
    [one] { $credits } credit is back on your balance.
   *[other] { $credits } credits are back on your balance.
}
job-unclear = I sent job { $job }, but no answer came back. I am finding out what became of it and will tell you.

job-failed-silent = The service never said what became of the request, so I ended it. You can try again.
job-failed-deadline = The model took longer than it may, so I ended the job. You can try again.
job-failed-result = The model finished, but its file could not be fetched or cannot be opened. You can try again.
job-failed-reference = Telegram did not give me a file that this job needs. Please send the file again and repeat the order.
job-failed-model-off = This model has been switched off since you ordered. /models finds others.
job-failed-longer = What you sent is { $seconds ->
    [one] { $seconds } second
   *[other] { $seconds } seconds
} long, which costs { $credits ->
    [one] { $credits } credit
   *[other] { $credits } credits
}. You had agreed to { $held }, so nothing was sent. “Try again” shows the new price first.
job-failed-link = I could not fetch what your link leads to, so I do not know its price. Please send the file itself.
job-failed-stopped = The administrator has stopped this job.
job-failed-stuck = This job broke on my side several times, so I ended it.
job-failed-wait = { $sentence } It makes sense to try again in { $seconds ->
    [one] { $seconds } second.
   *[other] { $seconds } seconds.
}
job-change-words = ✏️ Change the words
job-change-order = ✏️ Change the order

job-not-yours = This is somebody else's job.
job-not-ended = This job cannot be repeated now.

limit-minute = You can order { $limit ->
    [one] { $limit } job
   *[other] { $limit } jobs
} a minute. Please try again in { $seconds ->
    [one] { $seconds } second
   *[other] { $seconds } seconds
}.
limit-hour = You can order { $limit ->
    [one] { $limit } job
   *[other] { $limit } jobs
} an hour. Please try again in { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}.
limit-jobs = { $limit ->
    [one] { $limit } job of yours is
   *[other] { $limit } jobs of yours are
} at work already. Please wait for a result, or stop one with /cancel.
credits-too-low = This costs { $price ->
    [one] { $price } credit
   *[other] { $price } credits
}, and your balance is { $balance }. /balance shows how to get more.
credits-too-low-answer = Even a short answer to this may cost { $price ->
    [one] { $price } credit
   *[other] { $price } credits
}, and your balance is { $balance }: { $missing ->
    [one] { $missing } credit is
   *[other] { $missing } credits are
} missing.{ $held ->
    [0] { "" }
   *[other] { " " }{ $held } are reserved for what is being made right now; what is left of them comes back.
}{ $shorter_helps ->
    [yes] { " " }A shorter question takes less, and so does a new conversation (/new).
   *[no] { "" }
} /balance shows how to get more.
model-without-price = This model has no price yet, so it cannot be ordered. Please choose another one.
order-nobody-pays = This costs credits, and a group has none. Please write under your own name to pay.

### Files of people that a model works on

reference-none = There is no file in this message.
reference-too-big = This file is too big. I take files of up to { $limit } MB for a model to work on.
reference-gone = I do not have this file any more. Please send it again.
