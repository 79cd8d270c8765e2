### Who may use the bot: strangers, invite codes, groups

access-closed = This bot is private, and you are not on its list. Ask whoever runs it to add your Telegram account.
access-invite = This bot is private. If you have an invite code, send it to me; if not, ask whoever runs the bot.
access-group-people = This bot is private: in this group I answer only people who were let in.
access-group-none = I do not work in this group. Whoever runs me can allow it.
access-let-in = ✅ The code is right: welcome!
access-code-unknown = There is no such invite code. Look at it once more and send it again.
access-code-over = This invite code is over. Ask for a new one.
access-code-used-up = This invite code has let in everybody it was for. Ask for a new one.
access-code-wait = Several codes were wrong. You can try another one in { $hours ->
    [0] { $minutes ->
        [one] { $minutes } minute
       *[other] { $minutes } minutes
    }
   *[other] { $hours } hours
}.
