"""`python -m kiebot`: the same as the command `kiebot`."""

from kiebot.cli.main import kiebot
from kiebot.supervisor import end_with_parent

if __name__ == "__main__":
    end_with_parent()
    kiebot(prog_name="kiebot")
