### Why a person's file gave no result. Keys end in the words of errors.ConfinedError and of the readers' refusals.

confined-timeout = This file took too long, so I stopped. Please send it in smaller parts.
confined-memory = Reading this file needs too much memory. Please send it in smaller parts.
confined-killed = Reading this file broke off. It looks damaged; try to save it anew.
confined-protocol = Reading this file broke off. The error is on record, please try again.
confined-missing = This server lacks the program that reads such files. The administrator knows.

## Documents

document-refused-encrypted = The document is protected by a password. Remove the protection and send it again.
document-refused-broken = The document is damaged and cannot be read. Try to save it anew.
document-refused-empty = The document is empty.
document-refused-too-large = The document is too large. Please send it in smaller parts.
document-refused-bomb = There is far too much data packed inside this document; I do not open such files.
document-refused-unknown = I do not know the format of this file. I read PDF, DOCX and plain text.
document-refused-program = This is a program. I do not open programs; send a PDF, DOCX or text.
document-refused-archive = This is an archive. Unpack it and send the documents one by one: PDF, DOCX or text.
document-refused-image = This is a picture, not a document. I cannot read text from pictures and scans yet.
document-refused-media = This is sound or video, not a document. I read PDF, DOCX and plain text.
document-refused-doc = This is a file of the old Office (DOC, XLS or PPT). Save it as DOCX or PDF and send it again.
document-refused-xlsx = This is an Excel workbook. Save it as PDF or CSV and send it again.
document-refused-pptx = This is a PowerPoint presentation. Save it as PDF and send it again.
document-refused-odt = This is an OpenDocument file. Save it as DOCX or PDF and send it again.
document-refused-epub = This is an EPUB book. Save it as PDF or text and send it again.
document-refused-rtf = This is an RTF file. Save it as DOCX or PDF and send it again.

## Pictures, sound and video

media-refused-broken = The file is damaged, or it is neither picture nor sound nor video.
media-refused-bomb = The picture or video has too large dimensions.
media-refused-too-large = The file is too large.
media-refused-codec = This file is encoded in a way that I do not open. Save it as MP4 (H.264) or MP3.
media-refused-no-video = There is no video in this file.
media-refused-ratio = The picture is too long and narrow for a Telegram photo.
