"""Check every citation and every number of the site. Run from the project root; --help lists the options.

With --online it asks the databases what became of the sources (--online --help lists the options of that).
"""

import sys

from launch import in_environment

if __name__ == "__main__":
    if {"--online", "--enter"} & set(sys.argv[1:]):
        in_environment("check_citations", "httpx")
        from ledger import online

        sys.exit(online.main(sys.argv[1:]))
    in_environment("check_citations")
    from ledger import citations, cli, removals

    sys.exit(cli.run("check_citations", citations.check, arguments=sys.argv[1:], removed=removals.check))
