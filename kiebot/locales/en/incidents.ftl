### What administrators hear

incident-new = Error { $code } in { $process }: { $kind } at { $place }, seen { $count ->
    [one] { $count } time
   *[other] { $count } times
} so far.
