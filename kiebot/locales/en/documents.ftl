### Files that people send to be asked about

document-accepted = Reading "{ $name }".
document-reading = Reading "{ $name }": { $read } of { $pages ->
    [one] { $pages } page
   *[other] { $pages } pages
} done.
document-ready = Read "{ $name }": { $pages ->
    [one] { $pages } page
   *[other] { $pages } pages
}. Ask me about it.{ $note ->
    [macros] {" "}I left its macros alone.
    [scripts] {" "}I did not run its scripts.
   *[nothing] {""}
}
document-ready-part = "{ $name }" has { $pages ->
    [one] { $pages } page
   *[other] { $pages } pages
}; I read the first { $read }. Ask me about them.
document-scan = "{ $name }": { $unread } of { $pages ->
    [one] { $pages } page
   *[other] { $pages } pages
} are pictures whose text I could not make out. A version with text would help.
document-no-text = I found no text in "{ $name }".
document-password = "{ $name }" is protected by a password. Reply to this message with it: I use it once and forget it. I wait for an hour.
document-wrong-password = This password does not open "{ $name }". Try again: reply to this message with the password.
document-too-big = This file is too big. I take documents of up to { $limit } MB.
document-failed-download = Telegram did not give me this file. Please send it again.
document-failed-reading = I could not read this file. Please send it again or in another format.
