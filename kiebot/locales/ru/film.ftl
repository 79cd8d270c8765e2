### Фильмы: от идеи до готового видео

## Как идут дела

film-name = 🎬 Фильм { $film }{ $named ->
    [yes] {" "}· «{ $title }»
   *[no] { "" }
}
film-status = { $name }
    { $what }

    { $line }
film-stage-done = { $name }
    { $what }
film-doing-script = ✍️ Пишу сценарий
film-doing-pictures = 🖼 Рисую картинки
film-doing-animation = 🎞 Оживляю сцены
film-doing-voice = 🗣 Записываю озвучку
film-doing-assembly = 🎬 Собираю фильм
film-did-script = ✅ Сценарий написан
film-did-pictures = ✅ Картинки нарисованы
film-did-animation = ✅ Сцены ожили
film-did-voice = ✅ Озвучка записана
film-did-assembly = ✅ Фильм собран

## О чём спрашивает

film-script-file = { $name }: весь сценарий
film-scene = Сцена { $scene }
film-ask-script = { $name }
    Сценарий выше: { $scenes ->
        [one] { $scenes } сцена
        [few] { $scenes } сцены
       *[other] { $scenes } сцен
    }, { $length }. Рисовать по нему картинки?

    Чтобы что-то изменить, нажмите ✏️ и напишите или скажите, что именно. Без этого ваши сообщения остаются обычным разговором со мной.
film-ask-pictures = { $name }
    Готово картинок: { $done } из { $total }. Первые выше. Оживлять?{ $failed ->
        [0] { "" }
       *[other] {"\u000A"}⚠️ Нет картинок для сцен: { $numbers }.
    }
film-ask-animation = { $name }
    Готово клипов: { $done } из { $total }. Первые выше. Озвучить и собрать фильм?{ $failed ->
        [0] { "" }
       *[other] {"\u000A"}⚠️ Нет клипов для сцен: { $numbers }.
    }

film-button-approve = ✅ Годится
film-button-revise = ✏️ Изменить
film-button-rewrite = 🔄 Переписать
film-button-cancel = ❌ Отменить
film-button-all = 🖼 Показать все
film-button-sheet = 🗂 Одним листом
film-button-redo = 🔁 Переделать одну
film-button-retry = 🔁 Попробовать снова
film-button-resume = ▶️ Продолжить
film-button-scene = 🔁 Переделать сцену
film-button-aspect = 📐 Другой формат
film-button-parts = 📦 Все материалы

## Повороты

film-rested = { $name }
    { $what }: не получилось. { $why }

    Всё готовое сохранено. За этот этап ничего не списано.
film-asleep = { $name }
    😴 Вы не ответили, и фильм уснул. Всё сделанное хранится 7 дней, оплачены только законченные этапы.
film-woken = { $name }
    ▶️ Фильм снова в работе.
film-cancelled = { $name }
    ❌ Отменён. Кредиты за незаконченные этапы снова ваши.
film-expired = { $name }
    ⌛️ Фильм так и не продолжили, поэтому он закрыт. Оплачены только законченные этапы.

film-why-script = Текстовая модель не дала пригодного сценария.
film-why-nothing = Текстовая модель не нашла, что изменить.
film-why-voice = Озвучку записать не удалось.
film-why-assembly = Собрать фильм не удалось.
film-why-parts = Упаковать материалы не удалось.
film-why-disk = На сервере не хватает места.
film-why-money = Не хватает кредитов.
film-why-other = Что-то сломалось на моей стороне.

## Что получилось

film-done = { $name } · { $length }
film-sheet = { $name }: все картинки
film-parts = { $name }: сценарий, картинки, клипы, озвучка и субтитры
