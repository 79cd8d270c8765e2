### Why a person's file gave no result. Keys end in the words of errors.ConfinedError and of the readers' refusals.

confined-timeout = На этот файл ушло слишком много времени, и я остановился. Пришлите его меньшими частями.
confined-memory = Этот файл при чтении требует слишком много памяти. Пришлите его меньшими частями.
confined-killed = Чтение этого файла оборвалось. Похоже, он повреждён; попробуйте сохранить его заново.
confined-protocol = Чтение этого файла оборвалось. Ошибка записана, попробуйте ещё раз.
confined-missing = На этом сервере не установлено то, чем читают такие файлы. Администратор уже знает.

## Documents

document-refused-encrypted = Документ защищён паролем. Снимите защиту и пришлите его ещё раз.
document-refused-broken = Документ повреждён, и прочитать его не получилось. Попробуйте сохранить его заново.
document-refused-empty = Документ пуст.
document-refused-too-large = Документ слишком велик. Пришлите его меньшими частями.
document-refused-bomb = Внутри этого документа несоразмерно много данных, такие я не открываю.
document-refused-unknown = Не узнаю формат этого файла. Я читаю PDF, DOCX и обычный текст.
document-refused-program = Это программа. Программы я не открываю, пришлите PDF, DOCX или текст.
document-refused-archive = Это архив. Распакуйте его и пришлите документы по одному: PDF, DOCX или текст.
document-refused-image = Это картинка, а не документ. Текст с картинок и сканов я пока не читаю.
document-refused-media = Это звук или видео, а не документ. Я читаю PDF, DOCX и обычный текст.
document-refused-doc = Это файл старого Office (DOC, XLS или PPT). Сохраните его как DOCX или PDF и пришлите снова.
document-refused-xlsx = Это таблица Excel. Сохраните её как PDF или CSV и пришлите снова.
document-refused-pptx = Это презентация PowerPoint. Сохраните её как PDF и пришлите снова.
document-refused-odt = Это файл OpenDocument. Сохраните его как DOCX или PDF и пришлите снова.
document-refused-epub = Это книга EPUB. Сохраните её как PDF или текст и пришлите снова.
document-refused-rtf = Это файл RTF. Сохраните его как DOCX или PDF и пришлите снова.

## Pictures, sound and video

media-refused-broken = Файл повреждён или это не картинка, не звук и не видео.
media-refused-bomb = Картинка или видео слишком больших размеров.
media-refused-too-large = Файл слишком велик.
media-refused-codec = Этот файл закодирован способом, который я не открываю. Сохраните его как MP4 (H.264) или MP3.
media-refused-no-video = В этом файле нет видео.
media-refused-ratio = Картинка слишком длинная и узкая для фотографии в Telegram.
