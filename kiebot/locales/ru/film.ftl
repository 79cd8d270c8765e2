### Фильмы: от идеи до готового видео

command-film = Снять фильм по вашей идее
command-films = Ваши фильмы
menu-film = 🎬 Снять фильм
menu-films = 🎞 Мои фильмы

## Идея

film-ask-idea = 🎬 О чём снять фильм? Напишите или скажите голосом{ $where ->
    [group] {" "}в ответ на это сообщение
   *[private] { "" }
}, например:

    • Смотритель маяка находит в бутылке письмо от самого себя
    • Как кофе попадает с горной плантации в чашку, для детей
film-no-pictures = 🖼 Фильм я снимаю по словам, присланный файл в него не попадёт. Опишите словами, что должно быть в кадре.
film-no-writer = 🎬 Фильмы здесь пока не снимаются: у бота нет текстовой модели, которая пишет сценарии. Это может исправить администратор.
film-draft = 🎬 Новый фильм
    «{ $idea }»

    ⏱ { $length } · { $scenes ->
        [one] { $scenes } сцена
        [few] { $scenes } сцены
       *[other] { $scenes } сцен
    } · 📐 { $aspect } · 🎨 { $style }
    🌍 { $spoken } · 🗣 { $voice } · 💬 { $subtitles }
    🖼 { $picture }
    🎞 { $clip }
    🎵 { $music } · 🔀 { $transition }

    { $stages }{ $total }{ $lacks }

    Сценарий, картинки и сцены я покажу и спрошу, продолжать ли. Чтобы сменить идею, { $where ->
        [group] пришлите другую в ответ на это сообщение,
       *[private] просто пришлите другую
    } словами или голосом.
film-stage-line = { $name }{ $cost }: { $time }
film-stage-cost = , { $credits ->
    [one] { $credits } кредит
    [few] { $credits } кредита
   *[other] { $credits } кредитов
}
film-stage-script = ✍️ Сценарий
film-stage-pictures = 🖼 Картинки
film-stage-animation = 🎞 Клипы
film-stage-voice = 🗣 Озвучка и музыка
film-stage-music = 🎵 Музыка
film-stage-assembly = 🎬 Монтаж
film-total = { "" }
    Всего { $credits ->
        [one] { $credits } кредит
        [few] { $credits } кредита
       *[other] { $credits } кредитов
    } и { $time } без ваших раздумий. Кредиты резервируются сразу, а списываются по этапам, когда этап готов.
film-total-free = { "" }
    Всего { $time } без ваших раздумий.
film-lacks-voice = ⚠️ Здесь нет сервера речи: фильм будет без голоса за кадром.
film-lacks-music = ⚠️ Модели для музыки сейчас нет: фильм будет без музыки.
film-lacks-picture = ⚠️ Сейчас нет модели, которая нарисует картинки такого формата.
film-lacks-clip = ⚠️ Сейчас нет модели, которая оживит картинки такого формата.
film-lacks-price = ⚠️ У одной из моделей здесь нет цены. Выберите другую.

film-button-start = ▶️ Начать
film-button-change = ⚙️ Изменить
film-button-drop = ❌ Отменить
film-button-talk = 💬 Нет, просто ответь
film-button-back = ⬅️ Назад
film-start-price = ▶️ Начать за { $credits ->
    [one] { $credits } кредит
    [few] { $credits } кредита
   *[other] { $credits } кредитов
}
film-dropped = 🎬 Хорошо, этот фильм не снимаем.
film-price-changed = Цена изменилась: вот как сейчас.
film-started-notice = Начинаю со сценария.

## Выбор

