"""Write the draft of a trial page from its registry record, or compare records with the registry; see --help."""

import sys

from launch import in_environment

if __name__ == "__main__":
    in_environment("new_trial", "httpx", "tenacity")
    from ledger.registry import command

    sys.exit(command.main(sys.argv[1:]))
