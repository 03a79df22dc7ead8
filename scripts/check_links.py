"""Check every link, image and anchor of the site. Run from the project root; --help lists the options.

With --external it asks the addresses outside the site (--external --help lists the options of that).
"""

import sys

from launch import in_environment

if __name__ == "__main__":
    if "--external" in sys.argv[1:]:
        in_environment("check_links", "httpx")
        from ledger import livecheck

        sys.exit(livecheck.main(sys.argv[1:]))
    in_environment("check_links")
    from ledger import cli, links

    sys.exit(cli.run("check_links", links.check, arguments=sys.argv[1:]))