film-choices = 🎬 Каким будет фильм? Выбранное я запомню для следующих.
film-choice-seconds = ⏱ Какой длины?
film-choice-aspect = 📐 Какой формат кадра?
film-choice-style = 🎨 Какой стиль?
film-choice-language = 🌍 На каком языке говорить в фильме?
film-choice-voice = 🗣 Какой голос?
film-choice-subtitles = 💬 Какие субтитры?
film-choice-transition = 🔀 Какие переходы между сценами?
film-choice-picture = 🖼 Чем рисовать картинки? Цена за одну, картинок в фильме: { $scenes }.
film-choice-clip = 🎞 Чем оживлять картинки? Цена за один клип, клипов в фильме: { $scenes }.
film-choice-model-free = { $what ->
    [clip] 🎞 Чем оживлять картинки?
   *[picture] 🖼 Чем рисовать картинки?
}
film-set-seconds = ⏱ Длина: { $value }
film-set-aspect = 📐 Формат: { $value }
film-set-style = 🎨 Стиль: { $value }
film-set-language = 🌍 Язык: { $value }
film-set-voice = 🗣 Голос: { $value }
film-set-subtitles = 💬 { $value }
film-set-transition = 🔀 { $value }
film-set-music = 🎵 { $value }
film-set-picture = 🖼 Картинки: { $value }
film-set-clip = 🎞 Клипы: { $value }
film-value-burnt = субтитры в кадре
film-value-track = субтитры дорожкой
film-value-off = без субтитров
film-value-none = сцены встык
film-value-fade = плавные переходы
film-value-music = с музыкой
film-value-silent = без музыки
film-value-no-voice = без голоса
film-value-voice = обычный голос
film-style-cinematic = Кино
film-style-photo = Фотография
film-style-documentary = Документальный
film-style-animation3d = 3D-мультфильм
film-style-anime = Аниме
film-style-cartoon = Рисованный мультфильм
film-style-watercolor = Акварель
film-style-oil = Масло
film-style-comic = Комикс
film-style-fantasy = Фэнтези
film-style-noir = Нуар
film-style-retro = Ретро
film-style-clay = Пластилин
film-style-pixel = Пиксели

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
film-doing-music = 🎵 Делаю музыку
film-doing-assembly = 🎬 Собираю фильм
film-did-script = ✅ Сценарий написан
film-did-pictures = ✅ Картинки нарисованы
film-did-animation = ✅ Сцены ожили
film-did-voice = ✅ Озвучка записана
film-did-assembly = ✅ Фильм собран

## О чём спрашивает

film-script-file = { $name }: весь сценарий
film-scene = Сцена { $scene }: { $words }
film-ask-script = { $name }
    { $part ->
        [yes] Новое выше, весь сценарий в файле
       *[no] Сценарий выше
    }: { $scenes ->
        [one] { $scenes } сцена
        [few] { $scenes } сцены
       *[other] { $scenes } сцен
    }, { $length }. Рисовать по нему картинки?{ $cost }

    Чтобы что-то изменить, нажмите ✏️ и напишите или скажите, что именно. { $where ->
        [group] { "" }
       *[private] Без ✏️ ваши сообщения остаются обычным разговором со мной.{" "}
    }Я жду { $minutes } мин, потом фильм уснёт, и его можно будет разбудить.
film-ask-pictures = { $name }
    Готово картинок: { $done } из { $total }. { $failed ->
        [0] Оживлять их?
        [1] Не получилась сцена { $numbers }. Что с ней сделать?
       *[other] Не получились сцены { $numbers }. Что с ними сделать?
    }{ $cost }

    Я жду { $minutes } мин, потом фильм уснёт.{ $where ->
        [group] { "" }
       *[private] {" "}Ваши сообщения остаются обычным разговором со мной.
    }
film-ask-animation = { $name }
    Готово клипов: { $done } из { $total }. { $failed ->
        [0] { $voice ->
            [no] Собрать фильм?
           *[yes] Озвучить и собрать фильм?
        }
        [1] Не получилась сцена { $numbers }. Что с ней сделать?
       *[other] Не получились сцены { $numbers }. Что с ними сделать?
    }{ $cost }

    Я жду { $minutes } мин, потом фильм уснёт.{ $where ->
        [group] { "" }
       *[private] {" "}Ваши сообщения остаются обычным разговором со мной.
    }
film-next-cost = { "" }
    Следующий этап: { $credits ->
        [one] { $credits } кредит
        [few] { $credits } кредита
       *[other] { $credits } кредитов
    } из уже зарезервированных.

film-button-approve = ✅ Годится, дальше
film-button-revise = ✏️ Изменить
film-button-rewrite = 🔄 Переписать
film-button-cancel = ❌ Отменить фильм
film-button-cancel-change = ❌ Отменить правку
film-button-all = 🖼 Показать все
film-button-sheet = 🗂 Одним листом
film-button-redo = 🔁 Переделать одну
film-button-retry = 🔁 Попробовать снова
film-button-resume = ▶️ Продолжить
film-button-scene = 🔁 Переделать сцену
film-button-aspects = 📐 Другой формат
film-button-parts = 📦 Все материалы
film-button-again = 🔁 Ещё раз
film-button-models = 🤖 Другой моделью
film-button-still = 🏞 Картинка с движением
film-button-leave = ✂️ Пропустить
film-button-failed = 🔢 По одной
film-button-nothing = ↩️ Ничего не менять
film-button-stop = ❌ Да, отменить
film-button-keep = ↩️ Нет, снимаем дальше

