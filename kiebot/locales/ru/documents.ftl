### Файлы, которые присылают, чтобы о них спрашивать

document-accepted = Читаю «{ $name }».
document-reading = Читаю «{ $name }»: готово { $read } из { $pages ->
    [one] { $pages } страницы
    [few] { $pages } страниц
   *[many] { $pages } страниц
}.
document-ready = Файл «{ $name }» прочитан: { $pages ->
    [one] { $pages } страница
    [few] { $pages } страницы
   *[many] { $pages } страниц
}. Спрашивайте.{ $note ->
    [macros] {" "}Макросы в нём я не трогал.
    [scripts] {" "}Скрипты в нём я не запускал.
   *[nothing] {""}
}
document-ready-part = В файле «{ $name }» { $pages ->
    [one] { $pages } страница
    [few] { $pages } страницы
   *[many] { $pages } страниц
}, я прочитал первые { $read }. Спрашивайте о них.
document-scan = В файле «{ $name }» не удалось разобрать { $unread } из { $pages ->
    [one] { $pages } страницы
    [few] { $pages } страниц
   *[many] { $pages } страниц
}: это картинки без читаемого текста. Поможет версия с текстом.
document-no-text = В файле «{ $name }» я не нашёл текста.
document-password = Файл «{ $name }» защищён паролем. Ответьте на это сообщение паролем: я использую его один раз и забуду. Жду час.
document-wrong-password = Этот пароль к файлу «{ $name }» не подходит. Попробуйте ещё раз: ответьте паролем на это сообщение.
document-too-big = Файл слишком большой. Принимаю документы до { $limit } МБ.
document-failed-download = Telegram не отдал мне этот файл. Пришлите его ещё раз.
document-failed-reading = Не получилось прочитать этот файл. Пришлите его ещё раз или в другом формате.
