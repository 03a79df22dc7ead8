"""Check every citation and every number of the site. Run from the project root; --help lists the options."""

import sys

from launch import in_environment

if __name__ == "__main__":
    in_environment("check_citations")
    from ledger import citations, cli

    sys.exit(cli.run("check_citations", citations.check, arguments=sys.argv[1:]))