film-approved-notice = Хорошо, дальше!
film-taken-notice = Принято.
film-soon-notice = Готовлю, пришлю сюда.
film-sent-notice = Уже выше.
film-coming-notice = Фильм уже отправляется. Большой идёт несколько минут.
film-goes-on-notice = Хорошо, снимаем дальше.
film-ask-wish = ✏️ Что изменить в сценарии? Напишите или скажите, например: «сделай сцену 2 мрачнее» или «пусть герой будет старше». { $where ->
    [group] Ответьте на это сообщение, иначе я пожелания не увижу.
   *[private] Следующее сообщение я приму как пожелание.
}
film-no-wish = Хорошо, всё остаётся как есть.{ $where ->
    [group] { "" }
   *[private] {" "}Ваши сообщения снова обычный разговор.
}
film-sure = { $name }
    Отменить фильм?{ $spent ->
        [0] { "" }
        [one] {" "}За готовые этапы уже списан { $spent } кредит, он не вернётся. Остальной резерв освободится.
        [few] {" "}За готовые этапы уже списано { $spent } кредита, они не вернутся. Остальной резерв освободится.
       *[other] {" "}За готовые этапы уже списано { $spent } кредитов, они не вернутся. Остальной резерв освободится.
    }
film-sure-change = { $name }
    Отменить правку? Фильм останется прежним.
film-which-scene = 🔁 Какую сцену переделать? Нажмите номер или напишите его{ $where ->
    [group] {" "}ответом на это сообщение.
   *[private] .
}
film-no-such-scene = В фильме сцены с 1 по { $count }. Какую переделать?{ $where ->
    [group] {" "}Ответьте на это сообщение.
   *[private] { "" }
}
film-one-scene = Сцена { $scene }
    { $words }

    Что переделать?
film-make-picture = 🖼 Картинку
film-make-picture-clip = 🖼 Картинку и клип
film-make-clip = 🎞 Клип
film-make-narration = 🗣 Слова диктора
film-make-subtitles = 💬 Слова субтитров
film-make-reword = ✏️ Картинку по-другому
film-make-price = { $what } · { $credits ->
    [one] { $credits } кредит
    [few] { $credits } кредита
   *[other] { $credits } кредитов
}
film-ask-reword = ✏️ Что должно быть на картинке сцены { $scene }? Сейчас:

    { $words }

    Напишите или скажите, как надо{ $where ->
        [group] {","} в ответ на это сообщение.
       *[private] {":"} следующее сообщение я возьму вместо этого.
    }
film-ask-narration = 🗣 Что сказать в сцене { $scene }? Сейчас:

    { $words }

    Напишите или скажите новые слова{ $where ->
        [group] {" "}в ответ на это сообщение.
       *[private] {":"} следующее сообщение я возьму вместо этих.
    }
film-redo-taken = 🔁 Сцена { $scene }: переделываю.
film-failed-list = { $name }
    Не получилось:

    { $lines }
film-failed-line = Сцена { $scene }: { $why }
film-failed-none = Со всеми сценами решено.
film-other-models = 🤖 Какой моделью попробовать?{ $paid ->
    [yes] {" "}Цена за один клип.
   *[no] { "" }
}
film-which-aspect = 📐 В каком формате собрать фильм ещё раз?
film-aspect-taken = 📐 Собираю фильм в формате { $aspect }.

## Повороты

film-rested = { $name }
    { $what }: не получилось. { $why }

    Всё готовое сохранено.{ $paid ->
        [yes] {" "}За этот этап ничего не списано.
       *[no] { "" }
    }
film-fell-asleep = { $name }
    😴 Вы не ответили, и фильм уснул. Всё сделанное хранится ещё { $days ->
        [one] { $days } день
        [few] { $days } дня
       *[other] { $days } дней
    }.{ $paid ->
        [yes] {" "}Оплачены только законченные этапы, остальной резерв свободен.
       *[no] { "" }
    }
film-cancelled = { $name }
    ❌ Фильм отменён.{ $paid ->
        [yes] {" "}Кредиты за незаконченные этапы снова ваши.
       *[no] { "" }
    }
film-expired = { $name }
    ⌛️ Фильм так и не продолжили, поэтому он закрыт.{ $paid ->
        [yes] {" "}Оплачены только законченные этапы.
       *[no] { "" }
    }
