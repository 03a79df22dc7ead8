"""The pictures by name, and the figure that a page shows of each."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.model.placeholders import Options
from ledger.model.project import Page, Project
from ledger.render.charts import before_after, follow_up, people, timeline
from ledger.render.charts.picture import Picture, Value
from ledger.render.charts.svg import WIDTH
from ledger.render.jinja import render

PICTURES: Mapping[str, Picture] = {
    picture.name: picture
    for picture in (
        people.PEOPLE,
        timeline.TIMELINE,
        before_after.HBA1C,
        before_after.TIME_IN_RANGE,
        follow_up.FOLLOW_UP,
    )
}


def render_picture(page: Page, project: Project, options: Options) -> str:
    """The picture named by ``name=``, with its table, sources, date and download. LookupError if unknown."""
    picture = PICTURES[options["name"]]
    items = picture.items(project)
    height, drawing = picture.draw(items) if items else (0, "")
    return render(
        "picture.html",
        page=page,
        picture=picture,
        width=WIDTH,
        height=f"{height:g}",
        drawing=drawing,
        rows=[(item, [_format_cell(item.values[column]) for column in picture.columns]) for item in items],
        checked=find_latest_check_date(project),
        data_url=f"data/{get_csv_file_name(picture)}",
    )


def get_csv_file_name(picture: Picture) -> str:
    return f"picture-{picture.name}.csv"


def find_latest_check_date(project: Project) -> str:
    """The day of the latest check of a trial's page."""
    return max((str(page.meta.data.get("checked", "")) for page, _ in project.records.values()), default="")


def _format_cell(value: Value) -> str:
    return "—" if value is None or value == "" else str(value)
