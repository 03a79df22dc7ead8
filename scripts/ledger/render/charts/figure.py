"""The pictures by name, and the figure that a page shows of each."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.model.placeholders import Options
from ledger.model.project import Page, Project
from ledger.render import markup
from ledger.render.charts import before_after, follow_up, people, timeline
from ledger.render.charts.picture import Picture, Value
from ledger.render.charts.svg import WIDTH
from ledger.render.markup import cite_sources, escape_text, get_relative_url, render_link, render_table

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
    if not items:
        return f"<p>{escape_text(picture.title)}: no trial on this site has the data for it yet.</p>"
    height, marks = picture.draw(items)
    name = f"picture-{picture.name}"
    legend = "".join(
        f'<li><svg viewBox="0 0 26 14" width="26" height="14" aria-hidden="true">{mark}</svg> {escape_text(words)}</li>'
        for mark, words in picture.key
    )
    drawing = (
        f'<svg class="picture" role="img" viewBox="0 0 {WIDTH} {height:g}" aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{escape_text(picture.title)}</title><desc id="{name}-d">{escape_text(picture.description)} '
        f"The table below holds the same.</desc>{marks}</svg>"
    )
    rows = [
        (
            render_link(page, item.trial),
            *(_format_cell(item.values[column]) for column in picture.columns),
            cite_sources(*item.keys),
        )
        for item in items
    ]
    head = ("Trial", *picture.columns.values(), "Source")
    data = get_relative_url(page, f"data/{get_csv_file_name(picture)}")
    return (
        f'<figure class="picture" id="{name}">{drawing}<ul class="legend">{legend}</ul><figcaption>'
        f"{escape_text(picture.description)} {escape_text(picture.limits)} Sources: in the table. Data: the records of this site, "
        f"as checked up to {markup.render_date(find_latest_check_date(project))}. "
        f'<a href="{data}" download>Download the data (CSV)</a>.'
        f"<details><summary>The same as a table</summary>{render_table(picture.title, head, rows, 'stack')}</details>"
        "</figcaption></figure>"
    )


def get_csv_file_name(picture: Picture) -> str:
    return f"picture-{picture.name}.csv"


def find_latest_check_date(project: Project) -> str:
    """The day of the latest check of a trial's page."""
    return max((str(page.meta.data.get("checked", "")) for page, _ in project.records.values()), default="")


def _format_cell(value: Value) -> str:
    return "—" if value is None or value == "" else escape_text(str(value))
