### /admin: числа для того, кто ведёт бота

admin-only = Это раздел для администраторов бота.
admin-private = Числа я показываю только в нашем личном чате: напишите /admin там.
admin = 🎛 Что показать? На сервере всё сразу покажет kiebot-admin stats.
admin-people-button = 👥 Люди
admin-messages-button = 💬 Сообщения
admin-work-button = 🛠 Задания
admin-models-button = 🧠 Модели
admin-money-button = 💳 Кредиты
admin-errors-button = 🚨 Ошибки
admin-feedback-button = 👍 Отзывы
admin-state-button = 🖥 Сервер
admin-broadcast-button = 📣 Рассылка
admin-days-1 = Сутки
admin-days-1-on = ✓ Сутки
admin-days-7 = 7 дней
admin-days-7-on = ✓ 7 дней
admin-days-30 = 30 дней
admin-days-30-on = ✓ 30 дней
admin-again = 🔄 Обновить

admin-wait = половина за { $median } с, 95 % за { $p95 } с
admin-wait-none = пока не было

admin-people = 👥 Людей: { $all }
    Новых: { $new }
    Активных: { $active }

    За сутки: { $active_1d }
    За 7 дней: { $active_7d }
    За 30 дней: { $active_30d }
    Заблокировали бота: { $blocked_the_bot }

    Новые по дням: { $chart }
admin-messages = 💬 Сообщений текстовой модели: { $received }
    С ответом: { $answered }
    Без ответа из-за ошибки: { $failed }
    Остановлено людьми: { $stopped }
    Ожидание ответа: { $wait }

    По дням: { $chart }
admin-work = 🛠 Заказано: { $ordered }
    Готово: { $done }
    Не вышло: { $failed }
    Отменено: { $cancelled }
    В работе: { $open }
    Удачных: { $success ->
        [none] ещё ничего не закончено
       *[other] { $success } %
    }
    Ожидание результата: { $wait }

    По дням: { $chart }

    { $lines }
admin-type-line = { $type }: готово { $done }, не вышло { $failed }, отменено { $cancelled }, в работе { $open }
admin-kind-document = 📄 Чтение файлов
admin-kind-voice = 🎙 Распознавание речи
admin-kind-speech = 🔊 Ответы вслух
admin-kind-export = 🗄 Выгрузки данных
admin-kind-link = 🔗 Файлы по ссылкам
admin-kind-film = 🎬 Фильмы, работа на сервере
admin-kind-scene = 🎬 Фильмы, картинки, клипы и музыка
admin-kind-unknown = ❔ Модели, которых больше нет
admin-models = 🧠 Модели, сначала самые заказываемые:

    { $lines }{ $more ->
        [0] { "" }
       *[other] { "" }

    …и ещё { $more }: kiebot-admin stats --json
    }
admin-models-none = 🧠 За это время никто ничего не заказал.
admin-model-line = { $model }: готово { $done }, не вышло { $failed }{ $success ->
        [none] { "" }
       *[other] , { $success } %
    }, { $median } с ({ $p95 } с), 👍 { $up } 👎 { $down }
admin-money = 💳 Кредиты
    Продано: { $sold }
    Подарено: { $given }
    Потрачено: { $spent }
    Возвращено людям: { $refunded }
    Списано обратно: { $taken_back }

    Задания принесли { $charged }, провайдеры взяли { $cost }, осталось { $margin }.{ $cost_unknown ->
        [0] { "" }
       *[other] { " " }Заданий, о цене которых ничего не известно: { $cost_unknown }.
    }

    Продано по дням: { $chart }

    { $lines }
admin-payment-line = { $way ->
    [stars] Telegram Stars
    [lavatop] lava.top
   *[other] { $way }
}: платежей { $payments } на { $amount } { $currency ->
    [XTR] ⭐
   *[other] { $currency }
}, кредитов { $credits }, возвратов { $refunded }
admin-errors = 🚨 Видов ошибок: { $kinds }
    Новых: { $new }{ $kinds ->
        [0] { "" }
       *[other] { "" }

    { $lines }

    Остальное покажет kiebot-admin errors show КОД.
    }
admin-feedback = 👍 Последние отзывы и оценки:

    { $lines }

    Остальное покажет kiebot-admin feedback list.
admin-feedback-none = 👍 За это время нет ни отзывов, ни оценок.
admin-state = 🖥 Сервер
    Свободно на диске: { $free } ГиБ
    База данных: { $database } ГиБ
    Файлы заданий: { $media } ГиБ
    Документы: { $documents } ГиБ
    Журналы: { $logs } ГиБ
    Резервные копии: { $backups } ГиБ

    Открытых заданий: { $jobs }, самое старое из ожидающих ждёт { $oldest_job_s } с
    Подсказок в очереди: { $hints }
    Сообщений ждёт отправки: { $messages }, самое старое уже { $oldest_message_s } с

    Бот: { $bot ->
        [never] не подавал вестей
       *[other] подал весть { $bot } с назад
    }
    Работник: { $worker ->
        [never] не подавал вестей
       *[other] подал весть { $worker } с назад
    }
