### Что слышат администраторы

incident-new = Ошибка { $code } в { $process }: { $kind }, место { $place }, всего случаев: { $count }.
incident-digest = Ошибки с прошлого отчёта, видов: { $kinds }
    { $lines }
    { $more ->
        [0] Подробнее: kiebot-admin errors show КОД
       *[other] …и ещё { $more }: kiebot-admin errors list
    }
