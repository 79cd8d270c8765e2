### What administrators hear

incident-new = Incident { $code } in { $process }: { $kind } at { $place }, seen { $count } so far.
