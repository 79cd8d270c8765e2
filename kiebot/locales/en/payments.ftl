### Buying credits: the shop, invoices, receipts, refunds, questions about them

command-buy = Buy credits
command-paysupport = Help with payments
command-terms = Terms of use

buy = You have { $balance ->
        [one] { $balance } credit
       *[other] { $balance } credits
    }. How many more shall it be?
    Credits are used up only by what is really made for you. /terms tells the rules, /paysupport helps when something went wrong.
buy-pack = { $credits ->
        [one] { $credits } credit
       *[other] { $credits } credits
    } · { $price }
buy-group = Credits are bought in our private chat, where only you see it.
buy-group-button = 💬 To the private chat
buy-free = Everything here is free of charge: there is nothing to buy.
buy-closed = Credits are not sold here at the moment. Ask the administrator of this bot.
buy-invoice-there = The invoice is in the chat already.
buy-pack-gone = This pack is not sold any more. /buy shows what there is.

## The invoice: a title has up to 32 characters

invoice-title = { $credits ->
        [one] { $credits } credit
       *[other] { $credits } credits
    }
invoice-description = For pictures, clips, music and whatever else has a price here. Credits do not expire.

## Why a payment is refused, said in the payment window

payment-refused-unknown = I do not know this invoice. Please take a new one with /buy. Nothing was charged.
payment-refused-other-person = This invoice was made for somebody else. Please take your own with /buy. Nothing was charged.
payment-refused-banned = You cannot buy from this bot. Nothing was charged.
payment-refused-paid = This invoice is paid already. For more credits take a new one with /buy. Nothing was charged.
payment-refused-expired = This invoice is too old. Please take a new one with /buy. Nothing was charged.
payment-refused-changed = The price in this invoice is not the one that was agreed. Please take a new one with /buy. Nothing was charged.
payment-refused-closed = Credits are not sold at the moment. Nothing was charged.
payment-refused-busy = I cannot check this invoice right now. Please try again in a minute. Nothing was charged.

## What follows

payment-receipt = ✅ Thank you! { $credits ->
        [one] { $credits } credit
       *[other] { $credits } credits
    } for { $price }. You have { $balance } now, see /balance.
    Payment { $payment }, receipt …{ $charge }
payment-returned = ↩️ Payment { $payment } went back: you got { $price }, and { $credits ->
        [one] { $credits } credit was
       *[other] { $credits } credits were
    } taken off. Your balance is { $balance } now.{ $debt ->
        [yes] { " " }What costs credits has to wait until it is above zero again: /buy
       *[no] { "" }
    }
payment-trouble = Your payment arrived, but crediting it failed: error { $code }. The administrator has been told. It is tried again by itself within a day; /paysupport helps.

paysupport = Something about a payment is not right? { $contact ->
        [given] Write to { $support }
       *[none] Write it after the command, and it goes to whoever runs this bot: /paysupport I paid and see no credits
    }
    Name the number of the payment. Telegram itself cannot help with purchases made here.

    { $bought ->
        [none] You have not bought anything yet.
        [hidden] In our private chat I also show your last payments.
       *[some] Your last payments:
    }
    { $payments }
paysupport-sent = Your question is with whoever runs this bot, together with your last payments.
paysupport-kept = I keep your question, and whoever runs this bot finds it among what people wrote. Nobody could be told of it right now, so an answer may take a while.
paysupport-wait = Your last question is on its way. Please wait a minute before the next one.
payment-question = 💳 { $name } (user { $user }) asks about a payment:

    { $words }

    Last payments: { $payments }

terms = How credits work here:

    • Credits pay for what this bot makes for you. They are no money: they cannot be paid out, passed on or used elsewhere, and they do not expire.
    • The price is shown before anything starts. It is reserved then, charged when the result is there, and given back when there is none.
    • What is made by AI can be wrong or not to your taste; that alone is no reason for a refund.
    • You paid and got nothing for it? /paysupport. Payments with Telegram Stars are also subject to Telegram's own terms.
    • You are responsible for what you order and how you use it. Whoever breaks the law with it can be excluded.
terms-at = The terms of this bot: { $url }
