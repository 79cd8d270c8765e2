### Студия: меню, формы заказов, присланные файлы, результаты

## Меню

menu-home = 🏠 Главное меню
menu-back = ⬅️ Назад
group-pictures = 🖼 Картинки
group-video = 🎬 Видео
group-sound = 🎵 Звук
group-tools = 🛠 Инструменты
types = { $group }: что сделаем? Число показывает, сколько есть моделей.
models = { $type }: { $count ->
    [one] { $count } модель.
    [few] { $count } модели.
   *[other] { $count } моделей.
} Искать можно так: /models быстрое видео

    { $lines }
models-nearest = { $type }: модели именно для этого сейчас нет. { $count ->
    [one] Ближе всего подойдёт:
    [few] Ближе всего подойдут:
   *[other] Ближе всего подойдут:
}

    { $lines }
models-none = { $type }: сейчас для этого нет доступной модели. Это может исправить администратор.
models-found = По запросу «{ $words }» { $count ->
    [one] нашлась { $count } модель.
    [few] нашлись { $count } модели.
   *[other] нашлось { $count } моделей.
}

    { $lines }
models-not-found = По запросу «{ $words }» ничего не нашлось. Попробуйте название, разработчика или вид работы, например: /models чёткость
model-gone = Этой модели больше нет в каталоге. Другие найдёт /models.
model-off = { $model } сейчас не предлагается. Другие найдёт /models.

price-menu = { $least ->
    [yes] от { $credits } кр.
   *[no] { $credits } кр.
}{ $per ->
    [second] {" "}за секунду
    [thousand_characters] {" "}за 1000 знаков
    [megapixel] {" "}за мегапиксель
    [million_tokens] {" "}за миллион токенов
   *[order] { "" }
}
time-seconds = ~{ $seconds } с
time-minutes = ~{ $minutes } мин

## Форма

form-parameters = { $model }
    { $about }

    { $words }
form-words-kept = ✍️ Ваши слова сохранены: «{ $words }»
form-file-added = 📎 К заказу { $kind ->
    [image] добавлена картинка
    [video] добавлено видео
    [audio] добавлена запись
   *[other] добавлен файл
}{ $count ->
    [1] .
   *[other] , файлов теперь { $count }.
}
form-unused = ⚠️ Больше эта модель не берёт: использовано файлов { $used } из { $count }.
form-price = 💳 Сейчас это стоит { $credits ->
    [one] { $credits } кредит.
    [few] { $credits } кредита.
   *[other] { $credits } кредитов.
}
form-more = ⋯ Другие настройки: { $count }
form-write = ✍️ Напишите, что хотите получить, или сначала измените параметры.
form-words = Ваши слова: «{ $words }»
form-no-words = Этой модели слова не нужны. Настройте параметры и продолжайте.
form-words-button = ✏️ Другие слова
form-no-words-button = ➡️ Без слов
form-continue = ➡️ Дальше
form-models = ⬅️ Модели
form-cancel = ✖️ Отмена
form-parameters-button = ⚙️ Параметры
form-clear = 🧹 Сбросить
form-field = { $model }
    { $name }: { $value }

    { $ask }
form-choose = Выберите значение.
form-type-text = Напишите значение сообщением.
form-type-number = Выберите или напишите число от { $least } до { $most }.
form-type-any-number = Напишите число.
form-type-items = Напишите сообщением, по одному в строке.
form-send-image = 📎 Пришлите { $count ->
    [one] картинку.
    [few] картинку или несколько: до { $count }.
   *[other] картинку или несколько: до { $count }.
}
form-send-video = 📎 Пришлите { $count ->
    [one] видео.
    [few] видео, одно или несколько: до { $count }.
   *[other] видео, одно или несколько: до { $count }.
}
form-send-audio = 📎 Пришлите { $count ->
    [one] звуковой файл или голосовое сообщение.
    [few] звуковой файл или голосовое сообщение, можно до { $count }.
   *[other] звуковой файл или голосовое сообщение, можно до { $count }.
}
form-send-file = 📎 Пришлите { $count ->
    [one] файл.
    [few] файл или несколько: до { $count }.
   *[other] файл или несколько: до { $count }.
}
form-send-task = Выберите одно из своих прежних заданий или напишите его номер.
form-send-track = Выберите один из своих треков или напишите его номер, например 41/2.
form-no-task = Продолжать пока нечего: нужен заказ не старше { $days } дней.
    Сначала сделайте его одной из этих моделей.
