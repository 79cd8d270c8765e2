### Credits: the balance and what moved it, gifts, promo codes, invitations

command-balance = Credits and what moved them
command-promo = Enter a promo code
menu-balance = 💳 Balance
menu-buy = ➕ Buy credits

balance = 💳 Your balance: { $credits ->
    [one] { $credits } credit
   *[other] { $credits } credits
}{ $more }
balance-held = Reserved for what is being made: { $credits }.
balance-debt = More was taken back than you had left, as when a purchase is paid back after its credits were spent. What you get next evens this out.
balance-no-charge = You pay nothing here, whatever you order.
balance-movements = What moved it last:
balance-no-movements = Nothing has moved it yet.
price-list = Orders show their price before they are made. Besides them, these cost credits:
price-answer = an answer: { $credits } per 1,000 tokens, counting question and answer, about 700 words
price-answer-free = ; { $count ->
    [one] { $count } answer
   *[other] { $count } answers
} a day free
price-document = a question about documents: { $credits }
price-vision = a question about pictures: { $credits }
price-reference = a prompt made from a picture: { $credits }
price-listening = writing down what is said: { $credits } per begun minute
price-reading = reading aloud: { $credits } per begun 1,000 characters
balance-off = Everything is free here: nobody needs credits.
balance-group = I show balances and take codes only in our private chat.
balance-private-button = 💳 Open the private chat
balance-buy-button = 💳 Buy credits
balance-promo-button = 🎟 Promo code
balance-invite-button = 👥 Invite friends

## Movements, a line each: 22 Nov · +100 · bought with Telegram Stars

movement-line = { $date } · { $sign }{ $credits } · { $what }
movement-date = { $day } { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[other] Dec
}
movement-job = { $what }, job { $job }
movement-held = { $what } (reserved)
movement-stars = bought with Telegram Stars
movement-card = bought by card
movement-topup = bought
movement-paid-back = purchase paid back
movement-refund = given back
movement-start = welcome gift
movement-promo = promo code { $reason }
movement-invited = for coming by invitation
movement-inviter = for a friend whom you invited
movement-granted = from the administrator: { $reason }
movement-taken = taken by the administrator: { $reason }
movement-order = order
movement-speech = reading aloud
movement-voice = recording written down
movement-answer = answer
movement-documents = answer about documents
movement-picture = answer about a picture
movement-prompt = prompt made of a picture
movement-film = film { $film }: { $part }
movement-film-script = script
movement-film-pictures = pictures
movement-film-animation = animation
movement-film-voice = voice-over
movement-film-music = music
movement-film-redo = a change
movement-other = service

## Gifts

bonus-start = 🎁 { $credits ->
    [one] { $credits } credit is
   *[other] { $credits } credits are
} yours as a welcome. /balance shows what you have.
grant-given = 🎁 The administrator gave you { $credits ->
    [one] { $credits } credit
   *[other] { $credits } credits
}: { $reason }
grant-taken = The administrator took { $credits ->
    [one] { $credits } credit
   *[other] { $credits } credits
} from your balance: { $reason }

## Promo codes

promo-ask = 🎟 Send the code as your next message.
promo-done = 🎁 Code { $code }: { $credits ->
    [one] { $credits } credit is
   *[other] { $credits } credits are
} yours. Your balance is { $balance } now.
promo-unknown = There is no such code. Please look at how it is written and send it again: /promo CODE
promo-over = Code { $code } is not valid any more.
promo-used-up = Code { $code } was for a limited number of people, and they were faster.
promo-used = You have used code { $code } already.
promo-wait = Several codes were wrong. You can try another one in { $hours ->
    [0] { $minutes ->
        [one] { $minutes } minute
       *[other] { $minutes } minutes
    }
   *[other] { $hours } hours
}.
promo-off = Everything is free here: no code is needed.

## Invitations

invite-offer = 👥 Your link for friends: { $link }
    Once somebody who came by it buys credits for the first time{ $inviter ->
    [0] { "" }
    [one] , you get { $inviter } credit
   *[other] , you get { $inviter } credits
}{ $invited ->
    [0] { "" }
    [one] , they get { $invited } credit
   *[other] , they get { $invited } credits
}.{ $came ->
    [0] { "" }
   *[other] { " " }So far { $came } came, { $bought } of them bought.
}
invite-words = My AI studio in Telegram
invite-taken = 👥 A friend invited you.{ $invited ->
    [0] { "" }
    [one] { " " }After your first purchase you get { $invited } credit as a gift.
   *[other] { " " }After your first purchase you get { $invited } credits as a gift.
}
invite-own = This is your own invitation link: send it to friends.
invite-known = Invitations are for people who are new here, and we know each other already.
invite-paid-invited = 🎁 { $credits ->
    [one] { $credits } credit is
   *[other] { $credits } credits are
} yours, since you came by invitation.
invite-paid-inviter = 🎁 A friend whom you invited has bought credits: { $credits ->
    [one] { $credits } credit is
   *[other] { $credits } credits are
} yours.

## Before an order

confirm-short = You have { $balance ->
    [one] { $balance } credit
   *[other] { $balance } credits
}: { $missing } more are needed.
confirm-short-group = You have too few credits for this.
