### Что слышат администраторы

incident-new = Происшествие { $code } в { $process }: { $kind }, место { $place }, всего случаев: { $count }.
