### What administrators hear

incident-new = Error { $code } in { $process }: { $kind } at { $place }, seen { $count ->
    [one] { $count } time
   *[other] { $count } times
} so far.
incident-digest = Errors since the last report, { $kinds ->
    [one] { $kinds } kind
   *[other] { $kinds } kinds
}:
    { $lines }
    { $more ->
        [0] More about one: kiebot-admin errors show CODE
       *[other] …and { $more } more: kiebot-admin errors list
    }