form-no-track = Продолжать пока нечего: нужна песня не старше { $days } дней.
    Сначала сделайте её одной из этих моделей.
form-ask-words = { $model }
    ✍️ { $type ->
        [text_to_speech] Напишите текст, который нужно прочитать вслух, например:
        [text_to_music] Опишите музыку или песню, например:
        [text_to_audio] Напишите, что должно звучать, например:
        [text_to_text] Напишите, о чём должен быть текст, например:
        [speech_to_text] Напишите, что поможет понять запись, например:
        [audio_to_text] Напишите, что поможет понять запись, например:
        [image_analysis] Напишите, что хотите узнать, например:
       *[other] Напишите, что хотите получить, например:
    }

    { $examples }
form-other-words = { $model }
    ✍️ Напишите другие слова или продолжайте с этими:

    { $words }
form-no-such-value = Для «{ $name }» это не подходит. { $ask }
form-closed = Хорошо, ничего не заказано.
form-closed-jobs = Хорошо, этот заказ отменён. Начатые задания продолжаются; ещё раз /cancel остановит и их.
form-gone = Этот заказ уже закрыт. Новый можно начать через /menu.
form-ordered = Это уже заказано, задание { $job }. Повторить его можно кнопками под результатом.
form-changed = Заказ теперь другой. Посмотрите на него ещё раз.
form-changed-late = Заказ уже ушёл со старыми словами. Сделать с другими можно кнопками под результатом.
form-changed-noted = Беру изменённые слова.
form-accepted = Заказано.
form-same = Так уже и выбрано.
form-waits-confirm = { $model }: жду, когда вы подтвердите заказ кнопкой выше.
form-waits-choice = { $model }: жду, когда вы выберете параметры и нажмёте «Дальше» выше.
form-waits-media = { $model }: жду файл, { $name }.
form-waits-improved = { $model }: жду вашего выбора между улучшенными словами и своими.

## Подтверждение

confirm = { $model }

    { $body }
confirm-wrong = { $model }

    { $body }

    Измените это, и я смогу сделать.
confirm-price = Цена: { $credits ->
    [one] { $credits } кредит.
    [few] { $credits } кредита.
   *[other] { $credits } кредитов.
}
confirm-price-most = Цена: не больше { $credits ->
    [one] { $credits } кредита
    [few] { $credits } кредитов
   *[many] { $credits } кредитов
}; вы платите за настоящую длину.
confirm-free = Цена: { $credits ->
    [one] { $credits } кредит, для вас бесплатно.
    [few] { $credits } кредита, для вас бесплатно.
   *[other] { $credits } кредитов, для вас бесплатно.
}
confirm-no-price = Цена этого заказа неизвестна.
confirm-time = Обычно готово через { $time }.
confirm-make = ✅ Сделать
confirm-make-price = ✅ Сделать за { $credits ->
    [one] { $credits } кредит
    [few] { $credits } кредита
   *[other] { $credits } кредитов
}

## Слова лучше

improve-button = ✨ Улучшить слова
improve-ask = ✨ Напишите несколько слов, и я сделаю из них полное описание. Вы увидите его раньше, чем что-нибудь будет заказано.
improve-working = ✨ Ищу слова получше для: «{ $words }»
improve-done = ✨ Может быть, так?

    { $words }
improve-take = ✅ Взять это
improve-keep = ↩️ Оставить мои
improve-again = 🔄 Другой вариант
improve-failed = В этот раз слова получше не нашлись. Ваши сохранены.
improve-late = Брать уже нечего.

## Примеры: по два на каждый вид работы

examples-text_to_image = • красная лодка на рассвете, акварель, мягкий свет
    • уютный книжный магазин ночью, за окном дождь, плёночное фото
examples-image_to_image = • та же сцена, но зимний вечер, свежий снег
    • превратить фото в карандашный рисунок
examples-image_edit = • убрать людей на заднем плане
    • сделать куртку тёмно-зелёной, остальное не менять
examples-image_to_image_enhanced = • чётче, с естественной кожей и цветами
    • та же картинка как чистое студийное фото
examples-inpaint = • пустой деревянный стол
    • на этом месте ваза с тюльпанами
examples-outpaint = • больше пляжа слева и справа
    • вся комната вокруг кресла
