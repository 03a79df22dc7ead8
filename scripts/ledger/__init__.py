"""The library behind the site: read the project, check it, render it, publish it.

Data flows one way: ``core`` and ``markdown`` know nothing of the site, ``model`` loads it, ``checks`` finds problems,
``render`` and ``export`` make HTML and data files, ``site`` assembles pages. ``linkcheck``, ``source_status`` and
``registry`` are the only packages that use the network, through ``http``. ``cli`` is the edge. import-linter enforces this (pyproject.toml).
"""
