### Что слышат администраторы

incident-new = Ошибка { $code } в { $process }: { $kind }, место { $place }, всего случаев: { $count }.
