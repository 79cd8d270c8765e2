### Deleting an account

forget-scope-account = ⛔ My whole account
forget-sure-account = Everything I know about you goes, for ever: files, conversations, orders with their results, settings{ $credits ->
    [0] {""}
    [one] , and the credit you still have
   *[other] , and the { $credits } credits you still have
}. Of payments only sums stay, without your name. Really?
forget-account-done = ⛔ Your account is deleted. If you write to me again, we begin anew.
forget-account-busy = { $jobs ->
    [one] { $jobs } order of yours is
   *[other] { $jobs } orders of yours are
} still being made. Delete your account when it is done, or stop what can be stopped with /cancel.
forget-account-later = Your account is less than a day old and not your first one: it can be deleted tomorrow.
forget-account-admin = You run this bot: your account stays as long as you do.
forget-account-debt = Your balance is below zero: more was paid back than was left. Your account can be deleted once that is evened out.
forget-account-link = A link that you can pay by is still open, and the credits would have nobody to go to. Pay it, or delete your account when its time is over.