examples-audio_to_image = • обложка альбома под эту песню
    • настроение этой музыки как абстрактная живопись
examples-text_to_video = • волны на каменистом берегу, медленная камера, золотой свет
    • бумажный самолётик летит по библиотеке, вид сзади
examples-image_to_video = • волосы развеваются на ветру, камера медленно приближается
    • поднимается пар, на стене играет свет
examples-reference_to_video = • человек с картинки идёт по ночному рынку
    • эта сумка медленно вращается на белом столе
examples-video_to_video = • то же в стиле рисованного мультфильма
    • пусть будет снежный вечер
examples-video_extend = • камера поднимается и показывает всю долину
    • она оборачивается и смеётся
examples-motion_control = • человек танцует как на видео, в светлой студии
    • фигура повторяет движение, фон не меняется
examples-lip_sync = • говорит спокойно и смотрит в камеру
    • поёт с чувством, чуть двигает головой
examples-audio_to_video = • абстрактные цвета движутся под музыку
    • ночная дорога, склейки в такт
examples-text_to_music = • спокойное фортепиано с мягкими струнными, для вечера
    • весёлый поп о море, женский голос
examples-text_to_speech = • Добрый вечер! Наш магазин закрывается через десять минут.
    • Глава первая. Поезд остановился посреди ночи.
examples-text_to_audio = • дождь по железной крыше, далёкий гром
    • тяжёлая деревянная дверь открывается со скрипом
examples-audio_to_audio = • та же мелодия как спокойный джаз
    • только голос, без фонового шума
examples-upscale = • лица оставить естественными
    • текст и края чётче
examples-background_removal = • оставить только человека
    • оставить велосипед и его тень
examples-watermark_removal = • убрать знак в углу
    • очистить нижний край
examples-image_segmentation = • все машины
    • собака и её поводок
examples-image_decomposition = • отделить человека от фона
    • текст, логотип и картинка по отдельности
examples-image_analysis = • что на этой картинке?
    • описать стиль и цвета
examples-speech_to_text = • имена: Анна, Киебот
    • лекция по физике
examples-audio_to_text = • слова песни
    • разговор двух людей
examples-text_to_text = • стихи для песни о долгой дороге домой
    • слоган для пекарни

## Просто словами

spoken-answer = 💬 Лучше ответить словами
spoken-answering = Отвечаю словами.

## Присланные файлы

offer = Что сделать из { $kind ->
    [image] { $count ->
        [one] этой картинки?
        [few] этих { $count } картинок?
       *[other] этих { $count } картинок?
    }
    [video] { $count ->
        [one] этого видео?
        [few] этих { $count } видео?
       *[other] этих { $count } видео?
    }
    [audio] { $count ->
        [one] этой записи?
        [few] этих { $count } записей?
       *[other] этих { $count } записей?
    }
   *[other] { $count ->
        [one] этого файла?
        [few] этих { $count } файлов?
       *[other] этих { $count } файлов?
    }
}{ $words }
offer-words = Ваши слова к этому: «{ $words }»

## Результаты

result-again = 🔁 Ещё раз
result-vary = 🎲 Вариант
result-use = ➡️ Использовать для…
result-file = 📄 В полном качестве
result-delete = 🗑
result-up = 👍
result-down = 👎
result-voted = Учтено, спасибо.
result-deleted = Здесь удалено. /history пришлёт ещё раз.
result-not-deleted = Telegram уже не даёт удалить это сообщение.
result-file-comes = Отправляю файл.
result-file-sent = Файл уже в пути.
result-again-running = Это уже делается.
result-ordered = Заказано ещё раз.
result-not-ready = У этого задания нет результата.

## История

history-page = Ваши работы, страница { $page } из { $pages }. Номер пришлёт файл ещё раз, бесплатно.

    { $lines }
history-thumbs = 👁 Миниатюры
history-thumb-open = 📤 Прислать целиком
history-no-thumbs = На этой странице нет картинок.
history-thumbs-sent = Миниатюры этой страницы уже здесь.

## Поиск

command-models = Найти модель
command-music = Сделать музыку
command-say = Прочитать текст вслух
search-open = 🤖 Открыть в { $bot }

## Состояния заданий в /jobs

state-queued = ждёт очереди
state-submitting = отправляется
state-unclear = выясняется
state-running = делается
state-storing = забирается
