"""Check every link, image and anchor of the site. Run from the project root; --help lists the options.

With --external it requests the addresses outside the site (--external --help lists the options of that).
"""

import sys

from launch import in_environment

if __name__ == "__main__":
    if "--external" in sys.argv[1:]:
        in_environment("check_links", "httpx", "tenacity")
        from ledger.linkcheck import command

        sys.exit(command.main(sys.argv[1:]))
    in_environment("check_links")
    from ledger.cli import check_command
    from ledger.site import check_site

    sys.exit(check_command.run_check("check_links", check_site.check_links, arguments=sys.argv[1:]))
