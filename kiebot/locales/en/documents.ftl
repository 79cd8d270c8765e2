### Files that people send to be asked about

document-accepted = Reading "{ $name }".
document-ready = Read "{ $name }": { $pages ->
    [one] { $pages } page
   *[other] { $pages } pages
}. Ask me about it.
document-ready-part = "{ $name }" has { $pages ->
    [one] { $pages } page
   *[other] { $pages } pages
}; I read the first { $read }. Ask me about them.
document-scan = "{ $name }" is a scan: { $unread } of { $pages } pages are pictures without text, and I cannot read those yet. A version with text would help.
document-too-big = This file is too big. I take documents of up to { $limit } MB.
document-failed-download = Telegram did not give me this file. Please send it again.
document-failed-reading = I could not read this file. Please send it again or in another format.
