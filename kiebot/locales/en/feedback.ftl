### Feedback: what people say of the bot, for whoever runs it

command-feedback = Tell what you think of this bot

feedback-ask = What do you like, what is missing, what went wrong? Your next message goes to whoever runs this bot.
feedback-usage = Write it after the command: /feedback the pictures take too long
feedback-thanks = Thank you! Whoever runs this bot will read it.
feedback-enough = Thank you, you have said a lot within an hour. Please wait a little before the next message.
feedback-digest = 💬 { $count ->
        [one] A message
       *[other] { $count } messages
    } by /feedback:

    { $lines }{ $more ->
        [0] { "" }
       *[other] { "" }

    …and { $more } more: kiebot-admin feedback list
    }
