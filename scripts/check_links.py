"""Check every link, image and anchor of the site. Run from the project root; --help lists the options."""

import sys

from launch import in_environment

if __name__ == "__main__":
    in_environment("check_links")
    from ledger import cli, links

    sys.exit(cli.run("check_links", links.check, arguments=sys.argv[1:]))
