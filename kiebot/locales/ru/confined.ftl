### Why a person's file gave no result. Keys end in the words of errors.ConfinedError and of the readers' refusals.

confined-timeout = На этот файл ушло слишком много времени, и я остановился. Пришлите его меньшими частями.
confined-memory = Этот файл при чтении требует слишком много памяти. Пришлите его меньшими частями.
confined-killed = Чтение этого файла оборвалось. Похоже, он повреждён; попробуйте сохранить его заново.
confined-protocol = Чтение этого файла оборвалось. Ошибка записана, попробуйте ещё раз.
confined-missing = На этом сервере не установлено то, чем читают такие файлы. Это может исправить администратор.

## Documents

document-refused-password = Документ защищён паролем. Снимите защиту и пришлите его ещё раз.
document-refused-wrong-password = Этот пароль к документу не подходит.
document-refused-encrypted = Документ зашифрован. Сохраните его без защиты и пришлите ещё раз.
document-refused-broken = Документ повреждён, и прочитать его не получилось. Попробуйте сохранить его заново.
document-refused-empty = Документ пуст. Пришлите другой.
document-refused-too-large = Документ слишком велик. Пришлите его меньшими частями.
document-refused-bomb = Внутри этого документа несоразмерно много данных, такие я не открываю.
document-refused-unsafe = Имена внутри этого файла ведут за его пределы. Так делают вредоносные архивы, и я его не открываю.
document-refused-unknown = Не узнаю формат этого файла. Я читаю PDF, DOCX, ODT, RTF, XLSX, PPTX, EPUB, FB2, HTML, обычный текст и картинки с текстом.
document-refused-program = Это программа. Программы я не открываю, пришлите документ или текст.
document-refused-archive = Это архив. Распакуйте его и пришлите документы по одному.
document-refused-heic = Это снимок iPhone в его формате HEIC, такие я не открываю. Отправьте его как фото, а не как файл: тогда Telegram сам сделает JPEG.
document-refused-djvu = DjVu я не открываю. Сохраните его как PDF и пришлите снова: тогда я прочитаю текст страниц.
document-refused-media = Это звук или видео, а не документ. Я читаю PDF, DOCX и другие документы с текстом.
document-refused-doc = Это файл старого Word (DOC). Сохраните его как DOCX или PDF и пришлите снова.
document-refused-xls = Это таблица старого Excel (XLS или XLSB). Сохраните её как XLSX и пришлите снова.
document-refused-ppt = Это презентация старого PowerPoint (PPT). Сохраните её как PPTX или PDF и пришлите снова.

## Pictures, sound and video

media-refused-broken = Файл повреждён или это не картинка, не звук и не видео. Попробуйте сохранить его заново.
media-refused-bomb = Картинка или видео слишком больших размеров. Пришлите поменьше.
media-refused-too-large = Файл слишком велик. Пришлите поменьше.
media-refused-codec = Этот файл закодирован способом, который я не открываю. Сохраните его как MP4 (H.264) или MP3.
media-refused-no-video = В этом файле нет видео. Пришлите другой.
media-refused-heic = Это снимок iPhone в его формате HEIC, такие я не открываю. Отправьте его как фото, а не как файл: тогда Telegram сам сделает JPEG.
media-refused-ratio = Картинка слишком длинная и узкая для фотографии в Telegram.
