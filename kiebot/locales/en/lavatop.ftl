### Paying by card through lava.top

lavatop-making = One moment: I am asking for the payment link…
lavatop-link = { $credits ->
    [one] { $credits } credit
   *[other] { $credits } credits
} for { $price }. The button leads to lava.top's payment page; the link works for { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}. The credits come by themselves, usually within a minute after the payment.
lavatop-paid = ✅ { $credits ->
    [one] { $credits } credit
   *[other] { $credits } credits
} for { $price }: paid.
lavatop-failed = The payment of { $price } did not go through, and no credits were added. You can try again.
lavatop-expired = This link for { $price } has expired. If you have just paid, the credits will come by themselves; otherwise take a new link.
lavatop-no-link = The payment service gave me no link. You have paid nothing. Please try again in a minute.
lavatop-other-amount = A payment came for this order, but not of { $price }. I cannot add credits for it by myself: the administrator has been told. Questions: /paysupport.
lavatop-too-many = You have { $limit } unpaid links in this chat already. Please pay by one of them, or wait until the oldest has expired.
button-lavatop-pay = Pay
button-lavatop-again = Try again
