"""AI services of the sandbox, in the wire shapes of OpenAI and KIE. What they make is real, and says that the sandbox made it."""
