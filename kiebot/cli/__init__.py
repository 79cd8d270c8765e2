"""Commands: kiebot and kiebot-admin, one module per noun."""