film-redo-cancelled = { $name }
    ↩️ Правка отменена, фильм остался прежним.{ $paid ->
        [yes] {" "}За неё ничего не списано.
       *[no] { "" }
    }
film-redo-failed = { $name }
    ⚠️ Переделать сцену { $scene } не получилось, она осталась прежней.{ $paid ->
        [yes] {" "}За это ничего не списано.
       *[no] { "" }
    }
film-no-sheet = { $name }: собрать картинки на один лист не получилось. Попробуйте ещё раз.
film-no-parts = { $name }: { $code ->
    [too-large] все материалы вместе больше 2000 МБ, а больше бот отправить не может.
   *[other] упаковать материалы не получилось. Попробуйте ещё раз.
}
film-no-aspect = { $name }: собрать фильм в другом формате не получилось. Попробуйте ещё раз.
film-no-revise = { $name }: изменить сценарий не получилось, он остался прежним. Попробуйте сказать иначе.
film-no-rewrite = { $name }: написать другой сценарий не получилось, остался прежний.

film-why-script = Текстовая модель не дала пригодного сценария.
film-why-voice = Озвучку записать не удалось.
film-why-assembly = Собрать фильм не удалось.
film-why-gone = Нужного файла больше нет на диске.
film-why-disk = На сервере не хватает места.
film-why-other = Что-то сломалось на моей стороне.

## Что получилось

film-done = { $name } · { $length }{ $music ->
    [failed] {" "}· без музыки: с ней не получилось
   *[other] { "" }
}
film-done-aspect = { $name } · { $length } · 📐 { $aspect }
film-sheet = { $name }: все картинки
film-parts = { $name }: сценарий, картинки, клипы, озвучка и субтитры

## Список

film-list = 🎬 Ваши фильмы. Номер откроет фильм.

    { $lines }
film-list-line = { $film } · «{ $title }» · { $state }
film-list-none = 🎬 Фильмов пока нет. Первый начнёт /film и ваша идея после команды.
film-state-working = ⏳ в работе
film-state-waiting = ❓ ждёт вашего ответа
film-state-resting = ⚠️ не получилось, можно повторить
film-state-asleep = 😴 спит
film-state-done = ✅ готов
film-state-cancelled = ❌ отменён
film-state-expired = ⌛️ закрыт
film-over-cancelled = Этот фильм отменён.
film-over-expired = Этот фильм закрыт: его слишком долго не продолжали.

## Когда не выходит

film-gone = Этого фильма больше нет. Ваши фильмы: /films
film-not-yours = Это чужой фильм: решает тот, кто его снимает.
film-late = Эта кнопка уже сработала или устарела. Где сейчас фильм, покажет /films
film-words-late = Фильм уже не ждёт этих слов. Где он сейчас, покажет /films{ $where ->
    [group] .
   *[private] , а сообщения снова обычный разговор.
}
film-asleep = Фильм спит. Сначала нажмите «Продолжить».
film-resting = Этап не получился. Сначала нажмите «Попробовать снова».
film-no-idea = Здесь нужны слова. Напишите их или скажите.
film-undecided = Сначала решите, что делать с этими сценами: { $numbers }
film-nothing-left = Так в фильме не останется ни одной сцены. Попробуйте хотя бы одну ещё раз или отмените фильм.
film-words-long = Это слишком длинно для одной сцены: знаков { $chars }, а помещается { $limit }. Скажите короче.
film-no-scene = Такой сцены в фильме нет.
film-files-gone = Файлы этого фильма уже удалены: они хранятся недолго.
film-no-model = { $what ->
    [picture] Сейчас нет модели, которая нарисует картинки такого формата.
    [music] Сейчас нет модели для музыки. Выключите музыку.
   *[clip] Сейчас нет модели, которая оживит картинки такого формата.
}
film-no-price = { $what ->
    [picture] У модели для картинок здесь нет цены. Выберите другую.
    [music] У модели для музыки здесь нет цены. Выключите музыку.
   *[clip] У модели для клипов здесь нет цены. Выберите другую.
}
film-limit-user = Одновременно можно снимать не больше { $most ->
    [one] { $most } фильма
    [few] { $most } фильмов
   *[other] { $most } фильмов
}. Дождитесь готового или отмените лишний: /films
film-limit-total = Сейчас снимается много фильмов. Попробуйте чуть позже: идея сохранена.
