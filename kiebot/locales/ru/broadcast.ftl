### Сообщения администратора многим людям

broadcast-admins = Это могут только администраторы бота.
broadcast-ask =
    Что разослать? Пришлите сюда или перешлите: текст либо одну картинку, видео, звук или файл с подписью.
    Оформление сохранится; в тексте без оформления работает и Markdown.
broadcast-one-file = Альбом состоит из нескольких сообщений. Пришлите одну картинку, видео, звук или файл.
broadcast-too-long = Это не поместится в одно сообщение: в тексте до 4096 знаков, в подписи до 1024. Пришлите короче.
broadcast-draft =
    👆 Так это увидят люди.
    Кому: { $audience }, { $people ->
        [one] { $people } человек
        [few] { $people } человека
       *[many] { $people } человек
    }.
    Когда: { $when }.
broadcast-audience-button = 👥 Выбрать, кому
broadcast-add-button = 🔗 Добавить кнопку
broadcast-bare-button = Без кнопок
broadcast-when-button = 🕒 Выбрать, когда
broadcast-send-button = 📣 Отправить…
broadcast-drop-button = 🗑 Выбросить
broadcast-back-button = ← Назад
broadcast-who = Кому отправить? Не считаются те, кто заблокировал бота или сам заблокирован.
broadcast-audience = { $audience }: { $people }
audience-all = всем
audience-active = тем, кто заходил за { $unit ->
    [h] { $number ->
        [one] последний { $number } час
        [few] последние { $number } часа
       *[other] последние { $number } часов
    }
   *[d] { $number ->
        [one] последний { $number } день
        [few] последние { $number } дня
       *[other] последние { $number } дней
    }
}
audience-lang = тем, у кого язык бота { $code ->
    [en] английский
    [ru] русский
   *[other] { $code }
}
audience-paying = тем, кто покупал кредиты
audience-ids = по списку
broadcast-times = Когда отправить? Время по часам { $zone }.
broadcast-time-now = Сейчас
broadcast-time-hour = Через час
broadcast-time-tomorrow = Завтра в 10:00
broadcast-time-type = ✏️ Другое время
broadcast-time-ask =
    Напишите время ({ $zone }), например:
    18:30
    завтра 9:00
    31.12.2026 18:00
    3h (через три часа)
broadcast-time-wrong = Нужно время, например 18:30, завтра 9:00, 31.12.2026 18:00 или 3h (через три часа).
broadcast-time-past = Это время уже прошло. Ничего не отправлено; выберите другое.
moment-now = сейчас
moment = { $day }.{ $month }.{ $year } { $time } ({ $zone })
broadcast-button-ask =
    Напишите кнопку одной строкой:
    Наш канал = https://t.me/kiebot
    Купить кредиты = /buy
broadcast-button-wrong =
    Нужны слова, знак равенства и адрес или команда этого бота, например:
    Подробнее = https://example.com
    Купить кредиты = /buy
broadcast-enough-buttons = В сообщении может быть до { $most } кнопок.
broadcast-nobody = Таких людей нет.
broadcast-sure =
    Отправить? Кому: { $audience }, { $people ->
        [one] { $people } человек
        [few] { $people } человека
       *[many] { $people } человек
    }.
    Когда: { $when }.
    Рассылку можно в любой момент приостановить или отменить. Доставленное вернуть нельзя.
broadcast-yes-button = ✅ Да, отправить
broadcast-old = Этот черновик с тех пор изменился или его уже нет. Ничего не отправлено; смотрите самое новое сообщение.
broadcast-dropped = Черновик выброшен, ничего не отправлено.
broadcast-status = 📣 Рассылка { $id }: { $state ->
    [scheduled] уйдёт { $when }
    [paused] на паузе
    [cancelled] отменена
    [done] закончена
   *[running] идёт
}
    { $settled } из { $total } ({ $percent } %) · заблокировали бота: { $blocked } · не вышло: { $failed }
    { $minutes ->
        [-1] { "" }
        [0] { $rate } в секунду, осталось меньше минуты
       *[other] { $rate } в секунду, осталось около { $minutes } мин
    }
broadcast-pause-button = ⏸ Пауза
broadcast-resume-button = ▶️ Продолжить
broadcast-cancel-button = ⏹ Отменить
broadcast-new-button = ✏️ Новое сообщение
broadcast-cancel-sure = Отменить рассылку { $id }? Кто ещё не получил сообщение, не получит его.
broadcast-stop-button = ⏹ Да, отменить
broadcast-over-already = Эта рассылка уже закончилась.
broadcast-over = 📣 Рассылка { $id } закончилась.
broadcast-report = 📣 Рассылка { $id } { $state ->
    [cancelled] отменена
   *[done] закончена
}: доставлено { $sent } из { $total }, времени ушло: { $minutes ->
    [0] меньше минуты
   *[other] { $minutes } мин
}.
    Заблокировали бота или удалились: { $blocked } · не вышло: { $failed } · не отправлено: { $skipped }
broadcast-refused = ⚠️ Рассылка { $id } остановлена: Telegram не принял первые сообщения, { $failed } подряд, значит, в тексте или кнопках есть недопустимое. Посмотрите kiebot-admin errors list, отмените рассылку и отправьте другую.
