"""Commands: `kiebot` starts processes, `kiebot-admin` looks after them. One module per noun, loaded when it is asked for."""
