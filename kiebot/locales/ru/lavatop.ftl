### Оплата картой через lava.top

lavatop-making = Секунду: запрашиваю ссылку на оплату…
lavatop-link = { $credits ->
    [one] { $credits } кредит
    [few] { $credits } кредита
   *[many] { $credits } кредитов
} за { $price }. Кнопка ведёт на страницу оплаты lava.top; ссылка действует { $minutes ->
    [one] { $minutes } минуту
    [few] { $minutes } минуты
   *[many] { $minutes } минут
}. Кредиты придут сами, обычно в течение минуты после оплаты.
lavatop-paid = ✅ { $credits ->
    [one] { $credits } кредит
    [few] { $credits } кредита
   *[many] { $credits } кредитов
} за { $price }: оплачено.
lavatop-failed = Платёж на { $price } не прошёл, кредиты не начислены. Можно попробовать ещё раз.
lavatop-expired = Срок этой ссылки на { $price } истёк. Если вы только что оплатили, кредиты придут сами; если нет, возьмите новую ссылку.
lavatop-no-link = Платёжный сервис не дал ссылку. Вы ничего не заплатили. Попробуйте ещё раз через минуту.
lavatop-other-amount = По этому заказу пришёл платёж, но не на { $price }. Сам я начислить за него кредиты не могу: администратор уже знает. Вопросы: /paysupport.
button-lavatop-pay = Оплатить
button-lavatop-again = Попробовать ещё раз
