"""Run both checks and print one report, as a preview does after each save."""

import sys
from pathlib import Path

from launch import in_environment

if __name__ == "__main__":
    in_environment("check_all")
    from ledger.core import problems
    from ledger.core.run_command import run_guarded
    from ledger.model import project
    from ledger.site import check_site

    def work() -> int:
        reports = check_site.run_all_checks(project.load_project(Path.cwd()))
        print("\n".join(problems.format_reports(reports)))
        return max(report.exit_code for report in reports)

    sys.exit(run_guarded("check_all", work))
