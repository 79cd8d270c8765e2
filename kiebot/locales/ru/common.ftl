### Sentences every room may need. Other rooms keep their own file beside this one.

common-cancel = Отмена
common-retry = Повторить

common-unexpected = Что-то сломалось на моей стороне. Ошибка записана под номером { $code }, попробуйте ещё раз.

## What to tell a person when a provider failed, one sentence per errors.ProviderErrorKind

provider-input = Модель не приняла этот запрос. Измените его и попробуйте ещё раз.
provider-moderation = Модель отклонила запрос из-за правил о содержании. Сформулируйте его иначе.
provider-rate_limit = Сервис сейчас получает слишком много запросов. Попробуйте через минуту.
provider-capacity = Сервис перегружен или на обслуживании. Попробуйте чуть позже.
provider-provider_funds = Сервис временно недоступен. Попробуйте позже.
provider-auth = Сервис настроен неправильно.
provider-transient = У сервиса в этот раз не получилось. Попробуйте ещё раз.
provider-not_found = Сервис больше не знает эту модель или задачу. Выберите другую модель.
provider-unknown_outcome = Запрос отправлен, но ответа не пришло. Выясняю, что с ним стало.

admin-told = { $sentence } Администратор уже знает.
