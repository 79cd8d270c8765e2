### Кредиты: баланс и его движения, подарки, промокоды, приглашения

command-balance = Кредиты и их движения
command-promo = Ввести промокод
menu-balance = 💳 Баланс
menu-buy = ➕ Купить кредиты

balance = 💳 Ваш баланс: { $credits ->
    [one] { $credits } кредит
    [few] { $credits } кредита
   *[other] { $credits } кредитов
}{ $more }
balance-held = Отложено на то, что сейчас делается: { $credits }.
balance-debt = Списано больше, чем оставалось: так бывает, когда деньги за покупку вернули, а её кредиты уже потрачены. Следующее пополнение это выровняет.
balance-no-charge = Вы здесь ни за что не платите.
balance-movements = Последние движения:
balance-no-movements = Движений пока не было.
price-list = Цену заказа видно до начала. Кроме заказов, платно вот что:
price-answer = ответ: { $credits } за 1000 токенов вопроса и ответа вместе, это около 500 слов
price-answer-free = ; { $count ->
    [one] { $count } ответ
    [few] { $count } ответа
   *[many] { $count } ответов
} в день бесплатно
price-document = вопрос о документах: { $credits }
price-vision = вопрос о картинках: { $credits }
price-reference = промпт по картинке: { $credits }
price-listening = расшифровка записи: { $credits } за каждую начатую минуту
price-reading = чтение вслух: { $credits } за каждую начатую тысячу знаков
balance-off = Здесь всё бесплатно: кредиты не нужны.
balance-group = Баланс показываю и промокоды принимаю только в нашем личном чате.
balance-private-button = 💳 Открыть личный чат
balance-buy-button = 💳 Купить кредиты
balance-promo-button = 🎟 Промокод
balance-invite-button = 👥 Пригласить друзей

## Движения, по строке на каждое: 22 нояб. · +100 · покупка за Telegram Stars

movement-line = { $date } · { $sign }{ $credits } · { $what }
movement-date = { $day } { $month ->
    [1] янв.
    [2] февр.
    [3] марта
    [4] апр.
    [5] мая
    [6] июня
    [7] июля
    [8] авг.
    [9] сент.
    [10] окт.
    [11] нояб.
   *[other] дек.
}
movement-job = { $what }, задание { $job }
movement-held = { $what } (отложено)
movement-stars = покупка за Telegram Stars
movement-card = покупка картой
movement-topup = покупка
movement-paid-back = возврат денег за покупку
movement-refund = возврат
movement-start = приветственный подарок
movement-promo = промокод { $reason }
movement-invited = подарок по приглашению
movement-inviter = за приглашённого друга
movement-granted = от администратора: { $reason }
movement-taken = списал администратор: { $reason }
movement-order = заказ
movement-speech = чтение вслух
movement-voice = расшифровка записи
movement-answer = ответ
movement-documents = ответ по документам
movement-picture = ответ по картинке
movement-prompt = промпт по картинке
movement-film = фильм { $film }: { $part }
movement-film-script = сценарий
movement-film-pictures = картинки
movement-film-animation = анимация
movement-film-voice = озвучка
movement-film-music = музыка
movement-film-redo = переделка
movement-other = услуга

## Подарки

bonus-start = 🎁 { $credits ->
    [one] Дарю вам { $credits } кредит
    [few] Дарю вам { $credits } кредита
   *[other] Дарю вам { $credits } кредитов
} для начала. Баланс покажет /balance.
grant-given = 🎁 Администратор начислил вам { $credits ->
    [one] { $credits } кредит
    [few] { $credits } кредита
   *[other] { $credits } кредитов
}: { $reason }
grant-taken = Администратор списал с вашего баланса { $credits ->
    [one] { $credits } кредит
    [few] { $credits } кредита
   *[other] { $credits } кредитов
}: { $reason }

## Промокоды

promo-ask = 🎟 Пришлите код следующим сообщением.
promo-done = 🎁 Промокод { $code }: вам { $credits ->
    [one] начислен { $credits } кредит
    [few] начислено { $credits } кредита
   *[other] начислено { $credits } кредитов
}. Теперь на балансе { $balance }.
promo-unknown = Такого промокода нет. Проверьте, как он пишется, и пришлите ещё раз: /promo КОД
promo-over = Промокод { $code } больше не действует.
promo-used-up = Промокод { $code } был для ограниченного числа людей, и они успели раньше.
promo-used = Вы уже использовали промокод { $code }.
promo-wait = Несколько кодов были неверными. Следующий можно попробовать через { $hours ->
    [0] { $minutes ->
        [one] { $minutes } минуту
        [few] { $minutes } минуты
       *[other] { $minutes } минут
    }
    [one] { $hours } час
    [few] { $hours } часа
   *[other] { $hours } часов
}.
promo-off = Здесь всё бесплатно: промокод не нужен.

## Приглашения

invite-offer = 👥 Ваша ссылка для друзей: { $link }
    Когда тот, кто пришёл по ней, впервые купит кредиты{ $inviter ->
    [0] { "" }
    [one] , вы получите { $inviter } кредит
    [few] , вы получите { $inviter } кредита
   *[other] , вы получите { $inviter } кредитов
}{ $invited ->
    [0] { "" }
    [one] , ваш друг получит { $invited } кредит
    [few] , ваш друг получит { $invited } кредита
   *[other] , ваш друг получит { $invited } кредитов
}.{ $came ->
    [0] { "" }
   *[other] { " " }Пришло: { $came }, купили: { $bought }.
}
invite-words = Моя ИИ-студия в Telegram
invite-taken = 👥 Вас пригласил друг.{ $invited ->
    [0] { "" }
    [one] { " " }После первой покупки вы получите в подарок { $invited } кредит.
    [few] { " " }После первой покупки вы получите в подарок { $invited } кредита.
   *[other] { " " }После первой покупки вы получите в подарок { $invited } кредитов.
}
invite-own = Это ваша собственная ссылка: отправьте её друзьям.
invite-known = Приглашения действуют для тех, кто здесь впервые, а мы с вами уже знакомы.
invite-paid-invited = 🎁 Вам { $credits ->
    [one] начислен { $credits } кредит
    [few] начислено { $credits } кредита
   *[other] начислено { $credits } кредитов
}: вы пришли по приглашению.
invite-paid-inviter = 🎁 Друг, которого вы пригласили, купил кредиты: вам { $credits ->
    [one] начислен { $credits } кредит
    [few] начислено { $credits } кредита
   *[other] начислено { $credits } кредитов
}.

## Перед заказом

confirm-short = У вас { $balance ->
    [one] { $balance } кредит
    [few] { $balance } кредита
   *[other] { $balance } кредитов
}: не хватает { $missing }.
confirm-short-group = На это у вас не хватает кредитов.
