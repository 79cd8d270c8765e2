### Файлы, которые присылают, чтобы о них спрашивать

document-accepted = Читаю «{ $name }».
document-ready = Файл «{ $name }» прочитан: { $pages ->
    [one] { $pages } страница
    [few] { $pages } страницы
   *[many] { $pages } страниц
}. Спрашивайте.
document-ready-part = В файле «{ $name }» { $pages ->
    [one] { $pages } страница
    [few] { $pages } страницы
   *[many] { $pages } страниц
}, я прочитал первые { $read }. Спрашивайте о них.
document-scan = «{ $name }» похож на скан: страниц-картинок без текста { $unread } из { $pages }, такие я пока не читаю. Поможет версия с текстом.
document-too-big = Файл слишком большой. Принимаю документы до { $limit } МБ.
document-failed-download = Telegram не отдал мне этот файл. Пришлите его ещё раз.
document-failed-reading = Не получилось прочитать этот файл. Пришлите его ещё раз или в другом формате.
