### Why a person's file gave no result. Keys end in the words of errors.ConfinedError and of the readers' refusals.

confined-timeout = This file took too long, so I stopped. Please send it in smaller parts.
confined-memory = Reading this file needs too much memory. Please send it in smaller parts.
confined-killed = Reading this file broke off. It looks damaged; try to save it anew.
confined-protocol = Reading this file broke off. The error is on record, please try again.
confined-missing = This server lacks the program that reads such files. Its administrator can install it.

## Documents

document-refused-password = The document is protected by a password. Remove the protection and send it again.
document-refused-wrong-password = This password does not open the document.
document-refused-encrypted = The document is encrypted. Save it without protection and send it again.
document-refused-broken = The document is damaged and cannot be read. Try to save it anew.
document-refused-empty = The document is empty. Please send another one.
document-refused-too-large = The document is too large. Please send it in smaller parts.
document-refused-bomb = There is far too much data packed inside this document; I do not open such files.
document-refused-unsafe = Names inside this file lead out of it. Malicious archives do that, so I do not open it.
document-refused-unknown = I do not know the format of this file. I read PDF, DOCX, ODT, RTF, XLSX, PPTX, EPUB, FB2, HTML, plain text and pictures of text.
document-refused-program = This is a program. I do not open programs; send a document or text.
document-refused-archive = This is an archive. Unpack it and send the documents one by one.
document-refused-heic = This is a picture of an iPhone in its own format HEIC, which I cannot open. Send it as a photo and not as a file: then Telegram makes a JPEG of it.
document-refused-djvu = I cannot open DjVu. Save it as PDF and send it again: I read the text of its pages then.
document-refused-media = This is sound or video, not a document. I read PDF, DOCX and other documents of text.
document-refused-doc = This is a file of the old Word (DOC). Save it as DOCX or PDF and send it again.
document-refused-xls = This is a workbook of the old Excel (XLS or XLSB). Save it as XLSX and send it again.
document-refused-ppt = This is a presentation of the old PowerPoint (PPT). Save it as PPTX or PDF and send it again.

## Pictures, sound and video

media-refused-broken = The file is damaged, or it is neither picture nor sound nor video. Try to save it anew.
media-refused-bomb = The picture or video has too large dimensions. Please send a smaller one.
media-refused-too-large = The file is too large. Please send a smaller one.
media-refused-codec = This file is encoded in a way that I do not open. Save it as MP4 (H.264) or MP3.
media-refused-no-video = There is no video in this file. Please send another one.
media-refused-heic = This is a picture of an iPhone in its own format HEIC, which I cannot open. Send it as a photo and not as a file: then Telegram makes a JPEG of it.
media-refused-ratio = The picture is too long and narrow for a Telegram photo.
