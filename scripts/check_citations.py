"""Check every citation and every number of the site. Run from the project root; --help lists the options.

With --online it requests the status of the sources from the databases (--online --help lists the options of that).
"""

import sys

from launch import in_environment

if __name__ == "__main__":
    if {"--online", "--enter"} & set(sys.argv[1:]):
        in_environment("check_citations", "httpx", "tenacity")
        from ledger.source_status import command

        sys.exit(command.main(sys.argv[1:]))
    in_environment("check_citations")
    from ledger.cli import check_command, removals
    from ledger.site import check_site

    sys.exit(
        check_command.run_check(
            "check_citations",
            check_site.check_citations,
            arguments=sys.argv[1:],
            check_removals=removals.check_removals,
        )
    )
