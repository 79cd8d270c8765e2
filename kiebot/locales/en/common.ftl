### Sentences every room may need. Other rooms keep their own file beside this one.

common-cancel = Cancel
common-retry = Try again

common-unexpected = Something broke on my side. The error is recorded as { $code }; please try again.

## What to tell a person when a provider failed, one sentence per errors.ProviderErrorKind

provider-input = The model did not accept this request. Please change it and try again.
provider-moderation = The model refused this request because of its content rules. Please word it differently.
provider-rate_limit = The service is receiving too many requests right now. Please try again in a minute.
provider-capacity = The service is overloaded or under maintenance. Please try again a little later.
provider-provider_funds = This service is unavailable for now. Please try again later.
provider-auth = This service is not set up correctly.
provider-transient = The service did not manage it this time. Please try again.
provider-not_found = The service no longer knows this model or task. Please choose another model.
provider-unknown_outcome = The request was sent, but no answer came back. I am finding out what became of it.

admin-told = { $sentence } The administrator has been told.
